// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Finds the phrases of options in a caller's speech.

use super::digits::longest_prefix;
use super::phrases::{words, words_and_pauses};
use super::rejected::is_rejected;

/// Korean particles and verb endings that follow a noun without a space.
const PARTICLES: &str = "을|를|은|는|이|가|에|도|만|요|로|으로|과|와|의|하고|해|했|하|할|합|한|이요|이에요|예요|입니다|인데|이고|이나|나|랑|이랑|에서|\
     부터|까지|에게|한테|좀|말고|이라|라고|부탁";

/// What a caller said.
pub struct Heard {
    words: Vec<String>,
    /// The indexes of the words that follow a punctuation mark.
    pauses: Vec<usize>,
}

/// The result of [`Heard::choose`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// The index of an option.
    Option(usize),
    /// Phrases of several options, or only phrases that the caller rejects.
    Unclear,
    /// No phrase.
    Nothing,
}

/// A phrase in the speech.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place {
    start: usize,
    end: usize,
    /// Whether all words are equal to those of the phrase. Otherwise, some are forms of them.
    is_exact: bool,
    option: usize,
}

impl Heard {
    /// Reads the text of speech recognition.
    #[must_use]
    pub fn new(speech: &str) -> Self {
        let (words, pauses) = words_and_pauses(speech);
        Self { words, pauses }
    }

    /// The option that the speech chooses. `phrases` are the indexes of options with their phrases.
    ///
    /// The longest phrase decides, without those that the caller rejects. If phrases of two options have this length,
    /// the choice is unclear.
    #[must_use]
    pub fn choose<'p>(&self, phrases: impl Iterator<Item = (usize, &'p str)>) -> Chosen {
        let mut places = Vec::new();
        for (option, phrase) in phrases {
            self.find(option, &words(phrase), &mut places);
        }
        let mut best: Option<Place> = None;
        let mut is_unclear = false;
        for place in &places {
            if places.iter().any(|other| other.replaces(place)) || self.rejects(place) {
                continue;
            }
            match &best {
                Some(best) if best.rank() > place.rank() => {}
                Some(best) if best.rank() == place.rank() => is_unclear |= best.option != place.option,
                _ => (best, is_unclear) = (Some(*place), false),
            }
        }
        match best {
            Some(best) if !is_unclear => Chosen::Option(best.option),
            None if places.is_empty() => Chosen::Nothing,
            _ => Chosen::Unclear,
        }
    }

    /// Adds each place of a phrase.
    fn find(&self, option: usize, phrase: &[String], places: &mut Vec<Place>) {
        if phrase.is_empty() {
            return;
        }
        for (start, part) in self.words.windows(phrase.len()).enumerate() {
            if part.iter().zip(phrase).all(|(heard, word)| is_form_of(heard, word)) {
                let place = Place { start, end: start + phrase.len(), is_exact: part == phrase, option };
                if !places.iter().any(|other| other.is_at(&place) && other.is_exact >= place.is_exact) {
                    places.push(place);
                }
            }
        }
    }

    fn rejects(&self, place: &Place) -> bool {
        is_rejected(&self.words, &self.pauses, place.start, place.end)
    }
}

impl Place {
    /// A longer phrase comes before a shorter one, and the exact words before other forms of them.
    const fn rank(&self) -> (usize, bool) {
        (self.end - self.start, self.is_exact)
    }

    const fn is_at(&self, other: &Self) -> bool {
        self.start == other.start && self.end == other.end
    }

    /// Whether another phrase is a part of this one. "Not the nurse" contains "nurse", and is a phrase of its own.
    const fn replaces(&self, other: &Self) -> bool {
        let contains = self.start <= other.start && other.end <= self.end;
        contains && (!self.is_at(other) || self.is_exact && !other.is_exact)
    }
}

