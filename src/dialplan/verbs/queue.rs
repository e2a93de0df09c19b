// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `queue`: puts the caller into a queue. `<Enqueue>`: <https://www.twilio.com/docs/voice/twiml/enqueue>.
//!
//! Twilio supports only a few verbs in the document for a waiting caller, such as `<Say>`, `<Play>`, `<Gather>`,
//! `<Hangup>` and `<Leave>`. So the action after an accepted callback offer runs in the queue only if it just says
//! something and hangs up. Otherwise, the caller leaves the queue, as after an overflow. The request to the queue's
//! `action` URL finds the accepted offer in the chart, which distinguishes the two cases.

use super::{DialplanVerb, Size, Verb, is_emergency};
use crate::dialplan::callback_urls::{CallbackKind, RETRY};
use crate::dialplan::check::{Checker, ConfigPath, Spoken, VisitSpoken, is_keys};
use crate::dialplan::config::{Config, Emergency, FollowUpTrigger};
use crate::dialplan::graph::{Edge, Trigger, Visit, can_run_in_queue};
use crate::dialplan::lookups::Lookups;
use crate::dialplan::outcome::VerbOutcome;
use crate::dialplan::params::Params;
use crate::dialplan::speech::{Prompt, RenderError};
use crate::dialplan::turn::{CallbackRequest, CallbackResult, DialplanInput, VerbEvent};
use crate::dialplan::writer::{AfterVerb, Writer};
use crate::error::Code;
use crate::json::{Map, decimal, members};
use crate::phone::E164;
use crate::policy::Policy;

/// The maximum number of callers in a queue. Source: <https://www.twilio.com/docs/voice/api/queue-resource>.
const MAX_QUEUE_SIZE: u32 = 5_000;
/// The maximum of `wait` and `averageWait`, in seconds. Twilio ends every call after four hours.
const MAX_WAIT: u32 = 14_400;
/// The maximum of `repeats`. Each repetition has its callback URLs.
const MAX_REPEATS: u32 = 10;
/// The expected waits that a caller hears, in minutes. A longer wait is not announced. There is no 1, so that every
/// language needs only the plural.
const MINUTES: [u32; 9] = [2, 3, 5, 10, 15, 20, 30, 45, 60];
/// One of Twilio's hold music files, some minutes long. After it, the length of the queue is checked again.
pub const HOLD_MUSIC: &str = "https://s3.amazonaws.com/com.twilio.sounds.music/MARKOVICHAMP-Borghestral.mp3";

/// `queue`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Queue {
    /// The name at Twilio.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 64)))]
    pub name: String,
    /// The hold music: an `https` URL. If absent, Twilio's music.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^https://")))]
    pub music: Option<String>,
    /// What is said about the caller's position. `{position}` is replaced by it. If absent, nothing is said.
    pub position: Option<Prompt>,
    /// What is said about the expected wait. `{minutes}` is replaced by it. If absent, or if the wait is unknown, nothing
    /// is said.
    pub expected_wait: Option<Prompt>,
    /// Offers a callback instead of waiting.
    pub callback: Option<CallbackOffer>,
    /// How many times the position, the expected wait and the offer are repeated. After that, the caller hears only the
    /// music. If absent, they are repeated until the wait ends.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 10)))]
    pub repeats: Option<u32>,
    /// What to do if the queue is too long.
    pub overflow: Option<Overflow>,
    /// The actions by outcome.
    #[cfg_attr(feature = "schema", serde(default))]
    pub on: Map<String>,
    /// The action for every other outcome except `answered`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub otherwise: String,
}

members!(Queue {
    name: required "name",
    music: optional "music",
    position: optional "position",
    expected_wait: optional "expectedWait",
    callback: optional "callback",
    repeats: optional "repeats",
    overflow: optional "overflow",
    on: optional "on",
    otherwise: required "otherwise",
});

/// `callback` of a queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct CallbackOffer {
    /// The offer: "Press one, and we call you back."
    pub prompt: Prompt,
    /// The key that accepts the offer.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[0-9*#]$")))]
    pub digit: String,
    /// The action after it. A task for staff is created.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub then: String,
}

