// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The verbs of the dialplan, one file for each.
//!
//! A file has the verb's config type, checks, edges to other actions, callback URLs, handling of callbacks, TwiML and
//! tests. To add a verb, add a file and a line in `verbs!` below.

mod ask;
mod change_override;
mod conference;
mod connect;
mod dial;
mod goto;
mod greet;
mod greeting;
mod hangup;
mod language;
mod menu;
mod next_visit;
mod page;
mod pause;
mod play;
mod queue;
mod record_greeting;
mod redirect;
mod reject;
mod say;
mod task;
mod verify;
mod voicemail;
mod when;

use super::callback_urls::CallbackKind;
use super::check::{Checker, ConfigPath, VisitSpoken};
use super::config::{Conditions, Config};
use super::graph::Visit;
use super::lookups::Lookups;
use super::speech::RenderError;
use super::turn::{CallbackRequest, CallbackResult, VerbEvent};
use super::writer::{AfterVerb, Writer};
use crate::json::cases;

pub use ask::{Ask, Input, Question};
pub use change_override::ChangeOverride;
pub use conference::{Conference, conference_attributes, max_participants};
pub use connect::{Connect, is_agent_finished};
pub use dial::{Dial, RingOrder, STEP_FACTOR};
pub use goto::Goto;
pub use greet::Greet;
pub use greeting::Greeting;
pub use hangup::Hangup;
pub use language::Language;
pub use menu::{Choice, Menu};
pub use next_visit::NextVisit;
pub use page::{OnCall, OnCallPhone, Page};
pub use pause::Pause;
pub use play::Play;
pub use queue::{CallbackOffer, HOLD_MUSIC, Overflow, Queue};
pub use record_greeting::RecordGreeting;
pub use redirect::Redirect;
pub use reject::{Reject, RejectReason};
pub use say::Say;
pub use task::Task;
pub use verify::{Verify, can_verify};
pub use voicemail::Voicemail;
pub use when::When;

