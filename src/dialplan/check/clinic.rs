// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Checks the greeting and the clinic settings outside the dialplan.

use super::config_path::ConfigPath;
use super::{Checker, shape};
use crate::dialplan::config::{Alerts, FollowUpTrigger, Recording};
use crate::dialplan::speech::Prompt;
use crate::error::Code;
use crate::phone::parse;
use crate::policy::{CallingHours, Outbound};
use crate::twiml::is_writable;

/// The types of resources that may own a task. Source: <https://hl7.org/fhir/R4/task-definitions.html#Task.owner>.
const OWNERS: &[&str] = &["Organization", "CareTeam", "HealthcareService", "Practitioner", "PractitionerRole"];

/// One hundred years, in days.
const MAX_RETENTION_DAYS: u32 = 36_500;

impl Checker<'_> {
    /// The greeting for numbers without a dialplan, and the settings that apply to all callers.
    pub(super) fn greeting(&mut self) {
        let config = self.config;
        let at = ConfigPath::root("greeting");
        if let Some(text) = &config.greeting.text {
            // An empty text is allowed. The caller then hears no greeting.
            let fits = text.is_empty() || shape::is_speakable_text(text);
            self.expect(fits, Code::ConfigText, &at.field("text"));
        }
        self.voice(config.greeting.voice.as_deref(), &at.field("voice"));
        self.spoken_language(config.greeting.language.as_deref(), &at.field("language"));
        let identity = config.client.as_deref();
        self.expect(identity.is_none_or(shape::is_identity), Code::ConfigIdentity, &ConfigPath::root("client"));
        self.switched_language(config.language.as_deref(), &ConfigPath::root("language"));
        self.voice(config.voice.as_deref(), &ConfigPath::root("voice"));
        let voices = ConfigPath::root("voices");
        for (index, (tag, voice)) in config.voices.iter().enumerate() {
            let at = voices.member(index, tag);
            self.language(Some(tag), &at);
            self.spoken_language(Some(tag).filter(|tag| tag.contains('-')), &at);
            self.voice(Some(voice), &at);
        }
        self.zone(config.time_zone.as_deref(), &ConfigPath::root("timeZone"));
    }

    pub(super) fn clinic(&mut self) {
        let config = self.config;
        self.identities();
        self.outbound(&config.outbound, &ConfigPath::root("outbound"));
        if let Some(recording) = &config.recording {
            self.recording(recording, &ConfigPath::root("recording"));
        }
        self.owner(config.tasks.owner.as_deref(), &ConfigPath::root("tasks").field("owner"));
        if let Some(alerts) = &config.alerts {
            self.alerts(alerts, &ConfigPath::root("alerts"));
        }
        let chart = &config.chart;
        for (name, url) in [("extensionBase", &chart.extension_base), ("categorySystem", &chart.category_system)] {
            if let Some(url) = url {
                self.code_system(url, &ConfigPath::root("chart").field(name));
            }
        }
    }

    /// The owner of a task.
    pub(in crate::dialplan) fn owner(&mut self, owner: Option<&str>, at: &ConfigPath<'_>) {
        let fits = owner.is_none_or(|owner| shape::is_reference(owner, OWNERS));
        self.expect(fits, Code::ConfigReference, at);
    }

    /// The URL of a FHIR extension or code system. It is only an identifier, so `http` is allowed.
    pub(in crate::dialplan) fn code_system(&mut self, url: &str, at: &ConfigPath<'_>) {
        let fits = shape::is_url(url, &["https://", "http://"]) && !url.contains(['?', '#', '|']);
        self.expect(fits, Code::ConfigUrl, at);
    }

    fn identities(&mut self) {
        let config = self.config;
        let at = ConfigPath::root("identities");
        for (index, (identity, binding)) in config.identities.iter().enumerate() {
            // The identity may be a person's name, so the path has only its index.
            let at = at.element(index);
            self.expect(shape::is_identity(identity), Code::ConfigIdentity, &at);
            self.expect_outside_bots(
                || !binding.roles.is_empty() || !binding.practitioners.is_empty(),
                Code::ConfigEmpty,
                &at,
            );
            let roles = at.field("roles");
            for (index, role) in binding.roles.iter().enumerate() {
                self.expect(shape::is_label(role), Code::ConfigText, &roles.element(index));
            }
            let practitioners = at.field("practitioners");
            for (index, practitioner) in binding.practitioners.iter().enumerate() {
                let fits = shape::is_reference(practitioner, &["Practitioner"]);
                self.expect(fits, Code::ConfigReference, &practitioners.element(index));
            }
        }
    }

    /// Checks an identity that the dialplan rings. No access token is issued for an identity that is not bound to a
    /// person. Each identity is reported only at its first use.
    pub(in crate::dialplan) fn check_identity_binding(&mut self, identity: &str, at: &ConfigPath<'_>) {
        let is_bound = self.config.identities.get(identity).is_some() || shape::is_uuid(identity);
        if !is_bound && !self.unbound.iter().any(|known| known == identity) {
            self.unbound.push(identity.to_owned());
            self.warning(Code::ConfigIdentityUnbound, at);
        }
    }

    pub(super) fn advise_on_identities(&mut self) {
        if let Some(identity) = self.config.client.as_deref() {
            self.check_identity_binding(identity, &ConfigPath::root("client"));
        }
    }

    fn outbound(&mut self, outbound: &Outbound, at: &ConfigPath<'_>) {
        if let Some(number) = &outbound.caller_id {
            self.our_number(number, &at.field("callerId"));
        }
        let practitioners = at.field("practitioners");
        for (index, (practitioner, number)) in outbound.practitioners.iter().enumerate() {
            let at = practitioners.member(index, practitioner);
            let fits = shape::is_reference(practitioner, &["Practitioner"]);
            self.expect(fits, Code::ConfigReference, &at);
            self.our_number(number, &at);
        }
        if let Some(roles) = &outbound.roles {
            let at = at.field("roles");
            self.expect_outside_bots(|| !roles.is_empty(), Code::ConfigEmpty, &at);
            for (index, role) in roles.iter().enumerate() {
                self.expect(shape::is_label(role) && is_writable(role), Code::ConfigText, &at.element(index));
            }
        }
        if let Some(countries) = &outbound.countries {
            let at = at.field("countries");
            self.expect_outside_bots(|| !countries.is_empty(), Code::ConfigEmpty, &at);
            for (index, country) in countries.iter().enumerate() {
                let fits = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
                self.expect(fits, Code::ConfigCountry, &at.element(index));
                self.expect_outside_bots(|| !fits || is_known(country), Code::ConfigCountry, &at.element(index));
            }
        }
        let blocked = at.field("blocked");
        for (index, prefix) in outbound.blocked.iter().enumerate() {
            self.expect(shape::is_number_prefix(prefix), Code::ConfigNumber, &blocked.element(index));
        }
        if let Some(hours) = &outbound.hours {
            self.calling_hours(hours, &at.field("hours"));
        }
        self.range(outbound.concurrent, 1, 1_000, &at.field("concurrent"));
        self.range(outbound.per_hour, 1, 10_000, &at.field("perHour"));
        self.range(outbound.timeout, 1, 600, &at.field("timeout"));
    }

    fn calling_hours(&mut self, hours: &CallingHours, at: &ConfigPath<'_>) {
        self.expect(shape::is_time(&hours.from, false), Code::ConfigTime, &at.field("from"));
        // Calling hours must not extend past midnight.
        let ends = shape::is_time(&hours.to, true) && (hours.to > hours.from || !shape::is_time(&hours.from, false));
        self.expect(ends, Code::ConfigTime, &at.field("to"));
        let zones = at.field("zones");
        for (index, (prefix, zone)) in hours.zones.iter().enumerate() {
            let at = zones.member(index, prefix);
            self.expect(shape::is_number_prefix(prefix), Code::ConfigNumber, &at);
            self.zone(Some(zone), &at);
        }
        let elsewhere = self.config.time_zone.is_some();
        self.expect(elsewhere, Code::ConfigTimeZoneMissing, &ConfigPath::root("timeZone"));
    }

    fn recording(&mut self, recording: &Recording, at: &ConfigPath<'_>) {
        // Voicemail needs no announcement, because a caller who leaves a message expects a recording.
        if recording.inbound || recording.outbound || recording.announcement != Prompt::default() {
            self.prompt(&recording.announcement, &at.field("announcement"));
        }
        self.range(recording.retention_days, 0, MAX_RETENTION_DAYS, &at.field("retentionDays"));
    }

    /// Whether a call with this trigger creates a task or an alert.
    pub(in crate::dialplan) fn has_follow_up(&self, trigger: FollowUpTrigger) -> bool {
        let alerts = self.config.alerts.iter().flat_map(|alerts| &alerts.on);
        self.config.tasks.on.iter().chain(alerts).any(|on| *on == trigger)
    }

    fn alerts(&mut self, alerts: &Alerts, at: &ConfigPath<'_>) {
        self.url(Some(&alerts.url), &at.field("url"));
        self.expect(!alerts.on.is_empty(), Code::ConfigEmpty, &at.field("on"));
        self.range(alerts.per_hour, 1, 3_600, &at.field("perHour"));
    }
}

/// Whether a country code has phone numbers. Otherwise, it is a typing error. A bot ignores such a country, because it
/// matches no number.
fn is_known(country: &str) -> bool {
    parse("0", Some(country)) != Err(Code::PhoneCountryUnknown)
}
