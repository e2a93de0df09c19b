// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Writes a default route as TwiML.

use super::config::Config;
use super::default_route::Route;
use crate::policy::SpokenMessage;
use crate::twiml::{Document, IllFormed};

/// The status events that Twilio reports for each leg:
/// <https://www.twilio.com/docs/voice/twiml/number#attributes-status-callback-event>.
pub const EVENTS: &str = "initiated ringing answered completed";

const GREETING: &str = "Thanks for calling. Please hold while we connect you.";

/// The document for `route`. `status` is the status callback URL for the client that rings, if any.
///
/// # Errors
/// [`IllFormed`] if a text of the config has characters that XML cannot contain; [`Config::read`] refuses such a
/// config.
pub fn write_route(route: &Route<'_>, config: &Config, status: Option<&str>) -> Result<String, IllFormed> {
    let mut document = Document::new();
    match route {
        Route::Acknowledge => {
            document.empty("Response", &[]);
        }
        Route::Connect { client } => {
            document.open("Response", &[]);
            greet(&mut document, config);
            let leg = status.map(|status| [("statusCallback", status), ("statusCallbackEvent", EVENTS)]);
            document.open("Dial", &[]).element("Client", leg.as_ref().map_or(&[], |leg| leg), client);
        }
        Route::Dial { to, caller_id } => {
            document.open("Response", &[]);
            document.open("Dial", &[("callerId", caller_id.as_str())]).element("Number", &[], to);
        }
        Route::Refuse(spoken) => refuse(&mut document, *spoken),
    }
    document.finish()
}

/// The document with a spoken error message, for a failure after the signature was verified.
#[must_use]
pub fn apology() -> String {
    let mut document = Document::new();
    refuse(&mut document, SpokenMessage::Failure);
    document.finish().unwrap_or_default()
}

fn greet(document: &mut Document<'_>, config: &Config) {
    let greeting = &config.greeting;
    let text = greeting.text.as_deref().unwrap_or(GREETING);
    if text.is_empty() {
        return;
    }
    let mut attributes = Vec::new();
    for (name, value) in [("voice", &greeting.voice), ("language", &greeting.language)] {
        if let Some(value) = value {
            attributes.push((name, value.as_str()));
        }
    }
    document.element("Say", &attributes, text);
}

fn refuse(document: &mut Document<'_>, spoken: SpokenMessage) {
    document.open("Response", &[]).element("Say", &[], spoken.text()).empty("Hangup", &[]);
}
