// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Answers a redirected caller: transferred, put on hold, or taken from a queue.
//!
//! The chart has the instruction. It is sealed, and the policy is checked again for its numbers. Without an instruction
//! (the chart does not answer, or someone edited it), the caller continues with `transfer.otherwise`.

use super::dialplan_request::{EarlierReads, dispatch};
use super::request::WebhookRequest;
use super::status::jitter_seed;
use crate::chart::{CallEvent, search};
use crate::dialplan::config::{BACK, Config, REDIRECTED, Redirected, Transfer};
use crate::dialplan::{CallbackKind, CallbackUrl, Clinic, Direction, Target};
use crate::error::Code;
use crate::outbound::{Instruction, InstructionKind, Instructions, SealingKeys};
use crate::policy::Policy;
use crate::runtime::{Host, HostRequest, HostResponse, Response};

/// The timeout of the read, in milliseconds.
const READ_TIMEOUT: u32 = 900;

/// The total timeout, in milliseconds. The caller waits for the response.
const LIMIT: u32 = 2_900;

/// Whether a callback is about a redirected caller.
pub(super) fn is_about_redirected(callback: &CallbackUrl<'_>) -> bool {
    callback.kind == CallbackKind::Transfer || matches!(callback.action, REDIRECTED | BACK)
}

/// Answers the callback.
pub(super) async fn redirected(
    request: &WebhookRequest<'_, '_>,
    direction: &Direction<'_>,
    host: &Host,
) -> Option<Response> {
    host.set_deadline(LIMIT, jitter_seed(request.pairs, request.now));
    let sealing = request.secret.and_then(|secret| SealingKeys::read(secret).ok());
    let event = CallEvent::read(request.pairs, request.now);
    let root = event.as_ref().map_or("", |event| event.root_sid().0);
    let mut requests = vec![(HostRequest::Fhir(Instructions::search(root)), Some(READ_TIMEOUT))];
    let writes = matches!(request.callback.kind, CallbackKind::Dial | CallbackKind::Accept);
    if writes {
        requests.push((HostRequest::Fhir(search(root)), Some(READ_TIMEOUT)));
    }
    let mut answers = host.send_all(requests).await.into_iter();
    let found = answers.next().and_then(HostResponse::ok);
    let instruction =
        sealing.as_ref().zip(found).and_then(|(keys, found)| Instructions::read(&found, root, keys).newest);
    let is_unknown = instruction.is_none();

    let Clinic { numbers, application, config } = *request.clinic;
    let next = CallbackUrl::common(CallbackKind::Transfer).url(request.url);
    let config = config.for_redirected(match &instruction {
        Some(instruction) => of_instruction(instruction, request, &next),
        None => Redirected::Ring { targets: Vec::new(), back: None, otherwise: None },
    });
    let clinic = Clinic { numbers, application, config: &config };
    let request = WebhookRequest {
        pairs: request.pairs,
        call: request.call,
        clinic: &clinic,
        callback: request.callback,
        url: request.url,
        now: request.now,
        secret: request.secret,
        local_times: request.local_times,
    };
    let earlier = EarlierReads { record: answers.next().filter(|_| writes), rounds: 1 };
    let mut response = dispatch(host, &request, direction, earlier).await?;
    if is_unknown {
        response.log(&Code::TransferUnknown.into());
    }
    Some(response)
}

/// What the caller gets, according to the instruction.
fn of_instruction<'i>(instruction: &'i Instruction, request: &WebhookRequest<'_, '_>, next: &'i str) -> Redirected<'i> {
    let config = request.clinic.config;
    let identity = Some(&*instruction.identity).filter(|identity| !identity.is_empty());
    let rings_back = config.transfer.as_ref().is_some_and(Transfer::rings_back);
    let known_action = instruction.action.as_deref().filter(|action| config.actions.get(action).is_some());
    match (instruction.kind, known_action) {
        (InstructionKind::Transfer, Some(action)) => Redirected::Action(action),
        (InstructionKind::Hold, _) if !is_hold_over(instruction, config, request.now) => Redirected::Hold { next },
        (InstructionKind::Hold, _) => {
            let targets = identity.map(|identity| Target::Client(identity.to_owned())).into_iter().collect();
            Redirected::Ring { targets, back: None, otherwise: None }
        }
        (kind, action) => {
            let policy = Policy::new(&config.outbound, request.clinic.numbers);
            let targets = instruction.targets.iter().filter_map(|address| target(address, &policy)).collect();
            let back = identity.filter(|_| rings_back && kind == InstructionKind::Transfer);
            Redirected::Ring { targets, back, otherwise: action }
        }
    }
}

/// Whether the caller was on hold for the maximum time.
fn is_hold_over(instruction: &Instruction, config: &Config, now: u64) -> bool {
    let max = config.transfer.as_ref().map_or(0, Transfer::max_hold_ms);
    now.saturating_sub(instruction.at) >= max
}

/// The target of an address. `None` if the policy does not allow it.
fn target(address: &str, policy: &Policy<'_>) -> Option<Target> {
    if let Some(identity) = address.strip_prefix("client:") {
        return Some(Target::Client(identity.to_owned()));
    }
    if address.starts_with("sip:") || address.starts_with("sips:") {
        return Some(Target::Sip(address.to_owned()));
    }
    policy.allows(address).ok().map(Target::Number)
}
