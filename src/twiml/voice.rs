// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Finds the name of a voice in the enum of `<Say voice>`.

use super::{nearest, schema};

/// Looks up a voice.
///
/// # Errors
/// The voice is not listed. The value is the listed voice with the nearest name, if one is near.
pub fn find_voice(name: &str) -> Result<(), Option<String>> {
    let mut says = schema::classes(schema::VOICE).map(schema::class).filter(|class| schema::name(class.name) == "Say");
    let voice = says.find_map(|class| class.attributes().find(|known| schema::name(known.name) == "voice"));
    let Some(voices) = voice.map(|voice| voice.words) else { return Ok(()) };
    if schema::has_word(voices, name) { Ok(()) } else { Err(nearest::in_graph(voices, name)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_voice_is_found() {
        for (name, found) in [
            ("Polly.Joanna-Neural", Ok(())),
            ("Google.en-US-Chirp3-HD-Aoede", Ok(())),
            ("Polly.Mía-Generative", Ok(())),
            ("man", Ok(())),
            ("Polly.Joana-Neural", Err(Some("Polly.Joanna-Neural"))),
            ("polly.joanna", Err(Some("Polly.Joanna"))),
            ("Joanna", Err(None)),
            ("", Err(None)),
        ] {
            assert_eq!(find_voice(name), found.map_err(|nearest: Option<&str>| nearest.map(str::to_owned)), "{name}");
        }
    }
}
