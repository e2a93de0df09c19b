// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Numbers in the telephone numbers of a chart, as people type them.

use std::hint::black_box;
use std::time::Instant;

use plumline::phone::{E164, is_stored_in, search_parts};

/// The forms in which clinics were seen to store `+15550100200`.
pub(crate) const FORMS: [&str; 27] = [
    "(555) 010-0200",
    "555.010.0200",
    "1-555-010-0200",
    "+1 (555) 010-0200",
    "15550100200",
    "5550100200",
    "555-010-0200 ext 12",
    "555-010-0200 x12",
    " 555-010-0200 ",
    "tel:+15550100200",
    "tel:+1-555-010-0200",
    "555-010-0200 (mom)",
    "Home: 555-010-0200",
    "001 555 010 0200",
    "011 1 555 010 0200",
    "+1.555.010.0200",
    "+1 555 010 0200",
    "555 0100200",
    "(555)010-0200",
    "(555)0100200",
    "+1-555-010-0200",
    "555/010-0200",
    "5550100200;ext=3",
    "555\u{2013}010\u{2013}0200",
    "+1 555-010-0200 / 555-010-0152",
    "1 (555) 010-0200",
    "555-0100200",
];

fn number(text: &str) -> E164<'_> {
    E164::parse(text).unwrap()
}

/// Whether a search for the number by text finds a resource with this text.
fn search_finds(text: &str, of: &str, narrow: bool) -> bool {
    search_parts(number(of), narrow).iter().all(|any| any.iter().any(|part| text.contains(part)))
}

#[test]
fn every_stored_form_is_found() {
    for text in FORMS {
        assert!(is_stored_in(text, number("+15550100200"), Some("US")), "{text}");
        assert!(!is_stored_in(text, number("+15550100201"), Some("US")), "{text}");
        for narrow in [false, true] {
            assert!(search_finds(text, "+15550100200", narrow), "{text}");
        }
    }
}

#[test]
fn a_number_is_found_among_other_text() {
    for text in [
        "555-010-0199 / 555-010-0200",
        "555-010-0199/555-010-0200",
        "555-010-0199, 555-010-0200",
        "555-010-0199; 5550100200",
        "555-010-0199 or 555-010-0200",
        "555-010-0199 555-010-0200",
        "1-555-010-0199 / +1 (555) 010-0200 / 5550100198",
        "+1 555 010 0199\n+1 555 010 0200",
        "+15550100199 +15550100200",
        "+44 20 7946 0001 / 555-010-0200",
        "Ada Example 555-010-0200",
        "c5550100200",
        "5550100200mom",
        "555-010-0200#12",
        "555-010-0200,,12#",
        "555-010-0200 ext. 5550100199",
        "(work) +1-555-010-0200 (before 5 pm)",
        "555-010-0200 (since 2024-03-01)",
        "555-010-0200 2024-03-01",
        "555-010-0200 (1/5/2026)",
        "2024-03-01 555-010-0200",
        "555-010-0200 MRN 0012345",
        "tel:+1-555-010-0200;phone-context=+1",
        "sms:+15550100200",
        "55 50 10 02 00",
        "5 5 5 0 1 0 0 2 0 0",
        "\u{202a}+1\u{a0}555\u{2011}010\u{2011}0200\u{202c}",
        "（＋１）５５５－０１０－０２００",
        "٥٥٥٠١٠٠٢٠٠",
        "0111 555 010 0200",
        "0015550100200",
        "+ 1 555 010 0200",
        "(+1) 555 010 0200",
    ] {
        assert!(is_stored_in(text, number("+15550100200"), Some("US")), "{text}");
    }
}

#[test]
fn digits_of_another_number_are_no_match() {
    for text in [
        "",
        "0200",
        "010-0200",
        "55501002001",
        "95550100200",
        "25550100200",
        "555-010-02001",
        "1555-010-0200-1",
        "555-010-0200 1",
        "2 555-010-0200",
        "555-010-020 x0",
        "555-010-02 x00",
        "555-010-0199 x5550100200",
        "555-010-0199 ext. 555-010-0200",
        "555-010-0199 #5550100200",
        "MRN 5550100200",
        "ID: 555-010-0200",
        "555-010 2000",
        "00200 555-010",
        "555-010 (02) 001",
        "55-50-1002 00 1",
        "1955-50-10 0200",
        // Other countries have the same national digits.
        "+44 5550100200",
        "0044 5550100200",
        "01144 555 010 0200",
        "44 555 010 0200",
        "+5550100200",
        "+555 010 0200",
        "+7 (555) 010-02-00",
        "0044/5550100200",
        "+44 555 / 010 0200",
        "+44 (0) 555 010 0200",
        "05550100200",
        "555 010, 0200",
        "555:010:0200",
        "555-010-or-0200",
    ] {
        assert!(!is_stored_in(text, number("+15550100200"), Some("US")), "{text}");
    }
    // In another country, the national digits are a number of that country.
    for text in ["5550100200", "(555) 010-0200", "0555 010 0200"] {
        assert!(!is_stored_in(text, number("+15550100200"), Some("GB")), "{text}");
        assert!(!is_stored_in(text, number("+15550100200"), None), "{text}");
    }
    for text in ["+15550100200", "001 555 010 0200", "0015550100200 (mum)"] {
        assert!(is_stored_in(text, number("+15550100200"), Some("GB")), "{text}");
        assert!(is_stored_in(text, number("+15550100200"), None), "{text}");
    }
}

