// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What an instance keeps from event to event.
//!
//! It may be lost at any moment, and nothing but time is lost with it.

use std::cell::RefCell;
use std::rc::Rc;

use super::event::Secrets;
use super::settings::Settings;
use crate::signature::{Order, WebhookUrl};

/// What was found out for one event and serves the next.
#[derive(Default)]
pub struct Kept {
    settings: Option<Rc<Settings>>,
    /// The webhook's own URL as Medplum told it, and when: milliseconds since 1970.
    pub own_url: Option<(u64, WebhookUrl)>,
    /// The names of the last genuine event's parameters, which the next may leave out.
    pub names: Rc<Names>,
}

/// The names of an event's parameters, each different, and the order they are signed in.
#[derive(Debug, Default)]
pub struct Names {
    /// As they came.
    pub names: Vec<String>,
    /// As they are signed; `None` where two became the same on their way, and the values have a say.
    pub order: Option<Order>,
}

impl Names {
    /// Of `pairs`.
    #[must_use]
    pub fn of(pairs: &[(&str, &str)]) -> Self {
        let mut names = Vec::with_capacity(pairs.len());
        for (name, _) in pairs {
            names.push((*name).to_owned());
        }
        Self { order: Order::new(&names), names }
    }
}

/// Where the stories of an instance keep it.
pub type Shelf = Rc<RefCell<Kept>>;

impl Kept {
    /// The settings that `secrets` make.
    pub fn settings(&mut self, secrets: &Secrets<'_>) -> Rc<Settings> {
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