macro_rules! verbs {
    // `$d` is a dollar sign, for the inner macro.
    ($d:tt $($(#[doc = $doc:literal])+ $name:ident = $key:literal,)+) => {
        /// One step of an action. The verbs of an action are performed in order, until one decides what comes next.
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

        /// Calls a method of the inner verb: `dispatch!(self, verb => verb.is_final())`.
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
    /// Greets a known patient by name, and all other callers without a name.
    Greet = "greet",
    /// Says a greeting that staff can replace for a limited time.
    Greeting = "greeting",
    /// Plays a sound file.
    Play = "play",
    /// Waits, in seconds.
    Pause = "pause",
    /// Switches the call to this language (BCP 47).
    Language = "language",
    /// Lets the caller choose. Must be last.
    Menu = "menu",
    /// Asks the caller for input, and keeps the answer. Must be last.
    Ask = "ask",
    /// Verifies the caller by the birth date of a patient. Must be last.
    Verify = "verify",
    /// Says when the next visit of a verified caller is. Must be last.
    NextVisit = "nextVisit",
    /// Opens a task for staff, as a verified caller asked. Must be last.
    Task = "task",
    /// Pages the people on call, one after the other, until one of them accepts. Must be last.
    Page = "page",
    /// Rings people. Must be last.
    Dial = "dial",
    /// Puts the caller into a queue. Must be last.
    Queue = "queue",
    /// Takes a message. Must be last.
    Voicemail = "voicemail",
    /// Puts the caller into a conference. Must be last.
    Conference = "conference",
    /// Closes a line or diverts its calls for some hours, if a staff phone calls. Must be last.
    ChangeOverride = "changeOverride",
    /// Records the greeting of the line for some hours, if a staff phone calls. Must be last.
    RecordGreeting = "recordGreeting",
    /// Connects the caller with a voice agent. Must be last.
    Connect = "connect",
    /// Continues with another action if conditions hold. Must be last if it has `otherwise`.
    When = "when",
    /// Continues with another action. Must be last.
    Goto = "goto",
    /// Hands the call over to another TwiML document. Must be last.
    Redirect = "redirect",
    /// Rejects the call without answering, so that it costs nothing. Must be the only verb.
    Reject = "reject",
    /// Ends the call. Must be last.
    Hangup = "hangup",
}

/// Each method calls that of the verb: see [`DialplanVerb`].
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
    pub fn uses_speech_recognition(&self) -> bool {
        dispatch!(self, verb => verb.uses_speech_recognition())
    }

    #[must_use]
    pub fn announces_recording(&self) -> bool {
        dispatch!(self, verb => verb.announces_recording())
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

    pub fn spoken<'a>(&'a self, at: &ConfigPath<'_>, visit: VisitSpoken<'_, 'a>) {
        dispatch!(self, verb => verb.spoken(at, visit));
    }

    pub fn edges<'a>(&'a self, at: &ConfigPath<'_>, visit: Visit<'_, 'a>) {
        dispatch!(self, verb => verb.edges(at, visit));
    }

    pub fn callbacks(&self, config: &Config, visit: &mut dyn FnMut(CallbackKind, u32)) {
        dispatch!(self, verb => verb.callbacks(config, visit));
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

    pub fn on_callback<'a>(&'a self, request: &mut CallbackRequest<'a, '_>) -> CallbackResult<'a> {
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

/// Whether the caller asks for the emergency advice.
fn is_emergency(request: &CallbackRequest<'_, '_>) -> bool {
    let emergency = request.input.config.emergency.as_ref();
    emergency.is_some_and(|emergency| emergency.is_requested(request.params))
}

/// The maximum size of an action in TwiML, in bytes. Twilio accepts documents of at most 64 kB.
#[derive(Clone, Copy, Debug, Default)]
pub struct Size {
    /// The verbs before the final verb.
    pub before: usize,
    /// The final verb.
    pub last: usize,
}

impl Size {
    /// The maximum size of a verb that has callback URLs, not counting its texts, in bytes.
    pub const CALLBACKS: usize = 1_024;
    /// The maximum size of a verb that has no callback URLs, not counting its texts, in bytes.
    pub const SHORT: usize = 256;
}

/// The behavior of a verb. The defaults are for a final verb that has audio and no edges.
pub trait DialplanVerb {
    /// Whether the verb is final: later verbs of the action are not performed.
    fn is_final(&self) -> bool {
        true
    }

    /// Whether the verb must be the only one of its action.
    fn is_alone(&self) -> bool {
        false
    }

    /// Whether the verb has no audio.
    fn is_silent(&self) -> bool {
        false
    }

    /// Whether Twilio allows the verb in the document for a waiting caller.
    fn fits_queue(&self) -> bool {
        !self.is_final()
    }

    /// Whether the verb uses speech recognition.
    fn uses_speech_recognition(&self) -> bool {
        false
    }

    /// Whether the caller hears the recording announcement, if calls are recorded.
    fn announces_recording(&self) -> bool {
        false
    }

    /// Whether the verb depends on the local time of the called number.
    fn needs_local_time(&self, _config: &Config) -> bool {
        false
    }

    /// The conditions under which the verb continues with another action.
    fn conditions(&self) -> Option<&Conditions> {
        None
    }

    /// Reports errors in the values of the verb. `at` is its path in the config.
    fn check(&self, _checker: &mut Checker<'_>, _at: &ConfigPath<'_>) {}

    /// Warns of values that have no effect or an unexpected effect. Called only for a config without errors.
    fn advise(&self, _checker: &mut Checker<'_>, _at: &ConfigPath<'_>) {}

    /// Visits the edges to other actions. `at` is the path of the verb in the config.
    fn edges<'a>(&'a self, _at: &ConfigPath<'_>, _visit: Visit<'_, 'a>) {}

    /// Visits what the verb says.
    fn spoken<'a>(&'a self, _at: &ConfigPath<'_>, _visit: VisitSpoken<'_, 'a>) {}

    /// Visits the callback URLs of the verb: the kind, and the number `n` in the URL.
    fn callbacks(&self, _config: &Config, _visit: &mut dyn FnMut(CallbackKind, u32)) {}

    /// Visits the languages to which the verb can switch the call.
    fn languages<'a>(&'a self, _visit: &mut dyn FnMut(&'a str)) {}

    /// Visits the names of the hours and of the lists of callers that the verb uses.
    fn names<'a>(&'a self, _hours: &mut dyn FnMut(&'a str), _lists: &mut dyn FnMut(&'a str)) {}

    /// Adds the size of the verb.
    fn size(&self, _config: &Config, size: &mut Size) {
        size.before += Size::SHORT;
    }

    /// Adds the look-ups that are needed to write the verb. Returns whether the next verb may be performed.
    fn add_lookups<'a>(&'a self, _needs: &mut Lookups<'_, 'a>) -> bool {
        !self.is_final()
    }

    /// Adds the look-ups that are needed to continue the verb after `event`.
    fn add_lookups_after<'a>(&'a self, _event: &VerbEvent, _needs: &mut Lookups<'_, 'a>) {}

    /// Handles a request to a callback URL of the verb.
    fn on_callback<'a>(&'a self, _request: &mut CallbackRequest<'a, '_>) -> CallbackResult<'a> {
        CallbackResult::EmptyResponse
    }

    /// Writes the verb.
    ///
    /// # Errors
    /// [`RenderError`].
    fn write<'a>(&'a self, writer: &mut Writer<'a>, action: &'a str) -> Result<AfterVerb<'a>, RenderError>;

    /// Writes what follows `event`.
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
    //! Shared code for the tests of the verbs.

    use super::*;
    use crate::dialplan::config::Verification;
    use crate::dialplan::facts::Facts;
    use crate::dialplan::params::Caller;
    use crate::dialplan::turn::{DialplanInput, LocalizedTurn, Turn};
    use crate::dialplan::writer::render;
    use crate::phone::E164;

    /// The content of the `<Response>` for the action `main`. The caller is +15550100101, and the URL `/v`.
    pub(crate) fn twiml(actions: &str) -> String {
        twiml_with(actions, &Facts::default())
    }

    /// Like [`twiml`], with facts.
    pub(crate) fn twiml_with(actions: &str, facts: &Facts) -> String {
        let config = config(actions);
        let numbers = [E164::parse("+15550100001").unwrap()];
        let number = E164::parse("+15550100101");
        let caller = Caller {
            number,
            is_sip: false,
            is_own: false,
            forwarded_from: None,
            called: Some(numbers[0]),
            verification: Verification::None,
            sid: "CA1",
        };
        let input = DialplanInput { config: &config, numbers: &numbers, url: "/v", caller };
        let rendered =
            render(&input, &LocalizedTurn { turn: Turn::Action("main"), language: None, is_announced: false }, facts);
        assert_eq!(rendered.codes, []);
        let xml = rendered.twiml.split_once("<Response>").unwrap().1;
        xml.strip_suffix("</Response>").unwrap().to_owned()
    }

    /// A config with these actions (JSON). It is not checked.
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
