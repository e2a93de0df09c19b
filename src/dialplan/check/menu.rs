// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Menus: every choice can be made, and told from the others.

use super::loops::Way;
use super::place::Place;
use super::{Checker, shape};
use crate::dialplan::config::{Choice, Menu};
use crate::dialplan::menu::words;
use crate::error::Code;
use crate::json::Map;

/// The most choices: nobody remembers as many, and they are compared with each other.
const MAX_CHOICES: usize = 100;
/// The most words and phrases of one choice.
const MAX_WORDS: usize = 20;
/// The most of all choices of a menu (error 13330). Source: <https://www.twilio.com/docs/voice/twiml/gather#hints>.
const MAX_HINTS: usize = 500;
/// The longest word or phrase. Source: <https://www.twilio.com/docs/voice/twiml/gather#hints>.
const LONGEST_WORDS: usize = 100;
/// The longest extension.
const LONGEST_DIGITS: usize = 10;

impl Checker<'_> {
    pub(super) fn menu(&mut self, menu: &Menu, at: &Place<'_>) {
        self.say(&menu.prompt, &at.field("prompt"));
        let options = at.field("options");
        self.expect(!menu.options.is_empty(), Code::ConfigEmpty, &options);
        let hints = menu.options.iter().map(|choice| choice.speech.len()).sum::<usize>();
        self.expect(menu.options.len() <= MAX_CHOICES, Code::ConfigRange, &options);
        self.advise(|| hints <= MAX_HINTS, Code::ConfigSize, &options);
        let choices = || menu.options.iter().enumerate().take(MAX_CHOICES);
        for (index, choice) in choices() {
            let at = options.element(index);
            self.choice(choice, &at);
            let earlier = menu.options.iter().take(index);
            self.tell_apart(choice, earlier, &at);
        }
        self.phrases(menu, &options);
        if let Some(say) = &menu.invalid {
            self.say(say, &at.field("invalid"));
        }
        self.range(menu.retries, 0, 10, &at.field("retries"));
        self.range(menu.timeout, 1, 60, &at.field("timeout"));
        self.lead(&menu.otherwise, Way::ByItself, "menu.otherwise", &at.field("otherwise"));
    }

    fn choice(&mut self, choice: &Choice, at: &Place<'_>) {
        self.expect(choice.digits.is_some() || !choice.speech.is_empty(), Code::ConfigChoice, at);
        let keys = choice.digits.as_deref().is_none_or(|digits| shape::is_keys(digits, LONGEST_DIGITS));
        self.expect(keys, Code::ConfigChoice, &at.field("digits"));
        let speech = at.field("speech");
        self.expect(choice.speech.len() <= MAX_WORDS, Code::ConfigRange, &speech);
        for (index, words) in choice.speech.iter().enumerate().take(MAX_WORDS) {
            // A comma parts the hints that Twilio gets.
            let fits = shape::is_heard(words) && shape::is_short(words, LONGEST_WORDS) && !words.contains(',');
            self.expect(fits, Code::ConfigText, &speech.element(index));
            self.advise(|| !fits || !heard(words).is_empty(), Code::ConfigText, &speech.element(index));
        }
        self.tongue(choice.language.as_deref(), true, &at.field("language"));
        match &choice.then {
            Some(then) => self.lead(then, Way::BySomebody, "menu.options", &at.field("then")),
            // Only a language can change without anything else being done.
            None => self.expect(choice.language.is_some(), Code::ConfigDeadEnd, at),
        }
    }

    /// A phrase chooses the first choice that has it.
    fn phrases(&mut self, menu: &Menu, at: &Place<'_>) {
        if !self.tells_all() {
            return;
        }
        let choices = || menu.options.iter().enumerate().take(MAX_CHOICES);
        // Of which choice each phrase is the first time.
        let firsts: Map<usize> =
            choices().flat_map(|(index, choice)| phrases(choice).map(move |words| (words, index))).collect();
        for (index, choice) in choices() {
            let again = phrases(choice).any(|words| !words.is_empty() && firsts.get(&words) != Some(&index));
            self.advise(|| !again, Code::ConfigChoice, &at.element(index).field("speech"));
        }
    }

    /// Digits are told apart as they are pressed, so none may begin with another's.
    fn tell_apart<'c>(&mut self, choice: &Choice, earlier: impl Iterator<Item = &'c Choice>, at: &Place<'_>) {
        for other in earlier {
            if let (Some(digits), Some(others)) = (&choice.digits, &other.digits)
                && (digits.starts_with(others.as_str()) || others.starts_with(digits.as_str()))
            {
                return self.error(Code::ConfigChoice, &at.field("digits"));
            }
        }
    }
}

fn phrases(choice: &Choice) -> impl Iterator<Item = String> {
    choice.speech.iter().take(MAX_WORDS).map(|words| heard(words))
}

/// Words as the engine compares them with what is said: small letters, and no marks.
fn heard(text: &str) -> String {
    words(text).join(" ")
}
