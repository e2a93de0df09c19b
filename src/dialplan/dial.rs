// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Ringing somebody: `<Dial>`, <https://www.twilio.com/docs/voice/twiml/dial>.

use super::default_twiml::EVENTS;
use super::facts::Fact;
use super::outcome::Outcome;
use super::people::{Person, Ring, is_identity};
use super::play::{After, Fault, Player};
use super::step::{Kind, Step};
use super::turn::Plan;
use crate::dialplan::config::{Dial, Order, Recording, Target, Verb};
use crate::json::decimal;
use crate::phone::E164;
use crate::policy::Policy;

/// Seconds that each rings.
const TIMEOUT: u32 = 20;

/// More than these ring at once nowhere.
/// Source: <https://www.twilio.com/docs/voice/twiml/number#simultaneous-dialing>.
const MAX_AT_ONCE: usize = 10;

impl<'a> Player<'a> {
    /// Rings the `n`th target, or the first behind it that there is. Where there is none any more, the action of how the
    /// last one ended comes next.
    pub(super) fn dial(
        &mut self,
        action: &'a str,
        dial: &'a Dial,
        n: u32,
        before: Outcome,
    ) -> Result<After<'a>, Fault> {
        let places = places(dial);
        let mut from_here = (n..places).map(|place| (place, self.leg(dial, place)));
        let Some((place, rings)) = from_here.find(|(_, rings)| !rings.is_empty()) else {
            return Ok(After::Action(dial.on.get(before.word()).unwrap_or(&dial.otherwise)));
        };
        let recording = self.recording().filter(|_| n == 0);
        if let Some(recording) = recording {
            self.say(&recording.announcement)?;
        }
        let url = self.url(Kind::Dial, action, place);
        let timeout = decimal(dial.timeout.filter(|seconds| *seconds > 0).unwrap_or(TIMEOUT).into());
        let mut attributes = vec![("action", url.as_str()), ("timeout", timeout.as_str())];
        if let Some(number) = self.caller_id(dial, &rings) {
            attributes.push(("callerId", number));
        }
        let recorded = self.url_again(Kind::Recording);
        let is_recorded = self.recording().is_some();
        if is_recorded {
            attributes.push(("record", "record-from-answer-dual"));
            attributes.push(("recordingStatusCallback", &recorded));
        }
        self.document.open("Dial", &attributes);
        let status = self.url_again(Kind::Status);
        // One for all: whoever is called has switched to no language.
        let announced = Step::common(Kind::Announce).url(self.plan.url);
        for (ring, _) in &rings {
            self.ring(ring, &status, Some(announced.as_str()).filter(|_| is_recorded));
        }
        self.document.close();
        if let Some(person) = only(&rings)
            && !self.goes_on_to_others(dial)
            && (0..places).all(|other| other == place || self.leg(dial, other).is_empty())
        {
            self.played.rung = Some(person);
        }
        Ok(After::End)
    }

    /// Whether a caller whom nobody answers here may come to speak with somebody else.
    fn goes_on_to_others(&self, dial: &'a Dial) -> bool {
        let unanswered = dial.on.iter().filter(|(word, _)| *word != Outcome::Answered.word());
        let mut open: Vec<&str> = unanswered.map(|(_, then)| then.as_str()).collect();
        open.push(&dial.otherwise);
        let mut seen: Vec<&str> = Vec::new();
        while let Some(action) = open.pop() {
            if seen.contains(&action) {
                continue;
            }
            seen.push(action);
            for verb in self.plan.config.actions.get(action).into_iter().flatten() {
                match verb {
                    Verb::Dial(_) | Verb::Queue(_) | Verb::Conference(_) | Verb::Redirect(_) => return true,
                    Verb::Goto(next) => open.push(next),
                    Verb::Menu(menu) => {
                        open.extend(menu.options.iter().filter_map(|choice| choice.then.as_deref()));
                        open.push(&menu.otherwise);
                    }
                    _ => {}
                }
            }
        }
        false
    }

    /// Whoever is the only one to be rung in a place of a dial, and of the chart.
    pub(super) fn only_person(&self, dial: &Dial, n: u32) -> Option<String> {
        only(&self.leg(dial, n))
    }

    fn ring(&mut self, ring: &Ring, status: &str, announced: Option<&str>) {
        let (name, text) = match ring {
            Ring::Client(identity) => ("Client", identity),
            Ring::Number { number, .. } => ("Number", number),
            Ring::Sip(address) => ("Sip", address),
        };
        let mut attributes = vec![("statusCallback", status), ("statusCallbackEvent", EVENTS)];
        // Half a second before the extension, which most exchanges need.
        let keys = match ring {
            Ring::Number { extension, .. } if !extension.is_empty() => ["w", extension].concat(),
            _ => String::new(),
        };
        if !keys.is_empty() {
            attributes.push(("sendDigits", &keys));
        }
        if let Some(url) = announced {
            attributes.push(("url", url));
        }
        self.document.element(name, &attributes, text);
    }

    /// Recording, where calls that come in are recorded.
    pub(super) fn recording(&self) -> Option<&'a Recording> {
        self.plan.config.recording.as_ref().filter(|recording| recording.inbound)
    }

    /// The number that a telephone shows: the one of ours that the config names, else the caller's own, which is Twilio's
    /// default; but ours where the caller has none to show.
    fn caller_id(&self, dial: &'a Dial, rings: &[(Ring, Option<String>)]) -> Option<&'a str> {
        let ours = |number: &str| self.plan.numbers.iter().find(|one| one.as_str() == number).map(|one| one.as_str());
        let telephone = rings.iter().any(|(ring, _)| matches!(ring, Ring::Number { .. }));
        let called = || self.plan.caller.called.filter(|_| telephone && self.plan.caller.number.is_none());
        dial.caller_id.as_deref().and_then(ours).or_else(|| called().map(E164::as_str))
    }

    /// What rings in a place of a dial, and whose it is where the chart says so. One place at a time: what a number costs is
    /// looked up in the world's numbering plans.
    fn leg(&self, dial: &Dial, place: u32) -> Vec<(Ring, Option<String>)> {
        let mut rings = Vec::new();
        match dial.order {
            Order::AllAtOnce if place == 0 => dial.targets.iter().for_each(|target| self.rings(target, &mut rings)),
            Order::AllAtOnce => {}
            Order::InOrder | Order::HuntGroup => {
                if let Some(target) = self.plan.target(dial, place) {
                    self.rings(target, &mut rings);
                }
            }
        }
        rings
    }

    fn rings(&self, target: &Target, rings: &mut Vec<(Ring, Option<String>)>) {
        let plan = &self.plan;
        let mut add = |ring: Ring, person: Option<&str>| {
            let known = rings.iter().any(|(known, _)| *known == ring);
            if !known && rings.len() < MAX_AT_ONCE {
                rings.push((ring, person.map(str::to_owned)));
            }
        };
        let mut people = |people: &[Person]| {
            for person in people {
                for ring in person.rings.iter().filter_map(|ring| permitted(plan, ring)) {
                    add(ring, Some(&person.reference));
                }
            }
        };
        let patient = self.facts.patient.here().and_then(Option::as_ref);
        match target {
            Target::Client(identity) if is_identity(identity) => add(Ring::Client(identity.clone()), None),
            Target::Number(number) if is_rung(plan, number) => {
                add(Ring::Number { number: number.clone(), extension: String::new() }, None);
            }
            Target::Sip(address) if is_sip(address) => add(Ring::Sip(address.clone()), None),
            Target::Client(_) | Target::Number(_) | Target::Sip(_) => {}
            Target::Available(roles) => {
                if let Fact::Known(there) = self.facts.available(plan.config, &plan.caller, roles) {
                    people(&there);
                }
            }
            Target::GeneralPractitioner(_) => {
                people(patient.map_or(&[], |patient| patient.general_practitioners.as_slice()));
            }
            Target::LastToCall(_) => {
                if let Some(Some(person)) = self.facts.last_to_call.here() {
                    people(std::slice::from_ref(person));
                }
            }
        }
    }
}

