// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `PLUMLINE_CONFIG`, the clinic's own settings.

use crate::json::{Json, decimal};
use crate::phone::E164;

/// The config document, JSON: `{ greeting: { text, voice, language }, client, outbound: { callerId } }`, all optional.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// What a caller hears first.
    pub greeting: Greeting,
    /// The SDK identity that incoming calls ring; our own number's text where absent.
    pub client: Option<String>,
    /// Calls that our people place.
    pub outbound: Outbound,
}

/// `greeting`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Greeting {
    /// The words; `""` for none.
    pub text: Option<String>,
    /// A voice of Twilio's, such as `Polly.Amy-Neural`.
    pub voice: Option<String>,
    /// A language tag, such as `en-GB`.
    pub language: Option<String>,
}

/// `outbound`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outbound {
    /// The number that the callee sees, E.164; the first of ours where absent.
    pub caller_id: Option<String>,
}

/// Where a config is wrong: a path such as `greeting.text`, or `line 2, column 5` where it is no JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(pub String);

impl Config {
    /// Reads and checks a config document.
    ///
    /// # Errors
    /// [`ConfigError`] with the place; nothing of a wrong config is used.
    pub fn read(text: &str) -> Result<Self, ConfigError> {
        let json = Json::parse(text).map_err(|place| {
            let (line, column) = (decimal(place.line.into()), decimal(place.column.into()));
            ConfigError(["line ", &line, ", column ", &column].concat())
        })?;
        let mut config = Self::default();
        config.read_members(&json, "").map_err(ConfigError)?;
        Ok(config)
    }

    /// Reads the members of an object into their places; the path of the first that is wrong.
    fn read_members(&mut self, json: &Json, parent: &str) -> Result<(), String> {
        let Json::Object(members) = json else {
            return Err(if parent.is_empty() { "the document" } else { parent }.to_owned());
        };
        for (index, (name, value)) in members.iter().enumerate() {
            let path = [parent, if parent.is_empty() { "" } else { "." }, name].concat();
            if members.iter().take(index).any(|(earlier, _)| earlier == name) {
                return Err(unknown(parent));
            }
            let (place, longest) = match path.as_str() {
                "greeting" | "outbound" => {
                    self.read_members(value, &path)?;
                    continue;
                }
                "client" => (&mut self.client, 256),
                "greeting.language" => (&mut self.greeting.language, 35),
                "greeting.text" => (&mut self.greeting.text, 4000),
                "greeting.voice" => (&mut self.greeting.voice, 128),
                "outbound.callerId" => (&mut self.outbound.caller_id, 16),
                _ => return Err(unknown(parent)),
            };
            let Some(text) = value.text().filter(|text| text.len() <= longest && text.chars().all(is_printable)) else {
                return Err(path);
            };
            if text.is_empty() && path != "greeting.text" || path == "outbound.callerId" && E164::parse(text).is_none()
            {
                return Err(path);
            }
            *place = Some(text.to_owned());
        }
        Ok(())
    }
}

/// Where a member is none of ours, or there twice. Its name may be anything, a person's or a number, and is not told.
fn unknown(parent: &str) -> String {
    ["an unknown or repeated member of ", if parent.is_empty() { "the document" } else { parent }].concat()
}

/// Whether a caller can hear it and XML can write it.
fn is_printable(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_there() {
        assert_eq!(Config::read("{}"), Ok(Config::default()));
        let config = Config::read(r#"{"greeting":{"text":"Hello.","voice":"Polly.Amy-Neural","language":"en-GB"},"client":"desk","outbound":{"callerId":"+15550100002"}}"#).unwrap();
        assert_eq!(config.greeting.text.as_deref(), Some("Hello."));
        assert_eq!(config.client.as_deref(), Some("desk"));
        assert_eq!(config.outbound.caller_id.as_deref(), Some("+15550100002"));
    }

    #[test]
    fn names_the_place_of_an_error_and_never_the_value() {
        for (json, place) in [
            ("", "line 1, column 1"),
            ("{\n,}", "line 2, column 1"),
            ("[]", "the document"),
            (r#"{"greating":{}}"#, "an unknown or repeated member of the document"),
            (r#"{"+15550100077":"Dr. Example"}"#, "an unknown or repeated member of the document"),
            (r#"{"client":7}"#, "client"),
            (r#"{"client":""}"#, "client"),
            (r#"{"client":"a","client":"b"}"#, "an unknown or repeated member of the document"),
            (r#"{"greeting":"Hello"}"#, "greeting"),
            (r#"{"greeting":{"words":"Hello"}}"#, "an unknown or repeated member of greeting"),
            (r#"{"greeting":{"text":"a\u0001"}}"#, "greeting.text"),
            (r#"{"outbound":{"callerId":"911"}}"#, "outbound.callerId"),
            (r#"{"outbound":{"callerId":null}}"#, "outbound.callerId"),
        ] {
            assert_eq!(Config::read(json), Err(ConfigError(place.to_owned())), "{json}");
        }
    }

    #[test]
    fn a_config_nested_without_end_is_refused() {
        assert!(Config::read(&"[".repeat(100_000)).is_err());
    }
}
