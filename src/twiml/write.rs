// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Writing a tree as XML.

use std::borrow::Cow;

use quick_xml::Writer;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use quick_xml::name::QName;

use super::tree::{Element, Node};

/// How deep a tree may be: Twilio's own documents nest four levels, SSML a few more.
const DEEPEST: usize = 64;

/// Why a tree cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IllFormed {
    /// A character that XML 1.0 has no way to write: a control character, U+FFFE, U+FFFF.
    Character,
    /// A comment that holds `--`.
    Comment,
    /// Elements nested more than 64 deep.
    Depth,
    /// An element or attribute name that XML does not allow.
    Name,
    /// An attribute given twice.
    Repeated,
}

/// Writes the document whose root is `root`.
///
/// # Errors
/// [`IllFormed`]: nothing is written then.
pub fn write(root: &Element<'_>) -> Result<String, IllFormed> {
    let mut writer = Writer::new(Vec::with_capacity(256));
    put(&mut writer, Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
    element(&mut writer, root, 0)?;
    // Every part was a str.
    Ok(String::from_utf8(writer.into_inner()).unwrap_or_default())
}

type Xml = Writer<Vec<u8>>;

fn put(writer: &mut Xml, event: Event<'_>) {
    // Writing to a Vec cannot fail.
    let _ = writer.write_event(event);
}

fn element(writer: &mut Xml, element: &Element<'_>, depth: usize) -> Result<(), IllFormed> {
    if depth >= DEEPEST {
        return Err(IllFormed::Depth);
    }
    let mut start = BytesStart::new(name(&element.name)?);
    for (index, (key, value)) in element.attributes.iter().enumerate() {
        if element.attributes[..index].iter().any(|(earlier, _)| earlier == key) {
            return Err(IllFormed::Repeated);
        }
        start.push_attribute(Attribute { key: QName(name(key)?), value: escape(value, Place::Attribute)? });
    }
    if element.children.iter().all(|child| matches!(child, Node::Text(text) if text.is_empty())) {
        put(writer, Event::Empty(start));
        return Ok(());
    }
    put(writer, Event::Start(start));
    for child in &element.children {
        node(writer, child, depth + 1)?;
    }
    put(writer, Event::End(BytesEnd::new(&*element.name)));
    Ok(())
}

fn node(writer: &mut Xml, node: &Node<'_>, depth: usize) -> Result<(), IllFormed> {
    match node {
        Node::Element(child) => element(writer, child, depth)?,
        Node::Text(text) => put(writer, Event::Text(BytesText::from_escaped(escape(text, Place::Text)?))),
        Node::Comment(text) => {
            if text.as_bytes().windows(2).any(|pair| pair == b"--") {
                return Err(IllFormed::Comment);
            }
            let padded = [" ", &*escape(text, Place::Comment)?, " "].concat();
            put(writer, Event::Comment(BytesText::from_escaped(padded)));
        }
    }
    Ok(())
}

/// Checks an element or attribute name: XML 1.0, fifth edition, production 5.
fn name(name: &str) -> Result<&str, IllFormed> {
    let starts = |c: char| {
        matches!(c, ':' | '_' | 'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}'
            | '\u{f8}'..='\u{2ff}' | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}'
            | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}'
            | '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..='\u{effff}')
    };
    let goes_on = |c: char| {
        starts(c) || matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
    };
    let mut chars = name.chars();
    if chars.next().is_some_and(starts) && chars.all(goes_on) { Ok(name) } else { Err(IllFormed::Name) }
}

/// Where a text stands, since that decides what is escaped in it.
#[derive(Clone, Copy)]
enum Place {
    Attribute = 1,
    Comment = 2,
    Text = 4,
}

