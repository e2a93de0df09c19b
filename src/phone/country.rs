// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The country and the calling code of a number.

use super::plan::{NumberingPlan, plans};
use super::{E164, parse};

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

/// The first plan with the number's calling code.
pub(super) fn plan_of(number: E164<'_>) -> Option<NumberingPlan> {
    let digits = number.as_str().get(1..)?;
    (1..=3).find_map(|length| {
        let code: u16 = digits.get(..length)?.parse().ok()?;
        plans().find(|plan| plan.calling_code == code)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unassigned_number_has_a_country() {
        let country = |number| country_of(E164::parse(number).unwrap());
        assert_eq!(country("+15550100001").as_deref(), Some("US"));
        assert_eq!(country("+14165550123").as_deref(), Some("CA"));
        assert_eq!(country("+442079460001").as_deref(), Some("GB"));
        assert_eq!(country("+9990000000"), None);
    }
}
