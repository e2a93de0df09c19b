// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `redirect`: hands the call over to another TwiML document. `<Redirect>`:
//! <https://www.twilio.com/docs/voice/twiml/redirect>.

use super::{DialplanVerb, Size};
use crate::dialplan::check::{Checker, ConfigPath};
use crate::dialplan::config::Config;
use crate::dialplan::speech::{RenderError, xml_bytes};
use crate::dialplan::writer::{AfterVerb, Writer};
use crate::json::members;

/// `redirect`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Redirect {
    /// An `https` URL that returns TwiML.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^https://")))]
    pub url: String,
}

members!(Redirect {
    url: required "url",
});

impl DialplanVerb for Redirect {
    fn check(&self, checker: &mut Checker<'_>, at: &ConfigPath<'_>) {
        checker.url(Some(&self.url), &at.field("url"));
    }

    fn size(&self, _config: &Config, size: &mut Size) {
        size.last = Size::SHORT + xml_bytes(&self.url);
    }

    fn write<'a>(&'a self, writer: &mut Writer<'a>, _action: &'a str) -> Result<AfterVerb<'a>, RenderError> {
        writer.document.element("Redirect", &[], &self.url);
        Ok(AfterVerb::End)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    #[test]
    fn writes_a_redirect() {
        let actions = r#"{"main":[{"redirect":{"url":"https://example.com/x"}}]}"#;
        assert_eq!(twiml(actions), "<Redirect>https://example.com/x</Redirect>");
    }
}