members!(CallbackOffer {
    prompt: required "prompt",
    digit: required "digit",
    then: required "then",
});

/// `overflow` of a queue. It is evaluated when the caller starts to wait, and repeatedly while they wait.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Overflow {
    /// The maximum number of waiting callers.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 5000)))]
    pub size: Option<u32>,
    /// The maximum position of the caller.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 5000)))]
    pub position: Option<u32>,
    /// The maximum wait of the caller, in seconds. Twilio reports it after each repetition of the music.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 14400)))]
    pub wait: Option<u32>,
    /// The maximum average wait, in seconds.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 14400)))]
    pub average_wait: Option<u32>,
    /// The action if any of these is exceeded.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub then: String,
}

members!(Overflow {
    size: optional "size",
    position: optional "position",
    wait: optional "wait",
    average_wait: optional "averageWait",
    then: required "then",
});

impl Queue {
    /// Whether the config has a queue with this name at Twilio.
    #[must_use]
    pub fn is_named(config: &Config, name: &str) -> bool {
        config.verbs().any(|verb| matches!(verb, Verb::Queue(queue) if queue.name == name))
    }
}

impl DialplanVerb for Queue {
    fn announces_recording(&self) -> bool {
        true
    }

    fn check(&self, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        checker.label(&self.name, &at.field("name"));
        checker.url(self.music.as_deref(), &at.field("music"));
        if let Some(position) = &self.position {
            checker.prompt(position, &at.field("position"));
        }
        if let Some(expected) = &self.expected_wait {
            checker.prompt(expected, &at.field("expectedWait"));
        }
        checker.range(self.repeats, 0, MAX_REPEATS, &at.field("repeats"));
        if let Some(offer) = &self.callback {
            let at = at.field("callback");
            checker.prompt(&offer.prompt, &at.field("prompt"));
            let is_free = emergency_key(checker.config()) != Some(&offer.digit);
            checker.expect(is_keys(&offer.digit, 1) && is_free, Code::ConfigChoice, &at.field("digit"));
        }
        if let Some(overflow) = &self.overflow {
            overflow.check(checker, &at.field("overflow"));
        }
        checker.outcomes(&self.on, &VerbOutcome::OF_QUEUE, &at.field("on"));
    }

    fn advise(&self, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        if self.callback.is_some() && !checker.has_follow_up(FollowUpTrigger::Callback) {
            checker.warning(Code::ConfigUntold, &at.field("callback"));
        }
    }

