// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The world's numbering plans, read from plans.bin. scripts/phones.ts generates that file.
//!
//! A plan starts with 12 bytes: the two letters of its country (or zeros), and five 16-bit numbers. The numbers are the
//! calling code, the lengths of national numbers (bit *n* for *n* + 2 digits), a bit set of the patterns that it has, a
//! bit set of the patterns that it inherits from the first plan with this calling code, and the size of its patterns in
//! bytes. The patterns follow.

use super::pattern::Pattern;

static PLANS: &[u8] = include_bytes!("plans.bin");

/// The kind of a number: who pays, and how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberKind {
    /// A call or message to it has the usual price: fixed-line, mobile, voice over IP.
    Ordinary,
    /// The callee pays.
    TollFree,
    /// Caller and callee both pay.
    SharedCost,
    /// The caller pays more than for any ordinary number. Includes satellite phones and other services that belong to
    /// no country.
    Premium,
    /// A personal number, which forwards to a person's phones. The caller may pay more.
    Personal,
    /// A pager. The caller may pay more.
    Pager,
    /// An emergency service. It has no E.164 form, and software must not dial it.
    Emergency,
    /// Any other short number that can be dialed only in its own country.
    ShortCode,
}

/// What a pattern of a plan is for, in the order of scripts/phones/metadata.ts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    International,
    Trunk,
    Local,
    Area,
    Emergency,
    Short,
    General,
    Premium,
    TollFree,
    SharedCost,
    Personal,
    Pager,
    Ordinary,
}

impl Slot {
    pub(super) const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// The kinds that have an E.164 form. If a number matches several, the first one applies.
const KINDS: [(Slot, NumberKind); 6] = [
    (Slot::Premium, NumberKind::Premium),
    (Slot::TollFree, NumberKind::TollFree),
    (Slot::SharedCost, NumberKind::SharedCost),
    (Slot::Personal, NumberKind::Personal),
    (Slot::Pager, NumberKind::Pager),
    (Slot::Ordinary, NumberKind::Ordinary),
];

/// One country's plan.
#[derive(Clone, Copy, Debug)]
pub(super) struct NumberingPlan {
    pub(super) country: [u8; 2],
    pub(super) calling_code: u16,
    lengths: u16,
    present: u16,
    inherited: u16,
    patterns: &'static [u8],
    /// The first plan with this calling code: the bit set of its patterns, and the patterns.
    main: (u16, &'static [u8]),
}

/// Every plan. Plans with the same calling code are adjacent.
pub(super) fn plans() -> impl Iterator<Item = NumberingPlan> {
    let mut rest = PLANS;
    let mut main = (0, (0, PLANS));
    core::iter::from_fn(move || {
        let (head, after) = rest.split_first_chunk::<12>()?;
        let number = |at: usize| u16::from_be_bytes([head[at], head[at + 1]]);
        let (calling_code, present) = (number(2), number(6));
        let (patterns, next) = after.split_at_checked(number(10).into())?;
        rest = next;
        if main.0 != calling_code {
            main = (calling_code, (present, patterns));
        }
        Some(NumberingPlan {
            country: [head[0], head[1]],
            calling_code,
            lengths: number(4),
            present,
            inherited: number(8),
            patterns,
            main: main.1,
        })
    })
}

/// For each slot, every prefix of `digits` that its pattern matches, as in [`Pattern::prefix_ends`].
fn prefix_ends_by_slot(patterns: &[u8], present: u16, digits: &[u8]) -> [u32; 16] {
    let mut pattern = Pattern::first(patterns);
    core::array::from_fn(|slot| if present >> slot & 1 == 1 { pattern.prefix_ends(digits) } else { 0 })
}

fn all_matching(patterns: &[u8], present: u16, digits: &[u8]) -> u16 {
    let mut pattern = Pattern::first(patterns);
    let mut matching = 0;
    for slot in 0..16 {
        if present >> slot & 1 == 1 && pattern.matches(digits) {
            matching |= 1 << slot;
        }
    }
    matching
}

impl NumberingPlan {
    /// The plan of a country by its ISO 3166 code. `UK` is accepted for `GB`.
    pub(super) fn of(country: &str) -> Option<Self> {
        let letters: [u8; 2] = country.as_bytes().try_into().ok()?;
        if !letters.is_ascii() || letters == [0, 0] {
            return None;
        }
        let letters = if letters.eq_ignore_ascii_case(b"UK") { *b"GB" } else { letters };
        plans().find(|plan| plan.country.eq_ignore_ascii_case(&letters))
    }

    fn pattern(&self, slot: Slot) -> Option<Pattern<'static>> {
        let bit = slot.bit();
        let (present, bytes) = if self.present & bit != 0 {
            (self.present, self.patterns)
        } else if self.inherited & bit != 0 {
            self.main
        } else {
            return None;
        };
        let mut pattern = Pattern::first(bytes);
        for _ in 0..(present & (bit - 1)).count_ones() {
            pattern = pattern.next();
        }
        Some(pattern)
    }

