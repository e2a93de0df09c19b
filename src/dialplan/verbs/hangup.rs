// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `hangup`: ends the call. `<Hangup>`: <https://www.twilio.com/docs/voice/twiml/hangup>.

use super::DialplanVerb;
use crate::dialplan::callback_urls::{CallbackKind, CallbackUrl};
use crate::dialplan::config::Config;
use crate::dialplan::speech::RenderError;
use crate::dialplan::turn::{CallbackRequest, CallbackResult, VerbEvent};
use crate::dialplan::writer::{AfterVerb, Writer};
use crate::json::members;

/// `hangup`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct Hangup {
    /// Whether a caller who has heard the whole action got what they needed, such as a closing notice. Then the call is
    /// not missed.
    pub served: bool,
}

members!(Hangup { served: optional "served" });

impl DialplanVerb for Hangup {
    fn is_silent(&self) -> bool {
        true
    }

    fn fits_queue(&self) -> bool {
        !self.served
    }

    fn callbacks(&self, _config: &Config, visit: &mut dyn FnMut(CallbackKind, u32)) {
        if self.served {
            visit(CallbackKind::Served, 0);
        }
    }

    fn on_callback<'a>(&'a self, _request: &mut CallbackRequest<'a, '_>) -> CallbackResult<'a> {
        CallbackResult::Event(VerbEvent::Served)
    }

    /// Twilio requests the next document only after the caller has heard this one.
    fn write<'a>(&'a self, writer: &mut Writer<'a>, action: &'a str) -> Result<AfterVerb<'a>, RenderError> {
        if !self.served || !writer.input.config.has_follow_ups() {
            return Ok(writer.hang_up());
        }
        let served = CallbackUrl::of_action(CallbackKind::Served, action, 0).url(writer.input.url);
        writer.document.element("Redirect", &[], &served);
        Ok(AfterVerb::End)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    #[test]
    fn ends_the_call() {
        assert_eq!(twiml(r#"{"main":[{"hangup":{}}]}"#), "<Hangup/>");
        // Without tasks and alerts, nothing depends on it.
        assert_eq!(twiml(r#"{"main":[{"hangup":{"served":true}}]}"#), "<Hangup/>");
    }
}
