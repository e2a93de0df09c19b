// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `hold-call` and `resume-call`: the caller hears music, and is then connected with the same person again.

use super::redirect_call::{Redirecting, not_found};
use crate::error::Code;
use crate::json::Json;
use crate::outbound::InstructionKind;
use crate::runtime::{BotEvent, Host, Reply};

/// Returns `{ callSid, instruction: "hold" }`. Twilio ends the requester's leg.
pub(super) async fn hold_call(event: &BotEvent, host: &Host) -> Result<Json, Reply> {
    let (redirecting, _) = Redirecting::of(event, Vec::new(), host).await?;
    let line = redirecting.find_call(host).await?;
    let identity = redirecting.identity_on(&line).ok_or_else(|| line.not_on_line())?;
    let instruction = redirecting.instruction(&line, InstructionKind::Hold, identity);
    redirecting.redirect(&line, instruction, host).await
}

/// Returns `{ callSid, instruction: "resume" }`. The requester's browser rings.
pub(super) async fn resume_call(event: &BotEvent, host: &Host) -> Result<Json, Reply> {
    let (redirecting, _) = Redirecting::of(event, Vec::new(), host).await?;
    let line = redirecting.find_call(host).await?;
    let newest = line.instructions.newest.as_ref().filter(|newest| newest.who == redirecting.requester.reference);
    let identity = match newest {
        Some(newest) if matches!(newest.kind, InstructionKind::Hold | InstructionKind::Resume) => {
            newest.identity.clone()
        }
        _ if redirecting.identity_on(&line).is_some() => return Err(Reply::Conflict(Code::TransferNotHeld.into())),
        _ => return Err(not_found()),
    };
    let mut instruction = redirecting.instruction(&line, InstructionKind::Resume, identity);
    instruction.targets = vec![["client:", &instruction.identity].concat()];
    redirecting.redirect(&line, instruction, host).await
}
