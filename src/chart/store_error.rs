// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Why a request to the chart failed.

use crate::error::Code;
use crate::runtime::Answer;

/// Why a request to the chart did not succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// The next attempt may succeed.
    Retryable(Code),
    /// No attempt will succeed, or no time is left.
    Permanent(Code),
}

impl StoreError {
    /// The code for the log.
    #[must_use]
    pub const fn code(self) -> Code {
        match self {
            Self::Retryable(code) | Self::Permanent(code) => code,
        }
    }

    /// Whether a request succeeded.
    ///
    /// # Errors
    /// [`StoreError`].
    pub const fn check(answer: &Answer) -> Result<(), Self> {
        Err(match answer {
            Answer::Done { status: 200..=299, .. } => return Ok(()),
            // Also if the resource was deleted: the next search may find another one.
            Answer::Done { status: 404 | 409 | 410 | 412, .. } => Self::Retryable(Code::ChartConflict),
            Answer::Failed | Answer::Done { status: 408 | 429 | 500.., .. } => Self::Retryable(Code::ChartUnavailable),
            Answer::Done { .. } => Self::Permanent(Code::ChartRefused),
            Answer::TimedOut => Self::Permanent(Code::ChartUnavailable),
        })
    }

    /// Whether a conditional create created the resource. The answer 200 means that one existed already.
    ///
    /// # Errors
    /// [`StoreError`].
    pub const fn check_create(answer: &Answer) -> Result<(), Self> {
        match answer {
            Answer::Done { status: 200, .. } => Err(Self::Retryable(Code::ChartConflict)),
            _ => Self::check(answer),
        }
    }
}
