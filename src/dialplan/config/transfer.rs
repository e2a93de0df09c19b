// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `transfer`: staff transfer callers, put them on hold, and take them from a queue.

use super::Config;
use crate::dialplan::target::Target;
use crate::dialplan::verbs::{Dial, Goto, HOLD_MUSIC, Play, Redirect, RingOrder, Verb};
use crate::json::members;

/// The name of the action that answers a redirected caller. No action of a config can have it.
pub const REDIRECTED: &str = "_transfer";

/// The name of the action that rings the person who redirected the caller, if no one else answers.
pub const BACK: &str = "_back";

/// The maximum number of addresses that ring for a redirected caller.
pub const MAX_REDIRECTED: u32 = 4;

/// The default of `maxHold`, in seconds.
const MAX_HOLD: u32 = 300;

/// `transfer`. If absent, staff cannot redirect callers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    schemars(rename = "Transfer"),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Transfer {
    /// The action for a caller if no one answers.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub otherwise: String,
    /// The actions to which staff may transfer a caller. If absent, every action.
    #[cfg_attr(feature = "schema", schemars(length(min = 1), inner(regex(pattern = "^[a-z0-9-]{1,32}$"))))]
    pub actions: Option<Vec<String>>,
    /// Seconds that each phone or browser rings. If absent, 20.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 600)))]
    pub timeout: Option<u32>,
    /// Whether the person who transferred a caller is rung if no one else answers. If absent, yes.
    pub back: Option<bool>,
    /// An `https` URL of the music that a caller on hold hears. If absent, music by Twilio.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^https://")))]
    pub music: Option<String>,
    /// Seconds after which a caller on hold returns to the person who put them on hold. If absent, 300.
    #[cfg_attr(feature = "schema", schemars(range(min = 10, max = 3600)))]
    pub max_hold: Option<u32>,
}

members!(Transfer {
    otherwise: required "otherwise",
    actions: optional "actions",
    timeout: optional "timeout",
    back: optional "back",
    music: optional "music",
    max_hold: optional "maxHold",
});

/// What a redirected caller gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redirected<'a> {
    /// An action of the config.
    Action(&'a str),
    /// These targets ring. If no one answers, `back` rings, an SDK identity, and then `otherwise` answers.
    Ring {
        /// The targets.
        targets: Vec<Target>,
        /// The identity.
        back: Option<&'a str>,
        /// The action. If absent, `transfer.otherwise`.
        otherwise: Option<&'a str>,
    },
    /// Music, and then the document of this URL.
    Hold {
        /// The URL.
        next: &'a str,
    },
}

impl Transfer {
    /// Whether staff may transfer a caller to this action.
    #[must_use]
    pub fn allows(&self, action: &str) -> bool {
        self.actions.as_ref().is_none_or(|actions| actions.iter().any(|known| known == action))
    }

    /// How long a caller may be on hold, in milliseconds.
    #[must_use]
    pub fn max_hold_ms(&self) -> u64 {
        u64::from(self.max_hold.unwrap_or(MAX_HOLD)) * 1_000
    }

    /// Whether the person who transferred a caller is rung if no one else answers.
    #[must_use]
    pub fn rings_back(&self) -> bool {
        self.back != Some(false)
    }

    /// The `dial` of the targets of a redirected caller.
    #[must_use]
    pub fn dial(&self, targets: Vec<Target>, otherwise: &str) -> Dial {
        Dial {
            targets,
            order: RingOrder::AllAtOnce,
            timeout: self.timeout,
            otherwise: otherwise.to_owned(),
            ..Dial::default()
        }
    }
}

impl Config {
    /// The config with the actions for a redirected caller.
    #[must_use]
    pub fn for_redirected(&self, redirected: Redirected<'_>) -> Self {
        let default = Transfer::default();
        let transfer = self.transfer.as_ref().unwrap_or(&default);
        let mut back_verbs = vec![Verb::Goto(Goto(transfer.otherwise.clone()))];
        let verbs = match redirected {
            Redirected::Action(action) => vec![Verb::Goto(Goto(action.to_owned()))],
            Redirected::Ring { targets, back, otherwise } => {
                let otherwise = otherwise.unwrap_or(&transfer.otherwise);
                let targets_back = back.map(|identity| Target::Client(identity.to_owned())).into_iter().collect();
                back_verbs = vec![Verb::Dial(transfer.dial(targets_back, otherwise))];
                vec![Verb::Dial(transfer.dial(targets, BACK))]
            }
            Redirected::Hold { next } => {
                let url = transfer.music.as_deref().unwrap_or(HOLD_MUSIC).to_owned();
                vec![Verb::Play(Play { url, times: None }), Verb::Redirect(Redirect { url: next.to_owned() })]
            }
        };
        let own = self.actions.iter().map(|(name, verbs)| (name.to_owned(), verbs.clone()));
        let added = [(REDIRECTED.to_owned(), verbs), (BACK.to_owned(), back_verbs)];
        Self { actions: own.chain(added).collect(), ..self.clone() }
    }
}
