// SPDX-License-Identifier: Apache-2.0 OR MIT

//! In place of `advice.rs`, for the bots: their wasm has no tables of what Twilio accepts.

/// Whether this build gives advice.
pub(super) const IS_BUILT: bool = false;

/// Not known here.
pub(super) const fn is_known_language(_: &str, _: &str) -> bool {
    true
}
