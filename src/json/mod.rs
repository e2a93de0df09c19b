// SPDX-License-Identifier: Apache-2.0 OR MIT

//! JSON values.
//!
//! This module has its own parser. The parser of `serde_json` would be a sixth of the webhook's wasm, mostly for
//! floats, which Plumline does not need. `serde_json` writes the strings. A test compares the two parsers.

mod map;
mod parser;
mod typed;

pub use map::Map;
pub(crate) use parser::Parser;
pub(crate) use typed::{ShapeError, Typed, cases, is_safe_name, members, newtype, read_as, words};

/// A JSON value. Members keep their order, including repeated names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Json {
    /// `true` or `false`.
    Bool(bool),
    /// An array.
    List(Vec<Json>),
    /// `null`.
    #[default]
    Null,
    /// A number, as written.
    Number(String),
    /// An object.
    Object(Vec<(String, Json)>),
    /// JSON text that is written unchanged: a resource that is already serialized, or a value that
    /// [`Json::parse_lenient`] finds below level 128. FHIR does not limit the depth of a resource, but recursive
    /// functions need a limit.
    Raw(String),
    /// A string.
    Text(String),
}

/// The position at which a text stops being valid JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// Line, from 1.
    pub line: u32,
    /// Column in bytes, from 1.
    pub column: u32,
}

impl Json {
    /// Parses a document (RFC 8259) of at most 128 levels.
    ///
    /// # Errors
    /// [`JsonError`] with the position.
    pub fn parse(text: &str) -> Result<Self, JsonError> {
        Self::parsed(Parser::of(text))
    }

    /// Parses a document from a server or an app. It may have any depth: values below level 128 become [`Json::Raw`].
    /// Half a surrogate pair (`\ud83d` alone) becomes U+FFFD.
    ///
    /// # Errors
    /// [`JsonError`] with the position.
    pub fn parse_lenient(text: &str) -> Result<Self, JsonError> {
        Self::parsed(Parser::lenient(text))
    }

    fn parsed(mut parser: Parser<'_>) -> Result<Self, JsonError> {
        match parser.value(0) {
            Some(value) if parser.is_done() => Ok(value),
            _ => Err(parser.place()),
        }
    }

    /// The member `name` of an object.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.members().iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The member `name` by value. `Null` if there is none.
    #[must_use]
    pub fn take(self, name: &str) -> Self {
        if let Self::Object(members) = self {
            for (key, value) in members {
                if key == name {
                    return value;
                }
            }
        }
        Self::Null
    }

    /// The members of an object. Empty for any other value.
    #[must_use]
    pub fn members(&self) -> &[(String, Self)] {
        if let Self::Object(members) = self { members } else { &[] }
    }

    /// The elements of an array. Empty for any other value.
    #[must_use]
    pub fn elements(&self) -> &[Self] {
        if let Self::List(elements) = self { elements } else { &[] }
    }

    /// The elements of an array by value.
    #[must_use]
    pub fn into_elements(self) -> Vec<Self> {
        if let Self::List(elements) = self { elements } else { Vec::new() }
    }

    /// A string.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// A boolean.
    #[must_use]
    pub const fn boolean(&self) -> Option<bool> {
        if let Self::Bool(boolean) = self { Some(*boolean) } else { None }
    }

    /// A number, if it is a `u32`.
    #[must_use]
    pub fn integer(&self) -> Option<u32> {
        if let Self::Number(digits) = self { digits.parse().ok() } else { None }
    }
}

/// Creates and changes values.
impl Json {
    /// A string.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// A whole number.
    #[must_use]
    pub fn of_integer(number: u64) -> Self {
        Self::Number(decimal(number))
    }

    /// An object of `members`. Members that are `Null` are left out, because FHIR has no null members.
    #[must_use]
    pub fn object<const N: usize>(members: [(&str, Self); N]) -> Self {
        let mut object = Vec::with_capacity(N);
        for (name, value) in members {
            if value != Self::Null {
                object.push((name.to_owned(), value));
            }
        }
        Self::Object(object)
    }

