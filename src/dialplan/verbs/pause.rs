// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `pause`: waits. `<Pause>`: <https://www.twilio.com/docs/voice/twiml/pause>.

use super::DialplanVerb;
use crate::dialplan::check::{Checker, ConfigPath};
use crate::dialplan::speech::RenderError;
use crate::dialplan::writer::{AfterVerb, Writer};
use crate::json::{decimal, newtype};

/// `pause`, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(transparent), schemars(inline))]
pub struct Pause(#[cfg_attr(feature = "schema", schemars(range(min = 1, max = 600)))] pub u32);

newtype!(Pause(u32));

impl DialplanVerb for Pause {
    fn is_final(&self) -> bool {
        false
    }

    fn is_silent(&self) -> bool {
        true
    }

    fn check(&self, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        checker.range(Some(self.0), 1, 600, at);
    }

    fn write<'a>(&'a self, writer: &mut Writer<'a>, _action: &'a str) -> Result<AfterVerb<'a>, RenderError> {
        if self.0 == 0 {
            return Ok(AfterVerb::NextVerbSilent);
        }
        writer.document.empty("Pause", &[("length", &decimal(self.0.into()))]);
        Ok(AfterVerb::NextVerb)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    #[test]
    fn waits() {
        assert_eq!(twiml(r#"{"main":[{"pause":3},{"pause":0},{"hangup":{}}]}"#), r#"<Pause length="3"/><Hangup/>"#);
    }
}