    /// Whether the pattern of `slot` matches all of `digits`.
    pub(super) fn matches(&self, slot: Slot, digits: &[u8]) -> bool {
        self.pattern(slot).is_some_and(|mut pattern| pattern.matches(digits))
    }

    pub(super) fn prefix(&self, slot: Slot, digits: &[u8]) -> Option<usize> {
        self.pattern(slot)?.prefix(digits)
    }

    /// The digits of an area code that people may leave out. Its pattern has literal digits only.
    pub(super) fn area(&self) -> Vec<u8> {
        self.pattern(Slot::Area).map(Pattern::literal).unwrap_or_default()
    }

    /// The kind of a national number; `None` if it is not a number of this plan.
    pub(super) fn kind(&self, digits: &[u8]) -> Option<NumberKind> {
        self.kind_with_cache(digits, &mut None)
    }

    /// As [`kind`](Self::kind). `main` caches the matches of the first plan with this calling code, for the other plans
    /// with that code.
    pub(super) fn kind_with_cache(&self, digits: &[u8], main: &mut Option<u16>) -> Option<NumberKind> {
        self.has_length(digits.len())?;
        // For most plans that share a calling code, this check is enough.
        if self.present & Slot::General.bit() != 0 && !self.matches(Slot::General, digits) {
            return None;
        }
        let own = all_matching(self.patterns, self.present, digits);
        let matching = if self.inherited == 0 {
            own
        } else {
            own | self.inherited & *main.get_or_insert_with(|| all_matching(self.main.1, self.main.0, digits))
        };
        KINDS.iter().find(|(slot, _)| matching & slot.bit() != 0).map(|(_, kind)| *kind)
    }

    /// Whether a proper prefix of `digits` is a complete number that costs the caller more than usual.
    ///
    /// `main` caches the matches of the first plan with this calling code, by the number of digits. Use a `main` for
    /// one number only, so that equal lengths mean equal digits.
    pub(super) fn starts_with_premium_rate(&self, digits: &[u8], main: &mut Vec<(usize, [u32; 16])>) -> bool {
        let own = prefix_ends_by_slot(self.patterns, self.present, digits);
        let main = if self.inherited == 0 {
            [0; 16]
        } else if let Some((_, prefix_ends)) = main.iter().find(|(length, _)| *length == digits.len()) {
            *prefix_ends
        } else {
            let prefix_ends = prefix_ends_by_slot(self.main.1, self.main.0, digits);
            main.push((digits.len(), prefix_ends));
            prefix_ends
        };
        let of = |slot: Slot| {
            let inherited = if self.inherited & slot.bit() == 0 { 0 } else { main[slot as usize] };
            own[slot as usize] | inherited
        };
        let general = if self.present & Slot::General.bit() == 0 { u32::MAX } else { of(Slot::General) };
        let whole = u32::from(self.lengths) << 2 & general & ((1 << digits.len()) - 1);
        let premium_rate = of(Slot::SharedCost) | of(Slot::Personal) | of(Slot::Pager);
        whole & (of(Slot::Premium) | premium_rate & !of(Slot::TollFree)) != 0
    }

    fn has_length(&self, length: usize) -> Option<()> {
        (2..18).contains(&length).then_some(())?;
        (self.lengths >> (length - 2) & 1 == 1).then_some(())
    }

    /// The minimum and maximum length of a national number.
    pub(super) fn bounds(&self) -> (usize, usize) {
        (self.lengths.trailing_zeros() as usize + 2, 17_usize.saturating_sub(self.lengths.leading_zeros() as usize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_plan() {
        let all: Vec<NumberingPlan> = plans().collect();
        assert!(all.len() > 240, "{}", all.len());
        let bytes: usize = all.iter().map(|plan| 12 + plan.patterns.len()).sum();
        assert_eq!(bytes, PLANS.len());
        for plan in &all {
            assert!(plan.country == [0, 0] || plan.country.iter().all(u8::is_ascii_uppercase), "{plan:?}");
            assert_eq!(plan.present & plan.inherited, 0, "{plan:?}");
            let mut pattern = Pattern::first(plan.patterns);
            for _ in 0..plan.present.count_ones() {
                pattern = pattern.next();
            }
            assert_eq!(pattern.bytes_used(), plan.patterns.len(), "{plan:?}");
        }
        assert_eq!(NumberingPlan::of("uk").map(|plan| (plan.calling_code, plan.bounds())), Some((44, (7, 10))));
        assert!(
            NumberingPlan::of("XX").is_none() && NumberingPlan::of("").is_none() && NumberingPlan::of("\0\0").is_none()
        );
    }
}
