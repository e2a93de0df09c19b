// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `emergency`: the keys and phrases that reach the emergency advice from every menu and queue.

use crate::dialplan::params::{Caller, Params};
use crate::dialplan::speech::{Chosen, Heard, Prompt};
use crate::json::members;
use crate::phone::country_of;

/// `emergency`. A caller who presses the keys or says one of the phrases hears the advice. Then the menu is repeated, or
/// the caller keeps waiting. Plumline never dials an emergency number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Emergency {
    /// The keys, in every menu. A single key also works in every queue.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[0-9*#]{1,10}$")))]
    pub digits: Option<String>,
    /// Words or phrases, in every menu. Every menu then listens to speech.
    #[cfg_attr(feature = "schema", serde(default), schemars(length(max = 20), inner(length(min = 1, max = 100))))]
    pub speech: Vec<String>,
    /// The advice. `{number}` is replaced by the emergency number, digit by digit.
    pub advice: Prompt,
    /// The number of the ambulance that callers dial on their own phone. If absent, that of the country of the called
    /// number.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[0-9]{2,6}$")))]
    pub number: Option<String>,
}

members!(Emergency {
    digits: optional "digits",
    speech: optional "speech",
    advice: required "advice",
    number: optional "number",
});

/// The number of the ambulance in countries where it is not 112. A test compares each number with the emergency numbers
/// of the country's numbering plan. `number` in the config replaces it.
const AMBULANCE: [(&str, &str); 16] = [
    ("000", "AU"),
    ("101", "IL"),
    ("111", "NZ"),
    ("119", "JP KR TW"),
    ("120", "CN"),
    ("123", "CO EG"),
    ("131", "CL"),
    ("144", "CH LI"),
    ("192", "BR"),
    ("911", "AG BB BM BS CA CR DM DO EC GD GT GU HN KN KY LC MP MX NI PA PH PR SV TC TT US UY VC VE VG VI"),
    ("995", "SG"),
    ("997", "SA"),
    ("998", "AE"),
    ("999", "BH GB GG GH HK IM JE KE MY QA ZW"),
    ("1669", "TH"),
    ("10177", "ZA"),
];

/// The emergency number where the table has none. Mobile networks connect it in every country.
const DEFAULT_NUMBER: &str = "112";

impl Emergency {
    /// Whether the caller asks for the advice, with keys or with speech.
    #[must_use]
    pub fn is_requested(&self, params: Params<'_, '_>) -> bool {
        match params.get("Digits") {
            Some(digits) => self.digits.as_deref() == Some(digits),
            None => params.get("SpeechResult").is_some_and(|speech| self.is_in(speech)),
        }
    }

    /// Whether one of the phrases is in the speech, and the caller does not reject it: "this is not an emergency".
    fn is_in(&self, speech: &str) -> bool {
        let phrases = self.speech.iter().map(|phrase| (0, phrase.as_str()));
        Heard::new(speech).choose(phrases) == Chosen::Option(0)
    }

    /// The key, if it is a single one.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.digits.as_deref().filter(|digits| digits.len() == 1)
    }

    /// The emergency number for the caller, as it is spoken: "9 1 1".
    #[must_use]
    pub fn spoken_number(&self, caller: &Caller<'_>) -> String {
        let country = caller.called.and_then(country_of).unwrap_or_default();
        let number = self.number.as_deref().unwrap_or_else(|| number_of(&country));
        let digits: Vec<&str> = number.split_inclusive(|_| true).collect();
        digits.join(" ")
    }
}

/// The emergency number of a country.
fn number_of(country: &str) -> &'static str {
    let known = AMBULANCE.iter().find(|(_, countries)| countries.split(' ').any(|known| known == country));
    known.map_or(DEFAULT_NUMBER, |(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::{NumberKind, parse};

    #[test]
    fn each_number_is_an_emergency_number_of_its_country() {
        let mut wrong = Vec::new();
        for (number, countries) in AMBULANCE {
            for country in countries.split(' ') {
                if parse(number, Some(country)).map(|phone| phone.kind) != Ok(NumberKind::Emergency) {
                    wrong.push((number, country));
                }
                assert_eq!(number_of(country), number, "{country} is listed twice");
            }
        }
        assert_eq!(wrong, []);
        assert_eq!([number_of("US"), number_of("GB"), number_of("DE"), number_of("")], ["911", "999", "112", "112"]);
    }

    #[test]
    fn a_phrase_must_not_be_rejected() {
        let emergency = Emergency { speech: vec!["emergency".into(), "chest pain".into()], ..Emergency::default() };
        for (speech, expected) in [
            ("This is an emergency!", true),
            ("I have chest pain", true),
            ("my chest hurts", false),
            ("This is not an emergency, I need a refill", false),
            ("", false),
        ] {
            assert_eq!(emergency.is_in(speech), expected, "{speech}");
        }
    }
}
