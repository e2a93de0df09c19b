// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A text in one language or several.

use crate::json::{Map, Parser, ShapeError, Typed};

/// A text, or a text for each language tag: `"Hello"`, `{ "en-US": "Hello", "es-US": "Hola" }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Words {
    /// The same text for every language.
    One(String),
    /// Texts by language tag (BCP 47). The first one is the default.
    Each(Map<String>),
}

impl Words {
    /// The text for a language: the text with the same tag, else with the same language (`es` for `es-US`), else the
    /// first text. In the last case, the second value is the tag of that text, because it must be spoken in its own
    /// language.
    #[must_use]
    pub fn in_language(&self, language: &str) -> (&str, Option<&str>) {
        match self {
            Self::One(text) => (text, None),
            Self::Each(texts) => {
                let exact = texts.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(language));
                let near = || texts.iter().find(|(tag, _)| primary(tag).eq_ignore_ascii_case(primary(language)));
                match exact.or_else(near) {
                    Some((_, text)) => (text, None),
                    None => texts.iter().next().map_or(("", None), |(tag, text)| (text, Some(tag))),
                }
            }
        }
    }

    /// All texts.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let (item, each) = match self {
            Self::One(text) => (Some(text.as_str()), None),
            Self::Each(texts) => (None, Some(texts)),
        };
        item.into_iter().chain(each.into_iter().flat_map(Map::iter).map(|(_, text)| text.as_str()))
    }
}

impl Words {
    /// The maximum size in XML, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.texts().map(xml_bytes).max().unwrap_or(0)
    }
}

/// The size of a text in XML, in bytes.
#[must_use]
pub fn xml_bytes(text: &str) -> usize {
    let bytes = text.bytes().map(|byte| match byte {
        b'&' | b'\r' => 5,
        b'<' | b'>' => 4,
        b'"' => 6,
        _ => 1,
    });
    bytes.sum()
}

/// The language of a tag, without its region.
pub(super) fn primary(tag: &str) -> &str {
    crate::text::split_on(tag, b'-').0
}

impl Default for Words {
    fn default() -> Self {
        Self::One(String::new())
    }
}

impl Typed for Words {
    fn read(parser: &mut Parser<'_>) -> Result<Self, ShapeError> {
        if parser.is_text() { Typed::read(parser).map(Self::One) } else { Typed::read(parser).map(Self::Each) }
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Words {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Words".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let text = serde_json::json!({ "type": "string", "minLength": 1, "maxLength": 4000 });
        by_language("A text, or one for each language by its tag.", &text)
    }
}

/// The schema of recordings: a URL, or one for each language.
#[cfg(feature = "schema")]
pub(super) fn urls(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let url = serde_json::json!({ "type": "string", "pattern": "^https://", "maxLength": 2048 });
    by_language("A recording: the `https` URL of a sound file, or one for each language by its tag.", &url)
}

/// The schema of a value, or of an object with a value for each language.
#[cfg(feature = "schema")]
fn by_language(description: &str, value: &serde_json::Value) -> schemars::Schema {
    schemars::json_schema!({
        "description": description,
        "anyOf": [
            value,
            {
                "type": "object",
                "minProperties": 1,
                "propertyNames": { "pattern": "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$" },
                "additionalProperties": value
            }
        ]
    })
}
