// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The status of a leg, merged from several reports.

/// `CallStatus` of a leg. A leg moves through the statuses in this order. Of two final statuses, the greater one is
/// more specific.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// `queued`.
    Queued,
    /// `initiated`.
    Initiated,
    /// `ringing`.
    Ringing,
    /// `in-progress`, or `answered` in events and `DialCallStatus`.
    InProgress,
    /// `canceled`: the caller of the leg canceled it.
    Canceled,
    /// `no-answer`.
    NoAnswer,
    /// `busy`.
    Busy,
    /// `failed`.
    Failed,
    /// `completed`.
    Completed,
}

impl Status {
    const ALL: [(Self, &'static str); 9] = [
        (Self::Queued, "queued"),
        (Self::Initiated, "initiated"),
        (Self::Ringing, "ringing"),
        (Self::InProgress, "in-progress"),
        (Self::Canceled, "canceled"),
        (Self::NoAnswer, "no-answer"),
        (Self::Busy, "busy"),
        (Self::Failed, "failed"),
        (Self::Completed, "completed"),
    ];

    /// Parses Twilio's name of a status. `None` if it is unknown.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let word = if word == "answered" { "in-progress" } else { word };
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(status, _)| *status)
    }

    /// Twilio's name of the status.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(status, _)| *status == self).map_or("", |(_, word)| *word)
    }

    /// Whether the leg was answered.
    #[must_use]
    pub const fn means_answered(self) -> bool {
        matches!(self, Self::InProgress | Self::Completed)
    }

    /// Whether the status is final.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        self > Self::InProgress
    }
}

/// The reports that determine the status of a leg.
///
/// Of two final statuses with a `SequenceNumber`, the one with the higher number is used. A status without a number
/// (from a dial action or the REST list) cannot be ordered in that way. So the greatest of the numbered and the
/// greatest of the unnumbered statuses are kept, and the greater of the two is the status of the leg. The result does
/// not depend on the order of the reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reports {
    /// The greatest report with a number, as number and status. The number is 0 unless the status is final.
    pub(super) numbered: Option<(u32, Status)>,
    /// The greatest report without a number. `None` if the numbered report replaces it.
    pub(super) unnumbered: Option<Status>,
}

impl Reports {
    pub(super) fn of(status: Option<Status>, sequence: Option<u32>) -> Self {
        let mut reports = Self::default();
        match (status, sequence) {
            (Some(status), Some(number)) => {
                reports.numbered = Some((if status.is_terminal() { number } else { 0 }, status));
            }
            (status, _) => reports.unnumbered = status,
        }
        reports
    }

    pub(super) fn merge(&mut self, other: Self) {
        let rank = |report: &(u32, Status)| (report.1.is_terminal(), report.0, report.1);
        if let Some(other) = other.numbered
            && self.numbered.is_none_or(|own| rank(&other) > rank(&own))
        {
            self.numbered = Some(other);
        }
        self.unnumbered = self.unnumbered.max(other.unnumbered);
        // An unnumbered status that is not final is dropped if the numbered status is equal or greater. A final one is
        // kept, because a report with a higher number may have a smaller status.
        if let (Some((_, own)), Some(unnumbered)) = (self.numbered, self.unnumbered)
            && !unnumbered.is_terminal()
            && unnumbered <= own
        {
            self.unnumbered = None;
        }
    }

    /// The current status.
    #[must_use]
    pub fn status(self) -> Option<Status> {
        self.numbered.map(|(_, status)| status).max(self.unnumbered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(reports: &[(Status, Option<u32>)]) -> Reports {
        let mut merged = Reports::default();
        for (status, sequence) in reports {
            merged.merge(Reports::of(Some(*status), *sequence));
        }
        merged
    }

    #[test]
    fn each_status_can_be_written_and_parsed() {
        for (status, word) in Status::ALL {
            assert_eq!((Status::parse(word), status.word()), (Some(status), word));
        }
        assert_eq!(Status::parse("answered"), Some(Status::InProgress));
        assert_eq!((Status::parse("Completed"), Status::parse("")), (None, None));
    }

    #[test]
    fn a_final_status_stays_and_the_later_or_more_specific_one_counts() {
        use Status::{Busy, Canceled, Completed, Failed, InProgress, NoAnswer, Ringing};
        let shown = |reports: &[_]| merged(reports).status();
        assert_eq!(shown(&[(Ringing, Some(1)), (Completed, Some(3)), (InProgress, Some(2))]), Some(Completed));
        assert_eq!(shown(&[(NoAnswer, Some(2)), (InProgress, Some(9)), (Ringing, None)]), Some(NoAnswer));
        assert_eq!(shown(&[(Busy, Some(4)), (Completed, Some(3))]), Some(Busy));
        assert_eq!(shown(&[(Busy, Some(4)), (Completed, None)]), Some(Completed));
        assert_eq!(shown(&[(Canceled, None), (NoAnswer, None), (Failed, None), (Busy, None)]), Some(Failed));
    }

    #[test]
    fn final_statuses_merge_to_the_same_result_in_any_order() {
        use Status::{Busy, Canceled, Failed};
        // A comparison in pairs would be cyclic: each of these wins against the next, and the last wins against the
        // first.
        let reports = [(Canceled, Some(9)), (Failed, Some(3)), (Busy, None)];
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            assert_eq!(merged(&order.map(|at| reports[at])), merged(&reports));
        }
        assert_eq!(merged(&reports).status(), Some(Busy));
    }
}
