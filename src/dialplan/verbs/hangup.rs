// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `hangup`: ends the call. `<Hangup>`: <https://www.twilio.com/docs/voice/twiml/hangup>.

use super::DialplanVerb;
use crate::dialplan::speech::RenderError;
use crate::dialplan::writer::{AfterVerb, Writer};
use crate::json::members;

/// `hangup`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(deny_unknown_fields))]
pub struct Hangup {}

members!(Hangup {});

impl DialplanVerb for Hangup {
    fn is_silent(&self) -> bool {
        true
    }

    fn fits_queue(&self) -> bool {
        true
    }

    fn write<'a>(&'a self, writer: &mut Writer<'a>, _action: &'a str) -> Result<AfterVerb<'a>, RenderError> {
        Ok(writer.hang_up())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    #[test]
    fn ends_the_call() {
        assert_eq!(twiml(r#"{"main":[{"hangup":{}}]}"#), "<Hangup/>");
    }
}
