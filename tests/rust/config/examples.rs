// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The examples in docs/dialplan/: each one has no findings and is on a page. docs/dialplan.md contains some of them
//! unchanged.

use std::fs;
use std::path::Path;

use plumline::dialplan::speech::Words;
use plumline::dialplan::{Config, Verb};

fn examples() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/dialplan");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let mut examples: Vec<_> =
        files.map(|file| (file.file_name().into_string().unwrap(), fs::read_to_string(file.path()).unwrap())).collect();
    examples.sort();
    examples
}

#[test]
fn examples_have_no_findings() {
    let examples = examples();
    assert_eq!(examples.len(), 15);
    for (name, text) in &examples {
        assert_eq!(Config::check(text, None, None), [], "{name}");
        let config = Config::read(text).unwrap_or_else(|refused| panic!("{name}: {refused:?}"));
        assert!(!config.numbers.is_empty(), "{name}");
    }
}

#[test]
fn examples_are_in_the_documentation() {
    let page = include_str!("../../../docs/dialplan.md");
    let (_, page) = page.split_once("\n## Five examples\n").unwrap();
    let mut blocks: Vec<&str> =
        page.split("\n```json\n").skip(1).map(|rest| rest.split_once("\n```\n").unwrap().0).collect();
    let examples = examples();
    let listed = include_str!("../../../docs/examples.md");
    let is_listed = |name: &str| listed.contains(&format!("(dialplan/{name})"));
    let mut files: Vec<&str> =
        examples.iter().filter(|(name, _)| !is_listed(name)).map(|(_, text)| text.trim_end()).collect();
    blocks.sort_unstable();
    files.sort_unstable();
    assert_eq!(blocks, files);
}

#[test]
fn the_missed_call_example_gives_the_documented_twiml() {
    let config = Config::read(include_str!("../../../docs/dialplan/missed-call.json")).unwrap();
    let [Verb::Say(say), Verb::Hangup(_)] = &config.actions.get("missed-call").unwrap()[..] else {
        panic!("{config:?}");
    };
    let text = "Thank you for calling. You have missed a call from one of our clinicians. Please log in to your account \
                to send a message to your nurse. Goodbye.";
    assert_eq!(say.parts()[0].text, Some(Words::One(text.to_owned())));
    assert_eq!(
        (say.parts()[0].voice.as_deref(), say.parts()[0].language.as_deref()),
        (Some("Polly.Amy-Neural"), Some("en-GB"))
    );
}

#[test]
fn the_documentation_names_only_existing_codes() {
    let page = include_str!("../../../docs/dialplan.md");
    for word in page.split('`').filter(|word| word.starts_with("CONFIG_")) {
        let known = plumline::error::Code::ALL.iter().any(|code| code.as_str() == word);
        assert!(known, "{word}");
    }
}
