// SPDX-License-Identifier: Apache-2.0 OR MIT

//! docs/errors.md lists exactly the existing codes, in order and with their help.

use plumline::error::Code;

#[test]
fn the_documentation_lists_every_code() {
    let page = include_str!("../../docs/errors.md");
    let mut sections: Vec<(&str, &str)> = Vec::new();
    for section in page.split("\n## ").skip(1) {
        let (code, rest) = section.split_once('\n').expect("a heading");
        let help = rest.lines().find_map(|line| line.strip_prefix("> "));
        sections.push((code, help.unwrap_or_default()));
    }
    let mut codes: Vec<(&str, &str)> = Code::ALL.iter().map(|code| (code.as_str(), code.help())).collect();
    codes.sort_unstable();
    for (section, code) in sections.iter().zip(&codes) {
        assert_eq!(section, code, "the first difference between docs/errors.md (left) and src/error.rs (right)");
    }
    assert_eq!(sections.len(), codes.len(), "sections in docs/errors.md (left), codes in src/error.rs (right)");
}

#[test]
fn codes_have_a_stable_format_and_helps_are_sentences() {
    for code in Code::ALL {
        let text = code.as_str();
        assert!(text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'), "{text}");
        assert!(code.help().ends_with(['.', '?']), "{text}");
        assert!(!code.help().contains('\n'), "{text}");
        assert_eq!(Code::ALL.iter().filter(|other| other.as_str() == text).count(), 1, "{text}");
    }
}
