// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The vectors of Twilio's Node library for tokens that the core supports: HS256 and valid grants.

use plumline::error::{Code, Problem};
use plumline::json::Json;
use plumline::token::{AccessToken, KeySecret};
use serde_json::Value;

use crate::json::json;

#[test]
fn writes_the_same_bytes_as_npm_twilio() {
    let vectors: Value = serde_json::from_str(include_str!("../vectors/access-tokens.json")).unwrap();
    let mut equal = 0;
    for vector in vectors["tokens"].as_array().unwrap() {
        let (Some(jwt), Some("HS256")) = (vector["jwt"].as_str(), vector["algorithm"].as_str()) else { continue };
        let options = &vector["options"];
        let grants = vector["grants"].as_array().unwrap().iter().map(|grant| {
            let name = match grant["type"].as_str().unwrap() {
                "VoiceGrant" => "voice",
                other => panic!("a new kind of grant among the vectors: {other}"),
            };
            (name.to_owned(), json(&grant["options"].to_string()))
        });
        let token = AccessToken {
            account_sid: vector["account_sid"].as_str().unwrap(),
            key_sid: vector["key_sid"].as_str().unwrap(),
            identity: options["identity"].as_str().unwrap(),
            now: vector["now"].as_u64().unwrap(),
            ttl: options["ttl"].as_u64().map_or(3_600, |ttl| u32::try_from(ttl).unwrap()),
            not_before: options["nbf"].as_u64(),
            region: options["region"].as_str(),
            grants: &Json::Object(grants.collect()),
        };
        let minted = KeySecret::new(vector["secret"].as_str().unwrap())
            .map_err(Problem::from)
            .and_then(|secret| token.mint(secret));
        match vector["id"].as_str().unwrap() {
            // npm twilio drops these parameters without an error.
            "voice-params-without-app" => {
                assert_eq!(minted, Err(Problem::at(Code::GrantInvalid, "grants.voice.outgoingApplicationParams")));
            }
            "secret-one-space" => assert_eq!(minted, Err(Code::KeySecretBlank.into())),
            id => {
                assert_eq!(minted.as_deref(), Ok(jwt), "{id}");
                equal += 1;
            }
        }
    }
    assert!(equal >= 2, "{equal}");
}