    /// The value at a path of member names. A number is the index of an array element (`["name", "0", "text"]`).
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        let mut place = self;
        for step in path {
            place = match place {
                Self::List(elements) => elements.get(step.parse::<usize>().ok()?)?,
                _ => place.get(step)?,
            };
        }
        Some(place)
    }

    /// Sets the member `name` of an object in place, or appends it. `Null` removes it.
    pub fn set(&mut self, name: &str, value: Self) {
        if let Self::Object(members) = self {
            let at = members.iter().position(|(key, _)| key == name);
            match (at, value) {
                (Some(at), Self::Null) => drop(members.remove(at)),
                (None, Self::Null) => {}
                (Some(at), value) => members[at].1 = value,
                (None, value) => members.push((name.to_owned(), value)),
            }
        }
    }

    /// The value as JSON text.
    #[must_use]
    pub fn write(&self) -> String {
        let mut text = String::new();
        self.write_to(&mut text);
        text
    }

    fn write_to(&self, text: &mut String) {
        match self {
            Self::Bool(boolean) => text.push_str(if *boolean { "true" } else { "false" }),
            Self::Null => text.push_str("null"),
            Self::Number(json) | Self::Raw(json) => text.push_str(json),
            Self::Text(string) => text.push_str(&quote(string)),
            Self::List(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    text.push(if index == 0 { '[' } else { ',' });
                    element.write_to(text);
                }
                text.push_str(if elements.is_empty() { "[]" } else { "]" });
            }
            Self::Object(members) => {
                for (index, (name, value)) in members.iter().enumerate() {
                    text.push(if index == 0 { '{' } else { ',' });
                    text.push_str(&quote(name));
                    text.push(':');
                    value.write_to(text);
                }
                text.push_str(if members.is_empty() { "{}" } else { "}" });
            }
        }
    }
}

/// The text as a JSON string, with quotes.
#[must_use]
pub fn quote(text: &str) -> String {
    // A str can always be serialized.
    serde_json::to_string(text).unwrap_or_default()
}