/// Whether a word that was heard is `word`, or a form of it: with `'s`, with a French or Italian article (`l'`), with
/// a Korean particle, or with `re` before a long word.
fn is_form_of(heard: &str, word: &str) -> bool {
    if heard == word {
        return true;
    }
    if let Some(ending) = heard.strip_prefix(word) {
        let is_korean = word.chars().last().is_some_and(|last| ('\u{ac00}'..='\u{d7a3}').contains(&last));
        return matches!(ending, "'" | "'s") || is_korean && longest_prefix(PARTICLES, ending) > 0;
    }
    match heard.strip_suffix(word) {
        // Short words are excluded, such as "member" in "remember".
        Some("re") => word.len() >= 7,
        Some(article) => article.len() <= 3 && article.ends_with('\''),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each option has phrases separated by commas.
    fn choose(options: &[&str], speech: &str) -> Chosen {
        let phrases = options.iter().enumerate().flat_map(|(n, phrases)| phrases.split(',').map(move |one| (n, one)));
        Heard::new(speech).choose(phrases)
    }

    #[test]
    fn the_longest_phrase_that_is_not_rejected_decides() {
        let options =
            &["appointment,appointments,schedule", "billing,bill,payment", "hours,office hours", "person", "not sure"];
        for (speech, chosen) in [
            ("Appointments.", Chosen::Option(0)),
            ("I'd like to schedule something", Chosen::Option(0)),
            ("I need to reschedule", Chosen::Option(0)),
            ("re-schedule", Chosen::Option(0)),
            ("appointment's", Chosen::Option(0)),
            ("the bill’s", Chosen::Option(1)),
            ("What are your office hours", Chosen::Option(2)),
            ("the office hours for billing", Chosen::Option(2)),
            ("I don't want an appointment I want to pay a bill", Chosen::Option(1)),
            ("I don't want office hours, a bill", Chosen::Option(1)),
            ("not hours", Chosen::Unclear),
            ("appointment or bill", Chosen::Unclear),
            ("an appointment to schedule", Chosen::Option(0)),
            ("I don't want an appointment with the doctor, I want an appointment with a nurse", Chosen::Option(0)),
            ("I'm not sure, hours?", Chosen::Option(4)),
            ("uh", Chosen::Nothing),
            ("", Chosen::Nothing),
            ("bills", Chosen::Nothing),
            ("personal", Chosen::Nothing),
        ] {
            assert_eq!(choose(options, speech), chosen, "{speech}");
        }
    }

    #[test]
    fn exact_words_come_before_other_forms() {
        let options = &["schedule", "reschedule", "member", "l'ordonnance"];
        for (speech, chosen) in [
            ("reschedule", Chosen::Option(1)),
            ("schedule", Chosen::Option(0)),
            ("I remember", Chosen::Nothing),
            ("l'ordonnance", Chosen::Option(3)),
        ] {
            assert_eq!(choose(options, speech), chosen, "{speech}");
        }
        // The first option with a phrase has it.
        assert_eq!(choose(&["desk", "desk"], "desk"), Chosen::Option(0));
    }

    #[test]
    fn words_with_particles_and_articles_match() {
        let options = &[
            "예약",
            "결제,결제 문의",
            "予約",
            "支払い",
            "预约,預約",
            "账单",
            "ordonnance",
            "appuntamento",
            "นัด",
            "時々",
            "cafe\u{301}",
        ];
        for (speech, chosen) in [
            ("예약을 하고 싶어요", Chosen::Option(0)),
            ("예약은", Chosen::Option(0)),
            ("예약이요", Chosen::Option(0)),
            ("예약하고 싶은데요", Chosen::Option(0)),
            ("예약했는데요", Chosen::Option(0)),
            ("결제를 문의하려고요", Chosen::Option(1)),
            ("예약금", Chosen::Nothing),
            ("예약 말고 결제요", Chosen::Option(1)),
            ("예약말고 결제요", Chosen::Option(1)),
            ("예약은 필요 없어요", Chosen::Unclear),
            ("予約をお願いします", Chosen::Option(2)),
            ("予約ではなく支払いです", Chosen::Option(3)),
            ("我想预约医生", Chosen::Option(4)),
            ("我要預約", Chosen::Option(4)),
            ("我不要预约，我要付账单", Chosen::Option(5)),
            ("je cherche l'ordonnance", Chosen::Option(6)),
            ("d’ordonnance", Chosen::Option(6)),
            ("vorrei l'appuntamento", Chosen::Option(7)),
            ("预约，谢谢", Chosen::Option(4)),
            ("预", Chosen::Nothing),
            ("我要约预", Chosen::Nothing),
            ("ขอนัดหมอ", Chosen::Option(8)),
            ("時々", Chosen::Option(9)),
            ("un cafe\u{301}, por favor", Chosen::Option(10)),
        ] {
            assert_eq!(choose(options, speech), chosen, "{speech}");
        }
    }
}
