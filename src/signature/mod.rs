// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Who sent this: Twilio's `X-Twilio-Signature`.
//!
//! The signed text is the URL, then for a form post every parameter's name and value, sorted by name, without
//! delimiters; its HMAC-SHA1 under the account's auth token, in base64, is the signature. A JSON or text post is
//! signed by its URL alone, to which Twilio adds `bodySHA256`.
//! Source: <https://www.twilio.com/docs/usage/webhooks/webhooks-security>.

mod explain;
mod mac;
mod params;
mod shared_key;
mod url;
mod verify;

pub use explain::{Seen, explain, explain_input};
pub use mac::{Algorithm, AuthToken, sha256_hex};
pub use params::{SignedParams, SigningOrder, SortOrder};
pub use shared_key::{SharedKey, SharedKeys};
pub use url::{UrlParts, WebhookUrl};
pub use verify::has_body_hash;
pub use verify::which;
pub use verify::{Accepted, Request, SignedBody, sign, signs_any, verify};
