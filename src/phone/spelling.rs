// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The forms in which people write a number. A FHIR search by telephone number compares the exact text in the chart, so
//! the search has to list every usual form.

use super::plan::{NumberingPlan, Slot, plans};
use super::{E164, parse};

/// Trunk prefixes: what people dial before a national number in their own country.
const TRUNK_PREFIXES: [&str; 5] = ["0", "8", "06", "01", "1"];

/// How people in Britain, France, Germany and their neighbors group the digits of a national number with its trunk
/// prefix.
const GROUPINGS: [&[usize]; 9] =
    [&[5, 6], &[5, 3, 3], &[4, 3, 4], &[3, 4, 4], &[3, 3, 4], &[2, 4, 4], &[2, 2, 2, 2, 2], &[4, 6], &[4, 3, 3]];

/// The forms in which a chart may contain `number`, without duplicates. E.164 is the first.
#[must_use]
pub fn spellings(number: E164<'_>) -> Vec<String> {
    let mut forms = Forms(vec![number.as_str().to_owned()]);
    let digits = number.as_str().get(1..).unwrap_or_default();
    forms.add(&[digits]);
    forms.add(&["00", digits]);
    let Some(plan) = plan_of(number) else {
        return forms.0;
    };
    let code = crate::json::decimal(plan.calling_code.into());
    let national = digits.get(code.len()..).unwrap_or_default();
    if let ("1", Some((area, office, line))) = (code.as_str(), split_north_american(national)) {
        forms.north_american(area, office, line);
        return forms.0;
    }
    forms.add(&["+", &code, " ", national]);
    forms.add(&["00", &code, " ", national]);
    let own = country_of(number).and_then(|country| NumberingPlan::of(&country)).unwrap_or(plan);
    let is_trunk_prefix = |trunk: &&str| {
        let typed: Vec<u8> = [trunk, national].concat().bytes().map(|digit| digit - b'0').collect();
        own.prefix(Slot::Trunk, &typed) == Some(trunk.len())
    };
    let trunk = TRUNK_PREFIXES.iter().find(|trunk| is_trunk_prefix(trunk));
    forms.add(&[national]);
    if trunk.is_none() {
        forms.add_groupings(national, 0, &code);
    }
    if let Some(trunk) = trunk {
        let whole = [trunk, national].concat();
        forms.add(&[&whole]);
        forms.add(&["+", &code, "(", trunk, ")", national]);
        forms.add_groupings(&whole, trunk.len(), &code);
    }
    forms.0
}

/// The country of a number (ISO 3166). If the plan has not assigned the number, the first country with its calling
/// code. `None` for a calling code without a country.
#[must_use]
pub fn country_of(number: E164<'_>) -> Option<String> {
    let read = parse(number.as_str(), None).ok().map(|phone| phone.country);
    read.or_else(|| {
        let [first, second] = plan_of(number)?.country;
        (first != 0).then(|| [char::from(first), char::from(second)].iter().collect())
    })
}

/// Whether two numbers have the same calling code.
#[must_use]
pub fn has_same_calling_code(first: E164<'_>, second: E164<'_>) -> bool {
    let code = |number| plan_of(number).map(|plan| plan.calling_code);
    code(first).is_some_and(|code_of_first| code(second) == Some(code_of_first))
}

/// The first plan with the number's calling code.
fn plan_of(number: E164<'_>) -> Option<NumberingPlan> {
    let digits = number.as_str().get(1..)?;
    (1..=3).find_map(|length| {
        let code: u16 = digits.get(..length)?.parse().ok()?;
        plans().find(|plan| plan.calling_code == code)
    })
}

fn split_north_american(national: &str) -> Option<(&str, &str, &str)> {
    let (area, rest) = national.split_at_checked(3)?;
    let (office, line) = rest.split_at_checked(3)?;
    (line.len() == 4).then_some((area, office, line))
}

struct Forms(Vec<String>);

impl Forms {
    fn add(&mut self, parts: &[&str]) {
        let form = parts.concat();
        if !self.0.contains(&form) {
            self.0.push(form);
        }
    }

