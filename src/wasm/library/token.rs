// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Access tokens as functions of a frame.

use super::library_error::{LibraryError, fields};
use crate::error::{Code, Problem};
use crate::frame::Frame;
use crate::json::Json;
use crate::token::{AccessToken, JwsAlgorithm, KeySecret, sign};

impl From<Problem> for LibraryError {
    fn from(problem: Problem) -> Self {
        Self { code: problem.code, at: problem.at.unwrap_or_default().to_owned() }
    }
}

pub(super) fn access_token(frame: &Frame) -> Result<String, LibraryError> {
    let fields = fields(frame)?;
    let [account_sid, key_sid, secret, identity, now, not_before, region, grants] = fields[..] else {
        return Err(Code::EventInvalid.into());
    };
    let secret = secret_of(secret)?;
    let seconds = |text: &str, at| text.parse().map_err(|_| Problem::at(Code::ArgumentInvalid, at));
    let grants = Json::parse(grants).map_err(|_| Problem::at(Code::GrantInvalid, "grants"))?;
    let token = AccessToken {
        account_sid,
        key_sid,
        identity,
        now: seconds(now, "now")?,
        ttl: frame.head(0),
        not_before: if frame.head(1) == 1 { Some(seconds(not_before, "nbf")?) } else { None },
        region: (frame.head(2) == 1).then_some(region),
        grants: &grants,
    };
    Ok(token.mint(secret)?)
}

pub(super) fn sign_token(frame: &Frame) -> Result<String, LibraryError> {
    let fields = fields(frame)?;
    let [secret, header, payload] = fields[..] else {
        return Err(Code::EventInvalid.into());
    };
    let algorithm = match frame.head(0) {
        0 => JwsAlgorithm::Hs256,
        1 => JwsAlgorithm::Hs384,
        _ => JwsAlgorithm::Hs512,
    };
    Ok(sign(algorithm, secret_of(secret)?, header, payload))
}

fn secret_of(text: &str) -> Result<KeySecret<'_>, Problem> {
    KeySecret::new(text).map_err(|code| Problem::at(code, "secret"))
}
