// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Checks `X-Twilio-Signature`, which proves that Twilio sent a request.
//!
//! The signed text is the URL. For a form POST, the name and value of every parameter follow, sorted by name, without
//! separators. The signature is the HMAC-SHA1 of this text with the account's auth token, in base64. For a JSON or
//! text POST, only the URL is signed; Twilio adds the hash of the body to it as `bodySHA256`. Source:
//! <https://www.twilio.com/docs/usage/webhooks/webhooks-security>.

mod explain;
mod mac;
mod params;
mod shared_key;
mod url;
mod verify;

pub use explain::{HostHeaders, explain, explain_for_program};
pub use mac::{Algorithm, AuthToken, sha256_hex};
pub use params::{SignedParams, SigningOrder, SortOrder};
pub use shared_key::{SharedKey, SharedKeys};
pub use url::{UrlParts, WebhookUrl};
pub use verify::{Request, SignedBody, Verified, find_signed_suffix, has_body_hash, sign, signs_any, verify};
