// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Checks of recordings, of prompts in several parts, of voices, and of texts in one language.

use plumline::dialplan::config::Config;
use serde_json::{Value, json};

use super::{check, each, item, valid_config};

const URL: &str = "https://media.example.com/a.mp3";

#[test]
fn recordings_and_parts_are_valid_wherever_a_text_is() {
    let both = json!({ "en-US": URL, "es-US": URL });
    for prompt in [
        json!({ "play": URL, "language": "en-US" }),
        json!({ "play": both, "times": 2 }),
        json!([{ "play": both }, { "ssml": "a", "language": "en-US" }, { "text": "b", "language": "es-US" }]),
    ] {
        let mut config = valid_config();
        for pointer in [
            "/actions/end/0/say",
            "/actions/desk/0/greet/patient",
            "/actions/desk/0/greet/neutral",
            "/actions/menu/2/menu/prompt",
            "/actions/menu/2/menu/invalid",
            "/actions/queue/0/queue/position",
            "/actions/queue/0/queue/callback/prompt",
            "/actions/night/0/voicemail/greeting",
            "/actions/night/0/voicemail/farewell",
            "/recording/announcement",
        ] {
            *config.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = prompt.clone();
        }
        assert_eq!(check(&config), [], "{prompt}");
    }
}

#[test]
fn an_invalid_part_is_reported_at_its_path() {
    each(
        r#"/actions/end/0/say | [] | actions.end[0].say | CONFIG_EMPTY
/actions/end/0/say | [{}] | actions.end[0].say[0].text | CONFIG_EMPTY
/actions/end/0/say | { "text": "a", "play": "https://a.example/b" } | actions.end[0].say.text | CONFIG_EMPTY
/actions/end/0/say | { "ssml": "a", "play": "https://a.example/b" } | actions.end[0].say.text | CONFIG_EMPTY
/actions/end/0/say | { "play": "http://a.example/b.mp3" } | actions.end[0].say.play | CONFIG_URL
/actions/end/0/say | { "play": "b.mp3" } | actions.end[0].say.play | CONFIG_URL
/actions/end/0/say | { "play": "" } | actions.end[0].say.play | CONFIG_URL
/actions/end/0/say | { "play": "https://user:pass@a.example/b" } | actions.end[0].say.play | CONFIG_URL
/actions/end/0/say | { "play": "https://a_b.example/b" } | actions.end[0].say.play | CONFIG_URL
/actions/end/0/say | { "play": {} } | actions.end[0].say.play | CONFIG_EMPTY
/actions/end/0/say | { "play": { "en-US": "http://a.example/b" } } | actions.end[0].say.play.en-US | CONFIG_URL
/actions/end/0/say | { "play": { "x": "https://a.example/b" } } | actions.end[0].say.play.x | CONFIG_LANGUAGE
/actions/end/0/say | { "play": 7 } | actions.end[0].say.play | CONFIG_INVALID
/actions/end/0/say | { "play": ["https://a.example/b"] } | actions.end[0].say.play | CONFIG_INVALID
/actions/end/0/say | [{ "play": "https://a.example/b" }, { "play": "c" }] | actions.end[0].say[1].play | CONFIG_URL
/actions/end/0/say | [{ "play": "https://a.example/b", "times": 101 }] | actions.end[0].say[0].times | CONFIG_RANGE
/actions/end/0/say | [{ "text": "a", "voice": "b c", "language": "en-US" }] | actions.end[0].say[0].voice | CONFIG_VOICE
/actions/end/0/say | [{ "text": "a", "language": "é" }] | actions.end[0].say[0].language | CONFIG_LANGUAGE
/actions/end/0/say | [[{ "text": "a" }]] | actions.end[0].say[0] | CONFIG_INVALID
/actions/end/0/say | "a" | actions.end[0].say | CONFIG_INVALID
/actions/desk/0/greet/patient | [] | actions.desk[0].greet.patient | CONFIG_EMPTY
/actions/desk/0/greet/patient | { "play": "c" } | actions.desk[0].greet.patient.play | CONFIG_URL
/actions/desk/0/greet/patient | [{ "text": "" }] | actions.desk[0].greet.patient[0].text | CONFIG_TEXT
/actions/desk/0/greet/patient | 7 | actions.desk[0].greet.patient | CONFIG_INVALID
/actions/night/0/voicemail/farewell | [{ "play": "c" }] | actions.night[0].voicemail.farewell[0].play | CONFIG_URL
/recording/announcement | [] | recording.announcement | CONFIG_EMPTY
/voices | { "en-US": "a b" } | voices.en-US | CONFIG_VOICE
/voices | { "english": "alice" } | voices.english | CONFIG_LANGUAGE
/voices | { "xx-XX": "alice" } | voices.xx-XX | CONFIG_LANGUAGE_UNKNOWN
/voices | ["alice"] | voices | CONFIG_INVALID
"#,
    );
    let part = json!({ "play": URL });
    item("/actions/end/0/say", json!(vec![&part; 21]), "actions.end[0].say", "CONFIG_RANGE");
    let mut config = valid_config();
    config["actions"]["end"][0]["say"] = json!(vec![&part; 20]);
    assert_eq!(check(&config), []);
}

