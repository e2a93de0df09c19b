// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What there is to do after a call: told from its log alone.

use crate::chart::{CallDirection, CallLog, Instant, Leg, Outcome, Text};
use crate::dialplan::config::FollowUpTrigger;

/// Every trigger, the one that asks for most first.
pub(super) const TRIGGERS: [FollowUpTrigger; 4] =
    [FollowUpTrigger::Callback, FollowUpTrigger::Voicemail, FollowUpTrigger::Failed, FollowUpTrigger::Missed];

/// Its word, as in the config.
pub(super) const fn code_of(trigger: FollowUpTrigger) -> &'static str {
    match trigger {
        FollowUpTrigger::Callback => "callback",
        FollowUpTrigger::Voicemail => "voicemail",
        FollowUpTrigger::Failed => "failed",
        FollowUpTrigger::Missed => "missed",
    }
}

/// The trigger of an ended call that `of` names and that asks for most.
///
/// A call is missed where somebody called and nobody answered nor was a message left; what our people call and nobody
/// answers they know. A call that fails does so either way.
pub(super) fn trigger_of(log: &CallLog, of: &[FollowUpTrigger]) -> Option<FollowUpTrigger> {
    let inbound = log.direction() == Some(CallDirection::Inbound);
    let outcome = log.outcome()?;
    TRIGGERS.into_iter().find(|trigger| {
        of.contains(trigger)
            && match trigger {
                FollowUpTrigger::Callback => inbound && asks_for_callback(log),
                FollowUpTrigger::Voicemail => inbound && outcome == Outcome::Voicemail,
                FollowUpTrigger::Failed => outcome == Outcome::Failed,
                // Whom the dialplan turned away nobody missed.
                FollowUpTrigger::Missed => {
                    inbound
                        && !log.root_leg().is_some_and(Leg::is_rejected)
                        && matches!(outcome, Outcome::NoAnswer | Outcome::Busy | Outcome::Declined | Outcome::Dropped)
                }
            }
    })
}

/// Whether it says that nobody answered: what callbacks that are still on their way may contradict.
pub(super) const fn is_unanswered(trigger: FollowUpTrigger) -> bool {
    matches!(trigger, FollowUpTrigger::Failed | FollowUpTrigger::Missed)
}

/// Whether the caller asked to be called back: the chart says so by this `QueueResult`, which is none of Twilio's.
fn asks_for_callback(log: &CallLog) -> bool {
    log.root_leg().and_then(|root| root.text(Text::QueueResult)) == Some("callback")
}

/// Whether our people reached somebody.
pub(super) fn reached_callee(log: &CallLog) -> bool {
    log.direction() == Some(CallDirection::Outbound) && log.outcome() == Some(Outcome::Answered)
}

/// When a call had ended; when it began where that is not known.
pub(super) fn ended_at(log: &CallLog) -> Option<u64> {
    log.root_leg()?.instant(Instant::End).or_else(|| log.started_at())
}

/// The number at the other end: who called, or who was called.
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
