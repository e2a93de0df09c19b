// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Keys that a caller says instead of pressing them: "one", "1.", "press one", "option one zero one", "1번이요".

use super::phrases::spaced_parts;
use crate::text::split_on;

/// The names of a key in languages with spaces between words.
const NAMES: [(char, &str); 12] = [
    ('0', "zero|cero|zéro|null"),
    ('1', "one|uno|una|un|une|eins|uma"),
    ('2', "two|dos|deux|zwei|zwo|dois|duas"),
    ('3', "three|tres|trois|drei|três"),
    ('4', "four|cuatro|quatre|vier|quatro"),
    ('5', "five|cinco|cinq|fünf"),
    ('6', "six|seis|sechs|meia"),
    ('7', "seven|siete|sept|sieben|sete"),
    ('8', "eight|ocho|huit|acht|oito"),
    ('9', "nine|nueve|neuf|neun|nove"),
    ('*', "star|asterisk|asterisco|estrella|étoile|stern"),
    ('#', "pound|hash|numeral|almohadilla|dièse|raute"),
];

/// The names of a digit in Chinese, Korean and Japanese, where other words follow without a space.
const JOINED_NAMES: [(char, &str); 10] = [
    ('0', "零|〇|영|공|ゼロ|れい"),
    ('1', "一|幺|하나|일|いち|イチ"),
    ('2', "二|两|兩|둘|이|に|ニ"),
    ('3', "三|셋|삼|さん|サン"),
    ('4', "四|넷|사|よん|し|ヨン"),
    ('5', "五|다섯|오|ご|ゴ"),
    ('6', "六|여섯|육|ろく|ロク"),
    ('7', "七|일곱|칠|なな|しち|ナナ"),
    ('8', "八|여덟|팔|はち|ハチ"),
    ('9', "九|아홉|구|きゅう|く|キュウ"),
];

/// Words that show that a digit is a key.
const CARRIERS: &str = "press|pressing|number|option|key|button|digit|choice|oprima|oprimir|marque|marcar|presione|\
     presionar|pulse|pulsar|número|numero|opción|opcion|tecla|appuyez|appuyer|tapez|numéro|touche|choix|drücken|drücke|\
     nummer|taste|ziffer|aperte|pressione|digite|disque|opção";

/// Words that may stand beside a digit.
const FILLERS: &str = "please|the|okay|ok|uh|um|er|hm|yes|yeah|thank|thanks|you|el|la|por|favor|sí|gracias|le|sur|s'il|\
     vous|plaît|svp|oui|euh|merci|die|bitte|ja|äh|danke|a|o|oh|sim|obrigado|obrigada";

/// Words that may stand beside a digit if a carrier does too. "I want one" is not a key, but "I want option one" is.
const FILLERS_OF_CARRIER: &str = "i|i'd|i'll|would|want|like|to|take|choose|select|pick|go|with|can|could|have|get|me|\
     give|it's|is|that's|my|quiero|quisiera|elijo|je|veux|voudrais|prends|ich|möchte|will|nehme|eu|quero";

/// The same for Chinese, Korean and Japanese, without a space before or after.
const JOINED_FILLERS: &str = "请按|請按|按|请|請|选择|選擇|选|選|数字|數字|号|號|键|鍵|第|个|個|项|項|谢谢|謝謝|吧|嗯|是|\
     번호|번|이요|요|입니다|이에요|예요|으로|로|을|를|눌러|누를게요|누르세요|주세요|선택|할게요|할래요|부탁드립니다|부탁합니다|네|음|\
     番号|番|ばん|です|でお願いします|でおねがいします|をお願いします|お願いします|おねがいします|ください|下さい|押して|押します|\
     を|の|で|はい|えっと|えーと|ボタン|キー";

