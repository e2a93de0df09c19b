// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The verbs of the call plan, one file each.
//!
//! A file has the verb's config type, its checks, the edges on which the call goes on, its callback URLs, what a callback
//! means, the TwiML and the tests. A new verb is a file, and a line in `verbs!` below.

mod conference;
mod dial;
mod goto;
mod greet;
mod hangup;
mod language;
mod menu;
mod pause;
mod play;
mod queue;
mod redirect;
mod reject;
mod say;
mod voicemail;
mod when;

use super::callback_urls::CallbackKind;
use super::check::{Checker, ConfigPath};
use super::config::{Conditions, Config};
use super::graph::Visit;
use super::lookups::Lookups;
use super::speech::RenderError;
use super::turn::{CallbackRequest, Progress, VerbEvent};
use super::writer::{AfterVerb, Writer};
use crate::json::cases;

pub use conference::{Conference, conference_attributes, max_participants};
pub use dial::{Dial, RingOrder};
pub use goto::Goto;
pub use greet::Greet;
pub use hangup::Hangup;
pub use language::Language;
pub use menu::{Choice, Menu};
pub use pause::Pause;
pub use play::Play;
pub use queue::{CallbackOffer, Overflow, Queue};
pub use redirect::Redirect;
pub use reject::{Reject, RejectReason};
pub use say::Say;
pub use voicemail::Voicemail;
pub use when::When;

macro_rules! verbs {
    // `$d` is a dollar sign, for the macro inside.
    ($d:tt $($(#[doc = $doc:literal])+ $name:ident = $key:literal,)+) => {
        /// One thing that a call does. The verbs of an action are performed in turn, until one decides what comes next.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(rename_all = "camelCase"))]
        pub enum Verb {
            $($(#[doc = $doc])+ $name($name),)+
        }

        cases!(Verb { $($name: $key,)+ });

        impl Verb {
            /// The name of the verb in the config.
            #[must_use]
            pub const fn key(&self) -> &'static str {
                match self { $(Self::$name(_) => $key,)+ }
            }
        }

        /// Calls a method of whichever verb it is: `dispatch!(self, verb => verb.is_final())`.
        macro_rules! dispatch {
            ($d verb:expr, $d name:ident => $d call:expr) => {
                match $d verb { $(Verb::$name($d name) => $d call,)+ }
            };
        }
    };
}

verbs! { $
    /// Says something.
    Say = "say",
    /// Greets the patient by name, or anybody neutrally.
    Greet = "greet",
    /// Plays a sound file.
    Play = "play",
    /// Waits, in seconds.
    Pause = "pause",
    /// From here on, this language (BCP 47).
    Language = "language",
    /// Lets the caller choose. Last.
    Menu = "menu",
    /// Rings somebody. Last.
    Dial = "dial",
    /// Lets the caller wait. Last.
    Queue = "queue",
    /// Takes a message. Last.
    Voicemail = "voicemail",
    /// Puts the caller into a room. Last.
    Conference = "conference",
    /// Goes on with another action if conditions hold. Last with `otherwise`.
    When = "when",
    /// Goes on with another action. Last.
    Goto = "goto",
    /// Leaves the call to another TwiML document. Last.
    Redirect = "redirect",
    /// Does not answer at all, so that the call costs nothing. Last, and first.
    Reject = "reject",
    /// Ends the call. Last.
    Hangup = "hangup",
}

/// Each method is that of the verb: see [`DialplanVerb`].
#[expect(missing_docs, clippy::missing_errors_doc, reason = "the trait says it")]
impl Verb {
    #[must_use]
    pub fn is_final(&self) -> bool {
        dispatch!(self, verb => verb.is_final())
    }

    #[must_use]
    pub fn is_alone(&self) -> bool {
        dispatch!(self, verb => verb.is_alone())
    }

    #[must_use]
    pub fn is_silent(&self) -> bool {
        dispatch!(self, verb => verb.is_silent())
    }

    #[must_use]
    pub fn fits_queue(&self) -> bool {
        dispatch!(self, verb => verb.fits_queue())
    }

    #[must_use]
    pub fn connects(&self) -> bool {
        dispatch!(self, verb => verb.connects())
    }

    #[must_use]
    pub fn listens(&self) -> bool {
        dispatch!(self, verb => verb.listens())
    }

    #[must_use]
    pub fn needs_local_time(&self, config: &Config) -> bool {
        dispatch!(self, verb => verb.needs_local_time(config))
    }

    #[must_use]
    pub fn conditions(&self) -> Option<&Conditions> {
        dispatch!(self, verb => verb.conditions())
    }

    pub fn check(&self, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        dispatch!(self, verb => verb.check(checker, at));
    }

    pub fn advise(&self, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        dispatch!(self, verb => verb.advise(checker, at));
    }

    pub fn edges<'a>(&'a self, at: &ConfigPath<'_>, visit: Visit<'_, 'a>) {
        dispatch!(self, verb => verb.edges(at, visit));
    }

    pub fn callbacks(&self, visit: &mut dyn FnMut(CallbackKind, u32)) {
        dispatch!(self, verb => verb.callbacks(visit));
    }

    pub fn languages<'a>(&'a self, visit: &mut dyn FnMut(&'a str)) {
        dispatch!(self, verb => verb.languages(visit));
    }

    pub fn names<'a>(&'a self, hours: &mut dyn FnMut(&'a str), lists: &mut dyn FnMut(&'a str)) {
        dispatch!(self, verb => verb.names(hours, lists));
    }

    pub fn size(&self, config: &Config, size: &mut Size) {
        dispatch!(self, verb => DialplanVerb::size(verb, config, size));
    }

    pub fn add_lookups<'a>(&'a self, lookups: &mut Lookups<'_, 'a>) -> bool {
        dispatch!(self, verb => verb.add_lookups(lookups))
    }

    pub fn add_lookups_after<'a>(&'a self, event: &VerbEvent, lookups: &mut Lookups<'_, 'a>) {
        dispatch!(self, verb => verb.add_lookups_after(event, lookups));
    }

    pub fn on_callback<'a>(&'a self, request: &mut CallbackRequest<'a, '_>) -> Progress<'a> {
        dispatch!(self, verb => verb.on_callback(request))
    }

    pub fn write<'a>(&'a self, writer: &mut Writer<'a>, action: &'a str) -> Result<AfterVerb<'a>, RenderError> {
        dispatch!(self, verb => verb.write(writer, action))
    }

    pub fn resume<'a>(
        &'a self,
        event: VerbEvent,
        writer: &mut Writer<'a>,
        action: &'a str,
    ) -> Result<AfterVerb<'a>, RenderError> {
        dispatch!(self, verb => verb.resume(event, writer, action))
    }
}

