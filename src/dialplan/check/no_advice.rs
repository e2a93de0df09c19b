// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Replaces `advice.rs` in the bots. Their wasm is smaller without the tables of languages that Twilio supports.

/// Whether this build has these checks.
pub(super) const IS_BUILT: bool = false;

/// Always true, because this build has no list of languages.
pub(super) const fn is_known_language(_: &str, _: &str) -> bool {
    true
}