/// A clinic with these actions. The first action is `main`.
fn clinic(actions: &Value) -> Value {
    json!({
        "language": "en-US",
        "numbers": { "+15550100001": { "name": "Desk", "dialplan": "d" } },
        "dialplans": { "d": [{ "then": "main" }] },
        "actions": actions
    })
}

#[track_caller]
fn warnings(config: &Value, expected: &[(&str, &str)]) {
    let found = check(config);
    let found: Vec<(&str, &str)> = found.iter().map(|(path, code)| (path.as_str(), *code)).collect();
    assert_eq!(found, expected, "{config}");
}

#[test]
fn a_misspelt_voice_has_the_nearest_name() {
    let say = json!({ "text": "a", "voice": "Polly.Joana-Neural" });
    let mut config = clinic(&json!({ "main": [{ "say": say }, { "say": [say, say] }, { "hangup": {} }] }));
    config["voice"] = json!("polly.ruth-neural");
    config["voices"] = json!({ "es-US": "Polly.Lupe-Neural", "fr-CA": "Something.Else" });
    config["greeting"] = json!({ "text": "a", "voice": "Polly.Amyy" });
    let unknown = "CONFIG_VOICE_UNKNOWN";
    warnings(
        &config,
        &[
            ("voice", unknown),
            ("voices.fr-CA", unknown),
            ("greeting.voice", unknown),
            ("actions.main[0].say.voice", unknown),
            ("actions.main[1].say[0].voice", unknown),
            ("actions.main[1].say[1].voice", unknown),
        ],
    );
    let findings = Config::check(&config.to_string(), None, None);
    let nearest: Vec<Option<&str>> = findings.iter().map(|finding| finding.nearest.as_deref()).collect();
    let joanna = Some("Polly.Joanna-Neural");
    assert_eq!(nearest, [Some("Polly.Ruth-Neural"), None, Some("Polly.Amy"), joanna, joanna, joanna]);
}

#[test]
fn a_voice_must_speak_the_language_of_its_text() {
    let wrong = "CONFIG_VOICE_LANGUAGE";
    for (say, voice, expected) in [
        (json!({ "text": "a", "voice": "Polly.Joanna" }), "Polly.Ruth-Neural", vec![]),
        (
            json!({ "text": "a", "voice": "Polly.Lupe" }),
            "Polly.Ruth-Neural",
            vec![("actions.main[0].say.voice", wrong)],
        ),
        (json!({ "text": "a", "voice": "Polly.Lupe", "language": "es-US" }), "Polly.Ruth-Neural", vec![]),
        (
            json!({ "text": "a", "voice": "Polly.Lupe", "language": "es-MX" }),
            "Polly.Ruth-Neural",
            vec![("actions.main[0].say.voice", wrong)],
        ),
        (json!({ "text": "a", "voice": "alice", "language": "fr-CA" }), "Polly.Ruth-Neural", vec![]),
        (json!({ "text": "a" }), "Polly.Amy", vec![("voice", wrong)]),
        (json!({ "text": "a", "language": "en-GB" }), "Polly.Ruth-Neural", vec![("voice", wrong)]),
        (json!({ "play": URL, "voice": "Polly.Lupe" }), "Polly.Ruth-Neural", vec![]),
    ] {
        let mut config = clinic(&json!({ "main": [{ "say": say }, { "hangup": {} }] }));
        config["voice"] = json!(voice);
        warnings(&config, &expected);
    }
    let mut config = clinic(&json!({ "main": [{ "say": { "text": "a" } }, { "hangup": {} }] }));
    config["voices"] = json!({ "en-US": "Polly.Joanna-Neural", "es-US": "Polly.Lupe-Neural", "fr-CA": "Polly.Lea" });
    warnings(&config, &[("voices.fr-CA", wrong)]);
    config["voices"] = json!({ "en-GB": "Google.en-GB-Wavenet-A", "es": "Polly.Mia" });
    warnings(&config, &[]);
}

