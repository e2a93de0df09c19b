// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The check of a config as a function of a frame, so that it can be tested natively.

use super::library_error::{LibraryError, fields};
use crate::dialplan::Severity;
use crate::dialplan::config::Config;
use crate::error::Code;
use crate::frame::Frame;
use crate::json::decimal;
use crate::phone::E164;
use crate::time::{DAY, parse_instant};

/// The lines of all findings: code, path, help and severity of each. Fields: the config, the date (`YYYY-MM-DD`, or empty
/// if unknown), the numbers.
pub(super) fn check(frame: &Frame) -> Result<String, LibraryError> {
    let fields = fields(frame)?;
    let ([config, today], numbers) = fields.split_first_chunk().ok_or(Code::EventInvalid)?;
    let today = match *today {
        "" => None,
        date => {
            Some(parse_date(date).ok_or_else(|| LibraryError { code: Code::ArgumentInvalid, at: "today".to_owned() })?)
        }
    };
    let mut own = Vec::with_capacity(numbers.len());
    for (index, number) in numbers.iter().enumerate() {
        let at =
            || LibraryError { code: Code::ArgumentInvalid, at: ["numbers[", &decimal(index as u64), "]"].concat() };
        own.push(E164::parse(number).ok_or_else(at)?);
    }
    let mut text = String::new();
    for finding in Config::check(config, (frame.head(0) == 1).then_some(&own[..]), today) {
        let severity = if finding.severity == Severity::Warning { "warning" } else { "error" };
        let nearest = finding.nearest.map_or_else(String::new, |nearest| [" Nearest: ", &nearest, "."].concat());
        let help = finding.code.help();
        for line in [finding.code.as_str(), "\n", &finding.path, "\n", help, &nearest, "\n", severity, "\n"] {
            text.push_str(line);
        }
    }
    Ok(text)
}

/// Parses `YYYY-MM-DD` as days since 1970-01-01.
fn parse_date(text: &str) -> Option<u64> {
    if text.len() == 10 { parse_instant(text).map(|ms| ms / DAY) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_have_code_path_help_and_severity() {
        let lines = |head, fields: &[&str]| check(&Frame::of([head, 0, 0, 0, 0], fields));
        assert_eq!(lines(0, &["{}", ""]), Ok(String::new()));
        let help = Code::ConfigNumberNotOurs.help();
        let config = r#"{"outbound":{"callerId":"+15550100001"},"lists":{"a":[]}}"#;
        let unused = ["CONFIG_NAME_UNUSED\nlists.a\n", Code::ConfigNameUnused.help(), "\nwarning\n"].concat();
        assert_eq!(lines(0, &[config, ""]), Ok(unused.clone()));
        assert_eq!(lines(1, &[config, "", "+15550100001"]), Ok(unused));
        let foreign = ["CONFIG_NUMBER_NOT_OURS\noutbound.callerId\n", help, "\nerror\n"].concat();
        assert_eq!(lines(1, &[config, "", "+15550100002"]), Ok(foreign.clone()));
        assert_eq!(lines(1, &[config, ""]), Ok(foreign));
        let help = Code::ConfigVoiceUnknown.help();
        let unknown = ["CONFIG_VOICE_UNKNOWN\nvoice\n", help, " Nearest: Polly.Joanna.\nwarning\n"].concat();
        assert_eq!(lines(0, &[r#"{"voice":"Polly.Joana"}"#, ""]), Ok(unknown));
        let error = lines(1, &[config, "", "911"]).expect_err("911 is not E.164");
        assert_eq!((error.code, error.at.as_str()), (Code::ArgumentInvalid, "numbers[0]"));
        assert_eq!(lines(0, &[]), Err(Code::EventInvalid.into()));
        assert_eq!(lines(0, &["{}"]), Err(Code::EventInvalid.into()));
    }

    #[test]
    fn the_date_determines_which_holidays_are_over() {
        let config = r#"{"timeZone":"UTC","numbers":{"+15550100001":{"name":"Desk","dialplan":"main"}},
            "hours":{"day":{"weekly":[{"days":["mon"],"from":"09:00","to":"17:00"}],"holidays":["2026-11-26"]}},
            "dialplans":{"main":[{"when":{"closed":"day"},"then":"end"},{"then":"bye"}]},
            "actions":{"end":[{"reject":{}}],"bye":[{"reject":{"reason":"busy"}}]}}"#;
        let lines = |today| check(&Frame::of([0; 5], &[config, today]));
        let past = ["CONFIG_HOLIDAYS_PAST\nhours.day.holidays\n", Code::ConfigHolidaysPast.help(), "\nwarning\n"];
        for today in ["", "1970-01-01", "2026-11-26"] {
            assert_eq!(lines(today), Ok(String::new()), "{today}");
        }
        for today in ["2026-11-27", "9999-12-31"] {
            assert_eq!(lines(today), Ok(past.concat()), "{today}");
        }
        for today in ["today", "2026-02-29", "2026-11-27T00:00:00Z", "26-11-2027", "2026-11-2é"] {
            let error = lines(today).expect_err(today);
            assert_eq!((error.code, error.at.as_str()), (Code::ArgumentInvalid, "today"));
        }
    }
}
