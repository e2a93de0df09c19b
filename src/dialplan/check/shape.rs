// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Checks the format of texts.

use crate::text::{is_letter_or_digit, split_before, split_on};
use crate::twiml::{Node, is_writable};

/// The maximum length of a spoken text, in characters. Twilio accepts 4096 characters (error 13521), including inserted
/// names.
pub(super) const MAX_TEXT_CHARS: usize = 4_000;

/// The maximum length of a SIP address. Source: <https://www.twilio.com/docs/voice/twiml/sip>.
const MAX_SIP_LENGTH: usize = 255;

/// Whether a text is a valid name of a dialplan, an action, a list or hours. The name becomes a part of callback URLs
/// and paths.
pub(super) fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=32).contains(&text.len()) && text.bytes().all(allowed)
}

/// Whether a text can be spoken and written in XML.
#[must_use]
pub fn is_speakable_text(text: &str) -> bool {
    let audible = |byte: u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
    text.bytes().any(audible) && is_short(text, MAX_TEXT_CHARS) && is_writable(text)
}

/// Whether a text has anything to speak.
pub(super) fn has_speech_in_text(text: &str) -> bool {
    text.chars().any(is_letter_or_digit)
}

/// Whether SSML has anything to speak: its texts, the `alias` of `sub`, the `ph` of `phoneme`.
pub(super) fn has_speech(nodes: &[Node<'_>]) -> bool {
    nodes.iter().any(|node| match node {
        Node::Element(element) => {
            let attribute = |wanted: &str| element.attributes.iter().find(|(name, _)| name == wanted);
            attribute("alias")
                .or_else(|| attribute("ph"))
                .map_or_else(|| has_speech(&element.children), |(_, instead)| instead.chars().any(is_letter_or_digit))
        }
        Node::Text(text) => text.chars().any(is_letter_or_digit),
        Node::Comment(_) => false,
    })
}

/// Whether a text is a valid name for Twilio or for people.
pub(super) fn is_label(text: &str) -> bool {
    !text.trim().is_empty() && is_short(text, 64) && is_writable(text) && !text.bytes().any(|byte| byte < b' ')
}

/// Whether a text has at most `max` characters.
#[must_use]
pub fn is_short(text: &str, max: usize) -> bool {
    text.len() <= max || text.chars().count() <= max
}

/// Whether a text has the format of a Twilio voice, such as `Polly.Amy-Neural` or `Google.en-US-Chirp3-HD-Aoede`. Only
/// the format is checked, because Twilio adds voices every month.
pub(super) fn is_voice(text: &str) -> bool {
    // Some names have an accent, such as `Polly.Mía-Generative`.
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '\u{c0}'..='\u{ff}');
    !text.is_empty() && is_short(text, 128) && text.chars().all(allowed)
}

/// Whether a text has the format of a language tag: <https://www.rfc-editor.org/rfc/rfc5646#section-2.1>.
pub(super) fn is_language(text: &str) -> bool {
    let (language, mut rest) = split_before(text, |byte| byte == b'-');
    let mut allowed = matches!(language.len(), 2 | 3) && language.bytes().all(|byte| byte.is_ascii_alphabetic());
    while let Some(subtags) = rest.strip_prefix('-') {
        let (subtag, after) = split_before(subtags, |byte| byte == b'-');
        allowed &= (2..=8).contains(&subtag.len()) && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric());
        rest = after;
    }
    allowed && text.len() <= 35
}

/// Whether a text has the format of a time zone: `America/New_York`, `UTC`. Only the host can check that the zone
/// exists.
pub(super) fn is_zone(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+');
    let mut rest = text;
    let mut parts = 0;
    while !rest.is_empty() {
        let (part, after) = split_on(rest, b'/');
        if !part.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic()) || !part.bytes().all(allowed) {
            return false;
        }
        parts += 1;
        rest = after;
    }
    let named = (2..=3).contains(&parts) || matches!(text, "UTC" | "GMT");
    named && text.len() <= 64 && !text.ends_with('/')
}

/// Whether a text is an absolute URL with one of these schemes (`https://`) and a host that Twilio accepts.
pub(super) fn is_url(text: &str, schemes: &[&str]) -> bool {
    let Some(address) = schemes.iter().find_map(|scheme| text.strip_prefix(scheme)) else {
        return false;
    };
    let (authority, _) = split_before(address, |byte| matches!(byte, b'/' | b'?' | b'#'));
    let host = split_before(authority, |byte| byte == b':').0;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`');
    let port = authority.get(host.len()..).unwrap_or_default();
    let port = port.is_empty() || port.len() > 1 && port.bytes().skip(1).all(|byte| byte.is_ascii_digit());
    !host.is_empty() && host.bytes().all(allowed) && port && text.len() <= 2_048 && text.bytes().all(plain)
}

/// Whether a text is `HH:MM`. `24:00` and `23:59:59`, both midnight, are valid only if `end` is true.
pub(super) fn is_time(text: &str, end: bool) -> bool {
    let allowed = |number: &[u8], last: &str| matches!(number, [b'0'..=b'9', b'0'..=b'9']) && number <= last.as_bytes();
    match text.as_bytes() {
        b"24:00" | b"23:59:59" => end,
        [hour @ .., b':', tens, ones] => allowed(hour, "23") && allowed(&[*tens, *ones], "59"),
        _ => false,
    }
}

/// Whether a text is a reference to a resource of one of these types: `Practitioner/7`.
#[must_use]
pub fn is_reference(text: &str, types: &[&str]) -> bool {
    let (resource, id) = split_on(text, b'/');
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    types.contains(&resource) && (1..=64).contains(&id.len()) && id.bytes().all(allowed)
}

/// Whether a text is a valid SDK identity. The identity becomes a part of a URI, and Twilio refuses other characters
/// (error 31105).
#[must_use]
pub fn is_identity(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_graphic() && !br#"<>#%"{}|\^[]`"#.contains(&byte);
    (1..=256).contains(&text.len()) && text.bytes().all(allowed)
}

