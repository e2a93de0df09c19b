// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Values that many tests share.

/// 2026-11-18T11:06:40Z.
pub(crate) const NOW: u64 = 1_795_000_000_000;
/// The auth token that signs webhooks.
pub(crate) const TOKEN: &str = "an-invented-auth-token";
pub(crate) const ACCOUNT: &str = "AC00000000000000000000000000000001";
