// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Numbers that start with a complete premium-rate number. A telephone network connects a call as soon as it has a
//! complete number, and ignores the digits that follow. A premium-rate number with a digit added still reaches the
//! premium-rate number, even if the result looks like an ordinary number.

use super::E164;
use super::plan::{NumberKind, NumberingPlan, Slot, plans};

/// Whether a number starts with a complete premium-rate, shared-cost, personal or pager number and has more digits.
///
/// False for a number that is toll-free in its own plan: the pattern for the full number is more exact than the pattern
/// for the shorter number.
#[must_use]
pub fn starts_with_premium_rate(number: E164<'_>) -> bool {
    let mut main = Vec::new();
    any_plan(number, |plan, national| {
        plan.starts_with_premium_rate(national, &mut main)
            && plan.kind(national) != Some(NumberKind::TollFree)
            && !is_reassigned_mobile(number)
    })
}

/// Whether a number starts with an emergency number after its calling code. In some countries, assigned numbers also
/// start with one. Use this only for numbers that no plan has assigned.
#[must_use]
pub fn starts_with_emergency(number: E164<'_>) -> bool {
    any_plan(number, |plan, national| plan.prefix(Slot::Emergency, national).is_some())
}

/// Japan's 060 range: personal numbers of nine digits in the past, mobile numbers of ten digits since 2026.
fn is_reassigned_mobile(number: E164<'_>) -> bool {
    let rest = number.as_str().strip_prefix("+8160").unwrap_or_default();
    rest.len() == 8 && !rest.starts_with('0')
}

/// Whether `holds` is true for any plan with the number's calling code. Calls `holds` with the whole national number,
/// and with the number without its trunk prefix.
fn any_plan(number: E164<'_>, mut holds: impl FnMut(&NumberingPlan, &[u8]) -> bool) -> bool {
    let digits: Vec<u8> = number.as_str().bytes().skip(1).map(|digit| digit - b'0').collect();
    let mut code = 0;
    for length in 1..=3 {
        let Some((last, national)) = digits.get(length - 1).zip(digits.get(length..)) else { break };
        code = code * 10 + u16::from(*last);
        let mut plans = plans().filter(|plan| plan.calling_code == code).peekable();
        if plans.peek().is_some() {
            return plans.any(|plan| {
                let trunk = plan.prefix(Slot::Trunk, national).unwrap_or(0);
                holds(&plan, national) || trunk > 0 && holds(&plan, &national[trunk..])
            });
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has_premium_rate(number: &str) -> bool {
        starts_with_premium_rate(E164::parse(number).unwrap())
    }

    #[test]
    fn ignores_added_digits() {
        for number in ["+97219191234560", "+819901234560", "+8109901234560", "+190055501991", "+44909879012312"] {
            assert!(has_premium_rate(number), "{number}");
        }
        // Complete numbers.
        for number in ["+9721919123456", "+81990123456", "+19005550199", "+12125550123", "+97221234567"] {
            assert!(!has_premium_rate(number), "{number}");
        }
        // Toll-free numbers of Andorra and New Zealand, and a mobile number of Japan.
        for number in ["+37618001234", "+64508812345", "+816012345678"] {
            assert!(!has_premium_rate(number), "{number}");
        }
    }

    #[test]
    fn finds_emergency_numbers_behind_a_calling_code() {
        for (number, expected) in [("+19115550100", true), ("+4411212345", true), ("+442079460001", false)] {
            assert_eq!(starts_with_emergency(E164::parse(number).unwrap()), expected, "{number}");
        }
    }
}
