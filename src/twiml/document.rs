// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Writes XML, element by element.

use std::borrow::Cow;

use quick_xml::Writer;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};
use quick_xml::name::QName;

/// The maximum depth of a document. TwiML has four levels, and SSML a few more.
pub(super) const MAX_DEPTH: usize = 64;

/// The start of every document. Twilio accepts no byte before it (error 12100).
const DECLARATION: &[u8] = br#"<?xml version="1.0" encoding="UTF-8"?>"#;

/// Why a document cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IllFormed {
    /// A character that XML 1.0 does not allow: a control character, U+FFFE or U+FFFF.
    Character,
    /// A comment that contains `--`.
    Comment,
    /// Elements nested more than 64 deep.
    Depth,
    /// An element or attribute name that XML does not allow.
    Name,
    /// The same attribute twice.
    Repeated,
}

/// A document that is being written. After the first error, the whole document fails.
pub struct Document<'a> {
    writer: Writer<Vec<u8>>,
    open: Vec<&'a str>,
    error: Option<IllFormed>,
}

impl<'a> Document<'a> {
    /// A document that has only the XML declaration.
    #[must_use]
    pub fn new() -> Self {
        let mut bytes = Vec::with_capacity(256);
        bytes.extend_from_slice(DECLARATION);
        Self { writer: Writer::new(bytes), open: Vec::with_capacity(4), error: None }
    }

    /// Adds an empty element.
    pub fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) -> &mut Self {
        self.attempt(|document| {
            let start = document.start(name, attributes)?;
            document.put(Event::Empty(start));
            Ok(())
        })
    }

    /// Opens an element. Everything added before [`Document::close`] is inside it.
    pub fn open(&mut self, name: &'a str, attributes: &[(&str, &str)]) -> &mut Self {
        self.attempt(|document| {
            let start = document.start(name, attributes)?;
            document.open.push(name);
            document.put(Event::Start(start));
            Ok(())
        })
    }

    /// Closes the innermost open element.
    pub fn close(&mut self) -> &mut Self {
        if let Some(name) = self.open.pop() {
            self.put(Event::End(BytesEnd::new(name)));
        }
        self
    }

    /// Adds text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.attempt(|document| {
            document.put(Event::Text(BytesText::from_escaped(escape(text, Place::Text)?)));
            Ok(())
        })
    }

    /// Adds an element that contains text.
    pub fn element(&mut self, name: &'a str, attributes: &[(&str, &str)], text: &str) -> &mut Self {
        self.open(name, attributes).text(text).close()
    }

    /// Adds a comment with a space on either side.
    pub fn comment(&mut self, text: &str) -> &mut Self {
        self.attempt(|document| {
            if text.as_bytes().windows(2).any(|pair| pair == b"--") {
                return Err(IllFormed::Comment);
            }
            let padded = [" ", &*escape(text, Place::Comment)?, " "].concat();
            document.put(Event::Comment(BytesText::from_escaped(padded)));
            Ok(())
        })
    }

    /// Whether an error has occurred.
    #[must_use]
    pub const fn has_failed(&self) -> bool {
        self.error.is_some()
    }

    /// Closes all open elements and returns the document.
    ///
    /// # Errors
    /// [`IllFormed`]: the first error. A partial document is never returned.
    pub fn finish(&mut self) -> Result<String, IllFormed> {
        while !self.open.is_empty() {
            self.close();
        }
        let bytes = std::mem::take(self.writer.get_mut());
        // Every part was a `str`, so this cannot fail.
        self.error.map_or_else(|| Ok(String::from_utf8(bytes).unwrap_or_default()), Err)
    }

    fn attempt(&mut self, write: impl FnOnce(&mut Self) -> Result<(), IllFormed>) -> &mut Self {
        if let Err(cause) = write(self)
            && self.error.is_none()
        {
            self.error = Some(cause);
        }
        self
    }

    fn start<'n>(&self, element: &'n str, attributes: &[(&str, &str)]) -> Result<BytesStart<'n>, IllFormed> {
        if self.open.len() >= MAX_DEPTH { Err(IllFormed::Depth) } else { start(element, attributes) }
    }

    fn put(&mut self, event: Event<'_>) {
        // Writing to a Vec cannot fail.
        let _ = self.writer.write_event(event);
    }
}

impl Default for Document<'_> {
    fn default() -> Self {
        Self::new()
    }
}

fn start<'n>(element: &'n str, attributes: &[(&str, &str)]) -> Result<BytesStart<'n>, IllFormed> {
    let mut start = BytesStart::new(name(element)?);
    for (index, (key, value)) in attributes.iter().enumerate() {
        if attributes.iter().take(index).any(|(earlier, _)| earlier == key) {
            return Err(IllFormed::Repeated);
        }
        start.push_attribute(Attribute { key: QName(name(key)?), value: escape(value, Place::Attribute)? });
    }
    Ok(start)
}

/// Checks an element or attribute name: XML 1.0, fifth edition, production 5.
fn name(name: &str) -> Result<&str, IllFormed> {
    // Most names have only letters. An exception is SSML's `say-as`.
    let letters = name.bytes().all(|byte| byte.is_ascii_alphabetic()) && !name.is_empty();
    if letters || is_name(name) { Ok(name) } else { Err(IllFormed::Name) }
}

/// Whether XML allows a name.
pub(super) fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(is_name_start) && chars.all(is_name_char)
}

fn is_name_start(c: char) -> bool {
    matches!(c, ':' | '_' | 'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}'
        | '\u{f8}'..='\u{2ff}' | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}'
        | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}'
        | '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..='\u{effff}')
}

/// Whether a name may contain this character after its first character.
pub(super) fn is_name_char(c: char) -> bool {
    let more = matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}');
    more || is_name_start(c)
}

/// Where a text is written. This decides what is escaped.
#[derive(Clone, Copy)]
enum Place {
    Attribute = 1,
    Comment = 2,
    Text = 4,
}

/// For each byte, the places in which it must be escaped or refused.
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
    // 0xEF is the first byte of U+FFFE, U+FFFF and other characters.
    special[0xef] = 7;
    special
};

/// Escapes as Twilio's Node library does.
///
/// # Errors
/// [`IllFormed::Character`] for a character that XML 1.0 does not allow (production 2).
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

/// Whether XML 1.0 allows all characters of a text.
pub(crate) fn is_writable(text: &str) -> bool {
    escape(text, Place::Comment).is_ok()
}
