// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What a bot instance caches between events.
//!
//! Medplum may discard the instance at any moment. The next event then reads everything again.

use std::cell::RefCell;
use std::rc::Rc;

use super::settings::Settings;
use crate::dialplan::{Fact, Facts, LocalTime};
use crate::runtime::FrameSecrets;
use crate::signature::{SigningOrder, WebhookUrl};

/// The results of one event that later events reuse.
#[derive(Default)]
pub struct InstanceCache {
    settings: Option<Rc<Settings>>,
    /// When Medplum last reported the webhook's own URL (Unix time in milliseconds), and the URL.
    pub own_url: Option<(u64, WebhookUrl)>,
    /// The parameter names of the last verified event. The next event may omit them.
    pub names: Rc<ParamNames>,
    /// Local times by zone.
    pub local_times: Rc<RefCell<LocalTimeCache>>,
}

/// The local times of one minute. Events in the same minute need not ask the host again.
#[derive(Debug, Default)]
pub struct LocalTimeCache {
    /// Minutes since 1970.
    minute: u64,
    /// Each zone and its local time. The list is short, because a config names few zones.
    times: Vec<(String, LocalTime)>,
}

impl LocalTimeCache {
    /// The local time in `zone`, if it is cached for the minute of `now` (Unix time in milliseconds).
    #[must_use]
    pub fn at(&self, zone: &str, now: u64) -> Option<LocalTime> {
        let known = |(name, _): &&(String, LocalTime)| self.minute == now / MINUTE && name == zone;
        self.times.iter().find(known).map(|(_, local_time)| *local_time)
    }

    /// Stores the local times in `facts`.
    pub fn store(&mut self, facts: &Facts) {
        let minute = facts.now / MINUTE;
        if self.minute != minute {
            self.minute = minute;
            self.times.clear();
        }
        for (zone, local_time) in &facts.local_times {
            if let Fact::Known(local_time) = local_time
                && self.at(zone, facts.now).is_none()
            {
                self.times.push((zone.clone(), *local_time));
            }
        }
    }
}

/// A minute in milliseconds. A local time can be cached for a minute, because time zones change at whole minutes of
/// UTC.
const MINUTE: u64 = 60_000;

/// The distinct parameter names of an event, and their order in the signature.
#[derive(Debug, Default)]
pub struct ParamNames {
    /// In the order received.
    pub names: Vec<String>,
    /// In the order of the signature. `None` if two names are equal. The order then also depends on the values.
    pub order: Option<SigningOrder>,
}

impl ParamNames {
    /// The names of `pairs`.
    #[must_use]
    pub fn of(pairs: &[(&str, &str)]) -> Self {
        let mut names = Vec::with_capacity(pairs.len());
        for (name, _) in pairs {
            names.push((*name).to_owned());
        }
        Self { order: SigningOrder::new(&names), names }
    }
}

/// The cache that the flows of an instance share.
pub type SharedCache = Rc<RefCell<InstanceCache>>;

impl InstanceCache {
    /// The settings from `secrets`. They are parsed again only if the secrets changed.
    pub fn settings(&mut self, secrets: &FrameSecrets<'_>) -> Rc<Settings> {
        match &self.settings {
            Some(settings) if settings.are_of(secrets) => Rc::clone(settings),
            _ => {
                let settings = Rc::new(Settings::read(secrets));
                self.settings = Some(Rc::clone(&settings));
                // Other secrets may belong to another project. The bot has another URL there.
                self.own_url = None;
                settings
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_times_are_cached_for_a_minute() {
        let local_time = LocalTime { day: 20_000, minute: 480 };
        let facts = |now, zones: &[(&str, Fact<LocalTime>)]| Facts {
            now,
            local_times: zones.iter().map(|(zone, local_time)| ((*zone).to_owned(), *local_time)).collect(),
            ..Facts::default()
        };
        let mut local_times = LocalTimeCache::default();
        local_times.store(&facts(
            7 * MINUTE + 1,
            &[("Europe/London", Fact::Known(local_time)), ("Europe/Paris", Fact::Unavailable)],
        ));
        assert_eq!(local_times.at("Europe/London", 7 * MINUTE), Some(local_time));
        assert_eq!(local_times.at("Europe/London", 8 * MINUTE - 1), Some(local_time));
        assert_eq!(local_times.at("Europe/Paris", 7 * MINUTE), None);
        assert_eq!(local_times.at("Europe/London", 8 * MINUTE), None);
        local_times.store(&facts(8 * MINUTE, &[("Europe/Rome", Fact::Known(local_time))]));
        assert_eq!(
            (local_times.at("Europe/London", 8 * MINUTE), local_times.at("Europe/Rome", 8 * MINUTE)),
            (None, Some(local_time))
        );
    }
}
