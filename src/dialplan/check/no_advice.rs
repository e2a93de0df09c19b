// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Replaces `advice.rs` in the bots, whose wasm has no tables of what Twilio accepts.

/// Whether this build has these checks.
pub(super) const IS_BUILT: bool = false;

/// Always true: this build does not know the languages.
pub(super) const fn is_known_language(_: &str, _: &str) -> bool {
    true
}
