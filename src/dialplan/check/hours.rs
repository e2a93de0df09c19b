// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Checks opening hours and holidays.

use super::config_path::ConfigPath;
use super::{Checker, shape};
use crate::dialplan::config::{Holiday, Hours, Weekly};
use crate::dialplan::hours::DayRule;
use crate::error::Code;

impl Checker<'_> {
    pub(super) fn hours(&mut self) {
        let at = ConfigPath::root("hours");
        for (index, (name, hours)) in self.config.hours.iter().enumerate() {
            let at = at.member(index, name);
            self.expect(shape::is_name(name), Code::ConfigName, &at);
            self.one_of_hours(hours, &at);
        }
    }

    fn one_of_hours(&mut self, hours: &Hours, at: &ConfigPath<'_>) {
        let covered = !hours.weekly.is_empty() || hours.healthcare_service.is_some();
        self.expect(covered, Code::ConfigHoursUncovered, at);
        let weekly = at.field("weekly");
        for (index, week) in hours.weekly.iter().enumerate() {
            self.weekly(week, &weekly.element(index));
        }
        let holidays = at.field("holidays");
        for (index, holiday) in hours.holidays.iter().enumerate() {
            self.holiday(holiday, &holidays.element(index));
        }
        let service = hours.healthcare_service.as_deref();
        let known = service.is_none_or(|service| shape::is_reference(service, &["HealthcareService"]));
        self.expect(known, Code::ConfigReference, &at.field("healthcareService"));
        self.zone(hours.time_zone.as_deref(), &at.field("timeZone"));
    }

    fn weekly(&mut self, week: &Weekly, at: &ConfigPath<'_>) {
        let days = at.field("days");
        self.expect(!week.days.is_empty(), Code::ConfigEmpty, &days);
        self.period(&week.from, &week.to, at);
    }

    fn holiday(&mut self, holiday: &Holiday, at: &ConfigPath<'_>) {
        let code = if holiday.on.starts_with('@') { Code::ConfigHolidaySet } else { Code::ConfigDate };
        self.expect(DayRule::parse(&holiday.on).is_some(), code, at);
        // No call depends on the name.
        let is_named = || holiday.name.as_deref().is_none_or(shape::is_label);
        self.expect_outside_bots(is_named, Code::ConfigText, &at.field("name"));
        let open = at.field("open");
        for (index, opening) in holiday.open.iter().enumerate() {
            self.period(&opening.from, &opening.to, &open.element(index));
        }
        let applies = holiday.days.as_ref().is_none_or(|days| !days.is_empty());
        self.expect(applies, Code::ConfigEmpty, &at.field("days"));
    }

    fn period(&mut self, from: &str, to: &str, at: &ConfigPath<'_>) {
        self.expect(shape::is_time(from, false), Code::ConfigTime, &at.field("from"));
        self.expect(shape::is_time(to, true), Code::ConfigTime, &at.field("to"));
    }

    /// Warns if all holidays with a year are over.
    pub(super) fn advise_on_hours(&mut self) {
        let Some(today) = self.today else { return };
        let at = ConfigPath::root("hours");
        for (index, (name, hours)) in self.config.hours.iter().enumerate() {
            let last_days = hours.holidays.iter().filter_map(|holiday| DayRule::parse(&holiday.on)?.last_day());
            if last_days.max().is_some_and(|last| last < today) {
                self.warning(Code::ConfigHolidaysPast, &at.member(index, name).field("holidays"));
            }
        }
    }
}
