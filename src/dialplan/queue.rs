// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Waiting: `<Enqueue>`, <https://www.twilio.com/docs/voice/twiml/enqueue>.
//!
//! A document that is heard in a queue can say, play, gather, hang up, and let the caller out by `<Leave>`; nothing else.
//! So an action that follows an offer to call back is heard right there where it only says something and hangs up. Where
//! it does more, the caller is let out, as they are where the queue is too long; and the queue's own action request tells
//! the two apart by the chart, in which the offer that was taken stands.

use super::config::Config;
use super::params::{Caller, Params};
use super::play::{Fault, MAX_HOPS, Player};
use super::step::{AGAIN, Kind, decides};
use crate::dialplan::config::{CallbackOffer, Overflow, Queue, Verb};
use crate::json::decimal;

/// A piece of Twilio's own hold music, some minutes long; the queue is judged again behind it.
const MUSIC: &str = "https://s3.amazonaws.com/com.twilio.sounds.music/MARKOVICHAMP-Borghestral.mp3";

impl<'a> Player<'a> {
    /// Lets the caller wait. Whoever takes them out records, but cannot announce it to them any more.
    pub(super) fn enqueue(&mut self, action: &'a str, queue: &'a Queue) -> Result<(), Fault> {
        if let Some(recording) = self.recording() {
            self.say(&recording.announcement)?;
        }
        // How the wait ended is said nowhere else, so it is brought again where the caller is gone by then.
        let ended = [&self.url(Kind::Queue, action, 0), AGAIN].concat();
        let waits = self.url(Kind::Wait, action, 0);
        let mut attributes = vec![("action", ended.as_str())];
        // Otherwise Twilio plays its music, and nobody needs to be asked.
        let has_part = queue.position.is_some() || queue.callback.is_some() || queue.overflow.is_some();
        if has_part || queue.music.is_some() {
            attributes.push(("waitUrl", &waits));
        }
        self.document.element("Enqueue", &attributes, &queue.name);
        Ok(())
    }

    /// What is heard meanwhile.
    pub(super) fn hold(&mut self, action: &'a str, queue: &'a Queue, position: Option<u32>) -> Result<(), Fault> {
        if let Some((say, position)) = queue.position.as_ref().zip(position) {
            self.say_with(say, Some(("{position}", &decimal(position.into()))))?;
        }
        let music = queue.music.as_deref().unwrap_or(MUSIC);
        let Some(offer) = offer(queue, &self.plan.caller) else {
            self.document.element("Play", &[], music);
            return Ok(());
        };
        let url = self.url(Kind::Offer, action, 0);
        let attributes =
            [("input", "dtmf"), ("timeout", "1"), ("numDigits", "1"), ("finishOnKey", ""), ("action", url.as_str())];
        self.document.open("Gather", &attributes);
        self.say(&offer.prompt)?;
        self.document.element("Play", &[], music).close();
        Ok(())
    }
}

/// Whether a queue is too long, as Twilio tells its length. What it does not tell is not too long.
pub(super) fn is_too_long(overflow: &Overflow, said: Params<'_, '_>) -> bool {
    let limits = [
        ("CurrentQueueSize", overflow.size),
        ("QueuePosition", overflow.position),
        ("AvgQueueTime", overflow.average_wait),
    ];
    limits.iter().any(|(name, most)| most.zip(said.number(name)).is_some_and(|(most, told)| told > most))
}

/// The offer to call back; none to a caller without a number.
fn offer<'a>(queue: &'a Queue, caller: &Caller<'_>) -> Option<&'a CallbackOffer> {
    queue.callback.as_ref().filter(|_| caller.number.is_some())
}

/// Whether the offer to call back was taken.
pub(super) fn takes_callback(queue: &Queue, caller: &Caller<'_>, said: Params<'_, '_>) -> bool {
    offer(queue, caller).is_some_and(|offer| said.get("Digits") == Some(offer.digit.as_str()))
}

/// Whether an action only says something and ends, so that it can be heard in a queue.
#[must_use]
pub fn is_spoken(config: &Config, action: &str) -> bool {
    let mut name = action;
    for _ in 0..MAX_HOPS {
        let Some(verbs) = config.actions.get(name) else { return false };
        match verbs.iter().find(|verb| decides(verb)) {
            None | Some(Verb::Hangup(_)) => return true,
            Some(Verb::Goto(next)) => name = next,
            Some(_) => return false,
        }
    }
    false
}
