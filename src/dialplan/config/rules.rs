// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The dialplan: who is calling whom and when.

use super::Config;
use crate::json::{members, words};

/// One of our numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct NumberPlan {
    /// What people call it; never spoken.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 64)))]
    pub name: String,
    /// The dialplan that answers it.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub dialplan: String,
    /// The language tag (BCP 47) of what its callers hear; `language` of the config where absent.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")))]
    pub language: Option<String>,
    /// Its time zone (IANA); `timeZone` of the config where absent.
    #[cfg_attr(
        feature = "schema",
        schemars(regex(pattern = "^([A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z][A-Za-z0-9_+-]*){1,2}|UTC|GMT)$"))
    )]
    pub time_zone: Option<String>,
}

members!(NumberPlan {
    name: required "name",
    dialplan: required "dialplan",
    language: optional "language",
    time_zone: optional "timeZone",
});

/// A line of a dialplan. The first whose conditions all hold is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Rule {
    /// The conditions; none for every call.
    #[cfg_attr(feature = "schema", serde(default))]
    pub when: Conditions,
    /// The action.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub then: String,
}

members!(Rule {
    when: optional "when",
    then: required "then",
});

/// Conditions. All that are given must hold; of a list, one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct Conditions {
    /// Who calls: E.164 numbers, beginnings of them (`+1555*`), or names of `lists`.
    #[cfg_attr(
        feature = "schema",
        schemars(length(min = 1), inner(regex(pattern = "^(\\+[1-9][0-9]{0,14}\\*?|[a-z0-9-]{1,32})$")))
    )]
    pub callers: Option<Vec<String>>,
    /// Whether the caller withholds their number.
    pub anonymous: Option<bool>,
    /// What the caller's carrier says of their number.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub verification: Option<Vec<Verification>>,
    /// Whether exactly one patient has the caller's number.
    pub patient: Option<bool>,
    /// That patient's preferred language: tags, or languages without a region.
    #[cfg_attr(
        feature = "schema",
        schemars(length(min = 1), inner(regex(pattern = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")))
    )]
    pub patient_language: Option<Vec<String>>,
    /// The language that the caller hears now: tags, or languages without a region. At the first rule it is that of the number
    /// called.
    #[cfg_attr(
        feature = "schema",
        schemars(length(min = 1), inner(regex(pattern = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")))
    )]
    pub language: Option<Vec<String>>,
    /// A care team that the patient is in: `CareTeam/<id>`.
    #[cfg_attr(
        feature = "schema",
        schemars(length(min = 1), inner(regex(pattern = "^(CareTeam)/[A-Za-z0-9.-]{1,64}$")))
    )]
    pub care_team: Option<Vec<String>>,
    /// Which of our numbers was called.
    #[cfg_attr(feature = "schema", schemars(length(min = 1), inner(regex(pattern = "^\\+[1-9][0-9]{6,14}$"))))]
    pub called: Option<Vec<String>>,
    /// The name of `hours` that are open now.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub open: Option<String>,
    /// The name of `hours` that are closed now.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub closed: Option<String>,
}

members!(Conditions {
    callers: optional "callers",
    anonymous: optional "anonymous",
    verification: optional "verification",
    patient: optional "patient",
    patient_language: optional "patientLanguage",
    language: optional "language",
    care_team: optional "careTeam",
    called: optional "called",
    open: optional "open",
    closed: optional "closed",
});

impl Conditions {
    /// Visits the names of the hours and of the lists of callers that they refer to.
    pub fn names<'a>(&'a self, hours: &mut dyn FnMut(&'a str), lists: &mut dyn FnMut(&'a str)) {
        self.open.iter().chain(&self.closed).for_each(|name| hours(name));
        self.callers.iter().flatten().for_each(|name| lists(name));
    }

    /// Whether they depend on hours that are in the time zone of the number called.
    #[must_use]
    pub fn needs_local_time(&self, config: &Config) -> bool {
        let mut hours = self.open.iter().chain(&self.closed).filter_map(|name| config.hours.get(name));
        hours.any(|hours| hours.time_zone.is_none())
    }
}

/// `StirVerstat`, <https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(rename_all = "camelCase"))]
pub enum Verification {
    /// Attested in full, `TN-Validation-Passed-A`.
    Full,
    /// Attested in part or at the gateway, `-B` and `-C`.
    Partial,
    /// Failed, which most spoofed numbers do.
    Failed,
    /// Not said.
    None,
}

words!(Verification { Full: "full", Partial: "partial", Failed: "failed", None: "none" });

/// When a clinic is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct Hours {
    /// Week by week.
    pub weekly: Vec<Weekly>,
    /// Days that are closed all the same, `YYYY-MM-DD`; `MM-DD` every year.
    #[cfg_attr(feature = "schema", schemars(inner(regex(pattern = "^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$"))))]
    pub holidays: Vec<String>,
    /// A `HealthcareService/<id>` whose `availableTime` and `notAvailable` count as well.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^(HealthcareService)/[A-Za-z0-9.-]{1,64}$")))]
    pub healthcare_service: Option<String>,
    /// The time zone (IANA); that of the number called where absent.
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

/// Hours of some weekdays. Where `to` is not after `from`, it is on the day after.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Weekly {
    /// The weekdays on which they begin.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub days: Vec<Day>,
    /// `HH:MM`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")))]
    pub from: String,
    /// `HH:MM`; `24:00` for midnight.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")))]
    pub to: String,
}

members!(Weekly {
    days: required "days",
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
