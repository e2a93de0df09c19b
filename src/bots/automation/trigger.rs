// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Determines from the state of an ended call which follow-up the call needs.

use crate::chart::{CallDirection, CallState, Leg, Outcome, TextField};
use crate::dialplan::config::{FollowUpTrigger, Sip};
use crate::phone::E164Text;

/// All triggers, in the order of importance.
pub(super) const TRIGGERS: [FollowUpTrigger; 5] = [
    FollowUpTrigger::Emergency,
    FollowUpTrigger::Callback,
    FollowUpTrigger::Voicemail,
    FollowUpTrigger::Failed,
    FollowUpTrigger::Missed,
];

/// The code of a trigger, as in the config.
pub(super) const fn code_of(trigger: FollowUpTrigger) -> &'static str {
    match trigger {
        FollowUpTrigger::Emergency => "emergency",
        FollowUpTrigger::Callback => "callback",
        FollowUpTrigger::Voicemail => "voicemail",
        FollowUpTrigger::Failed => "failed",
        FollowUpTrigger::Missed => "missed",
    }
}

/// The most important trigger of an ended call that is in `of`.
///
/// An inbound call is missed if no one answered and the caller left no message. An unanswered outbound call has no
/// trigger, because staff placed it. A call can fail in either direction.
pub(super) fn trigger_of(state: &CallState, of: &[FollowUpTrigger]) -> Option<FollowUpTrigger> {
    let inbound = state.direction() == Some(CallDirection::Inbound);
    let outcome = state.outcome()?;
    TRIGGERS.into_iter().find(|trigger| {
        of.contains(trigger)
            && match trigger {
                FollowUpTrigger::Emergency => {
                    outcome != Outcome::Answered && state.root_leg().is_some_and(Leg::asked_for_emergency_advice)
                }
                FollowUpTrigger::Callback => inbound && asks_for_callback(state),
                FollowUpTrigger::Voicemail => inbound && outcome == Outcome::Voicemail,
                FollowUpTrigger::Failed => outcome == Outcome::Failed,
                // A call that the dialplan rejected, or whose caller it served, is not missed.
                FollowUpTrigger::Missed => {
                    inbound
                        && state.root_leg().and_then(Leg::closing).is_none()
                        && matches!(outcome, Outcome::NoAnswer | Outcome::Busy | Outcome::Declined | Outcome::Dropped)
                }
            }
    })
}

/// Whether the trigger means that no one answered. A later callback may still report an answer.
pub(super) const fn is_unanswered(trigger: FollowUpTrigger) -> bool {
    matches!(trigger, FollowUpTrigger::Failed | FollowUpTrigger::Missed)
}

/// Whether the caller asked for a callback. Only Plumline writes this `QueueResult`.
fn asks_for_callback(state: &CallState) -> bool {
    state.root_leg().and_then(|root| root.text(TextField::QueueResult)) == Some("callback")
}

/// Whether an outbound call was answered.
pub(super) fn reached_callee(state: &CallState) -> bool {
    state.direction() == Some(CallDirection::Outbound) && state.outcome() == Some(Outcome::Answered)
}

/// When a call ended, or when it started if the end is not known.
pub(super) fn ended_at(state: &CallState) -> Option<u64> {
    state.ended_at().or_else(|| state.started_at())
}

/// The number of the other party: the caller of an inbound call, or the callee of an outbound call.
pub(super) fn other_end<'a>(state: &'a CallState, sip: &Sip) -> Option<E164Text<'a>> {
    let root = state.root_leg()?;
    if state.direction() == Some(CallDirection::Inbound) {
        // Without the root leg, a dialed leg shows the caller.
        let from = root.text(TextField::From).or_else(|| state.children().find_map(|leg| leg.text(TextField::From)));
        return from.and_then(|from| sip.caller_number(from));
    }
    let to = state.context().number.as_deref();
    let to = to.or_else(|| state.children().find_map(|leg| leg.text(TextField::To)));
    to.or_else(|| root.text(TextField::To)).and_then(E164Text::parse)
}
