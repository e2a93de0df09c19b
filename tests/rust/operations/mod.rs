// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The `operations` bot: access tokens, identities, the right to call, and missing settings.

mod arguments;
mod confirmed;
mod end;
mod identities;
mod key;
mod overrides;
mod place;
mod redirect;
mod round_robin;
mod shared_phone;
mod start;

use plumline::json::Json;
use plumline::runtime::Reply;
use plumline::time::instant;

use crate::constants::{ACCOUNT, NOW};
use crate::fault::{FAILURES, Fault, Faults};
use crate::json::{json, text};
use crate::world::staff::{APP, KEY, PLACE, START, TOKEN, amber, staff};
use crate::world::{AMBER, AMBER_IDENTITY, BRUNO, CLINIC_NUMBER, World};

/// The payload of a token.
fn claims(token: &str) -> Json {
    use base64::Engine as _;
    let payload = token.split('.').nth(1).unwrap();
    json(&String::from_utf8(base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap())
}

#[test]
fn a_practitioner_gets_a_token_and_an_identity() {
    let mut world = World::default();
    let value = amber().value(&mut world, TOKEN);
    assert_eq!((text(&value, &["identity"]), text(&value, &["fromNumber"])), (AMBER_IDENTITY, CLINIC_NUMBER[0]));
    assert_eq!(text(&value, &["expires"]), instant(NOW + 3_600_000));
    let claims = claims(text(&value, &["token"]));
    assert_eq!(text(&claims, &["grants", "identity"]), AMBER_IDENTITY);
    assert_eq!(
        claims.at(&["grants", "voice"]).unwrap().write(),
        format!(r#"{{"outgoing":{{"application_sid":"{APP}"}}}}"#)
    );
    assert_eq!((text(&claims, &["iss"]), text(&claims, &["sub"])), (KEY, ACCOUNT));
    let seconds = |name| claims.get(name).and_then(Json::integer).unwrap();
    assert_eq!((seconds("iat"), seconds("exp") - seconds("iat")), ((NOW / 1_000) as u32, 3_600));
    // The Practitioner now has the identity. Nothing else in it has changed.
    let practitioner = world.read(&format!("Practitioner/{AMBER}"));
    assert_eq!(text(&practitioner, &["identifier", "0", "system"]), "http://twilio.com/voice/identity");
    assert_eq!(
        (text(&practitioner, &["identifier", "0", "value"]), text(&practitioner, &["name", "0", "given", "0"])),
        (AMBER_IDENTITY, "Amber")
    );
    assert_eq!(world.fhir.batches.len(), 2);
    // The second request writes nothing.
    amber().value(&mut world, TOKEN);
    assert_eq!(world.fhir.batches.len(), 3);
    // The token allows receiving calls if the config does.
    let config = r#"{"outbound":{"incoming":true,"callerId":"+15550100003"}}"#;
    let value = amber().secret("PLUMLINE_CONFIG", config).value(&mut world, TOKEN);
    assert!(self::claims(text(&value, &["token"])).write().contains(r#""incoming":{"allow":true}"#));
    assert_eq!(text(&value, &["fromNumber"]), CLINIC_NUMBER[2]);
}

#[test]
fn an_identity_is_kept_unless_someone_else_has_it() {
    let practitioner = format!("Practitioner/{AMBER}");
    let identity =
        |value: &str| json(&format!(r#"[{{"system":"http://twilio.com/voice/identity","value":"{value}"}}]"#));
    let mut world = World::default();
    world.change(&practitioner, "identifier", identity("amber"));
    assert_eq!(text(&amber().value(&mut world, TOKEN), &["identity"]), "amber");
    // A colleague also has the identity, or it is derived from a colleague's id.
    world.change(&format!("Practitioner/{BRUNO}"), "identifier", identity("amber"));
    assert_eq!(amber().refused(&mut world, TOKEN), ("IDENTITY_TAKEN".into(), 409));
    world.change(&practitioner, "identifier", identity(&BRUNO.replace('-', "_")));
    assert_eq!(amber().refused(&mut world, TOKEN), ("IDENTITY_TAKEN".into(), 409));
    world.change(&practitioner, "identifier", identity("no identity"));
    assert_eq!(amber().refused(&mut world, TOKEN), ("IDENTITY_INVALID identity".into(), 500));
}

#[test]
fn the_identity_is_written_conditionally() {
    let practitioner = format!("Practitioner/{AMBER}");
    let mut world = World::default();
    // Another client updates the Practitioner at the same time. Both changes are kept.
    let reference = practitioner.clone();
    world.interventions.push((1, Box::new(move |world| world.change(&reference, "gender", Json::of("female")))));
    assert_eq!(text(&amber().value(&mut world, TOKEN), &["identity"]), AMBER_IDENTITY);
    let kept = world.read(&practitioner);
    assert_eq!((text(&kept, &["gender"]), text(&kept, &["identifier", "0", "value"])), ("female", AMBER_IDENTITY));
    assert_eq!(world.fhir.batches.len(), 4);
    // Another client writes an identity at the same time. The bot uses this identity.
    let mut world = World::default();
    let reference = practitioner.clone();
    let given = json(r#"[{"system":"http://twilio.com/voice/identity","value":"amber"}]"#);
    world.interventions.push((1, Box::new(move |world| world.change(&reference, "identifier", given.clone()))));
    assert_eq!(text(&amber().value(&mut world, TOKEN), &["identity"]), "amber");
    // The write fails: three conflicts, no right to write, or a failing chart.
    let mut world = World {
        faults: [(1, Fault::EachRefused(409)), (3, Fault::EachRefused(412)), (5, Fault::EachRefused(409))]
            .into_iter()
            .collect(),
        ..World::default()
    };
    assert_eq!(amber().refused(&mut world, TOKEN), ("CHART_CONFLICT".into(), 409));
    let mut world = World::forbidding("PUT Practitioner");
    let response = amber().send(&mut world, TOKEN);
    assert!(matches!(response.reply, Reply::Value(_)));
    let lines: Vec<&str> = response.log.iter().filter_map(|line| line.split(": ").nth(1)).collect();
    assert_eq!(lines, ["CHART_REFUSED at Practitioner (update)", "IDENTITY_UNWRITTEN"]);
    for at in 0..2 {
        for fault in FAILURES.into_iter().filter(|fault| !fault.refuses_with(429)) {
            let mut world = World { faults: Faults::at(at, fault), ..World::default() };
            assert_eq!(amber().refused(&mut world, TOKEN), ("CHART_UNAVAILABLE".into(), 500));
        }
    }
}

#[test]
fn only_staff_who_may_call_get_a_token() {
    for operation in [TOKEN, START, PLACE] {
        for who in [
            "Patient/eve",
            "Bot/x",
            "ClientApplication/x",
            "",
            "Practitioner/",
            "Practitioner/a/b",
            "Practitioner/unknown",
        ] {
            let refused = staff(who).refused(&mut World::default(), operation);
            assert_eq!(refused, ("OUTBOUND_REQUESTER".into(), 400), "{who}");
        }
        let role = |name: &str, value: &str| {
            let mut world = World::default();
            world.change("PractitionerRole/role-Amber", name, json(value));
            amber().refused(&mut world, operation)
        };
        let refused = ("OUTBOUND_ROLE".to_owned(), 403);
        assert_eq!(role("active", "false"), refused);
        assert_eq!(role("practitioner", &format!(r#"{{"reference":"Practitioner/{BRUNO}"}}"#)), refused);
        // A date starts when the first time zone reaches it and ends when the last one leaves it.
        for end in ["2026-11-16", "2026-10", "2025", "2026-11-17T23:00:00Z"] {
            assert_eq!(role("period", &format!(r#"{{"end":"{end}"}}"#)), refused, "{end}");
        }
        assert_eq!(role("period", r#"{"start":"2026-11-20"}"#), refused);
        let doctors = amber().secret("PLUMLINE_CONFIG", r#"{"outbound":{"roles":["doctor"]}}"#);
        assert_eq!(doctors.refused(&mut World::default(), operation), refused);
        let mut world = World::forbidding("GET PractitionerRole");
        assert_eq!(amber().refused(&mut world, operation), ("RECORD_FORBIDDEN PractitionerRole".into(), 403));
    }
    let nurses = amber().secret("PLUMLINE_CONFIG", r#"{"outbound":{"roles":["doctor","nurse"]}}"#);
    assert!(!text(&nurses.value(&mut World::default(), TOKEN), &["token"]).is_empty());
    for period in [r#"{"start":"2026-11","end":"2026"}"#, r#"{"end":"2026-11-17"}"#, r#"{"start":"2026-11-19"}"#] {
        let mut world = World::default();
        world.change("PractitionerRole/role-Amber", "period", json(period));
        amber().value(&mut world, TOKEN);
    }
}

#[test]
fn missing_settings_are_reported() {
    for (name, value, expected) in [
        ("TWILIO_TWIML_APP_SID", "", ("SECRET_MISSING TWILIO_TWIML_APP_SID", 500)),
        ("TWILIO_TWIML_APP_SID", "AP1", ("SID_INVALID TWILIO_TWIML_APP_SID", 500)),
        ("TWILIO_ACCOUNT_SID", "AC1", ("SID_INVALID TWILIO_ACCOUNT_SID", 500)),
        ("TWILIO_API_KEY", KEY.split_at(9).0, ("SID_INVALID TWILIO_API_KEY", 500)),
        ("TWILIO_API_SECRET", "", ("SECRET_MISSING TWILIO_API_SECRET", 500)),
        ("TWILIO_API_SECRET", " ", ("SECRET_BLANK TWILIO_API_SECRET", 500)),
        ("TWILIO_API_SECRET", "\u{200b}\u{feff}", ("SECRET_BLANK TWILIO_API_SECRET", 500)),
        ("TWILIO_NUMBER", "911", ("NUMBER_INVALID TWILIO_NUMBER", 400)),
        ("PLUMLINE_CONFIG", "{", ("CONFIG_INVALID PLUMLINE_CONFIG", 500)),
    ] {
        for operation in [TOKEN, START] {
            let mut world = World::default();
            let refused = amber().secret(name, value).refused(&mut world, operation);
            assert_eq!(refused, (expected.0.to_owned(), expected.1), "{name}");
            assert_eq!(world.communications().len(), 0);
        }
    }
    let start = |secret: &str| amber().secret("PLUMLINE_SECRET", secret).refused(&mut World::default(), START);
    assert_eq!(start(""), ("SECRET_MISSING PLUMLINE_SECRET".into(), 500));
    assert_eq!(start("short"), ("SECRET_WEAK PLUMLINE_SECRET".into(), 500));
    // Without TWILIO_NUMBER, the bot reads the numbers from Twilio.
    let mut world = World::default();
    let value = amber().secret("TWILIO_NUMBER", "").value(&mut world, TOKEN);
    assert_eq!(text(&value, &["fromNumber"]), "+15550100009");
    let nothing = amber().secret("TWILIO_NUMBER", "").secret("TWILIO_API_KEY", "");
    assert_eq!(nothing.refused(&mut World::default(), TOKEN), ("SECRET_MISSING TWILIO_NUMBER".into(), 400));
    let mut world = World { http_faults: Faults::at(0, Fault::RequestLost), ..World::default() };
    assert_eq!(amber().secret("TWILIO_NUMBER", "").refused(&mut world, TOKEN), ("TWILIO_UNAVAILABLE".into(), 500));
    for input in ["{}", "[]", "null", r#"{"operation":"fly"}"#, r#"{"operation":7}"#] {
        assert_eq!(amber().refused(&mut World::default(), input), ("OPERATION_UNKNOWN".into(), 400));
    }
}
