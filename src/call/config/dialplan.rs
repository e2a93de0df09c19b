// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The dialplan: who is calling whom and when.

use serde::Deserialize;

/// One of our numbers.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NumberPlan {
    /// What people call it; never spoken.
    pub name: String,
    /// The dialplan that answers it.
    pub dialplan: String,
    /// The language tag (BCP 47) of what its callers hear; `language` of the config where absent.
    pub language: Option<String>,
    /// Its time zone (IANA); `timeZone` of the config where absent.
    pub time_zone: Option<String>,
}

/// A line of a dialplan. The first whose conditions all hold is taken.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// The conditions; none for every call.
    #[serde(default)]
    pub when: When,
    /// The action.
    pub then: String,
}

/// The conditions of a rule. All that are given must hold; of a list, one.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct When {
    /// Who calls: E.164 numbers, beginnings of them (`+1555*`), or names of `lists`.
    pub callers: Option<Vec<String>>,
    /// Whether the caller withholds their number.
    pub anonymous: Option<bool>,
    /// What the caller's carrier says of their number.
    pub verification: Option<Vec<Verification>>,
    /// Whether exactly one patient has the caller's number.
    pub patient: Option<bool>,
    /// That patient's preferred language: tags, or languages without a region.
    pub patient_language: Option<Vec<String>>,
    /// A care team that the patient is in: `CareTeam/<id>`.
    pub care_team: Option<Vec<String>>,
    /// Which of our numbers was called.
    pub called: Option<Vec<String>>,
    /// The name of `hours` that are open now.
    pub open: Option<String>,
    /// The name of `hours` that are closed now.
    pub closed: Option<String>,
}

/// `StirVerstat`, <https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir>.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
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

/// When a clinic is open.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Hours {
    /// Week by week.
    pub weekly: Vec<Weekly>,
    /// Days that are closed all the same, `YYYY-MM-DD`; `MM-DD` every year.
    pub holidays: Vec<String>,
    /// A `HealthcareService/<id>` whose `availableTime` and `notAvailable` count as well.
    pub healthcare_service: Option<String>,
    /// The time zone (IANA); that of the number called where absent.
    pub time_zone: Option<String>,
}

/// Hours of some weekdays. Where `to` is not after `from`, it is on the day after.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Weekly {
    /// The weekdays on which they begin.
    pub days: Vec<Day>,
    /// `HH:MM`.
    pub from: String,
    /// `HH:MM`; `24:00` for midnight.
    pub to: String,
}

/// A weekday, as FHIR spells it.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
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
