// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The dialplan: rules by caller, called number and time.

use super::{AnswerCondition, Config};
use crate::dialplan::people::CallerMatch;
use crate::json::{Map, members, words};

/// One of the clinic's numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct NumberPlan {
    /// A name for people. It is never spoken.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 64)))]
    pub name: String,
    /// The name of its dialplan.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub dialplan: String,
    /// The language tag (BCP 47) for its callers. If absent, `language` of the config.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")))]
    pub language: Option<String>,
    /// Its time zone (IANA). If absent, `timeZone` of the config.
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

/// A rule of a dialplan. The first rule whose conditions all hold is used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Rule {
    /// The conditions. If absent, the rule matches every call.
    #[cfg_attr(feature = "schema", serde(default))]
    pub when: Conditions,
    /// The name of the action.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub then: String,
}

members!(Rule {
    when: optional "when",
    then: required "then",
});

/// Conditions. All given conditions must hold. In a list, one element must match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct Conditions {
    /// The caller: E.164 numbers, prefixes (`+1555*`), or names of `lists`.
    #[cfg_attr(
        feature = "schema",
        schemars(length(min = 1), inner(regex(pattern = "^(\\+[1-9][0-9]{0,14}\\*?|[a-z0-9-]{1,32})$")))
    )]
    pub callers: Option<Vec<String>>,
    /// The number that forwarded the call to the clinic: as in `callers`.
    #[cfg_attr(
        feature = "schema",
        schemars(length(min = 1), inner(regex(pattern = "^(\\+[1-9][0-9]{0,14}\\*?|[a-z0-9-]{1,32})$")))
    )]
    pub forwarded_from: Option<Vec<String>>,
    /// Whether the caller withholds their number.
    pub anonymous: Option<bool>,
    /// How the caller's carrier verified their number.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub verification: Option<Vec<Verification>>,
    /// Whether exactly one patient has the caller's number.
    pub patient: Option<bool>,
    /// Whose number it is: one patient's, several patients', a related person's, or no one's in the chart.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub patient_match: Option<Vec<CallerMatch>>,
    /// The preferred language of the only patient with the number: tags, or languages without a region.
    #[cfg_attr(
        feature = "schema",
        schemars(length(min = 1), inner(regex(pattern = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")))
    )]
    pub patient_language: Option<Vec<String>>,
    /// The current language of the call: tags, or languages without a region. In the rules of a dialplan it is the
    /// language of the called number.
    #[cfg_attr(
        feature = "schema",
        schemars(length(min = 1), inner(regex(pattern = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")))
    )]
    pub language: Option<Vec<String>>,
    /// Care teams of the only patient with the number: `CareTeam/<id>`.
    #[cfg_attr(
        feature = "schema",
        schemars(length(min = 1), inner(regex(pattern = "^(CareTeam)/[A-Za-z0-9.-]{1,64}$")))
    )]
    pub care_team: Option<Vec<String>>,
    /// The called number.
    #[cfg_attr(feature = "schema", schemars(length(min = 1), inner(regex(pattern = "^\\+[1-9][0-9]{6,14}$"))))]
    pub called: Option<Vec<String>>,
    /// The name of `hours` that are open now.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub open: Option<String>,
    /// The name of `hours` that are closed now.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub closed: Option<String>,
    /// Answers of the caller in this call, by the name of the action that asked: a list of answers, or a range of
    /// numbers.
    pub answer: Option<Map<AnswerCondition>>,
    /// Whether the caller was verified in this call by the birth date of a patient.
    pub verified: Option<bool>,
}

members!(Conditions {
    callers: optional "callers",
    forwarded_from: optional "forwardedFrom",
    anonymous: optional "anonymous",
    verification: optional "verification",
    patient: optional "patient",
    patient_match: optional "patientMatch",
    patient_language: optional "patientLanguage",
    language: optional "language",
    care_team: optional "careTeam",
    called: optional "called",
    open: optional "open",
    closed: optional "closed",
    answer: optional "answer",
    verified: optional "verified",
});

impl Conditions {
    /// Visits the names of the hours and of the lists of callers that the conditions use.
    pub fn names<'a>(&'a self, hours: &mut dyn FnMut(&'a str), lists: &mut dyn FnMut(&'a str)) {
        self.open.iter().chain(&self.closed).for_each(|name| hours(name));
        self.callers.iter().chain(&self.forwarded_from).flatten().for_each(|name| lists(name));
    }

    /// Whether the conditions depend on the people with the caller's number.
    #[must_use]
    pub const fn needs_people(&self) -> bool {
        self.patient.is_some()
            || self.patient_match.is_some()
            || self.patient_language.is_some()
            || self.care_team.is_some()
    }

    /// Whether the conditions depend on the record of the call. The first document of a call has no record yet.
    #[must_use]
    pub const fn needs_record(&self) -> bool {
        self.answer.is_some() || self.verified.is_some()
    }

    /// Whether the conditions depend on hours in the time zone of the called number.
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
    /// Full attestation, `TN-Validation-Passed-A`.
    Full,
    /// Partial or gateway attestation, `-B` and `-C`.
    Partial,
    /// Failed, as for most spoofed numbers.
    Failed,
    /// No information.
    None,
}

words!(Verification { Full: "full", Partial: "partial", Failed: "failed", None: "none" });
