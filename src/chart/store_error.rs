// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Why a request to the chart failed.

use crate::error::Code;
use crate::runtime::HostResponse;

/// The error of a request to the chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// Another attempt may succeed.
    Retryable(Code),
    /// Another attempt would fail, or no time is left.
    Permanent(Code),
}

impl StoreError {
    /// The error code for the log.
    #[must_use]
    pub const fn code(self) -> Code {
        match self {
            Self::Retryable(code) | Self::Permanent(code) => code,
        }
    }

    /// Checks that a request succeeded.
    ///
    /// # Errors
    /// [`StoreError`].
    pub const fn check(answer: &HostResponse) -> Result<(), Self> {
        Err(match answer {
            HostResponse::Done { status: 200..=299, .. } => return Ok(()),
            // 404 and 410: the resource was deleted, and the next search may find another one.
            HostResponse::Done { status: 404 | 409 | 410 | 412, .. } => Self::Retryable(Code::ChartConflict),
            HostResponse::Failed | HostResponse::Done { status: 408 | 429 | 500.., .. } => {
                Self::Retryable(Code::ChartUnavailable)
            }
            HostResponse::Done { .. } => Self::Permanent(Code::ChartRefused),
            HostResponse::TimedOut => Self::Permanent(Code::ChartUnavailable),
        })
    }

    /// Checks that a conditional create created the resource. The status 200 means that the resource already existed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub const fn check_create(answer: &HostResponse) -> Result<(), Self> {
        match answer {
            HostResponse::Done { status: 200, .. } => Err(Self::Retryable(Code::ChartConflict)),
            _ => Self::check(answer),
        }
    }
}