/// Whether an identity is the id of a practitioner, with `-` or with `_`. Medplum's ids are UUIDs.
pub(super) fn is_uuid(text: &str) -> bool {
    let separator = |at: usize| matches!(at, 8 | 13 | 18 | 23);
    let fits =
        |(at, byte): (usize, u8)| if separator(at) { matches!(byte, b'-' | b'_') } else { byte.is_ascii_hexdigit() };
    text.len() == 36 && text.bytes().enumerate().all(fits) && !(text.contains('-') && text.contains('_'))
}

/// Whether a text is `sip:user@host`, with or without parameters.
#[must_use]
pub fn is_sip(text: &str) -> bool {
    let Some(address) = text.strip_prefix("sip:").or_else(|| text.strip_prefix("sips:")) else {
        return false;
    };
    let (user, host) = split_on(address, b'@');
    let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`');
    !user.is_empty() && !host.is_empty() && text.len() <= MAX_SIP_LENGTH && text.bytes().all(plain)
}

/// Whether a text is a prefix of E.164 numbers, such as `+1555`.
pub(super) fn is_number_prefix(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (1..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0')
}

/// Whether a text contains only keys of a phone.
#[must_use]
pub fn is_keys(text: &str, max: usize) -> bool {
    let key = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'*' | b'#');
    (1..=max).contains(&text.len()) && text.bytes().all(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(shape: impl Fn(&str) -> bool, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(shape(text), "{text:?}");
        }
        for text in bad {
            assert!(!shape(text), "{text:?}");
        }
    }

    #[test]
    fn accepts_valid_texts_and_refuses_invalid_ones() {
        let long = |length: usize| "a".repeat(length);
        all(is_name, &["day", "a-1", &long(32)], &["", "Day", "a b", "a.b", "é", &long(33)]);
        all(
            is_speakable_text,
            &["Hi", "7", "你好", "é", &long(4_000)],
            &["", " ", "...", "a\u{1}", "a\u{ffff}", &long(4_001)],
        );
        all(
            has_speech_in_text,
            &["Hi", "7", "你好", "é", "ª", "٣", "नमस्ते", "한", "½", "𐐀", "々", "7!"],
            &["", " ", "..."],
        );
        all(has_speech_in_text, &[], &["¿", "—", "€", "…", "。", "！", "☎", "🙂"]);
        all(
            has_speech_in_text,
            &[],
            &["\u{a0}", "\u{200b}", "\u{3000}", "\u{feff}", "\u{301}", "\u{3164}", "\u{e0041}"],
        );
        all(is_speakable_text, &[&"é".repeat(4_000)], &[&"é".repeat(4_001)]);
        all(is_label, &["Front desk", "é"], &["", " ", "a\nb", &long(65)]);
        all(
            is_voice,
            &["alice", "Polly.Amy-Neural", "Polly.Mía-Generative", "Google.en-US-Chirp3-HD-Aoede"],
            &["", "a b", "a\"", &long(129)],
        );
        all(
            is_language,
            &["en", "en-US", "es-419", "cmn-Hans-CN"],
            &["", "e", "english", "en-", "en--US", "en_US", "é"],
        );
        all(
            is_zone,
            &["UTC", "America/New_York", "America/Argentina/Buenos_Aires", "Etc/GMT+5"],
            &["", "EST", "america", "America/", "/America", "America//x", "A/b/c/d", "Am erica/x", "+02:00"],
        );
        all(
            |text| is_url(text, &["https://"]),
            &["https://example.com", "https://example.com:8443/a?b=c#d", "https://cdn.example.com/hold.mp3"],
            &[
                "",
                "http://example.com",
                "https://",
                "https:///a",
                "https://a_b.example",
                "https://a b",
                "https://é.example",
                "https://example.com:",
                "https://example.com:x",
                "https://u:p@example.com",
                "https://example.com/\n",
            ],
        );
        all(
            |text| is_time(text, false),
            &["00:00", "09:30", "23:59"],
            &["", "24:00", "23:59:59", "9:30", "09:60", "09-30", "0９:00"],
        );
        all(
            |text| is_time(text, true),
            &["24:00", "00:00", "23:59", "23:59:59"],
            &["24:01", "25:00", "24:00:00", "23:58:59", "23:59:60"],
        );
        all(
            |text| is_reference(text, &["Practitioner", "Organization"]),
            &["Practitioner/7", "Organization/a-1.b"],
            &[
                "",
                "Practitioner",
                "Practitioner/",
                "Patient/7",
                "Practitioner/a/b",
                "Practitioner/a_b",
                "practitioner/7",
            ],
        );
        all(is_identity, &["desk", "a@b", "+15550100001"], &["", "a b", "a%20", "é", &long(257)]);
        all(
            is_sip,
            &["sip:desk@example.com", "sips:a@b.example;transport=tls", &["sip:a@", &long(249)].concat()],
            &["", "desk@example.com", "sip:a", "sip:@a", "sip:a@", "sip:a b@c", &["sip:a@", &long(250)].concat()],
        );
        all(is_number_prefix, &["+1", "+1555", "+15550100001"], &["", "+", "1555", "+0", "+1*", "+1234567890123456"]);
        all(|text| is_keys(text, 10), &["1", "*", "#", "0123456789"], &["", "a", "1 2", "01234567890"]);
    }
}