#[test]
fn a_greeting_in_two_languages_needs_a_voice_for_each() {
    let both = json!({ "en-US": "a", "es-US": "b" });
    let greet = json!({ "patient": both, "neutral": both, "voice": "Polly.Joanna" });
    let mut config = clinic(&json!({ "main": [{ "greet": greet }, { "hangup": {} }] }));
    warnings(&config, &[]);
    config["numbers"]["+15550100002"] = json!({ "name": "Desk", "dialplan": "d", "language": "es-US" });
    warnings(&config, &[("actions.main[0].greet.voice", "CONFIG_VOICE_LANGUAGE")]);
}

#[test]
fn a_text_in_one_language_is_reported_if_callers_of_several_hear_it() {
    let missing = "CONFIG_TRANSLATION_MISSING";
    let both = json!({ "text": { "en-US": "a", "es-US": "b" } });
    let one = json!({ "text": "a" });
    let menu = |prompt: &Value, options: Value| json!({ "menu": { "prompt": prompt, "options": options, "otherwise": "end" } });
    let end = json!([{ "hangup": {} }]);
    let switches = json!([{ "digits": "1", "then": "end" }, { "digits": "9", "language": "es-US" }]);
    for (actions, expected) in [
        // The menu repeats in Spanish, and what follows it is heard in both languages.
        (
            json!({ "main": [{ "say": one }, menu(&one, switches.clone())], "end": [{ "say": one }, { "hangup": {} }] }),
            vec![("actions.end[0].say.text", missing), ("actions.main[1].menu.prompt.text", missing)],
        ),
        (json!({ "main": [menu(&both, switches.clone())], "end": end }), vec![]),
        // A part of one language on purpose.
        (
            json!({ "main": [menu(&json!([
                { "text": "a", "language": "en-US" }, { "text": "b", "language": "es-US" }, { "play": URL }
            ]), switches.clone())], "end": end }),
            vec![],
        ),
        (
            json!({ "main": [menu(&json!({ "play": { "en-US": URL } }), switches)], "end": end }),
            vec![("actions.main[0].menu.prompt.play", missing)],
        ),
        // Each language has its own actions.
        (
            json!({
                "main": [menu(&one, json!([
                    { "digits": "1", "language": "en-US", "then": "english" },
                    { "digits": "2", "language": "es-US", "then": "spanish" }
                ]))],
                "english": [{ "say": one }, { "hangup": {} }],
                "spanish": [{ "say": one }, { "hangup": {} }],
                "end": end
            }),
            vec![],
        ),
        // A condition on the language.
        (
            json!({
                "main": [menu(&both, json!([{ "digits": "9", "language": "es-US", "then": "next" }, { "digits": "1", "then": "next" }]))],
                "next": [{ "when": { "if": { "language": ["es"] }, "then": "spanish" } }, { "say": one }, { "goto": "end" }],
                "spanish": [{ "say": one }, { "goto": "end" }],
                "end": end
            }),
            vec![],
        ),
        // The verb `language`.
        (
            json!({
                "main": [{ "say": one }, { "language": "es-US" }, { "say": one }, { "goto": "end" }], "end": end
            }),
            vec![],
        ),
        // No text is for French.
        (
            json!({
                "main": [{ "when": { "if": { "anonymous": true }, "then": "spanish" } }, { "language": "fr-CA" }, { "goto": "end" }],
                "spanish": [{ "language": "es-US" }, { "goto": "end" }],
                "end": [{ "say": both }, { "hangup": {} }]
            }),
            vec![("actions.end[0].say.text", missing)],
        ),
    ] {
        warnings(&clinic(&actions), &expected);
    }
}

#[test]
fn the_announcement_is_heard_in_every_language() {
    let both = json!({ "text": { "en-US": "a", "es-US": "b" } });
    let actions = json!({ "main": [{ "say": both }, { "language": "es-US" }, { "say": both }, { "hangup": {} }] });
    let mut config = clinic(&actions);
    config["recording"] = json!({ "inbound": true, "announcement": { "text": "a" } });
    warnings(&config, &[("recording.announcement.text", "CONFIG_TRANSLATION_MISSING")]);
    config["recording"] = json!({ "inbound": true, "announcement": both });
    warnings(&config, &[]);
}