#[test]
fn numbers_of_other_countries_are_found() {
    for (of, country, texts) in [
        (
            "+442079460001",
            "GB",
            &[
                "020 7946 0001",
                "02079460001",
                "+44 20 7946 0001",
                "+44 (0)20 7946 0001",
                "0044 20 7946 0001",
                "44 20 7946 0001",
                "20 7946 0001",
                "(020) 79 46 00 01",
                "Mum 020-7946-0001 / 020-7946-0002",
            ][..],
        ),
        ("+442079460001", "US", &["011 44 20 7946 0001", "+44-20-7946-0001", "00442079460001"]),
        ("+33199001234", "FR", &["01 99 00 12 34", "01.99.00.12.34", "+33 1 99 00 12 34", "0199001234"]),
        ("+4930901820", "DE", &["030 901820", "030/901820", "030 / 90 18 20", "+49 (30) 90 18-20", "0049-30-901820"]),
        ("+390612345678", "IT", &["06 1234 5678", "+39 06 12345678"]),
        ("+34910123456", "ES", &["910 123 456", "91 012 34 56", "+34 910 12 34 56"]),
        ("+61291234567", "AU", &["(02) 9123 4567", "02 9123 4567", "0011 61 2 9123 4567"]),
        ("+46846500412", "SE", &["08-465 004 12", "+46 (0)8 465 004 12"]),
        ("+12684605555", "AG", &["460-5555", "268-460-5555"]),
        ("+9990000000", "US", &["+999 000 0000", "00 999 000 0000"]),
    ] {
        for text in texts {
            assert!(is_stored_in(text, number(of), Some(country)), "{text} {country}");
            // A number without its area code is found only while the search is not narrowed.
            let is_local = *text == "460-5555";
            let found = search_finds(text, of, false) && (is_local || search_finds(text, of, true));
            assert!(found, "{text} {:?}", search_parts(number(of), true));
        }
    }
    for (of, country, text) in [
        ("+442079460001", "US", "020 7946 0001"),
        ("+442079460001", "GB", "020 7946 00012"),
        ("+442079460001", "GB", "+33 20 7946 0001"),
        ("+33123456789", "DE", "33123456789 0"),
        ("+4930901820", "DE", "030 901820 5"),
        ("+4930901820", "DE", "030 901820-55"),
        // A domestic number that only looks like one with a calling code.
        ("+358270552", "FI", "358 27055 2"),
        ("+12684605555", "US", "460-5555"),
    ] {
        assert!(!is_stored_in(text, number(of), Some(country)), "{text} {country}");
    }
}

#[test]
fn a_search_is_narrowed_by_the_digits_before() {
    let parts =
        |of, narrow| -> Vec<String> { search_parts(number(of), narrow).iter().map(|any| any.join(",")).collect() };
    assert_eq!(parts("+15550100200", false), ["0200"]);
    assert_eq!(parts("+15550100200", true), ["555", "010", "0200"]);
    let last = &parts("+33123456789", false)[0];
    let forms: Vec<&str> = last.split(',').collect();
    assert_eq!(forms.len(), 2 + 3 * 8);
    let separators = [" ", "-", ".", "/", "\u{a0}", "\u{202f}", "\u{2011}", "\u{2013}"];
    assert!(separators.iter().all(|between| forms.contains(&&*format!("67{between}89"))));
    assert!(forms.contains(&"6789") && forms.contains(&"\u{ff16}\u{ff17}\u{ff18}\u{ff19}"));
    let narrow = parts("+33123456789", true);
    assert!(narrow[0].starts_with("45,") && narrow[1] == *last, "{narrow:?}");
    // The national number has only four digits.
    assert_eq!(parts("+6834001", true).len(), 1);
}

#[test]
fn a_hostile_text_takes_little_time() {
    let start = Instant::now();
    for text in [
        "5550100200".repeat(10_000),
        "5".repeat(100_000),
        "5 ".repeat(250),
        "555/010/0200/".repeat(38),
        "+1".repeat(250),
        "x".repeat(500),
        "\u{ff15}".repeat(166),
        "5550100200 ".repeat(45),
    ] {
        for of in ["+15550100200", "+15555555555", "+555555555555", "+6834001"] {
            for country in [None, Some("US"), Some("DE"), Some("??")] {
                black_box(is_stored_in(&text, number(of), country));
            }
        }
    }
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    assert!(!is_stored_in(&format!("{} 555-010-0200", "a".repeat(500)), number("+15550100200"), Some("US")));
    assert!(is_stored_in(&format!("{} 555-010-0200", "a".repeat(400)), number("+15550100200"), Some("US")));
}
