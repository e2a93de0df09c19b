// SPDX-License-Identifier: Apache-2.0 OR MIT

//! SSML: the elements that `<Say>` may contain.
//!
//! Source: <https://www.twilio.com/docs/voice/twiml/say/text-speech#ssml>.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::document::is_writable;
use super::tree::{Element, Node};
use super::xml::{attribute, character};
use crate::text::{find, split_before};

/// An element that Twilio supports.
struct ElementKind {
    name: &'static str,
    /// Its attributes: the name, the allowed words (empty for any text), and whether it is required.
    attributes: &'static [(&'static str, &'static [&'static str], bool)],
    /// The elements that it may contain.
    children: &'static [&'static str],
}

const WORD: &[&str] = &["break", "emphasis", "phoneme", "prosody", "say-as", "sub"];
const PHRASE: &[&str] = &["break", "emphasis", "lang", "phoneme", "prosody", "say-as", "sub", "w"];
const PARAGRAPH: &[&str] = &["break", "emphasis", "lang", "phoneme", "prosody", "s", "say-as", "sub", "w"];
const SPEECH: &[&str] = &["break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"];

const STRENGTHS: &[&str] = &["none", "x-weak", "weak", "medium", "strong", "x-strong"];
const LEVELS: &[&str] = &["strong", "moderate", "reduced"];
const ALPHABETS: &[&str] =
    &["ipa", "x-sampa", "x-amazon-jyutping", "x-amazon-pinyin", "x-amazon-pron-kana", "x-amazon-yomigana"];
const FORMATS: &[&str] = &["mdy", "dmy", "ymd", "md", "dm", "ym", "my", "d", "m", "y", "yyyymmdd"];
const READINGS: &[&str] = &[
    "characters",
    "spell-out",
    "cardinal",
    "number",
    "ordinal",
    "digits",
    "fraction",
    "unit",
    "date",
    "time",
    "address",
    "expletive",
    "telephone",
];

/// The elements as in schema/twiml.json; a test compares them. The bots do not contain the tables made from that file.
const KINDS: [ElementKind; 10] = [
    ElementKind { name: "break", attributes: &[("strength", STRENGTHS, false), ("time", &[], false)], children: &[] },
    ElementKind { name: "emphasis", attributes: &[("level", LEVELS, false)], children: PHRASE },
    ElementKind { name: "lang", attributes: &[("xml:lang", &[], true)], children: SPEECH },
    ElementKind { name: "p", attributes: &[], children: PARAGRAPH },
    ElementKind { name: "phoneme", attributes: &[("alphabet", ALPHABETS, false), ("ph", &[], true)], children: &[] },
    ElementKind {
        name: "prosody",
        attributes: &[("pitch", &[], false), ("rate", &[], false), ("volume", &[], false)],
        children: SPEECH,
    },
    ElementKind { name: "s", attributes: &[], children: PHRASE },
    ElementKind {
        name: "say-as",
        attributes: &[("format", FORMATS, false), ("interpret-as", READINGS, true)],
        children: &[],
    },
    ElementKind { name: "sub", attributes: &[("alias", &[], true)], children: &[] },
    ElementKind { name: "w", attributes: &[("role", &[], false)], children: WORD },
];

/// The maximum depth of elements.
const MAX_DEPTH: usize = 16;

/// Reads text with SSML elements, such as `Please hold <break time="1s"/> the line`; `None` if it is not well-formed,
/// or has an element, an attribute or a value that Twilio does not support. It may have no comments, CDATA sections or
/// processing instructions, and only the entities of XML.
#[must_use]
pub fn ssml(text: &str) -> Option<Vec<Node<'static>>> {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Element::new("Say")];
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                let element = element(&start, open.last()?)?;
                if open.len() > MAX_DEPTH {
                    return None;
                }
                open.push(element);
            }
            Event::Empty(start) => {
                let element = element(&start, open.last()?)?;
                open.last_mut()?.children.push(Node::Element(element));
            }
            Event::End(_) => {
                let element = open.pop()?;
                open.last_mut()?.children.push(Node::Element(element));
            }
            Event::Text(text) => {
                if !is_writable(&text) || text.as_bytes().windows(3).any(|three| three == b"]]>") {
                    return None;
                }
                push_text(open.last_mut()?, &text);
            }
            Event::GeneralRef(name) => {
                let mut buffer = [0; 4];
                let text = &*character(&name)?.encode_utf8(&mut buffer);
                if !is_writable(text) {
                    return None;
                }
                push_text(open.last_mut()?, text);
            }
            Event::Eof => {
                let say = open.pop()?;
                return open.is_empty().then_some(say.children);
            }
            Event::CData(_) | Event::Comment(_) | Event::Decl(_) | Event::DocType(_) | Event::PI(_) => return None,
        }
    }
}

/// Adds text. The parts of a text before and after a reference become one text.
fn push_text(parent: &mut Element<'static>, text: &str) {
    match parent.children.last_mut() {
        Some(Node::Text(before)) => before.to_mut().push_str(text),
        _ => parent.children.push(Node::Text(text.to_owned().into())),
    }
}

fn element(start: &BytesStart<'_>, parent: &Element<'_>) -> Option<Element<'static>> {
    let name = start.name().0;
    let parent_kind = KINDS.iter().find(|kind| kind.name == parent.name);
    let kind = KINDS.iter().find(|kind| kind.name == name)?;
    if !parent_kind.map_or(SPEECH, |kind| kind.children).contains(&kind.name) {
        return None;
    }
    let mut element = Element::new(kind.name);
    let mut rest = start.attributes_raw();
    while let Some((name, written)) = attribute(&mut rest).ok()? {
        let (name, words, _) = kind.attributes.iter().find(|(known, ..)| *known == name)?;
        let value = value(written)?;
        let is_allowed = words.is_empty() || words.contains(&value.as_str());
        if !is_allowed || element.attributes.iter().any(|(earlier, _)| earlier == name) {
            return None;
        }
        element.attributes.push(((*name).into(), value.into()));
    }
    let has = |name: &str| element.attributes.iter().any(|(known, _)| known == name);
    let has_required = kind.attributes.iter().all(|(name, _, required)| !required || has(name));
    has_required.then_some(element)
}

