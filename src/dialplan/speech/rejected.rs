// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Phrases that a caller rejects: "I don't want an appointment".
//!
//! Only words that reject a choice count. "I can't find my bill" is about the bill.

use super::digits::{has_word, listed};

/// Words that reject everything up to the next part of the sentence.
const BEFORE: &str = "don't want|dont want|do not want|don't need|dont need|do not need|doesn't want|didn't want|\
     did not want|don't wanna|no longer want|no longer need|don't think i need|don't think i want|wouldn't like|\
     would not like|never want|not want|not need|not calling|not looking|not asking|not interested|not here|not about|isn't about|\
     isn't for|don't transfer|do not transfer|don't connect|don't send|instead of|rather than|other than|\
     no quiero|no necesito|no deseo|no busco|no llamo|no es|en vez de|en lugar de|\
     veux pas|voudrais pas|souhaite pas|veux plus|pas besoin|au lieu de|plutôt que|\
     não quero|não preciso|não desejo|em vez de|möchte nicht|will nicht|brauche nicht|möchte keinen|möchte keine|\
     will keinen|will keine|brauche keinen|brauche keine|\
     不要|不想|不是|不需要|不用|不必|别|別";

/// Words that reject only what follows them directly.
const DIRECTLY_BEFORE: &str = "not|no|nor|neither|without|except|forget|sin|ni|pas|sans|nicht|kein|keine|keinen|ohne|\
     statt|não|sem|nem";

/// Words between one of [`DIRECTLY_BEFORE`] and the rejected phrase.
const BETWEEN: &str = "a|an|the|my|your|our|any|another|more|new|for|about|to|in|on|of|with|make|making|una|un|el|la|\
     los|las|mi|mis|para|de|por|une|le|les|des|du|pour|mon|ma|mes|der|den|die|das|einen|eine|zum|zur|uma|um|o|os|as|\
     meu|minha";

/// Words that reject what precedes them.
const AFTER: &str = "말고|아니라|아니고|아니에요|아니예요|아닙니다|필요 없|필요없|ではな|ではあり|じゃな|でなく|はいりません|は要りません|\
     はいらない|は要らない|は不要|は必要あり|は必要な|はしません|不用了";

/// Words that start a new part of the sentence.
const STARTS: &str = "i|i'd|i'm|i'll|i've|we|we'd|but|just|only|want|need|it's|its|can|could|please|actually|instead|\
     yes|calling|let's|pero|sino|quiero|necesito|quisiera|yo|solo|sólo|mejor|mais|je|j'ai|j'aimerais|plutôt|aber|\
     sondern|ich|lieber|mas|eu|quero|preciso|我|要|想|是";

/// Whether a caller rejects the phrase at `start..end` of these words. `pauses` are the indexes of the words that
/// follow a punctuation mark.
pub(super) fn is_rejected(words: &[String], pauses: &[usize], start: usize, end: usize) -> bool {
    is_rejected_after(words, pauses, end) || is_rejected_before(words, pauses, start)
}

fn is_rejected_before(words: &[String], pauses: &[usize], start: usize) -> bool {
    let mut is_direct = true;
    let mut before = words.get(..start).unwrap_or_default();
    while let Some((word, earlier)) = before.split_last() {
        if pauses.contains(&before.len()) {
            return false;
        }
        if listed(BEFORE).any(|known| ends_with(before, known)) || is_direct && has_word(DIRECTLY_BEFORE, word) {
            return true;
        }
        if has_word(STARTS, word) {
            return false;
        }
        is_direct &= has_word(BETWEEN, word);
        before = earlier;
    }
    false
}

fn is_rejected_after(words: &[String], pauses: &[usize], end: usize) -> bool {
    // A Korean particle may follow the phrase without a space.
    let is_attached = end.checked_sub(1).and_then(|last| words.get(last)).is_some_and(|last| last.ends_with("말고"));
    let after = words.get(end..).filter(|_| !pauses.contains(&end)).unwrap_or_default();
    is_attached || listed(AFTER).any(|known| starts_with(after, known))
}

/// Whether the last words are those of `text`.
fn ends_with(words: &[String], text: &str) -> bool {
    let mut rest = text;
    for word in words.iter().rev() {
        let Some(shorter) = rest.strip_suffix(word.as_str()) else { return false };
        if shorter.is_empty() {
            return true;
        }
        rest = shorter.trim_end();
    }
    false
}

/// Whether the first words are those of `text`. The last of them may be longer.
fn starts_with(words: &[String], text: &str) -> bool {
    let mut rest = text;
    for word in words {
        if word.starts_with(rest) {
            return true;
        }
        let Some(shorter) = rest.strip_prefix(word.as_str()) else { return false };
        rest = shorter.trim_start();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::super::phrases::{words, words_and_pauses};
    use super::*;

    fn rejects(speech: &str, phrase: &str) -> bool {
        let (heard, pauses) = words_and_pauses(speech);
        let phrase = words(phrase);
        // A Korean particle may follow the phrase without a space.
        let is_phrase =
            |part: &[String]| part.iter().zip(&phrase).all(|(heard, word)| heard.starts_with(word.as_str()));
        let start = heard.windows(phrase.len()).position(is_phrase).expect(speech);
        is_rejected(&heard, &pauses, start, start + phrase.len())
    }

    #[test]
    fn a_rejection_ends_with_its_part_of_the_sentence() {
        for (speech, rejected, wanted) in [
            ("I don't want an appointment I want to pay a bill", "appointment", "bill"),
            ("I don’t want an appointment, I want to pay a bill", "appointment", "bill"),
            ("I do not need an appointment, just a bill", "appointment", "bill"),
            ("I dont want to make an appointment but pay a bill", "appointment", "bill"),
            ("I never want an appointment I need a bill", "appointment", "bill"),
            ("Not an appointment, a bill.", "appointment", "bill"),
            ("not appointment bill", "appointment", "bill"),
            ("No appointment. My bill!", "appointment", "bill"),
            ("a bill, not an appointment", "appointment", "bill"),
            ("the bill instead of an appointment", "appointment", "bill"),
            ("I'm not calling about an appointment it's about my bill", "appointment", "bill"),
            ("no quiero una cita quiero pagar la factura", "cita", "factura"),
            ("no una cita, sino una factura", "cita", "factura"),
            ("je ne veux pas de rendez-vous je veux payer la facture", "rendez-vous", "facture"),
            ("je ne veux pas prendre rendez-vous mais payer la facture", "rendez-vous", "facture"),
            ("ich möchte keinen Termin sondern die Rechnung", "termin", "rechnung"),
            ("não quero uma consulta quero pagar a conta", "consulta", "conta"),
            ("我不要预约我要付账单", "预约", "账单"),
            ("不是预约是账单", "预约", "账单"),
            ("예약 말고 결제요", "예약", "결제"),
            ("예약말고 결제", "예약", "결제"),
            ("예약은 필요 없어요, 결제", "예약", "결제"),
            ("予約ではなく支払いです", "予約", "支払い"),
            ("予約はいりません、支払いです", "予約", "支払い"),
        ] {
            assert!(rejects(speech, rejected), "{speech}: {rejected}");
            assert!(!rejects(speech, wanted), "{speech}: {wanted}");
        }
    }

    #[test]
    fn other_negations_do_not_reject() {
        for speech in [
            "No, an appointment.",
            "no I want an appointment",
            "I can't come to my appointment",
            "I don't have an appointment",
            "I didn't get an appointment",
            "I'm not sure, appointment I think",
            "I don't know when my appointment is",
            "my appointment",
        ] {
            assert!(!rejects(speech, "appointment"), "{speech}");
        }
    }
}
