// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Values that many tests share.

/// The default time, 2026-11-18T11:06:40Z, in Unix milliseconds.
pub(crate) const NOW: u64 = 1_795_000_000_000;
/// The auth token that signs webhook requests.
pub(crate) const TOKEN: &str = "an-invented-auth-token";
/// The SID of the Twilio account.
pub(crate) const ACCOUNT: &str = "AC00000000000000000000000000000001";