/// The keys that a text names, if it names only keys: `101` for "press one oh one". A text with any other word names
/// none, such as "I have one question". `language` is that of the call.
#[must_use]
pub fn spoken_keys(text: &str, language: &str) -> Option<String> {
    let mut keys = SpokenKeys { is_portuguese: language.get(..2) == Some("pt"), ..SpokenKeys::default() };
    let parts = spaced_parts(text);
    for (index, part) in parts.iter().enumerate() {
        let is_before_key = parts.get(index + 1).is_some_and(|next| key_at_start(next).is_some());
        keys.read(part, is_before_key)?;
    }
    if keys.needs_carrier && !keys.has_carrier {
        return None;
    }
    keys.end_number()?;
    Some(keys.found).filter(|found| !found.is_empty())
}

#[derive(Default)]
struct SpokenKeys {
    /// "um" is 1 in Portuguese, and a sound of hesitation elsewhere.
    is_portuguese: bool,
    /// The keys of the current number.
    number: String,
    /// The keys of the earlier numbers, which are all the same.
    found: String,
    has_carrier: bool,
    needs_carrier: bool,
}

impl SpokenKeys {
    /// Reads one part. `None` if it contains another word.
    fn read(&mut self, part: &str, is_before_key: bool) -> Option<()> {
        let mut rest = part;
        while let Some(first) = rest.chars().next() {
            if first.is_ascii_digit() {
                self.number.push(first);
                rest = rest.get(1..)?;
            } else if let Some(key) = self.named_key(rest, is_before_key) {
                self.number.push(key);
                return Some(());
            } else if self.is_filler(rest) {
                return self.end_number();
            } else {
                let (key, length) = joined_key(rest);
                let filler = longest_prefix(JOINED_FILLERS, rest);
                if length > filler {
                    self.number.extend(key);
                } else if filler > 0 {
                    self.end_number()?;
                } else {
                    return None;
                }
                rest = rest.get(length.max(filler)..)?;
            }
        }
        Some(())
    }

    /// The key that a whole part names.
    fn named_key(&self, part: &str, is_before_key: bool) -> Option<char> {
        match part {
            "um" if self.is_portuguese => Some('1'),
            "oh" | "o" if !self.number.is_empty() && is_before_key => Some('0'),
            _ => NAMES.iter().find(|(_, names)| has_word(names, part)).map(|(key, _)| *key),
        }
    }

    fn is_filler(&mut self, part: &str) -> bool {
        let is_carrier = has_word(CARRIERS, part);
        let is_of_carrier = has_word(FILLERS_OF_CARRIER, part);
        self.has_carrier |= is_carrier;
        self.needs_carrier |= is_of_carrier;
        is_carrier || is_of_carrier || has_word(FILLERS, part)
    }

    /// Ends the current number. `None` if it differs from an earlier one.
    fn end_number(&mut self) -> Option<()> {
        let number = std::mem::take(&mut self.number);
        if number.is_empty() || number == self.found {
            Some(())
        } else if self.found.is_empty() {
            self.found = number;
            Some(())
        } else {
            None
        }
    }
}

/// The key that a part starts with.
fn key_at_start(part: &str) -> Option<char> {
    let digit = part.chars().next().filter(char::is_ascii_digit);
    digit.or_else(|| NAMES.iter().find(|(_, names)| has_word(names, part)).map(|(key, _)| *key))
}

/// The digit of [`JOINED_NAMES`] that a text starts with, and the length of its name.
fn joined_key(text: &str) -> (Option<char>, usize) {
    let lengths = JOINED_NAMES.iter().map(|(key, names)| (Some(*key), longest_prefix(names, text)));
    lengths.max_by_key(|(_, length)| *length).filter(|(_, length)| *length > 0).unwrap_or((None, 0))
}

