// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Checks for the author of a config: languages and voices of Twilio. Only the library has them, because a bot must
//! also use a config with such findings.

use crate::dialplan::people::is_language;
use crate::error::Code;
use crate::twiml::{DocumentKind, check_xml};

pub(super) use crate::twiml::find_voice;

/// Whether this build has these checks.
pub(super) const IS_BUILT: bool = true;

/// Whether Twilio's documentation lists a language for `<Say>` or `<Gather>`. The tag must be well-formed.
pub(super) fn is_known_language(element: &str, tag: &str) -> bool {
    let content = if element == "Say" { "x" } else { "<Say>x</Say>" };
    let xml = ["<Response><", element, " language=\"", tag, "\">", content, "</", element, "></Response>"].concat();
    !check_xml(&xml, Some(DocumentKind::Voice)).iter().any(|finding| finding.code == Code::TwimlValue)
}

/// The languages of each voice whose name has none, separated by spaces: schema/voices.json.
const LANGUAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/voice_languages.rs"));

/// Whether a voice speaks a language. True if the languages of the voice are unknown.
pub(super) fn speaks(voice: &str, tag: &str) -> bool {
    let is_spoken = |spoken: &str| {
        // Twilio has two names for Cantonese.
        is_language(tag, spoken) || spoken.eq_ignore_ascii_case("yue-HK") && is_language(tag, "zh-HK")
    };
    if let Some(name) = voice.strip_prefix("Google.") {
        // `Google.en-US-Chirp3-HD-Aoede`: the language and the region.
        let region_end = name.match_indices('-').nth(1).map_or(name.len(), |(at, _)| at);
        return is_spoken(name.get(..region_end).unwrap_or_default());
    }
    let base = voice.strip_suffix("-Neural").or_else(|| voice.strip_suffix("-Generative")).unwrap_or(voice);
    let known = LANGUAGES.iter().find(|(known, _)| *known == base);
    known.is_none_or(|(_, tags)| tags.split(' ').any(is_spoken))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voice_speaks_its_languages() {
        for (voice, tag, expected) in [
            ("Polly.Amy-Neural", "en-GB", true),
            ("Polly.Amy", "en-gb", true),
            ("Polly.Amy", "en", true),
            ("Polly.Amy", "en-US", false),
            ("Polly.Kajal-Generative", "hi-IN", true),
            ("Polly.Kajal-Generative", "en-IN", true),
            ("Polly.Lupe-Neural", "es-US", true),
            ("Polly.Lupe-Neural", "en-US", false),
            ("Polly.Zhiyu", "zh-CN", true),
            ("Polly.Hiujin-Neural", "zh-HK", true),
            ("Google.yue-HK-Standard-A", "zh-HK", true),
            ("Google.cmn-TW-Wavenet-A", "zh-TW", true),
            ("Google.en-US-Chirp3-HD-Aoede", "en-US", true),
            ("Google.en-US-Chirp3-HD-Aoede", "es-US", false),
            ("Google.fil-ph-Neural2-A", "fil-PH", true),
            ("Google.", "en-US", false),
            ("alice", "fr-CA", true),
            ("Polly.New-Neural", "fr-CA", true),
        ] {
            assert_eq!(speaks(voice, tag), expected, "{voice} {tag}");
        }
    }

    #[test]
    fn every_listed_voice_speaks_its_languages_and_no_other() {
        let voices: serde_json::Value = serde_json::from_str(include_str!("../../../schema/voices.json")).unwrap();
        let by_language = voices["voices"].as_object().unwrap();
        let mut count = 0;
        for (tag, names) in by_language {
            for name in names.as_array().unwrap().iter().map(|name| name.as_str().unwrap()) {
                assert_eq!(find_voice(name), Ok(()), "{name}");
                assert!(speaks(name, tag), "{name} {tag}");
                for (other, names) in by_language {
                    let is_listed = names.as_array().unwrap().iter().any(|listed| listed == name);
                    // `arb` is Arabic without a region.
                    let is_same = other == "arb" || other.eq_ignore_ascii_case(tag);
                    assert!(is_listed || is_same || !speaks(name, other), "{name} {other}");
                }
                count += 1;
            }
        }
        assert!(count > 700, "{count}");
    }
}
