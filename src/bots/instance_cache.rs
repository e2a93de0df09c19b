// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What an instance keeps from event to event.
//!
//! It may be lost at any moment, and nothing but time is lost with it.

use std::cell::RefCell;
use std::rc::Rc;

use super::settings::Settings;
use crate::dialplan::{Fact, Facts, LocalTime};
use crate::runtime::FrameSecrets;
use crate::signature::{SigningOrder, WebhookUrl};

/// What was found out for one event and serves the next.
#[derive(Default)]
pub struct InstanceCache {
    settings: Option<Rc<Settings>>,
    /// The webhook's own URL as Medplum told it, and when: milliseconds since 1970.
    pub own_url: Option<(u64, WebhookUrl)>,
    /// The names of the last genuine event's parameters, which the next may leave out.
    pub names: Rc<Names>,
    /// What clocks show.
    pub clocks: Rc<RefCell<Clocks>>,
}

/// What clocks showed in one minute: events that come in the same one need not ask the host again.
#[derive(Debug, Default)]
pub struct Clocks {
    /// Minutes since 1970.
    minute: u64,
    /// By zone. A config names few.
    shown: Vec<(String, LocalTime)>,
}

impl Clocks {
    /// What the clocks of `zone` show, if it is known for this minute.
    #[must_use]
    pub fn at(&self, zone: &str, now: u64) -> Option<LocalTime> {
        let known = |(name, _): &&(String, LocalTime)| self.minute == now / MINUTE && name == zone;
        self.shown.iter().find(known).map(|(_, wall)| *wall)
    }

    /// Keeps what the host said of the zones in `facts`.
    pub fn keep(&mut self, facts: &Facts) {
        let minute = facts.now / MINUTE;
        if self.minute != minute {
            self.minute = minute;
            self.shown.clear();
        }
        for (zone, wall) in &facts.local_times {
            if let Fact::Known(wall) = wall
                && self.at(zone, facts.now).is_none()
            {
                self.shown.push((zone.clone(), *wall));
            }
        }
    }
}

/// Milliseconds. Clocks are changed at whole minutes of UTC.
const MINUTE: u64 = 60_000;

/// The names of an event's parameters, each different, and the order they are signed in.
#[derive(Debug, Default)]
pub struct Names {
    /// As they came.
    pub names: Vec<String>,
    /// As they are signed; `None` where two became the same on their way, and the values have a say.
    pub order: Option<SigningOrder>,
}

impl Names {
    /// Of `pairs`.
    #[must_use]
    pub fn of(pairs: &[(&str, &str)]) -> Self {
        let mut names = Vec::with_capacity(pairs.len());
        for (name, _) in pairs {
            names.push((*name).to_owned());
        }
        Self { order: SigningOrder::new(&names), names }
    }
}

/// Where the stories of an instance keep it.
pub type SharedCache = Rc<RefCell<InstanceCache>>;

impl InstanceCache {
    /// The settings that `secrets` make.
    pub fn settings(&mut self, secrets: &FrameSecrets<'_>) -> Rc<Settings> {
        match &self.settings {
            Some(settings) if settings.are_of(secrets) => Rc::clone(settings),
            _ => {
                let settings = Rc::new(Settings::read(secrets));
                self.settings = Some(Rc::clone(&settings));
                // Other secrets are those of another project, where the bot has another URL.
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
    fn clocks_are_known_for_a_minute() {
        let wall = LocalTime { day: 20_000, minute: 480 };
        let facts = |now, zones: &[(&str, Fact<LocalTime>)]| Facts {
            now,
            local_times: zones.iter().map(|(zone, wall)| ((*zone).to_owned(), *wall)).collect(),
            ..Facts::default()
        };
        let mut clocks = Clocks::default();
        clocks
            .keep(&facts(7 * MINUTE + 1, &[("Europe/London", Fact::Known(wall)), ("Europe/Paris", Fact::Unavailable)]));
        assert_eq!(clocks.at("Europe/London", 7 * MINUTE), Some(wall));
        assert_eq!(clocks.at("Europe/London", 8 * MINUTE - 1), Some(wall));
        assert_eq!(clocks.at("Europe/Paris", 7 * MINUTE), None);
        assert_eq!(clocks.at("Europe/London", 8 * MINUTE), None);
        clocks.keep(&facts(8 * MINUTE, &[("Europe/Rome", Fact::Known(wall))]));
        assert_eq!((clocks.at("Europe/London", 8 * MINUTE), clocks.at("Europe/Rome", 8 * MINUTE)), (None, Some(wall)));
    }
}