/// The words of a list that is separated by `|`.
pub(super) fn listed(list: &'static str) -> impl Iterator<Item = &'static str> {
    let mut rest = list;
    core::iter::from_fn(move || {
        let (word, after) = split_on(rest, b'|');
        rest = after;
        Some(word).filter(|word| !word.is_empty())
    })
}

/// Whether a word is in a list.
pub(super) fn has_word(list: &'static str, word: &str) -> bool {
    listed(list).any(|known| known == word)
}

/// The length of the longest word of a list that a text starts with.
pub(super) fn longest_prefix(list: &'static str, text: &str) -> usize {
    listed(list).filter(|known| text.starts_with(known)).map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_keys_in_every_language() {
        for (text, language, keys) in [
            ("one", "en-US", "1"),
            ("1.", "en-US", "1"),
            ("ONE!", "en-US", "1"),
            ("press one", "en-US", "1"),
            ("Number two please", "en-US", "2"),
            ("option three", "en-US", "3"),
            ("Uh, the number four, please.", "en-US", "4"),
            ("I'd like option five", "en-US", "5"),
            ("I’ll take number 6, thank you", "en-US", "6"),
            ("zero", "en-US", "0"),
            ("one zero one", "en-US", "101"),
            ("one oh one", "en-US", "101"),
            ("1 oh 1", "en-US", "101"),
            ("101.", "en-US", "101"),
            ("1 0 1", "en-US", "101"),
            ("oh, one", "en-US", "1"),
            ("one, press one", "en-US", "1"),
            ("press star", "en-US", "*"),
            ("pound key", "en-US", "#"),
            ("Uno.", "es-US", "1"),
            ("oprima el dos por favor", "es-US", "2"),
            ("la opción número tres", "es-MX", "3"),
            ("quiero la opción cero", "es-US", "0"),
            ("la touche quatre s'il vous plaît", "fr-CA", "4"),
            ("appuyez sur le zéro", "fr-FR", "0"),
            ("die Fünf bitte", "de-DE", "5"),
            ("Taste sechs drücken", "de-DE", "6"),
            ("um", "pt-BR", "1"),
            ("aperte a tecla um", "pt-BR", "1"),
            ("número sete por favor", "pt-BR", "7"),
            ("一", "zh-CN", "1"),
            ("请按二", "zh-CN", "2"),
            ("選擇三號", "zh-TW", "3"),
            ("一零一", "zh-CN", "101"),
            ("일번이요", "ko-KR", "1"),
            ("1번이요", "ko-KR", "1"),
            ("이 번 눌러 주세요", "ko-KR", "2"),
            ("일곱", "ko-KR", "7"),
            ("삼번으로 부탁드립니다", "ko-KR", "3"),
            ("一番をお願いします", "ja-JP", "1"),
            ("１番です", "ja-JP", "1"),
            ("いち", "ja-JP", "1"),
            ("しち", "ja-JP", "7"),
            ("二番を押してください", "ja-JP", "2"),
        ] {
            assert_eq!(spoken_keys(text, language).as_deref(), Some(keys), "{text}");
        }
    }

    #[test]
    fn a_sentence_with_a_digit_is_not_a_key() {
        for (text, language) in [
            ("", "en-US"),
            ("please", "en-US"),
            ("um", "en-US"),
            ("oh", "en-US"),
            ("uh", "en-US"),
            ("I have one question", "en-US"),
            ("I want one", "en-US"),
            ("one moment please", "en-US"),
            ("the second one", "en-US"),
            ("no one", "en-US"),
            ("not one", "en-US"),
            ("I don't want option one", "en-US"),
            ("one or two", "en-US"),
            ("option one, option two", "en-US"),
            ("nineteen", "en-US"),
            ("someone", "en-US"),
            ("dosis", "es-US"),
            ("una cita", "es-US"),
            ("un moment", "fr-FR"),
            ("einen Termin", "de-DE"),
            ("一个问题", "zh-CN"),
            ("일이 있어요", "ko-KR"),
            ("お願いします", "ja-JP"),
            ("1st", "en-US"),
        ] {
            assert_eq!(spoken_keys(text, language), None, "{text}");
        }
    }
}