/// The most bytes of TwiML that an action becomes. Twilio reads 64 kB of a document.
#[derive(Clone, Copy, Debug, Default)]
pub struct Size {
    /// Before the verb that decides.
    pub before: usize,
    /// Of the verb that decides.
    pub last: usize,
}

impl Size {
    /// More than a verb with callback URLs has around its words.
    pub const CALLBACKS: usize = 1_024;
    /// More than a verb without them has.
    pub const SHORT: usize = 256;
}

/// What a verb does. The defaults are those of a verb that is last, has no edges, and is heard.
pub trait DialplanVerb {
    /// Whether the verb decides what comes next, so that nothing behind it is performed.
    fn is_final(&self) -> bool {
        true
    }

    /// Whether no other verb may be in its action.
    fn is_alone(&self) -> bool {
        false
    }

    /// Whether the caller hears nothing of it.
    fn is_silent(&self) -> bool {
        false
    }

    /// Whether a document that is heard in a queue may have it.
    fn fits_queue(&self) -> bool {
        !self.is_final()
    }

    /// Whether it connects the caller to somebody, or may.
    fn connects(&self) -> bool {
        false
    }

    /// Whether it listens to what the caller says.
    fn listens(&self) -> bool {
        false
    }

    /// Whether it depends on the local time of the number that was called.
    fn needs_local_time(&self, _config: &Config) -> bool {
        false
    }

    /// The conditions on which it goes on with another action.
    fn conditions(&self) -> Option<&Conditions> {
        None
    }

    /// Reports what is wrong with its values; `at` is its place in the config.
    fn check(&self, _checker: &mut Checker<'_>, _at: &ConfigPath<'_>) {}

