// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Whose number it is: patients, families and related persons, in every form in which a chart stores numbers.

use plumline::dialplan::{
    CallerMatch, PeopleOfNumber, PractitionerEndpoint, people_searches, practitioner_searches, read_people,
    read_practitioner,
};
use plumline::json::Json;
use plumline::phone::E164;

use crate::constants::NOW;
use crate::dialplan::clinic::{ADA, CALLER, Clinic, GREY};
use crate::fhir::Fhir;
use crate::json::{json, list, text};
use crate::stored_numbers::FORMS;

const RULES: &str = r#""dialplans":{"main":[{"when":{"patientMatch":["one"]},"then":"one"},{"when":{"patientMatch":["several"]},"then":"several"},
        {"when":{"patientMatch":["related"]},"then":"related"},{"when":{"patientMatch":["none"]},"then":"none"},{"then":"unknown"}]},
    "actions":{"one":[{"greet":{"patient":"Hello {name}.","neutral":"One."}},{"hangup":{}}],
        "several":[{"greet":{"patient":"Hello {name}.","neutral":"Several."}},{"hangup":{}}],
        "related":[{"greet":{"patient":"Hello {name}.","neutral":"Related."}},{"hangup":{}}],
        "none":[{"greet":{"patient":"Hello {name}.","neutral":"None."}},{"hangup":{}}],
        "unknown":[{"greet":{"patient":"Hello {name}.","neutral":"Unknown."}},{"hangup":{}}]}"#;

/// What the caller hears.
fn heard(clinic: &mut Clinic, from: &str) -> String {
    let twiml = clinic.request("", &[("CallStatus", "ringing"), ("From", from)]);
    twiml.strip_prefix("<Say>").unwrap().strip_suffix("</Say><Hangup/>").unwrap().to_owned()
}

/// The subject and the sender of the call's record.
fn linked(clinic: &Clinic) -> (String, String) {
    let record = clinic.record().cloned().unwrap_or_default();
    (text(&record, &["subject", "reference"]).to_owned(), text(&record, &["sender", "reference"]).to_owned())
}

fn patient(id: &str, more: &str) -> String {
    format!(
        r#"{{"resourceType":"Patient","id":"{id}","name":[{{"given":["Ada"],"family":"Example"}}],
            "telecom":[{{"system":"phone","value":"555-010-0123"}}]{more}}}"#
    )
}

fn related(id: &str, of: &str, more: &str) -> String {
    format!(
        r#"{{"resourceType":"RelatedPerson","id":"{id}","patient":{{"reference":"Patient/{of}"}},
            "telecom":[{{"system":"phone","value":"+1 555-010-0123 (mom)"}}]{more}}}"#
    )
}

#[test]
fn a_patient_is_recognized_in_every_stored_form() {
    for form in FORMS {
        let mut clinic = Clinic::new(RULES).with(&[&ADA.replace("(555) 010-0123", form)]);
        assert_eq!(heard(&mut clinic, "+15550100200"), "Hello Ada.", "{form}");
        clinic.complete_from("+15550100200");
        assert_eq!(linked(&clinic), ("Patient/ada".to_owned(), "Patient/ada".to_owned()), "{form}");
        assert_eq!(heard(&mut clinic, "+15550100201"), "None.", "{form}");
    }
}

#[test]
fn a_number_of_another_country_is_recognized() {
    for (form, said) in [
        ("020 7946 0002", "Hello Ada."),
        ("(020) 79 46 00 02", "Hello Ada."),
        ("+44 (0)20 7946-0002", "Hello Ada."),
        ("+1 207 946 0002", "None."),
        ("020 7946 00022", "None."),
    ] {
        let mut clinic = Clinic::new(RULES).with(&[&ADA.replace("(555) 010-0123", form)]);
        clinic.config = clinic.config.replace("+15550100001", "+442079460001");
        clinic.numbers = "+442079460001".to_owned();
        let to = [("To", "+442079460001"), ("Called", "+442079460001")];
        let call = [("CallStatus", "ringing"), ("From", "+442079460002")];
        let twiml = clinic.request("", &[&to[..], &call[..]].concat());
        assert_eq!(twiml, format!("<Say>{said}</Say><Hangup/>"), "{form}");
    }
}