/// For each byte, the places where it cannot stand as it is.
const SPECIAL: [u8; 256] = {
    let mut special = [0; 256];
    let mut byte = 0;
    while byte < 0x20 {
        special[byte] = 7;
        byte += 1;
    }
    special[b'\t' as usize] = 1;
    special[b'\n' as usize] = 1;
    special[b'\r' as usize] = 1 | 4;
    special[b'&' as usize] = 1 | 4;
    special[b'<' as usize] = 1 | 4;
    special[b'>' as usize] = 4;
    special[b'"' as usize] = 1;
    // U+FFFE and U+FFFF begin with it, among others.
    special[0xef] = 7;
    special
};

/// Escapes as Twilio's Node library does, and refuses what XML 1.0 has no way to write (production 2).
fn escape(text: &str, place: Place) -> Result<Cow<'_, str>, IllFormed> {
    let mut escaped = String::new();
    let mut written = 0;
    for (at, byte) in text.bytes().enumerate() {
        if SPECIAL[usize::from(byte)] & place as u8 == 0 {
            continue;
        }
        let entity = match byte {
            b'\t' => "&#x9;",
            b'\n' => "&#xA;",
            b'\r' => "&#xD;",
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            // U+FFFE and U+FFFF are EF BF BE and EF BF BF.
            0xef if !matches!(text.as_bytes().get(at + 1..at + 3), Some([0xbf, 0xbe | 0xbf])) => continue,
            _ => return Err(IllFormed::Character),
        };
        escaped.push_str(text.get(written..at).unwrap_or_default());
        escaped.push_str(entity);
        written = at + 1;
    }
    if written == 0 {
        return Ok(Cow::Borrowed(text));
    }
    escaped.push_str(text.get(written..).unwrap_or_default());
    Ok(Cow::Owned(escaped))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(response: &Element<'_>) -> String {
        write(response).unwrap().strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>").unwrap().to_owned()
    }

    #[test]
    fn writes_as_twilio_does() {
        let say = Element::new("Say").attribute("voice", "a&b<c>\"d\"'e'\t\n\r").text("a&b<c>\"d\"'e'\t\n\r");
        assert_eq!(
            body(&Element::new("Response").child(say)),
            "<Response><Say voice=\"a&amp;b&lt;c>&quot;d&quot;'e'&#x9;&#xA;&#xD;\">a&amp;b&lt;c&gt;\"d\"'e'\t\n&#xD;</Say></Response>"
        );
        assert_eq!(body(&Element::new("Response")), "<Response/>");
        assert_eq!(body(&Element::new("Response").child(Element::new("Say").text(""))), "<Response><Say/></Response>");
        let mut comment = Element::new("Response");
        comment.children.push(Node::Comment("a<b".into()));
        assert_eq!(body(&comment), "<Response><!-- a<b --></Response>");
    }

    #[test]
    fn refuses_what_would_be_ill_formed() {
        for text in ["\0", "\u{1}", "a\u{b}", "\u{fffe}", "x\u{ffff}"] {
            assert_eq!(write(&Element::new("Say").text(text)), Err(IllFormed::Character), "{text:?}");
            assert_eq!(write(&Element::new("Say").attribute("voice", text)), Err(IllFormed::Character), "{text:?}");
        }
        assert!(write(&Element::new("Say").text("\u{fffd}\u{10ffff}é")).is_ok());
        for name in ["", "1a", "a b", "a>", "-a"] {
            assert_eq!(write(&Element::new(name)), Err(IllFormed::Name), "{name:?}");
            assert_eq!(write(&Element::new("Say").attribute(name, "")), Err(IllFormed::Name), "{name:?}");
        }
        let mut comment = Element::new("Response");
        comment.children.push(Node::Comment("a--b".into()));
        assert_eq!(write(&comment), Err(IllFormed::Comment));
        let twice = Element::new("Say").attribute("voice", "a").attribute("voice", "b");
        assert_eq!(write(&twice), Err(IllFormed::Repeated));
        let deep = (0..100).fold(Element::new("Say"), |inner, _| Element::new("Say").child(inner));
        assert_eq!(write(&deep), Err(IllFormed::Depth));
    }
}
