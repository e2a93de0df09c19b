// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Texts, languages and voices of what callers hear and say.

mod dates;
mod digits;
mod heard;
mod phrases;
mod prompt;
mod rejected;
mod words;
mod write;

pub use dates::{spoken_date, spoken_time};
pub use digits::spoken_keys;
pub use heard::{Chosen, Heard};
pub use phrases::{gather_language, words};
pub use prompt::{Prompt, PromptPart, WordsOrPrompt};
pub use words::{Words, xml_bytes};
pub use write::{
    DEFAULT_LANGUAGE, RenderError, attributes, in_english, is_same, localized, say, voice_of_language, write_recording,
    write_text,
};