/// Whether a number that the config names is rung: not the caller's, who would ring themselves, none of ours, which
/// would answer as another caller's, and nothing that policy forbids in every country. The config knows its country.
pub(super) fn is_rung(plan: &Plan<'_>, number: &str) -> bool {
    Policy::new(&plan.config.outbound, plan.numbers).allows_named(number)
        && plan.caller.number.is_none_or(|caller| caller.as_str() != number)
}

/// What a person of the chart is rung by, where policy permits it: whoever may write the chart may write any number there.
fn permitted(plan: &Plan<'_>, ring: &Ring) -> Option<Ring> {
    let Ring::Number { number, extension } = ring else {
        return Some(ring.clone());
    };
    let number = Policy::new(&plan.config.outbound, plan.numbers).allows(number).ok()?;
    let is_caller = plan.caller.number.is_some_and(|caller| caller.as_str() == number);
    (!is_caller).then(|| Ring::Number { number, extension: extension.clone() })
}

/// How many places a dial has.
fn places(dial: &Dial) -> u32 {
    if dial.order == Order::AllAtOnce { 1 } else { dial.targets.len() as u32 }
}

/// The person whose all of this is.
fn only(rings: &[(Ring, Option<String>)]) -> Option<String> {
    let (_, first) = rings.first()?;
    // Somebody whom the config names may be anybody.
    if rings.iter().all(|(_, person)| person == first) { first.clone() } else { None }
}

/// A SIP address that TwiML can write.
fn is_sip(address: &str) -> bool {
    let scheme = address.starts_with("sip:") || address.starts_with("sips:");
    scheme && address.len() <= 255 && address.bytes().all(|byte| byte.is_ascii_graphic())
}