/// A number in decimal. (`to_string` would add the formatting code to the wasm.)
#[must_use]
pub fn decimal(mut number: u64) -> String {
    let mut digits = [b'0'; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            // Digits are UTF-8.
            return String::from_utf8(digits[at..].to_vec()).unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn reads_every_type_of_value() {
        let json = Json::parse(r#"{"a":[1,-2,1.5,true,null,"\u00e9"],"b":{"c":""},"a":7}"#).unwrap();
        assert_eq!(json.members().len(), 3);
        let list = json.get("a").unwrap().elements();
        assert_eq!(list[0].integer(), Some(1));
        assert_eq!((list[1].integer(), list[2].integer()), (None, None));
        assert_eq!((&list[3], &list[4], list[5].text()), (&Json::Bool(true), &Json::Null, Some("é")));
        assert_eq!(json.get("b").and_then(|b| b.get("c")?.text()), Some(""));
        assert_eq!(json.get("z"), None);
        assert_eq!(json.clone().take("b"), *json.get("b").unwrap());
    }

    #[test]
    fn creates_changes_and_writes_values() {
        let mut json = Json::object([("a", Json::of("x\"")), ("b", Json::Null), ("c", Json::of_integer(7))]);
        assert_eq!(json.write(), r#"{"a":"x\"","c":7}"#);
        json.set("a", Json::List(vec![Json::Bool(true), Json::Null, Json::Object(Vec::new())]));
        json.set("d", Json::List(Vec::new()));
        json.set("c", Json::Null);
        json.set("e", Json::Null);
        assert_eq!(json.write(), r#"{"a":[true,null,{}],"d":[]}"#);
        assert_eq!(Json::parse(&json.write()), Ok(json.clone()));
        assert_eq!(json.at(&["a", "0"]).and_then(Json::boolean), Some(true));
        assert_eq!((json.at(&["a", "3"]), json.at(&["a", "x"]), json.at(&["b", "0"])), (None, None, None));
    }

    #[test]
    fn an_error_has_the_position() {
        assert_eq!(Json::parse(""), Err(JsonError { line: 1, column: 1 }));
        assert_eq!(Json::parse("{\n\"a\":}"), Err(JsonError { line: 2, column: 5 }));
        assert_eq!(Json::parse(&"[".repeat(100_000)), Err(JsonError { line: 1, column: 129 }));
        assert!(Json::parse(&("[".repeat(127) + &"]".repeat(127))).is_ok());
        for half in ["\"\\ud83d\"", "\"\\ude00\"", "\"\\ud83d\\ud83d\""] {
            assert!(Json::parse(half).is_err(), "{half}");
        }
    }

    #[test]
    fn reads_any_depth() {
        for depth in [1, 127, 128, 129, 130, 5_000, 100_000] {
            for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\": [", "]}]")] {
                let text = [&open.repeat(depth), "1", &close.repeat(depth)].concat();
                let json = Json::parse_lenient(&text).unwrap();
                assert_eq!(json.write().replace(' ', ""), text.replace(' ', ""));
                for wrong in [&text[1..], &text[..text.len() - 1], &text.replace('1', "]"), &text.replace('1', "1,")] {
                    assert!(Json::parse_lenient(wrong).is_err(), "{depth} {open}");
                }
            }
        }
        // The members around the deep value are parsed.
        let deep = [&"[".repeat(200), "{},null,\"]\",{\"a\":1,\"b\":[]}", &"]".repeat(200)].concat();
        let json = Json::parse_lenient(&["{\"id\":\"7\",\"deep\":", &deep, ",\"last\":2}"].concat()).unwrap();
        assert_eq!(json.get("id").and_then(Json::text), Some("7"));
        assert_eq!(json.get("last").and_then(Json::integer), Some(2));
        assert!(json.write().contains(&deep));
    }

    #[test]
    fn reads_half_a_surrogate_pair_as_a_replacement_character() {
        for (escaped, text) in [
            ("\\ud83d", "\u{fffd}"),
            ("a\\ude00b", "a\u{fffd}b"),
            ("\\ud83d\\ude00", "😀"),
            ("\\ud83dx", "\u{fffd}x"),
            ("\\ud83d\\n", "\u{fffd}\n"),
            ("\\ud83d\\u00e9", "\u{fffd}é"),
            ("\\ud83d\\ud83d\\ude00", "\u{fffd}😀"),
            ("\\ude00\\ud83d", "\u{fffd}\u{fffd}"),
        ] {
            assert_eq!(Json::parse_lenient(&["\"", escaped, "\""].concat()), Ok(Json::of(text)), "{escaped}");
        }
        for wrong in ["\"\\ud83d\\u00\"", "\"\\ud83d\\\"", "\"\\ud8\""] {
            assert!(Json::parse_lenient(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn writes_texts_and_numbers() {
        assert_eq!(quote("a\"\\\n\u{1}é"), "\"a\\\"\\\\\\n\\u0001é\"");
        assert_eq!((decimal(0), decimal(1_000), decimal(u64::MAX)), ("0".into(), "1000".into(), u64::MAX.to_string()));
    }

    fn same(json: &Json, value: &Value) -> bool {
        match (json, value) {
            (Json::Null, Value::Null) => true,
            (Json::Bool(a), Value::Bool(b)) => a == b,
            (Json::Text(a), Value::String(b)) => a == b,
            // In this build, serde_json uses a faster and less exact conversion of numbers.
            (Json::Number(a), Value::Number(b)) => {
                let (a, b) = (a.parse::<f64>().unwrap(), b.as_f64().unwrap());
                (a - b).abs() <= a.abs() * 1e-15
            }
            (Json::List(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
            // serde_json keeps the last member with a repeated name.
            (Json::Object(a), Value::Object(b)) => {
                b.iter().all(|(name, b)| a.iter().rev().find(|(key, _)| key == name).is_some_and(|(_, a)| same(a, b)))
            }
            _ => false,
        }
    }

    /// Random sequences of JSON tokens, valid or not.
    #[test]
    fn agrees_with_serde_json() {
        const PIECES: [&str; 40] = [
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\"a\"",
            "\"b\"",
            "1",
            "0",
            "-",
            "01",
            "1.5",
            ".",
            "e",
            "1e9",
            "-0.0",
            "true",
            "false",
            "null",
            "nul",
            " ",
            "\n",
            "\t",
            "\\",
            "\\u",
            "\"\\u00e9\"",
            "\"\\ud83d\\ude00\"",
            "\"\\ud83d\"",
            "\"\\udc00\"",
            "é",
            "😀",
            "\"\\n\\/\\\"\"",
            "\"\u{1}\"",
            "\0",
            "[1,2]",
            "{\"k\":[]}",
            "\"",
            "x",
        ];
        let mut state = 0x9e37_79b9_u32;
        let mut next = |below: usize| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state as usize % below
        };
        let mut valid = 0;
        for _ in 0..200_000 {
            let mut text = String::new();
            for _ in 0..=next(7) {
                text.push_str(PIECES[next(PIECES.len())]);
            }
            let other = serde_json::from_str::<Value>(&text);
            match (Json::parse(&text), &other) {
                (Ok(own), Ok(other)) => {
                    assert!(same(&own, other), "{text:?}");
                    valid += 1;
                }
                (Err(_), Err(_)) => {}
                // This parser keeps numbers as text, so no number is too large.
                (Ok(_), Err(other)) if other.to_string().starts_with("number out of range") => {}
                (own, _) => panic!("{text:?}: {own:?} but {other:?}"),
            }
        }
        assert!(valid > 5_000, "{valid}");
    }
}
