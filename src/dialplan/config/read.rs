// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Reads a config document.

use super::{Config, ConfigError};
use crate::dialplan::check::{ConfigFinding, Depth, Severity, check};
use crate::error::Code;
use crate::json::{Json, decimal, read_as};
use crate::phone::E164;

impl Config {
    /// Reads a config document, and checks it for errors that stop calls. [`Config::check`] also finds other errors,
    /// such as a number that never rings.
    ///
    /// # Errors
    /// [`ConfigError`]. No part of an invalid config is used.
    pub fn read(text: &str) -> Result<Self, ConfigError> {
        let config = parse(text)?;
        match check(&config, None, None, Depth::Errors).into_iter().find(|finding| finding.severity == Severity::Error)
        {
            Some(ConfigFinding { path, code, .. }) => Err(ConfigError { path, code }),
            None => Ok(config),
        }
    }

    /// All findings for a config document. `numbers` are the numbers of the Twilio account, and `today` is the date in
    /// days since 1970-01-01, each if known.
    #[must_use]
    pub fn check(text: &str, numbers: Option<&[E164<'_>]>, today: Option<u64>) -> Vec<ConfigFinding> {
        match parse(text) {
            Ok(config) => check(&config, numbers, today, Depth::All),
            Err(ConfigError { path, code }) => {
                vec![ConfigFinding { path, code, severity: Severity::Error, nearest: None }]
            }
        }
    }
}

/// The maximum size of the document, in bytes. A bot reads the document before it verifies a signature, so this limits
/// the cost of a forged request.
const MAX_LENGTH: usize = 256 * 1024;

fn parse(text: &str) -> Result<Config, ConfigError> {
    if text.len() > MAX_LENGTH {
        return Err(ConfigError { path: "the document".to_owned(), code: Code::ConfigSize });
    }
    read_as(text).map_err(|error| {
        let refused = |path: &[&str]| ConfigError { path: path.concat(), code: Code::ConfigInvalid };
        // The author of invalid JSON needs the line and the column.
        if let Err(at) = Json::parse(text) {
            let (line, column) = (decimal(at.line.into()), decimal(at.column.into()));
            return refused(&["line ", &line, ", column ", &column]);
        }
        let place = if error.path.is_empty() { "the document" } else { &error.path };
        refused(&[if error.is_member { "an unknown or repeated member of " } else { "" }, place])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn misread(json: &str) -> String {
        let err = parse(json).expect_err(json);
        assert_eq!(err.code, Code::ConfigInvalid);
        err.path
    }

    #[test]
    fn reads_the_members_of_a_config() {
        assert_eq!(Config::read("{}"), Ok(Config::default()));
        let config = Config::read(r#"{"greeting":{"text":"Hello.","voice":"Polly.Amy-Neural","language":"en-GB"},"client":"desk","outbound":{"callerId":"+15550100002"}}"#).unwrap();
        assert_eq!(config.greeting.text.as_deref(), Some("Hello."));
        assert_eq!(config.client.as_deref(), Some("desk"));
        assert_eq!(config.outbound.caller_id.as_deref(), Some("+15550100002"));
    }

    #[test]
    fn an_error_has_the_path_and_never_the_value() {
        for (json, place) in [
            ("", "line 1, column 1"),
            ("{\n,}", "line 2, column 1"),
            ("{} x", "line 1, column 4"),
            (r#"{"client":}"#, "line 1, column 11"),
            (r#"{"client":"a}"#, "line 1, column 14"),
            (r#"{"client":"a",}"#, "line 1, column 15"),
            (r#"{"lists":{"a":["b",]}}"#, "line 1, column 20"),
            ("[]", "the document"),
            ("7", "the document"),
            (r#"{"greating":{}}"#, "an unknown or repeated member of the document"),
            (r#"{"+15550100077":"Dr. Example"}"#, "an unknown or repeated member of the document"),
            (r#"{"client":7}"#, "client"),
            (r#"{"client":"a","client":"b"}"#, "an unknown or repeated member of the document"),
            (r#"{"greeting":"Hello"}"#, "greeting"),
            (r#"{"greeting":["Hello"]}"#, "greeting"),
            (r#"{"greeting":{"words":"Hello"}}"#, "an unknown or repeated member of greeting"),
            (r#"{"outbound":{"callerId":null}}"#, "outbound.callerId"),
            (r#"{"outbound":{"perHour":-1}}"#, "outbound.perHour"),
            (r#"{"outbound":{"perHour":1.5}}"#, "outbound.perHour"),
            (r#"{"outbound":{"perHour":4294967296}}"#, "outbound.perHour"),
            (r#"{"outbound":{"pool":"chance"}}"#, "outbound.pool"),
            (r#"{"outbound":{"pool":{"sticky":{}}}}"#, "outbound.pool.sticky"),
            (r#"{"outbound":{"incoming":"yes"}}"#, "outbound.incoming"),
            (r#"{"numbers":{"+15550100001":{"name":"Desk"}}}"#, "numbers[0].dialplan"),
            (r#"{"numbers":{"a":{"name":"","dialplan":""},"Dr. Example":7}}"#, "numbers[1]"),
            (r#"{"lists":{"a":[],"a":[]}}"#, "an unknown or repeated member of lists"),
            (r#"{"lists":{"5550100001":7}}"#, "lists[0]"),
            (r#"{"actions":{"day":[{"say":{}},{"dial":{"timeout":"x"}}]}}"#, "actions.day[1].dial.timeout"),
            (
                r#"{"actions":{"day":[{"dial":{"targets":[{"client":"a"},{"number":7}]}}]}}"#,
                "actions.day[0].dial.targets[1].number",
            ),
            (r#"{"actions":{"day":[{"shout":{}}]}}"#, "an unknown or repeated member of actions.day[0]"),
            (r#"{"actions":{"day":[{"pause":1,"hangup":{}}]}}"#, "actions.day[0]"),
            (r#"{"actions":{"day":["hangup"]}}"#, "actions.day[0].hangup"),
            (r#"{"actions":{"day":[{}]}}"#, "actions.day[0]"),
            (r#"{"actions":{"day":[{"say":{"text":{"en-US":7}}}]}}"#, "actions.day[0].say.text.en-US"),
            (r#"{"actions":{"day":[{"say":{"text":["Hello"]}}]}}"#, "actions.day[0].say.text"),
        ] {
            assert_eq!(misread(json), place, "{json}");
        }
    }

    #[test]
    fn a_config_that_is_too_long_is_refused() {
        let padded = |length: usize| format!("{{}}{}", " ".repeat(length - 2));
        assert!(Config::read(&padded(MAX_LENGTH)).is_ok());
        let refused = Config::read(&padded(MAX_LENGTH + 1)).unwrap_err();
        assert_eq!((refused.path.as_str(), refused.code), ("the document", Code::ConfigSize));
    }

    #[test]
    fn a_deeply_nested_config_is_refused() {
        for (open, close) in [("[", "]"), (r#"{"greeting":"#, "}"), (r#"{"actions":{"a":["#, "]}}")] {
            assert!(Config::read(&open.repeat(100_000)).is_err());
            assert!(Config::read(&(open.repeat(100_000) + &close.repeat(100_000))).is_err());
        }
    }
}
