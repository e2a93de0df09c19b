// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Actions, verb by verb.

use super::loops::Way;
use super::place::Place;
use super::{Checker, shape};
use crate::dialplan::config::{Conference, Dial, Order, Overflow, Queue, Say, Target, Verb, Voicemail};
use crate::dialplan::outcome::Outcome;
use crate::dialplan::step::decides;
use crate::error::Code;
use crate::json::Map;
use crate::phone::E164;
use crate::policy::Policy;

/// The most phones that Twilio rings at once. Source: <https://www.twilio.com/docs/voice/twiml/number>.
const MAX_AT_ONCE: usize = 10;
/// The most that ring one after the other: they would ring for longer than anybody waits.
const MAX_IN_TURN: usize = 50;
/// Four hours, the longest recording. Source: <https://www.twilio.com/docs/api/errors/13612>.
const LONGEST_RECORDING: u32 = 14_400;
/// What is longer is not written down. Source: <https://www.twilio.com/docs/api/errors/13617>.
const LONGEST_TRANSCRIBED: u32 = 120;
/// The most callers that a queue holds. Source: <https://www.twilio.com/docs/voice/api/queue-resource>.
const LARGEST_QUEUE: u32 = 5_000;

impl Checker<'_> {
    pub(super) fn actions(&mut self) {
        let config = self.config;
        let at = Place::root("actions");
        for (index, (name, verbs)) in config.actions.iter().enumerate() {
            self.edges.begin();
            let at = at.member(index, name);
            self.expect(shape::is_name(name), Code::ConfigName, &at);
            self.expect(verbs.last().is_some_and(decides), Code::ConfigDeadEnd, &at);
            for (index, verb) in verbs.iter().enumerate() {
                let at = at.element(index);
                let alone = verbs.len() == 1 || !matches!(verb, Verb::Reject(_));
                let last = index + 1 == verbs.len() || !decides(verb);
                self.expect(alone && last, Code::ConfigVerbOrder, &at);
                self.verb(verb, name, &at);
            }
        }
    }

    fn verb(&mut self, verb: &Verb, action: &str, at: &Place<'_>) {
        match verb {
            Verb::Say(say) => self.say(say, &at.field("say")),
            Verb::Greet(greet) => {
                let at = at.field("greet");
                self.words(&greet.patient, false, &at.field("patient"));
                self.words(&greet.neutral, false, &at.field("neutral"));
                self.voice(greet.voice.as_deref(), &at.field("voice"));
            }
            Verb::Play(play) => {
                let at = at.field("play");
                self.url(Some(&play.url), &at.field("url"));
                self.range(play.times, 1, 100, &at.field("times"));
            }
            Verb::Pause(seconds) => self.range(Some(*seconds), 1, 600, &at.field("pause")),
            Verb::Language(tag) => self.tongue(Some(tag), true, &at.field("language")),
            Verb::Menu(menu) => self.menu(menu, &at.field("menu")),
            Verb::Dial(dial) => self.dial(dial, action, &at.field("dial")),
            Verb::Queue(queue) => self.queue(queue, &at.field("queue")),
            Verb::Voicemail(voicemail) => self.voicemail(voicemail, &at.field("voicemail")),
            Verb::Conference(conference) => self.conference(conference, &at.field("conference")),
            Verb::Goto(action) => self.lead(action, Way::AtOnce, "goto", &at.field("goto")),
            Verb::Redirect(redirect) => self.url(Some(&redirect.url), &at.field("redirect").field("url")),
            Verb::Reject(_) | Verb::Hangup(_) => {}
        }
    }

    /// Where the call goes on.
    pub(super) fn lead(&mut self, action: &str, way: Way, from: &'static str, at: &Place<'_>) {
        match self.config.actions.position(action) {
            Some(to) => self.edges.add(to, way, from),
            None => self.error(Code::ConfigNameUnknown, at),
        }
    }

    pub(super) fn say(&mut self, say: &Say, at: &Place<'_>) {
        match (&say.text, &say.ssml) {
            (Some(words), None) => self.words(words, false, &at.field("text")),
            (None, Some(words)) => self.words(words, true, &at.field("ssml")),
            // Neither, or both.
            _ => self.error(Code::ConfigEmpty, &at.field("text")),
        }
        self.voice(say.voice.as_deref(), &at.field("voice"));
        self.tongue(say.language.as_deref(), false, &at.field("language"));
        self.range(say.times, 1, 100, &at.field("times"));
    }

    fn dial(&mut self, dial: &Dial, action: &str, at: &Place<'_>) {
        let targets = at.field("targets");
        let most = if dial.order == Order::AllAtOnce { MAX_AT_ONCE } else { MAX_IN_TURN };
        self.expect(!dial.targets.is_empty(), Code::ConfigEmpty, &targets);
        self.expect(dial.targets.len() <= most, Code::ConfigRange, &targets);
        for (index, target) in dial.targets.iter().enumerate() {
            self.target(target, &targets.element(index));
        }
        self.range(dial.timeout, 1, 600, &at.field("timeout"));
        if let Some(number) = &dial.caller_id {
            self.our_number(number, &at.field("callerId"));
        }
        // Where only the chart knows whom to ring, it may be nobody.
        let fixed = |target: &Target| matches!(target, Target::Client(_) | Target::Number(_) | Target::Sip(_));
        let way = if dial.targets.iter().any(fixed) { Way::ByItself } else { Way::AtOnce };
        self.outcomes(&dial.on, &Outcome::OF_DIAL, way, "dial.on", &at.field("on"));
        let otherwise = at.field("otherwise");
        if dial.otherwise == action {
            // Whoever did not answer would ring for ever.
            self.error(Code::ConfigNoAnswer, &otherwise);
        } else {
            self.lead(&dial.otherwise, way, "dial.otherwise", &otherwise);
        }
    }

    fn target(&mut self, target: &Target, at: &Place<'_>) {
        match target {
            Target::Client(identity) => {
                self.expect(shape::is_identity(identity), Code::ConfigIdentity, &at.field("client"));
            }
            Target::Number(number) => {
                let at = at.field("number");
                self.expect(E164::parse(number).is_some(), Code::ConfigNumber, &at);
                // It would call us, who would call it.
                self.expect(self.config.numbers.position(number).is_none(), Code::ConfigLoop, &at);
                // What the engine leaves out when it dials, never rings.
                if self.tells_all() {
                    self.rings(number, &at);
                }
            }
            Target::Sip(address) => self.expect(shape::is_sip(address), Code::ConfigSipAddress, &at.field("sip")),
            Target::Available(whose) => {
                let known = shape::is_reference(whose, &["PractitionerRole", "Organization"]);
                self.expect(known, Code::ConfigReference, &at.field("available"));
            }
            Target::GeneralPractitioner(_) | Target::LastToCall(_) => {}
        }
    }

    /// Whether a number is dialled where the config names it; in which country it is does not matter there.
    fn rings(&mut self, number: &str, at: &Place<'_>) {
        if E164::parse(number).is_none() || self.config.numbers.position(number).is_some() {
            // That is told already.
            return;
        }
        if !Policy::new(&self.config.outbound, &self.ours).allows_named(number) {
            self.error(Code::ConfigNumberBlocked, at);
        }
    }

    fn outcomes(&mut self, on: &Map<String>, known: &[Outcome], way: Way, from: &'static str, at: &Place<'_>) {
        for (index, (outcome, action)) in on.iter().enumerate() {
            let at = at.member(index, outcome);
            self.expect(known.iter().any(|known| known.word() == outcome), Code::ConfigOutcome, &at);
            // An answer is somebody's doing, and so is hanging up; and ringing takes its time.
            let way = match outcome {
                "answered" | "canceled" => Way::BySomebody,
                "unavailable" => way,
                _ => Way::ByItself,
            };
            self.lead(action, way, from, &at);
        }
    }

    fn queue(&mut self, queue: &Queue, at: &Place<'_>) {
        self.expect(shape::is_label(&queue.name), Code::ConfigText, &at.field("name"));
        self.url(queue.music.as_deref(), &at.field("music"));
        if let Some(say) = &queue.position {
            self.say(say, &at.field("position"));
        }
        if let Some(offer) = &queue.callback {
            let at = at.field("callback");
            self.say(&offer.prompt, &at.field("prompt"));
            self.expect(shape::is_keys(&offer.digit, 1), Code::ConfigChoice, &at.field("digit"));
            self.lead(&offer.then, Way::BySomebody, "queue.callback.then", &at.field("then"));
        }
        if let Some(overflow) = &queue.overflow {
            self.overflow(overflow, &at.field("overflow"));
        }
        self.outcomes(&queue.on, &Outcome::OF_QUEUE, Way::ByItself, "queue.on", &at.field("on"));
        self.lead(&queue.otherwise, Way::ByItself, "queue.otherwise", &at.field("otherwise"));
    }

    fn overflow(&mut self, overflow: &Overflow, at: &Place<'_>) {
        let ever = overflow.size.is_some() || overflow.position.is_some() || overflow.average_wait.is_some();
        self.expect(ever, Code::ConfigEmpty, at);
        self.range(overflow.size, 0, LARGEST_QUEUE, &at.field("size"));
        self.range(overflow.position, 1, LARGEST_QUEUE, &at.field("position"));
        self.range(overflow.average_wait, 1, LONGEST_RECORDING, &at.field("averageWait"));
        self.lead(&overflow.then, Way::ByItself, "queue.overflow.then", &at.field("then"));
    }

    fn voicemail(&mut self, voicemail: &Voicemail, at: &Place<'_>) {
        self.say(&voicemail.greeting, &at.field("greeting"));
        let longest = at.field("maxLength");
        self.range(voicemail.max_length, 1, LONGEST_RECORDING, &longest);
        self.advise(|| voicemail.max_length != Some(1), Code::ConfigRange, &longest);
        if voicemail.transcribe && voicemail.max_length.is_some_and(|longest| longest > LONGEST_TRANSCRIBED) {
            self.warning(Code::ConfigTranscription, &longest);
        }
        if let Some(farewell) = &voicemail.farewell {
            self.say(farewell, &at.field("farewell"));
        }
    }

    fn conference(&mut self, conference: &Conference, at: &Place<'_>) {
        self.expect(shape::is_label(&conference.name), Code::ConfigText, &at.field("name"));
        self.url(conference.music.as_deref(), &at.field("music"));
        self.range(conference.max_participants, 2, 250, &at.field("maxParticipants"));
        if let Some(then) = &conference.then {
            self.lead(then, Way::BySomebody, "conference.then", &at.field("then"));
        }
    }
}
