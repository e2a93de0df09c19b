// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Which follow-up an ended call needs. Only its log decides.

use crate::chart::{CallDirection, CallLog, Instant, Leg, Outcome, Text};
use crate::dialplan::config::FollowUpTrigger;

/// All triggers, the most important first.
pub(super) const TRIGGERS: [FollowUpTrigger; 4] =
    [FollowUpTrigger::Callback, FollowUpTrigger::Voicemail, FollowUpTrigger::Failed, FollowUpTrigger::Missed];

/// The code, as in the config.
pub(super) const fn code_of(trigger: FollowUpTrigger) -> &'static str {
    match trigger {
        FollowUpTrigger::Callback => "callback",
        FollowUpTrigger::Voicemail => "voicemail",
        FollowUpTrigger::Failed => "failed",
        FollowUpTrigger::Missed => "missed",
    }
}

/// The most important trigger of an ended call that is in `of`.
///
/// A call is missed if it came in, and no one answered, and the caller left no message. Staff know about the outbound
/// calls that no one answered. A call can fail in either direction.
pub(super) fn trigger_of(log: &CallLog, of: &[FollowUpTrigger]) -> Option<FollowUpTrigger> {
    let inbound = log.direction() == Some(CallDirection::Inbound);
    let outcome = log.outcome()?;
    TRIGGERS.into_iter().find(|trigger| {
        of.contains(trigger)
            && match trigger {
                FollowUpTrigger::Callback => inbound && asks_for_callback(log),
                FollowUpTrigger::Voicemail => inbound && outcome == Outcome::Voicemail,
                FollowUpTrigger::Failed => outcome == Outcome::Failed,
                // A call that the dialplan rejected is not missed.
                FollowUpTrigger::Missed => {
                    inbound
                        && !log.root_leg().is_some_and(Leg::is_rejected)
                        && matches!(outcome, Outcome::NoAnswer | Outcome::Busy | Outcome::Declined | Outcome::Dropped)
                }
            }
    })
}

/// Whether the trigger says that no one answered. Later callbacks may contradict that.
pub(super) const fn is_unanswered(trigger: FollowUpTrigger) -> bool {
    matches!(trigger, FollowUpTrigger::Failed | FollowUpTrigger::Missed)
}

/// Whether the caller asked to be called back. Plumline writes this `QueueResult`; Twilio does not have it.
fn asks_for_callback(log: &CallLog) -> bool {
    log.root_leg().and_then(|root| root.text(Text::QueueResult)) == Some("callback")
}

/// Whether an outbound call was answered.
pub(super) fn reached_callee(log: &CallLog) -> bool {
    log.direction() == Some(CallDirection::Outbound) && log.outcome() == Some(Outcome::Answered)
}

/// When a call ended, or when it started if the end is not known.
pub(super) fn ended_at(log: &CallLog) -> Option<u64> {
    log.root_leg()?.instant(Instant::End).or_else(|| log.started_at())
}

/// The number of the other party: the caller, or the callee.
pub(super) fn other_end(log: &CallLog) -> Option<&str> {
    let number = |text: Option<&'_ str>| text.is_some_and(|text| crate::phone::E164::parse(text).is_some());
    let root = log.root_leg()?;
    let found = if log.direction() == Some(CallDirection::Inbound) {
        root.text(Text::From)
    } else {
        let to = log.context().number.as_deref();
        to.or_else(|| log.children().find_map(|leg| leg.text(Text::To))).or_else(|| root.text(Text::To))
    };
    found.filter(|text| number(Some(text)))
}
