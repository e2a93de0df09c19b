// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Writes the TwiML for the phone of a person on call. Voicemail may record it, so it has nothing about the caller.
//! `<Gather>`: <https://www.twilio.com/docs/voice/twiml/gather>.

use crate::dialplan::config::Config;
use crate::dialplan::speech::in_english;
use crate::dialplan::{CallbackKind, CallbackUrl};
use crate::text::split_on;
use crate::twiml::{Document, IllFormed};

/// The number of prompts to press a key.
const MAX_PROMPTS: usize = 3;

/// What the person on call hears after a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageReply {
    /// The page is accepted.
    Accepted,
    /// The page could not be stored as accepted, so the key must be pressed again.
    Again,
    /// Someone else accepted the page, or it is no longer open.
    Over,
}

/// Says that a caller needs the person on call, and waits for a key. `called` is the clinic's number that the caller
/// called.
///
/// # Errors
/// [`IllFormed`] if a text of the config cannot be written as XML.
pub fn page_document(webhook: &str, action: &str, called: &str, config: &Config) -> Result<String, IllFormed> {
    let number = config.numbers.get(called).map(|number| number.name.as_str());
    let clinic = config.screening.clinic.as_deref().or(number).filter(|name| !name.is_empty());
    let first = clinic.map_or_else(String::new, |clinic| ["This is ", clinic, ". "].concat());
    let sentence = [&first, "A caller needs the person on call. To accept, press 1."].concat();
    let mut document = Document::new();
    document.open("Response", &[]);
    gather(&mut document, &sentence, webhook, action, config);
    document.empty("Hangup", &[]);
    document.finish()
}

/// Says whether the page is accepted.
#[must_use]
pub fn page_reply(reply: PageReply, webhook: &str, action: &str, config: &Config) -> String {
    let mut document = Document::new();
    document.open("Response", &[]);
    match reply {
        PageReply::Accepted => {
            document.element("Say", &in_english(config), "Thank you. You have accepted. Open the task in the chart.");
        }
        PageReply::Again => {
            let sentence = "We could not store that you accepted. To accept, press 1.";
            gather(&mut document, sentence, webhook, action, config);
        }
        PageReply::Over => {
            document.element("Say", &in_english(config), "This request is no longer open. Goodbye.");
        }
    }
    document.empty("Hangup", &[]);
    document.finish().unwrap_or_default()
}

fn gather(document: &mut Document<'_>, sentence: &str, webhook: &str, action: &str, config: &Config) {
    let url = CallbackUrl::of_action(CallbackKind::Paged, action, 0).url(split_on(webhook, b'#').0);
    // Any key is accepted, including the pound key.
    let attributes = [("input", "dtmf"), ("timeout", "5"), ("numDigits", "1"), ("finishOnKey", ""), ("action", &*url)];
    for _ in 0..MAX_PROMPTS {
        document.open("Gather", &attributes).element("Say", &in_english(config), sentence).close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_has_the_clinic_and_nothing_about_the_caller() {
        let config: Config =
            serde_json::from_str(r#"{"numbers":{"+15550100001":{"name":"Oak & Elm","dialplan":"day"}}}"#).unwrap();
        let document = page_document("https://a.example/v#x", "urgent", "+15550100001", &config).unwrap();
        assert_eq!(document.matches("<Gather").count(), MAX_PROMPTS);
        assert!(document.contains(r#"action="https://a.example/v?step=paged.urgent""#), "{document}");
        assert!(document.contains("This is Oak &amp; Elm. A caller needs the person on call."), "{document}");
        assert!(document.ends_with("<Hangup/></Response>") && !document.contains("+1555"), "{document}");
    }

    #[test]
    fn only_a_page_that_could_not_be_stored_asks_again() {
        let config = Config::default();
        for (reply, asks) in [(PageReply::Accepted, false), (PageReply::Again, true), (PageReply::Over, false)] {
            assert_eq!(page_reply(reply, "/v", "urgent", &config).contains("<Gather"), asks, "{reply:?}");
        }
    }
}
