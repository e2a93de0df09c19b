// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A route as TwiML.

use super::config::Config;
use super::route::{Route, Spoken};
use crate::twiml::{Element, IllFormed, write};

const GREETING: &str = "Thanks for calling. Please hold while we connect you.";

/// The document that performs `route`.
///
/// # Errors
/// [`IllFormed`] where a text of the config holds what XML cannot write; [`Config::read`] refuses such a config.
pub fn answer(route: &Route<'_>, config: &Config) -> Result<String, IllFormed> {
    let response = Element::new("Response");
    write(&match route {
        Route::Acknowledge => response,
        Route::Connect { client } => {
            let dial = Element::new("Dial").child(Element::new("Client").text(*client));
            greet(response, config).child(dial)
        }
        Route::Dial { to, caller_id } => response.child(
            Element::new("Dial")
                .attribute("callerId", caller_id.as_str())
                .child(Element::new("Number").text(to.as_str())),
        ),
        Route::Refuse(spoken) => refuse(response, *spoken),
    })
}

/// What a caller hears when something failed on our side after their request was found genuine.
#[must_use]
pub fn apology() -> String {
    write(&refuse(Element::new("Response"), Spoken::Failure)).unwrap_or_default()
}

fn greet<'a>(response: Element<'a>, config: &'a Config) -> Element<'a> {
    let greeting = &config.greeting;
    match greeting.text.as_deref() {
        Some("") => response,
        text => response.child(
            Element::new("Say")
                .optional("voice", greeting.voice.as_deref())
                .optional("language", greeting.language.as_deref())
                .text(text.unwrap_or(GREETING)),
        ),
    }
}

fn refuse(response: Element<'_>, spoken: Spoken) -> Element<'_> {
    response.child(Element::new("Say").text(spoken.text())).child(Element::new("Hangup"))
}
