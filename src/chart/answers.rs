// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What the caller answered to the questions of the dialplan (`ask`), in the call record.

use super::CallState;

/// An answer of the caller.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answer {
    /// The name of the action that asked.
    pub action: String,
    /// Whether the caller confirmed the answer, or did not have to.
    pub is_confirmed: bool,
    /// When it was given, as Unix time in milliseconds.
    pub at: u64,
    /// The answer, in the form in which it is kept.
    pub value: String,
}

/// The maximum number of answers of a call, confirmed and unconfirmed ones together. A merge keeps the first in the
/// order of their actions.
const MAX_ANSWERS: usize = 200;

/// The maximum length of an answer, in bytes.
const MAX_BYTES: usize = 4_000;

/// Adds an answer. Of two answers to the same question, the later one is kept. An unconfirmed answer does not replace
/// an earlier confirmed one: both are kept. A confirmed answer replaces every earlier one.
pub(super) fn insert(answers: &mut Vec<Answer>, answer: &Answer) {
    let is_plain = |text: &str, max| (1..=max).contains(&text.len()) && !text.chars().any(char::is_control);
    if !is_plain(&answer.action, 64) || !is_plain(&answer.value, MAX_BYTES) {
        return;
    }
    let key = |answer: &Answer| (answer.action.clone(), answer.is_confirmed);
    match answers.binary_search_by_key(&key(answer), key) {
        Ok(at) => {
            let known = &mut answers[at];
            if *known < *answer {
                known.clone_from(answer);
            }
        }
        Err(at) => {
            answers.insert(at, answer.clone());
            answers.truncate(MAX_ANSWERS);
        }
    }
    let confirmed =
        answers.iter().find(|known| known.action == answer.action && known.is_confirmed).map(|known| known.at);
    answers.retain(|known| known.action != answer.action || known.is_confirmed || confirmed < Some(known.at));
}

impl CallState {
    /// The confirmed answers, sorted by action.
    pub fn answers(&self) -> impl Iterator<Item = &Answer> {
        self.context().answers.iter().filter(|answer| answer.is_confirmed)
    }

    /// The last answer to the question of `action`, confirmed or not.
    #[must_use]
    pub fn last_answer(&self, action: &str) -> Option<&Answer> {
        let answers = self.context().answers.iter().filter(|answer| answer.action == action);
        answers.max_by_key(|answer| (answer.at, answer.is_confirmed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(action: &str, is_confirmed: bool, at: u64, value: &str) -> Answer {
        Answer { action: action.to_owned(), is_confirmed, at, value: value.to_owned() }
    }

    #[test]
    fn the_later_answer_to_a_question_is_kept_in_any_order() {
        let all = [
            answer("a", true, 5, "1"),
            answer("a", true, 9, "2"),
            answer("b", true, 1, "3"),
            answer("a", true, 9, "0"),
        ];
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]] {
            let mut merged = Vec::new();
            for at in order {
                insert(&mut merged, &all[at]);
            }
            assert_eq!(merged, [answer("a", true, 9, "2"), answer("b", true, 1, "3")]);
        }
    }

    #[test]
    fn an_unconfirmed_answer_does_not_replace_a_confirmed_one() {
        let mut merged = Vec::new();
        insert(&mut merged, &answer("a", true, 5, "1"));
        insert(&mut merged, &answer("a", false, 9, "2"));
        assert_eq!(merged, [answer("a", false, 9, "2"), answer("a", true, 5, "1")]);
        for confirmed in [answer("a", true, 9, "2"), answer("a", false, 7, "3")] {
            insert(&mut merged, &confirmed);
        }
        assert_eq!(merged, [answer("a", true, 9, "2")]);
    }

    #[test]
    fn malformed_answers_are_ignored() {
        let mut merged = Vec::new();
        for value in ["", "a\nb", &"x".repeat(4_001)] {
            insert(&mut merged, &answer("a", true, 5, value));
        }
        insert(&mut merged, &answer("", true, 5, "1"));
        assert_eq!(merged, []);
    }
}