    fn spoken<'a>(&'a self, at: &ConfigPath<'_>, visit: VisitSpoken<'_, 'a>) {
        for (prompt, name) in [(&self.position, "position"), (&self.expected_wait, "expectedWait")] {
            if let Some(prompt) = prompt {
                visit(Spoken::Prompt(prompt), &at.field(name), at);
            }
        }
        if let Some(offer) = &self.callback {
            visit(Spoken::Prompt(&offer.prompt), &at.field("callback").field("prompt"), at);
        }
    }

    fn edges<'a>(&'a self, at: &ConfigPath<'_>, visit: Visit<'_, 'a>) {
        if let Some(offer) = &self.callback {
            let edge = Edge { to: &offer.then, trigger: Trigger::Person, member: "queue.callback.then" };
            visit(edge, &at.field("callback").field("then"));
        }
        if let Some(overflow) = &self.overflow {
            let edge = Edge { to: &overflow.then, trigger: Trigger::Unattended, member: "queue.overflow.then" };
            visit(edge, &at.field("overflow").field("then"));
        }
        let on = at.field("on");
        for (index, (outcome, action)) in self.on.iter().enumerate() {
            let trigger = match outcome {
                "answered" | "canceled" => Trigger::Person,
                _ => Trigger::Unattended,
            };
            visit(Edge { to: action, trigger, member: "queue.on" }, &on.member(index, outcome));
        }
        let otherwise = Edge { to: &self.otherwise, trigger: Trigger::Unattended, member: "queue.otherwise" };
        visit(otherwise, &at.field("otherwise"));
    }

    fn callbacks(&self, config: &Config, visit: &mut dyn FnMut(CallbackKind, u32)) {
        visit(CallbackKind::Queue, 0);
        for n in 0..=self.last_wait() {
            visit(CallbackKind::Wait, n);
            if self.callback.is_some() || emergency_key(config).is_some() {
                visit(CallbackKind::Offer, n);
            }
        }
    }

    fn size(&self, _config: &Config, size: &mut Size) {
        size.last = Size::CALLBACKS;
    }

    fn add_lookups<'a>(&'a self, _needs: &mut Lookups<'_, 'a>) -> bool {
        false
    }

    fn add_lookups_after<'a>(&'a self, event: &VerbEvent, lookups: &mut Lookups<'_, 'a>) {
        let config = lookups.input.config;
        match event {
            VerbEvent::OfferAccepted => {
                if let Some(then) = self.offered().filter(|then| can_run_in_queue(config, then)) {
                    lookups.action(then);
                }
            }
            VerbEvent::Left => {
                let possible_actions =
                    [self.offered().filter(|then| !can_run_in_queue(config, then)), self.overflow_action()];
                if possible_actions == [None, None] {
                    lookups.action(self.left());
                }
                possible_actions.into_iter().flatten().for_each(|then| lookups.action(then));
            }
            _ => {}
        }
    }

    fn on_callback<'a>(&'a self, request: &mut CallbackRequest<'a, '_>) -> CallbackResult<'a> {
        let params = request.params;
        if request.kind == CallbackKind::Offer && is_emergency(request) {
            return CallbackResult::Event(VerbEvent::Emergency { n: request.n });
        }
        let (position, n) = (params.number("QueuePosition"), request.n);
        let waiting = |n| VerbEvent::Waiting { n, position, minutes: expected_minutes(params) };
        match request.kind {
            CallbackKind::Queue => self.ended(params),
            CallbackKind::Offer if self.accepts(request.input, params) => {
                CallbackResult::Event(VerbEvent::OfferAccepted)
            }
            CallbackKind::Wait if self.overflow.as_ref().is_some_and(|overflow| overflow.is_exceeded(params)) => {
                CallbackResult::Event(VerbEvent::Overflow)
            }
            CallbackKind::Offer => CallbackResult::Event(waiting(self.next_wait(n))),
            _ => CallbackResult::Event(waiting(n)),
        }
    }

    /// The recording starts when staff take the caller from the queue. At that moment, an announcement is no longer
    /// possible, so the caller hears it before the wait.
    fn write<'a>(&'a self, writer: &mut Writer<'a>, action: &'a str) -> Result<AfterVerb<'a>, RenderError> {
        writer.announce_recording()?;
        // No other request reports the outcome of the queue, so Twilio must send this one again after an error, even if
        // the caller hung up.
        let ended = [&writer.url(CallbackKind::Queue, action, 0), RETRY].concat();
        let waits = writer.url(CallbackKind::Wait, action, 0);
        let mut attributes = vec![("action", ended.as_str())];
        // Without a `waitUrl`, Twilio plays its own music and sends no request.
        let has_key = emergency_key(writer.input.config).is_some();
        if self.has_words() || has_key || self.overflow.is_some() || self.music.is_some() {
            attributes.push(("waitUrl", &waits));
        }
        writer.document.element("Enqueue", &attributes, &self.name);
        Ok(AfterVerb::End)
    }

    fn resume<'a>(
        &'a self,
        event: VerbEvent,
        writer: &mut Writer<'a>,
        action: &'a str,
    ) -> Result<AfterVerb<'a>, RenderError> {
        match event {
            VerbEvent::Waiting { n, position, minutes } => self.wait(writer, action, n, [position, minutes]),
            VerbEvent::Emergency { n } => {
                writer.advise_emergency()?;
                self.wait(writer, action, self.next_wait(n), [None, None])
            }
            VerbEvent::OfferAccepted => match &self.callback {
                Some(offer) if can_run_in_queue(writer.input.config, &offer.then) => {
                    Ok(AfterVerb::ActionInQueue(&offer.then))
                }
                _ => Ok(writer.leave()),
            },
            VerbEvent::Left => Ok(AfterVerb::Action(self.after_leaving(writer))),
            VerbEvent::Overflow => Ok(writer.leave()),
            _ => Ok(writer.hang_up()),
        }
    }
}