    fn north_american(&mut self, area: &str, office: &str, line: &str) {
        self.add(&[area, office, line]);
        for before in ["", "1 ", "+1 ", "1-", "+1-", "+1"] {
            self.add(&[before, "(", area, ") ", office, "-", line]);
        }
        for before in ["", "+1", "1"] {
            for between in ["-", ".", " "] {
                let joint = if before.is_empty() { "" } else { between };
                self.add(&[before, joint, area, between, office, between, line]);
            }
        }
        self.add(&["(", area, ")", office, "-", line]);
        self.add(&["(", area, ")", office, line]);
        self.add(&["(", area, ") ", office, " ", line]);
        self.add(&["+1 ", area, "-", office, "-", line]);
        self.add(&["1 ", area, "-", office, "-", line]);
        self.add(&["+1 ", area, office, line]);
    }

    /// Adds the groupings that fit `whole`. The international forms leave out its first `trunk` digits.
    fn add_groupings(&mut self, whole: &str, trunk: usize, code: &str) {
        for lengths in GROUPINGS.into_iter().filter(|lengths| lengths.iter().sum::<usize>() == whole.len()) {
            let mut text = String::new();
            let mut rest = whole;
            for length in lengths {
                let (part, after) = rest.split_at_checked(*length).unwrap_or((rest, ""));
                text.push_str(if text.is_empty() { "" } else { " " });
                text.push_str(part);
                rest = after;
            }
            self.add(&["+", code, " ", text.get(trunk..).unwrap_or_default().trim_ascii_start()]);
            self.add(&[&text]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(number: &str) -> Vec<String> {
        spellings(E164::parse(number).unwrap())
    }

    #[test]
    fn lists_north_american_forms() {
        let all = forms("+15550106666");
        for form in [
            "+15550106666",
            "15550106666",
            "5550106666",
            "(555) 010-6666",
            "555-010-6666",
            "+1 (555) 010-6666",
            "1 (555) 010-6666",
            "1-555-010-6666",
            "+1-555-010-6666",
            "555.010.6666",
            "555 010 6666",
            "+1 555 010 6666",
            "(555)010-6666",
        ] {
            assert!(all.iter().any(|item| item == form), "{form} {all:?}");
        }
        assert!(all.len() < 40 && all[0] == "+15550106666");
    }

    #[test]
    fn lists_national_forms_of_other_countries() {
        for (number, form) in [
            ("+442079460001", "020 7946 0001"),
            ("+442079460001", "+44 20 7946 0001"),
            ("+442079460001", "02079460001"),
            ("+441632960001", "01632 960001"),
            ("+447700900123", "+447700900123"),
            ("+447700900123", "07700 900123"),
            ("+447700900123", "+44 7700 900123"),
            ("+33123456789", "01 23 45 67 89"),
            ("+33123456789", "+33 1 23 45 67 89"),
            ("+4930901820", "030901820"),
            ("+390612345678", "0612345678"),
            ("+34910123456", "910123456"),
        ] {
            let all = forms(number);
            assert!(all.iter().any(|item| item == form), "{form} {all:?}");
            assert!(all.len() < 40, "{all:?}");
        }
    }

    #[test]
    fn every_form_parses_to_the_same_number() {
        for number in ["+12125550123", "+442079460001", "+33123456789", "+34910123456", "+61291234567"] {
            let country = country_of(E164::parse(number).unwrap());
            for form in forms(number) {
                // This is the national number without its trunk prefix. People write it, but it cannot be dialed.
                if !form.starts_with(['+', '0', '(']) && form.len() < 11 {
                    continue;
                }
                let read = parse(&form, country.as_deref());
                // The international prefix differs between countries.
                let abroad = form.starts_with("00");
                assert!(abroad || read.as_ref().is_ok_and(|phone| phone.number == number), "{form} {read:?}");
            }
        }
    }

    #[test]
    fn an_unassigned_number_has_a_country() {
        let country = |number| country_of(E164::parse(number).unwrap());
        assert_eq!(country("+15550100001").as_deref(), Some("US"));
        assert_eq!(country("+14165550123").as_deref(), Some("CA"));
        assert_eq!(country("+442079460001").as_deref(), Some("GB"));
        assert_eq!(country("+9990000000"), None);
    }
}