/// The value with its references replaced. White space becomes a space, as XML requires. `None` if it is not
/// well-formed.
fn value(written: &str) -> Option<String> {
    let mut value = String::with_capacity(written.len());
    let mut rest = written;
    loop {
        let (plain, after) = split_before(rest, |byte| matches!(byte, b'&' | b'<' | b'\t' | b'\n' | b'\r'));
        value.push_str(plain);
        rest = match after.as_bytes().first() {
            None => return is_writable(&value).then_some(value),
            Some(b'&') => {
                let end = find(after, b';')?;
                value.push(character(after.get(1..end)?)?);
                after.get(end + 1..)?
            }
            Some(b'<') => return None,
            Some(_) => {
                value.push(' ');
                after.get(1..)?
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Option<String> {
        let mut say = Element::new("Say");
        say.children = ssml(text)?;
        let xml = super::super::write(&Element::new("Response").child(say)).unwrap();
        let (_, inside) = xml.split_once("<Response><Say>")?;
        Some(inside.strip_suffix("</Say></Response>")?.to_owned())
    }

    #[test]
    fn supported_ssml_is_read() {
        for text in [
            "Please hold <break time=\"1s\"/> the line",
            "<p><s>One.</s> <s>Two &amp; three.</s></p>",
            "<lang xml:lang=\"es-US\"><emphasis level=\"strong\">Hola</emphasis></lang>",
            "<say-as interpret-as=\"telephone\">5550100</say-as>",
            "<prosody rate=\"90%\"><w role=\"amazon:VB\">read</w></prosody>",
        ] {
            assert_eq!(written(text).as_deref(), Some(text));
        }
        assert_eq!(written("a &lt;b&gt; &#233;").as_deref(), Some("a &lt;b&gt; é"));
        assert_eq!(written("<sub alias='a\n&quot;b'>c</sub>").as_deref(), Some("<sub alias=\"a &quot;b\">c</sub>"));
    }

    #[test]
    fn unsupported_or_ill_formed_ssml_is_refused() {
        for text in [
            "<break",
            "<s>One.",
            "One.</s>",
            "<s>One.</p>",
            "a & b",
            "&nbsp;",
            "&#0;",
            "a < b",
            "]]>",
            "\u{1}",
            "<!-- a -->",
            "<![CDATA[a]]>",
            "<?xml version=\"1.0\"?>",
            "<!DOCTYPE a>",
            "<Hangup/>",
            "<Say>a</Say>",
            "<break strength=\"loud\"/>",
            "<break size=\"1\"/>",
            "<break time=\"1s\" time=\"2s\"/>",
            "<break time=\"1s\"strength=\"weak\"/>",
            "<break time=1s/>",
            "<sub>a</sub>",
            "<s><p>a</p></s>",
            "<say-as interpret-as=\"date\"><break/></say-as>",
        ] {
            assert_eq!(ssml(text), None, "{text}");
        }
        let deep = |levels: usize| "<prosody>".repeat(levels) + "a" + &"</prosody>".repeat(levels);
        assert!(ssml(&deep(16)).is_some() && ssml(&deep(17)).is_none());
        assert!(ssml(&"<prosody>".repeat(100_000)).is_none());
    }

    #[test]
    fn the_elements_equal_those_of_the_schema() {
        let schema: serde_json::Value = serde_json::from_str(include_str!("../../schema/twiml.json")).unwrap();
        let overlay: serde_json::Value = serde_json::from_str(include_str!("../../schema/overlay.json")).unwrap();
        let voice = &schema["documents"]["voice"];
        let required = overlay["attributes"].as_array().unwrap().iter().rfind(|rule| rule["set"]["required"] == true);
        let required = required.unwrap()["select"].as_array().unwrap();
        let children = |class: &serde_json::Value| -> Vec<String> {
            let classes = class["children"].as_array().unwrap().iter().map(|child| child["class"].as_str().unwrap());
            let mut names: Vec<_> =
                classes.map(|class| voice["classes"][class]["element"].as_str().unwrap().to_owned()).collect();
            names.sort();
            names
        };
        assert_eq!(children(&voice["classes"]["Say"]), SPEECH);
        let classes = voice["classes"].as_object().unwrap();
        let mut seen = 0;
        for (name, class) in classes.iter().filter(|(name, _)| name.starts_with("Ssml")) {
            let kind = KINDS.iter().find(|kind| class["element"] == kind.name).unwrap();
            assert_eq!(children(class), kind.children, "{name}");
            let attributes = class["attributes"].as_object().unwrap();
            assert_eq!(attributes.len(), kind.attributes.len(), "{name}");
            for (attribute, words, needed) in kind.attributes {
                let listed = attributes[*attribute]["enum"].as_str().filter(|list| *list != "SsmlLangXmlLang");
                let listed = listed.map_or_else(Vec::new, |list| voice["enums"][list].as_array().unwrap().clone());
                assert_eq!(listed, *words, "{name}@{attribute}");
                let selected = required.iter().any(|item| *item == format!("{name}@{attribute}"));
                assert_eq!(selected, *needed, "{name}@{attribute}");
            }
            seen += 1;
        }
        assert_eq!(seen, KINDS.len());
    }
}