impl Queue {
    /// Handles the request to the queue's `action` URL.
    fn ended<'a>(&'a self, params: Params<'_, '_>) -> CallbackResult<'a> {
        let Some(outcome) = VerbOutcome::of_queue(params.get("QueueResult").unwrap_or_default()) else {
            return CallbackResult::EmptyResponse;
        };
        match self.on.get(outcome.word()) {
            _ if outcome == VerbOutcome::Left && (self.overflow.is_some() || self.callback.is_some()) => {
                CallbackResult::Event(VerbEvent::Left)
            }
            Some(then) => CallbackResult::Action(then),
            None if outcome == VerbOutcome::Answered => CallbackResult::Hangup,
            None => CallbackResult::Action(&self.otherwise),
        }
    }

    /// The action for a caller who left the queue: for an accepted offer, for an overflow, or for any other reason.
    fn after_leaving<'a>(&'a self, writer: &Writer<'a>) -> &'a str {
        let overflow = self.overflow_action();
        // If the action of the offer can run in the queue, the caller did not leave because of the offer.
        let offered = self.offered().filter(|then| !can_run_in_queue(writer.input.config, then));
        let accepted = offered.filter(|_| overflow.is_none() || writer.facts.offer_accepted);
        accepted.or(overflow).unwrap_or_else(|| self.left())
    }

    /// The action of an accepted offer.
    fn offered(&self) -> Option<&str> {
        self.callback.as_ref().map(|offer| offer.then.as_str())
    }

    /// The action of an overflow.
    fn overflow_action(&self) -> Option<&str> {
        self.overflow.as_ref().map(|overflow| overflow.then.as_str())
    }

    /// The action for a caller who left for any other reason.
    fn left(&self) -> &str {
        self.on.get(VerbOutcome::Left.word()).unwrap_or(&self.otherwise)
    }

    /// Whether the caller hears words while they wait.
    const fn has_words(&self) -> bool {
        self.position.is_some() || self.expected_wait.is_some() || self.callback.is_some()
    }

    /// The highest `n` of the documents for a waiting caller, which Twilio repeats. With `repeats`, it is only music.
    fn last_wait(&self) -> u32 {
        self.repeats.filter(|_| self.has_words()).map_or(0, |repeats| repeats.min(MAX_REPEATS) + 1)
    }

    /// The `n` of the document after document `n`.
    fn next_wait(&self, n: u32) -> u32 {
        (n + 1).min(self.last_wait())
    }

    /// Writes the document for a waiting caller. `numbers` are the position and the expected minutes.
    fn wait<'a>(
        &'a self,
        writer: &mut Writer<'a>,
        action: &'a str,
        n: u32,
        numbers: [Option<u32>; 2],
    ) -> Result<AfterVerb<'a>, RenderError> {
        let last = self.last_wait();
        let has_words = last == 0 || n < last;
        let prompts = [(&self.position, "{position}"), (&self.expected_wait, "{minutes}")];
        for ((prompt, placeholder), number) in prompts.into_iter().zip(numbers) {
            if let Some((prompt, number)) = prompt.as_ref().zip(number).filter(|_| has_words) {
                writer.say_with(prompt, &[(placeholder, &decimal(number.into()))])?;
            }
        }
        let music = self.music.as_deref().unwrap_or(HOLD_MUSIC);
        let offer = self.offer(&writer.input);
        if offer.is_some() || emergency_key(writer.input.config).is_some() {
            let url = writer.url(CallbackKind::Offer, action, n);
            let attributes = [
                ("input", "dtmf"),
                ("timeout", "1"),
                ("numDigits", "1"),
                ("finishOnKey", ""),
                ("action", url.as_str()),
            ];
            writer.document.open("Gather", &attributes);
            if let Some(offer) = offer.filter(|_| has_words) {
                writer.say(&offer.prompt)?;
            }
            writer.document.element("Play", &[], music).close();
        } else {
            writer.document.element("Play", &[], music);
        }
        if last > 0 {
            let next = writer.url(CallbackKind::Wait, action, self.next_wait(n));
            writer.document.element("Redirect", &[], &next);
        }
        Ok(AfterVerb::End)
    }

    /// The callback offer. `None` for a caller that staff cannot call back: the number is withheld, the clinic's, or
    /// not one that the policy allows.
    fn offer(&self, input: &DialplanInput<'_>) -> Option<&CallbackOffer> {
        let policy = Policy::new(&input.config.outbound, input.numbers);
        let may_call = |number: E164<'_>| policy.allows(number.as_str()).is_ok();
        self.callback.as_ref().filter(|_| input.caller.searched_number().is_some_and(may_call))
    }

    /// Whether the caller accepts the offer.
    fn accepts(&self, input: &DialplanInput<'_>, params: Params<'_, '_>) -> bool {
        self.offer(input).is_some_and(|offer| params.get("Digits") == Some(offer.digit.as_str()))
    }
}