    /// Reports what does nothing, or not what callers expect, in a config without errors.
    fn advise(&self, _checker: &mut Checker<'_>, _at: &ConfigPath<'_>) {}

    /// Visits the edges to other actions; `at` is its place in the config.
    fn edges<'a>(&'a self, _at: &ConfigPath<'_>, _visit: Visit<'_, 'a>) {}

    /// Visits its callback URLs: the kind, and the number that tells them apart.
    fn callbacks(&self, _visit: &mut dyn FnMut(CallbackKind, u32)) {}

    /// Visits the languages that the call can switch to.
    fn languages<'a>(&'a self, _visit: &mut dyn FnMut(&'a str)) {}

    /// Visits the names of hours and of lists of callers that it refers to.
    fn names<'a>(&'a self, _hours: &mut dyn FnMut(&'a str), _lists: &mut dyn FnMut(&'a str)) {}

    /// Adds the bytes that it becomes.
    fn size(&self, _config: &Config, size: &mut Size) {
        size.before += Size::SHORT;
    }

    /// Adds what must be looked up before it is written; whether the verb behind it may be performed.
    fn add_lookups<'a>(&'a self, _needs: &mut Lookups<'_, 'a>) -> bool {
        !self.is_final()
    }

    /// Adds what must be looked up before it goes on after `event`.
    fn add_lookups_after<'a>(&'a self, _event: &VerbEvent, _needs: &mut Lookups<'_, 'a>) {}

    /// What a request to one of its callback URLs means.
    fn on_callback<'a>(&'a self, _request: &mut CallbackRequest<'a, '_>) -> Progress<'a> {
        Progress::EmptyResponse
    }

    /// Writes it.
    ///
    /// # Errors
    /// [`RenderError`].
    fn write<'a>(&'a self, writer: &mut Writer<'a>, action: &'a str) -> Result<AfterVerb<'a>, RenderError>;

    /// Writes what is heard after `event`.
    ///
    /// # Errors
    /// [`RenderError`].
    fn resume<'a>(
        &'a self,
        _event: VerbEvent,
        writer: &mut Writer<'a>,
        _action: &'a str,
    ) -> Result<AfterVerb<'a>, RenderError> {
        Ok(writer.hang_up())
    }
}

#[cfg(test)]
pub(crate) mod testing {
    //! What the tests of the verbs share.

    use super::*;
    use crate::dialplan::config::Verification;
    use crate::dialplan::facts::Facts;
    use crate::dialplan::params::Caller;
    use crate::dialplan::turn::{Next, Plan, Turn};
    use crate::dialplan::writer::render;
    use crate::phone::E164;

    /// The content of `<Response>` that the action `main` becomes. The caller is +15550100101, and the URL `/v`.
    pub(crate) fn twiml(actions: &str) -> String {
        twiml_with(actions, &Facts::default())
    }

    /// The same, with what is known.
    pub(crate) fn twiml_with(actions: &str, facts: &Facts) -> String {
        let config = config(actions);
        let numbers = [E164::parse("+15550100001").unwrap()];
        let number = E164::parse("+15550100101");
        let caller = Caller { number, called: Some(numbers[0]), verification: Verification::None, sid: "CA1" };
        let plan = Plan { config: &config, numbers: &numbers, url: "/v", caller };
        let rendered = render(&plan, &Next { turn: Turn::Action("main"), language: None }, facts);
        assert_eq!(rendered.codes, []);
        let xml = rendered.twiml.split_once("<Response>").unwrap().1;
        xml.strip_suffix("</Response>").unwrap().to_owned()
    }

    /// A config with these actions, JSON. It is not checked.
    pub(crate) fn config(actions: &str) -> Config {
        serde_json::from_str(&format!(r#"{{"actions":{actions}}}"#)).unwrap()
    }

    /// The edges of the action `main`: member, trigger, action.
    pub(crate) fn edges(actions: &str) -> Vec<String> {
        let mut edges = Vec::new();
        let config = config(actions);
        crate::dialplan::graph::edges_of(config.actions.get("main").unwrap(), |edge| {
            edges.push(format!("{} {:?} {}", edge.member, edge.trigger, edge.to));
        });
        edges
    }
}
