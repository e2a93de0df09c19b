// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Checks for the author of a config. Only the library has them, because a bot must also use a config with such
//! findings.

use crate::error::Code;
use crate::twiml::{DocumentKind, check_xml};

/// Whether this build has these checks.
pub(super) const IS_BUILT: bool = true;

/// Whether Twilio's documentation lists a language for `<Say>` or `<Gather>`. The tag must be well-formed.
pub(super) fn is_known_language(element: &str, tag: &str) -> bool {
    let content = if element == "Say" { "x" } else { "<Say>x</Say>" };
    let xml = ["<Response><", element, " language=\"", tag, "\">", content, "</", element, "></Response>"].concat();
    !check_xml(&xml, Some(DocumentKind::Voice)).iter().any(|finding| finding.code == Code::TwimlValue)
}
