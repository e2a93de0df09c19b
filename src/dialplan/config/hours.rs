// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Opening hours and holidays.

use crate::json::{Parser, ShapeError, Typed, members, words};

/// Opening hours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct Hours {
    /// The weekly hours.
    pub weekly: Vec<Weekly>,
    /// Days that are closed, or that have other hours.
    pub holidays: Vec<Holiday>,
    /// A `HealthcareService/<id>` whose `availableTime` and `notAvailable` count too.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^(HealthcareService)/[A-Za-z0-9.-]{1,64}$")))]
    pub healthcare_service: Option<String>,
    /// The time zone (IANA). If absent, the time zone of the called number.
    #[cfg_attr(
        feature = "schema",
        schemars(regex(pattern = "^([A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z][A-Za-z0-9_+-]*){1,2}|UTC|GMT)$"))
    )]
    pub time_zone: Option<String>,
}

members!(Hours {
    weekly: optional "weekly",
    holidays: optional "holidays",
    healthcare_service: optional "healthcareService",
    time_zone: optional "timeZone",
});

/// Hours on some weekdays. If `to` is not after `from`, it is on the next day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Weekly {
    /// The weekdays on which the hours start.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub days: Vec<Day>,
    /// `HH:MM`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")))]
    pub from: String,
    /// `HH:MM`. `24:00`, `23:59` and `23:59:59` mean midnight.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^(([01][0-9]|2[0-3]):[0-5][0-9]|23:59:59|24:00)$")))]
    pub to: String,
}

members!(Weekly {
    days: required "days",
    from: required "from",
    to: required "to",
});

/// An entry of `holidays`: days that are closed, or that have other hours. A text is short for an object with `on`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holiday {
    /// The days, in the format of [`DayRule`](crate::dialplan::hours::DayRule).
    pub on: String,
    /// A name for people. It is never spoken.
    pub name: Option<String>,
    /// When the hours are open on these days, instead of their other times. If empty, the days are closed.
    pub open: Vec<Opening>,
    /// The weekdays to which the entry applies. If absent, all weekdays for a closed day and for a date with a year,
    /// otherwise the weekdays with other times.
    pub days: Option<Vec<Day>>,
}

impl Typed for Holiday {
    fn read(parser: &mut Parser<'_>) -> Result<Self, ShapeError> {
        let mut holiday = Self::default();
        if parser.is_text() {
            holiday.on = Typed::read(parser)?;
            return Ok(holiday);
        }
        let members = [("on", true), ("name", false), ("open", false), ("days", false)];
        parser.object(&members, &mut |parser, at| {
            match at {
                0 => holiday.on = Typed::read(parser)?,
                1 => holiday.name = Typed::read(parser)?,
                2 => holiday.open = Typed::read(parser)?,
                _ => holiday.days = Typed::read(parser)?,
            }
            Ok(())
        })?;
        Ok(holiday)
    }
}

/// A period of a day. If `to` is not after `from`, it is on the next day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Opening {
    /// `HH:MM`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")))]
    pub from: String,
    /// `HH:MM`. `24:00`, `23:59` and `23:59:59` mean midnight.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^(([01][0-9]|2[0-3]):[0-5][0-9]|23:59:59|24:00)$")))]
    pub to: String,
}

members!(Opening {
    from: required "from",
    to: required "to",
});

/// A weekday, as FHIR spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(rename_all = "lowercase"))]
#[expect(missing_docs, reason = "a name says it")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

words!(Day { Mon: "mon", Tue: "tue", Wed: "wed", Thu: "thu", Fri: "fri", Sat: "sat", Sun: "sun" });