#[test]
fn a_family_or_a_related_person_is_not_one_patient() {
    let (cy, di) = (patient("cy", ""), patient("di", ""));
    let of_cy = related("mom", "cy", "");
    let no_phone = |id: &str| patient(id, "").replace("555-010-0123", "555-010-0124");
    for (resources, said, subject, sender) in [
        (vec![cy.clone()], "Hello Ada.", "Patient/cy", "Patient/cy"),
        (vec![cy.clone(), di.clone()], "Several.", "", ""),
        // A parent, whose number is also in the child's record, and one whose number is not.
        (vec![cy.clone(), of_cy.clone()], "Related.", "Patient/cy", "RelatedPerson/mom"),
        (vec![no_phone("cy"), of_cy.clone()], "Related.", "Patient/cy", "RelatedPerson/mom"),
        // A parent of two children.
        (vec![no_phone("cy"), no_phone("di"), of_cy.clone(), related("mom2", "di", "")], "Related.", "", ""),
        (vec![cy.clone(), di.clone(), of_cy.clone()], "Several.", "", ""),
        (vec![cy.clone(), di.clone(), of_cy.clone(), related("mom2", "di", "")], "Several.", "", ""),
        // A patient and a related person of another patient.
        (vec![di.clone(), no_phone("cy"), of_cy.clone()], "Several.", "", ""),
        // Both parents of one child.
        (vec![no_phone("cy"), of_cy.clone(), related("dad", "cy", "")], "Related.", "Patient/cy", "Patient/cy"),
        // The related person is not one any more.
        (vec![cy.clone(), related("mom", "cy", r#","active":false"#)], "Hello Ada.", "Patient/cy", "Patient/cy"),
        (vec![no_phone("cy"), related("mom", "cy", r#","period":{"end":"2020"}"#)], "None.", "", ""),
    ] {
        let resources: Vec<&str> = resources.iter().map(String::as_str).collect();
        let mut clinic = Clinic::new(RULES).with(&resources);
        assert_eq!(heard(&mut clinic, CALLER), said, "{resources:?}");
        clinic.complete();
        assert_eq!(linked(&clinic), (subject.to_owned(), sender.to_owned()), "{resources:?}");
        assert!(clinic.log.is_empty(), "{:?}", clinic.log);
    }
}

#[test]
fn a_deceased_inactive_or_replaced_patient_is_not_greeted() {
    let replaced = r#","link":[{"other":{"reference":"Patient/di"},"type":"replaced-by"}]"#;
    for (more, is_candidate) in [
        (r#","deceasedBoolean":true"#, true),
        (r#","deceasedDateTime":"2026-01-05""#, true),
        (r#","_deceasedDateTime":{"extension":[]}"#, true),
        (r#","active":false"#, true),
        (replaced, false),
        (r#","status":"entered-in-error""#, false),
    ] {
        let mut clinic = Clinic::new(RULES).with(&[&patient("cy", more)]);
        assert_eq!(heard(&mut clinic, CALLER), "None.", "{more}");
        clinic.complete();
        assert_eq!(linked(&clinic).0, "", "{more}");
        let candidates = people(&clinic.fhir, CALLER, false).candidates;
        assert_eq!(candidates.is_empty(), !is_candidate, "{more}");
        // The number belongs to the other patient.
        let mut clinic = Clinic::new(RULES).with(&[&patient("cy", more), &patient("di", "")]);
        assert_eq!(heard(&mut clinic, CALLER), "Hello Ada.", "{more}");
        clinic.complete();
        assert_eq!(linked(&clinic).0, "Patient/di", "{more}");
        // A related person of a patient who is not certain is linked, but the patient is not.
        let mut clinic = Clinic::new(RULES).with(&[&patient("cy", more), &related("mom", "cy", "")]);
        assert_eq!(heard(&mut clinic, CALLER), "Related.", "{more}");
        clinic.complete();
        assert_eq!(linked(&clinic), (String::new(), "RelatedPerson/mom".to_owned()), "{more}");
    }
    assert_eq!(
        heard(&mut Clinic::new(RULES).with(&[&patient("cy", r#","deceasedBoolean":false"#)]), CALLER),
        "Hello Ada."
    );
    for contact in [r#""use":"old""#, r#""period":{"end":"2020-01-01"}"#, r#""period":{"start":"2031"}"#] {
        let past = patient("cy", "").replace(r#""system":"phone""#, &format!(r#""system":"phone",{contact}"#));
        assert_eq!(heard(&mut Clinic::new(RULES).with(&[&past]), CALLER), "None.", "{contact}");
    }
}

#[test]
fn a_number_of_too_many_people_is_unknown() {
    for (value, said, log) in [
        ("555-010-0123", "Unknown.", &["plumline: CHART_TOO_MANY_MATCHES: "][..]),
        // Only the last four digits are the same. The second search finds the patient.
        ("444-010-0123", "Hello Ada.", &[]),
    ] {
        for count in [50, 5_000] {
            let mut clinic = Clinic::new(RULES);
            for at in 0..count {
                let other = patient(&format!("p{at}"), "").replace("555-010-0123", value);
                clinic.fhir.put(&json(&other), clinic.now);
            }
            let mut clinic = clinic.with(&[ADA]);
            assert_eq!(heard(&mut clinic, CALLER), said, "{count} {value}");
            let reads: Vec<_> = clinic.fhir.batches.iter().filter(|batch| batch.requests.len() > 1).collect();
            assert_eq!(reads.len(), 2, "{:?}", clinic.fhir.batches);
            assert_eq!(clinic.log.len(), log.len(), "{:?}", clinic.log);
            assert!(clinic.log.iter().zip(log).all(|(line, start)| line.starts_with(start)), "{:?}", clinic.log);
        }
    }
    // 49 others are a whole page of two more, which is still known.
    let mut clinic = Clinic::new(RULES).with(&[ADA]);
    for at in 0..48 {
        clinic.fhir.put(&json(&patient(&format!("p{at}"), "").replace("555-010", "444-010")), clinic.now);
    }
    assert_eq!(heard(&mut clinic, CALLER), "Hello Ada.");
    // As many related persons.
    let mut clinic = Clinic::new(RULES).with(&[ADA]);
    for at in 0..50 {
        clinic.fhir.put(&json(&related(&format!("r{at}"), "x", "")), clinic.now);
    }
    assert_eq!(heard(&mut clinic, CALLER), "Unknown.");
}

#[test]
fn a_search_that_is_refused_leaves_the_caller_unknown() {
    for (search, kind) in [("GET Patient?", "Patient"), ("GET RelatedPerson?", "RelatedPerson")] {
        let mut clinic = Clinic::new(RULES).with(&[ADA]);
        clinic.fhir.refused = vec![(search.to_owned(), 403)];
        assert_eq!(heard(&mut clinic, CALLER), "Unknown.");
        let line = format!("plumline: CHART_REFUSED_READ at {kind}: ");
        assert!(clinic.log.iter().any(|known| known.starts_with(&line)), "{:?}", clinic.log);
    }
}

/// The patient, the general practitioner with a role, the care team and the hours of a service take one round trip.
#[test]
fn one_round_trip_has_all_that_a_reply_needs() {
    let config = r#""timeZone":"America/New_York","hours":{"ward":{"healthcareService":"HealthcareService/ward"}},
        "dialplans":{"main":[{"when":{"careTeam":["CareTeam/t1"],"open":"ward"},"then":"team"},{"then":"closed"}]},
        "actions":{"team":[{"greet":{"patient":"{name}","neutral":"Hello."}},{"dial":{"targets":[{"generalPractitioner":{}}],"otherwise":"closed"}}],
            "closed":[{"say":{"text":"Closed."}},{"hangup":{}}]}"#;
    let grey = r#"{"resourceType":"Practitioner","id":"grey"}"#;
    let role = r#"{"resourceType":"PractitionerRole","id":"r","practitioner":{"reference":"Practitioner/grey"},
        "telecom":[{"system":"phone","value":"+1 555-010-0777"}]}"#;
    let team = r#"{"resourceType":"CareTeam","id":"t1","status":"active","subject":{"reference":"Patient/ada"}}"#;
    let ward = r#"{"resourceType":"HealthcareService","id":"ward","availableTime":[{"allDay":true}]}"#;
    let chart = [ADA, grey, role, team, ward];
    let mut clinic = Clinic::new(config).with(&chart);
    let twiml = clinic.call();
    assert!(twiml.starts_with("<Say>Ada</Say>") && twiml.contains("+15550100777"), "{twiml}");
    assert_eq!(clinic.batch_sizes(), [3]);
    // Without the right to search a type, the server omits the resources of this type.
    for (search, said) in [("GET CareTeam?", "<Say>Closed."), ("GET PractitionerRole?", "<Say>Ada</Say><Say>Closed.")] {
        let mut clinic = Clinic::new(config).with(&chart);
        clinic.fhir.refused = vec![(search.to_owned(), 403)];
        let twiml = clinic.call();
        assert!(twiml.starts_with(said), "{search} {twiml}");
    }
    // A greeting needs no includes.
    let mut clinic = Clinic::new(RULES).with(&[ADA, GREY]);
    heard(&mut clinic, CALLER);
    let urls = clinic.fhir.batches[0].requests.join("\n");
    assert!(urls.contains("phone:contains=0123&_count=50") && !urls.contains("_revinclude"), "{urls}");
}

/// A child's general practitioner and the clinician who last called are reached from a parent's phone.
#[test]
fn a_related_person_reaches_the_clinicians_of_the_patient() {
    let dial = |target: &str| {
        let verbs = format!(r#"[{{"dial":{{"targets":[{{"{target}":{{}}}}],"otherwise":"end"}}}}]"#);
        let child = ADA.replace("Ada", "Cy");
        let call = r#"{"resourceType":"Communication","id":"c","status":"completed","sent":"2026-11-01T00:00:00Z",
            "category":[{"coding":[{"system":"https://plumline.dev/fhir/communication-category","code":"twilio-voice"}]}],"recipient":[{"reference":"RelatedPerson/mom"}],
            "sender":{"reference":"Practitioner/grey"}}"#;
        let mom = related("mom", "ada", "");
        let mut clinic = Clinic::with_verbs(&verbs, r#""end":[{"hangup":{}}]"#).with(&[&child, &mom, GREY, call]);
        clinic.call()
    };
    for target in ["generalPractitioner", "lastToCall"] {
        assert!(dial(target).contains("grey_1"), "{target}");
    }
}

#[test]
fn hostile_values_do_no_harm() {
    let long = "5550100123".repeat(10_000);
    for (value, said) in [
        (&*long, "None."),
        ("<Dial>5550100123</Dial>", "Hello Ada."),
        ("\u{1}5550100123", "Hello Ada."),
        ("5550100123\u{202e}", "Hello Ada."),
        ("", "None."),
    ] {
        let mut named = json(&patient("cy", ""));
        let contact = Json::object([("system", Json::of("phone")), ("value", Json::of(value))]);
        named.set("telecom", Json::List(vec![contact]));
        let mut clinic = Clinic::new(RULES);
        clinic.fhir.put(&named, clinic.now);
        assert_eq!(heard(&mut clinic, CALLER), said);
    }
    for (name, said) in [
        (r#"{"given":["Ada2"]}"#, "Hello Ada."),
        (r#"{"text":"Example, Ada"}"#, "Hello Ada."),
        (r#"{"text":"Example"}"#, "One."),
        (r#"{"given":["<Hangup/>"]}"#, "One."),
        (r#"{"given":[7,null]}"#, "One."),
        (r#"{"text":{}}"#, "One."),
    ] {
        let mut named = json(&patient("cy", ""));
        named.set("name", Json::List(vec![json(name)]));
        let mut clinic = Clinic::new(RULES);
        clinic.fhir.put(&named, clinic.now);
        assert_eq!(heard(&mut clinic, CALLER), said, "{name}");
    }
    // A related person whose patient is unknown makes it uncertain whose number it is.
    for reference in ["", "Patient/", "Practitioner/cy", "https://other.example/Patient/cy", "Patient/../x"] {
        let other = related("mom", "cy", "").replace("Patient/cy", reference);
        assert_eq!(heard(&mut Clinic::new(RULES).with(&[&other]), CALLER), "Related.", "{reference}");
        let mut clinic = Clinic::new(RULES).with(&[&other, &patient("di", "")]);
        assert_eq!(heard(&mut clinic, CALLER), "Several.", "{reference}");
        clinic.complete();
        assert_eq!(linked(&clinic).0, "", "{reference}");
    }
}

/// The people with a number, as a callback searches for them.
fn people(fhir: &Fhir, number: &str, narrow: bool) -> PeopleOfNumber {
    let number = E164::parse(number).unwrap();
    let [patients, related] = people_searches(number, false, narrow).map(|url| fhir.search(&url));
    read_people(&patients, &related, number, Some("US"), NOW)
}

#[test]
fn candidates_are_those_whom_the_call_may_be_about() {
    let deceased = patient("ed", r#","deceasedBoolean":true"#);
    let clinic = Clinic::new(RULES).with(&[
        &patient("cy", ""),
        &patient("di", ""),
        &deceased,
        &related("mom", "cy", ""),
        &related("mom2", "fay", ""),
    ]);
    for narrow in [false, true] {
        let people = people(&clinic.fhir, CALLER, narrow);
        assert_eq!(people.matched, CallerMatch::Several);
        assert_eq!(people.candidates, ["Patient/cy", "Patient/di", "Patient/ed", "Patient/fay"]);
        assert!(people.is_complete() && people.subject().is_none() && people.related().is_none());
        assert_eq!(people.related.len(), 2);
    }
}

#[test]
fn a_practitioner_is_found_by_identity_or_number() {
    let roles = |active| {
        format!(
            r#"{{"resourceType":"PractitionerRole","id":"r1","active":{active},"practitioner":{{"reference":"Practitioner/grey"}},
                "telecom":[{{"system":"phone","value":"(555) 010-0888 x2"}}]}}"#
        )
    };
    let blue = r#"{"resourceType":"Practitioner","id":"blue-1","active":true,"telecom":[{"system":"phone","value":"555-010-0999"}]}"#;
    let former = r#"{"resourceType":"Practitioner","id":"red","active":false,"telecom":[{"system":"phone","value":"555-010-0666"}],
        "identifier":[{"system":"http://twilio.com/voice/identity","value":"red_1"}]}"#;
    let twin = GREY.replace(r#""id":"grey""#, r#""id":"twin""#).replace("0777", "0555").replace("grey_1", "twin_1");
    let clinic = Clinic::new(RULES).with(&[GREY, &roles(true), blue, former, &twin]);
    let found = |fhir: &Fhir, endpoint: PractitionerEndpoint<'_>| {
        let found: Vec<Json> = practitioner_searches(endpoint).iter().map(|url| fhir.search(url)).collect();
        read_practitioner(endpoint, &found, Some("US"), NOW)
    };
    for (identity, expected) in [
        ("grey_1", Some("Practitioner/grey")),
        ("grey", Some("Practitioner/grey")),
        ("blue_1", Some("Practitioner/blue-1")),
        ("blue-1", Some("Practitioner/blue-1")),
        ("GREY_1", None),
        ("red_1", None),
        ("red", None),
        ("nobody", None),
        ("a,b|c", None),
        ("", None),
    ] {
        assert_eq!(found(&clinic.fhir, PractitionerEndpoint::Identity(identity)).as_deref(), expected, "{identity}");
    }
    for (number, expected) in [
        ("+15550100777", Some("Practitioner/grey")),
        ("+15550100888", Some("Practitioner/grey")),
        ("+15550100999", Some("Practitioner/blue-1")),
        // Two practitioners have it at home.
        ("+15550100778", None),
        ("+15550100666", None),
        ("+15550100111", None),
    ] {
        let endpoint = PractitionerEndpoint::Number(E164::parse(number).unwrap());
        assert_eq!(found(&clinic.fhir, endpoint).as_deref(), expected, "{number}");
    }
    let inactive = Clinic::new(RULES).with(&[GREY, &roles(false)]);
    let of_role = PractitionerEndpoint::Number(E164::parse("+15550100888").unwrap());
    assert_eq!(found(&inactive.fhir, of_role), None);
    let former =
        Clinic::new(RULES).with(&[&GREY.replace(r#""id":"grey","#, r#""id":"grey","active":false,"#), &roles(true)]);
    assert_eq!(found(&former.fhir, of_role), None);
    assert!(list(&clinic.fhir.search(&practitioner_searches(of_role)[1]), "entry").len() > 1);
}