/// The key that reaches the emergency advice.
fn emergency_key(config: &Config) -> Option<&str> {
    config.emergency.as_ref().and_then(Emergency::key)
}

/// The expected wait in minutes, rounded up to one of [`MINUTES`]. `None` if it is unknown or longer.
///
/// `AvgQueueTime` is how long the callers in the queue have waited so far, on average. If staff take callers at a steady
/// pace, the first of `n` callers has waited for twice the average, so the caller at position `p` waits for
/// `2 × average × p ÷ n`.
fn expected_minutes(params: Params<'_, '_>) -> Option<u32> {
    let number = |name| params.number(name).filter(|number| *number > 0).map(u64::from);
    let (average, position, size) = (number("AvgQueueTime")?, number("QueuePosition")?, number("CurrentQueueSize")?);
    let seconds = (2 * average * position.min(size)).div_ceil(size);
    MINUTES.into_iter().find(|minutes| seconds <= u64::from(minutes * 60))
}

impl Overflow {
    fn check(&self, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        let has_limit = [self.size, self.position, self.wait, self.average_wait].iter().any(Option::is_some);
        checker.expect(has_limit, Code::ConfigEmpty, at);
        checker.range(self.size, 0, MAX_QUEUE_SIZE, &at.field("size"));
        checker.range(self.position, 1, MAX_QUEUE_SIZE, &at.field("position"));
        checker.range(self.wait, 1, MAX_WAIT, &at.field("wait"));
        checker.range(self.average_wait, 1, MAX_WAIT, &at.field("averageWait"));
    }

    /// Whether the queue is too long, according to the parameters. An absent parameter does not exceed its limit.
    fn is_exceeded(&self, params: Params<'_, '_>) -> bool {
        let limits = [
            ("CurrentQueueSize", self.size),
            ("QueuePosition", self.position),
            ("QueueTime", self.wait),
            ("AvgQueueTime", self.average_wait),
        ];
        limits.iter().any(|(name, most)| most.zip(params.number(name)).is_some_and(|(most, length)| length > most))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    const ACTIONS: &str = r#"{"main":[{"queue":{"name":"q","callback":{"prompt":{"text":"?"},"digit":"1","then":"later"},
        "overflow":{"size":3,"then":"full"},"on":{"answered":"end"},"otherwise":"end"}}],
        "later":[{"say":{"text":"We call you."}},{"hangup":{}}],"full":[{"hangup":{}}],"end":[{"hangup":{}}]}"#;

    #[test]
    fn writes_an_enqueue() {
        assert_eq!(
            twiml(ACTIONS),
            r#"<Enqueue action="/v?step=queue.main#rc=3&amp;rp=all" waitUrl="/v?step=wait.main">q</Enqueue>"#
        );
    }

    #[test]
    fn has_an_edge_for_each_reason_to_leave() {
        let expected = [
            "queue.callback.then Person later",
            "queue.overflow.then Unattended full",
            "queue.on Person end",
            "queue.otherwise Unattended end",
        ];
        assert_eq!(edges(ACTIONS), expected);
    }
}
