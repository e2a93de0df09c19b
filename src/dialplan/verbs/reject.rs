// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `reject`: rejects the call without answering, so that it costs nothing. `<Reject>`:
//! <https://www.twilio.com/docs/voice/twiml/reject>.

use super::DialplanVerb;
use crate::dialplan::speech::RenderError;
use crate::dialplan::writer::{AfterVerb, Writer};
use crate::json::{members, words};

/// `reject`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct Reject {
    /// The reason that the caller's carrier receives.
    pub reason: RejectReason,
}

members!(Reject {
    reason: optional "reason",
});

/// Why a call is rejected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(rename_all = "camelCase"))]
pub enum RejectReason {
    /// A busy signal.
    Busy,
    /// "Not in service".
    #[default]
    Rejected,
}

words!(RejectReason { Busy: "busy", Rejected: "rejected" });

impl DialplanVerb for Reject {
    fn is_alone(&self) -> bool {
        true
    }

    fn write<'a>(&'a self, writer: &mut Writer<'a>, _action: &'a str) -> Result<AfterVerb<'a>, RenderError> {
        // An answered call cannot be rejected.
        if !writer.is_unanswered {
            return Ok(writer.hang_up());
        }
        let reason = match self.reason {
            RejectReason::Busy => "busy",
            RejectReason::Rejected => "rejected",
        };
        writer.document.empty("Reject", &[("reason", reason)]);
        writer.rendered.rejected = true;
        Ok(AfterVerb::End)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    #[test]
    fn an_answered_call_is_hung_up() {
        // The action of a rule may reject. An action after a callback cannot, because the call is answered.
        assert_eq!(twiml(r#"{"main":[{"reject":{"reason":"busy"}}]}"#), "<Hangup/>");
    }
}
