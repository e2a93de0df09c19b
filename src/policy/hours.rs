// SPDX-License-Identifier: Apache-2.0 OR MIT

//! When people may be called, by the local time of the callee.

use super::config::CallingHours;
use crate::json::Json;

/// Minutes since midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay(u32);

impl TimeOfDay {
    /// Parses `HH:MM`, up to `24:00`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let [hour @ .., b':', ten, item] = text.as_bytes() else { return None };
        let [tens, ones] = hour else { return None };
        let digit = |byte: &u8| byte.is_ascii_digit().then(|| u32::from(byte - b'0'));
        let hours = digit(tens)? * 10 + digit(ones)?;
        let minutes = digit(ten)? * 10 + digit(item)?;
        (minutes < 60 && (hours < 24 || hours == 24 && minutes == 0)).then_some(Self(hours * 60 + minutes))
    }

    /// The local time in the answer to `HostRequest::Zone` for one instant.
    #[must_use]
    pub fn from_answer(body: &Json) -> Option<Self> {
        Self::parse(body.at(&["localTimes", "0"])?.text()?.get(11..16)?)
    }
}

/// The time zone (IANA) of a callee: the zone of the longest matching prefix, else `clinic`.
#[must_use]
pub fn callee_zone<'a>(callee: &str, hours: &'a CallingHours, clinic: Option<&'a str>) -> Option<&'a str> {
    let mut longest: Option<(&str, &str)> = None;
    for (prefix, zone) in hours.zones.iter() {
        let fits = !prefix.is_empty() && callee.starts_with(prefix);
        if fits && longest.is_none_or(|(known, _)| known.len() < prefix.len()) {
            longest = Some((prefix, zone));
        }
    }
    longest.map(|(_, zone)| zone).or(clinic)
}

/// Whether people may be called at the local time `now`; `None` if the hours cannot be parsed. If the end is before the
/// start, the hours extend past midnight.
#[must_use]
pub fn is_open(hours: &CallingHours, now: TimeOfDay) -> Option<bool> {
    // Many systems write the end of the day as `23:59` or `23:59:59`, so both are midnight.
    let to = if matches!(&*hours.to, "23:59" | "23:59:59") { "24:00" } else { &hours.to };
    let (from, to) = (TimeOfDay::parse(&hours.from)?, TimeOfDay::parse(to)?);
    Some(if from < to { from <= now && now < to } else { from <= now || now < to })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(from: &str, to: &str, now: &str) -> Option<bool> {
        let hours = CallingHours { from: from.into(), to: to.into(), zones: crate::json::Map::default() };
        is_open(&hours, TimeOfDay::parse(now).unwrap())
    }

    #[test]
    fn opens_and_closes_on_the_minute() {
        for (from, to, now, expected) in [
            ("08:00", "20:00", "07:59", false),
            ("08:00", "20:00", "08:00", true),
            ("08:00", "20:00", "19:59", true),
            ("08:00", "20:00", "20:00", false),
            ("08:00", "24:00", "23:59", true),
            ("08:00", "23:59", "23:59", true),
            ("08:00", "23:59:59", "23:59", true),
            ("08:00", "23:58", "23:58", false),
            ("22:00", "06:00", "23:00", true),
            ("22:00", "06:00", "05:59", true),
            ("22:00", "06:00", "06:00", false),
            ("00:00", "24:00", "00:00", true),
        ] {
            assert_eq!(open(from, to, now), Some(expected), "{from} {to} {now}");
        }
        for wrong in ["", "8:00", "24:01", "25:00", "08:60", "é8:00", "08-00", "008:00"] {
            assert_eq!(open(wrong, "20:00", "08:00"), None, "{wrong}");
        }
    }

    #[test]
    fn the_longest_prefix_determines_the_zone() {
        let hours: CallingHours = serde_json::from_str(
            r#"{"from":"08:00","to":"20:00",
            "zones":{"+1":"America/Chicago","+1415":"America/Los_Angeles","+14":"America/Denver"}}"#,
        )
        .unwrap();
        let clinic = Some("America/New_York");
        for (callee, zone) in [
            ("+14155550100", "America/Los_Angeles"),
            ("+14045550100", "America/Denver"),
            ("+12125550100", "America/Chicago"),
            ("+442079460001", "America/New_York"),
        ] {
            assert_eq!(callee_zone(callee, &hours, clinic), Some(zone));
        }
        assert_eq!(callee_zone("+442079460001", &hours, None), None);
    }
}
