// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The FHIR server in memory behaves like Medplum 5.1.29. The expected results were measured on that version.

use plumline::json::Json;
use plumline::runtime::{HostRequest, HostResponse, OpenRequest};

use super::Fhir;
use crate::constants::NOW;
use crate::fault::Fault;
use crate::json::{is, json, list, reference, text};

/// A batch with these entries.
fn batch(entries: &[String]) -> OpenRequest {
    let bundle = format!(r#"{{"resourceType":"Bundle","type":"batch","entry":[{}]}}"#, entries.join(","));
    OpenRequest { id: 1, request: HostRequest::Batch(bundle), timeout: Some(1_000), deadline: None }
}

fn create(resource: &str, condition: &str) -> String {
    let kind = text(&json(resource), &["resourceType"]).to_owned();
    format!(r#"{{"resource":{resource},"request":{{"method":"POST","url":"{kind}","ifNoneExist":"{condition}"}}}}"#)
}

fn update(resource: &Json, version: &str) -> String {
    let url = reference(resource);
    format!(
        r#"{{"resource":{},"request":{{"method":"PUT","url":"{url}","ifMatch":"W/\"{version}\""}}}}"#,
        resource.write()
    )
}

fn get(url: &str) -> String {
    format!(r#"{{"request":{{"method":"GET","url":"{url}"}}}}"#)
}

/// The status and the resource of each response.
fn responses(answer: HostResponse) -> Vec<(u16, Json)> {
    let HostResponse::Done { status: 200, body } = answer else { panic!("{answer:?}") };
    let status = |entry: &Json| text(entry, &["response", "status"]).parse().unwrap();
    list(&body, "entry")
        .iter()
        .map(|entry| (status(entry), entry.get("resource").cloned().unwrap_or_default()))
        .collect()
}

fn ask(fhir: &mut Fhir, entries: &[String]) -> Vec<(u16, Json)> {
    responses(fhir.answer(&batch(entries), None, NOW))
}

fn statuses(fhir: &mut Fhir, entries: &[String]) -> Vec<u16> {
    ask(fhir, entries).into_iter().map(|(status, _)| status).collect()
}

fn call(sid: &str, more: &str) -> String {
    format!(
        r#"{{"resourceType":"Communication","status":"completed","identifier":[{{"system":"s","value":"{sid}"}}]{more}}}"#
    )
}

#[test]
fn a_conditional_create_creates_one() {
    let mut fhir = Fhir::default();
    let entry = create(&call("a", ""), "identifier=s|a");
    let answers = ask(&mut fhir, &[entry.clone(), entry.clone()]);
    assert_eq!((answers[0].0, answers[1].0), (201, 200));
    assert_eq!(answers[0].1, answers[1].1);
    // The condition has several matches.
    fhir.put(&json(&call("a", "")), NOW);
    assert_eq!(statuses(&mut fhir, &[entry]), [412]);
    assert_eq!((fhir.resources.len(), fhir.changes), (2, 1));
    // The server assigns the id.
    let own = create(&call("b", r#","id":"mine""#), "identifier=s|b");
    assert!(!is(&ask(&mut fhir, &[own])[0].1, "id", "mine"));
}

#[test]
fn an_update_is_of_the_version_that_was_read() {
    let mut fhir = Fhir::default();
    let first = fhir.put(&json(&call("a", "")), NOW);
    let version = text(&first, &["meta", "versionId"]).to_owned();
    let mut changed = first.clone();
    changed.set("status", Json::of("stopped"));
    assert_eq!(statuses(&mut fhir, &[update(&changed, "v9"), update(&changed, &version)]), [412, 200]);
    let second = fhir.resources[0].clone();
    assert!(is(&second, "status", "stopped") && !is(second.get("meta").unwrap(), "versionId", &version));
    // An update without changes creates no new version.
    let same = ask(&mut fhir, &[update(&second, text(&second, &["meta", "versionId"]))]);
    assert_eq!((same[0].0, &same[0].1), (200, &second));
    assert_eq!(fhir.changes, 1);
    // A missing resource returns 404, a deleted one 410.
    let mut other = first;
    other.set("id", Json::of("unknown"));
    assert_eq!(statuses(&mut fhir, &[update(&other, "v1"), get("Communication/unknown")]), [404, 404]);
    fhir.delete(&reference(&second));
    assert_eq!(statuses(&mut fhir, &[get(&reference(&second))]), [410]);
}

#[test]
fn an_invalid_resource_is_refused() {
    let mut fhir = Fhir { refuses_invalid: true, ..Fhir::default() };
    for more in [
        r#","note":null"#,
        // Medplum accepts an empty list. FHIR does not allow it, so no bot may write one.
        r#","note":[]"#,
        r#","payload":[{"contentString":""}]"#,
        r#","payload":[{"contentString":" "}]"#,
        r#","payload":[{"contentString":"\u0001"}]"#,
        r#","extension":[{"url":"a"}]"#,
        r#","extension":[{"url":"a","valueCode":"b","extension":[{"url":"c","valueCode":"d"}]}]"#,
    ] {
        assert_eq!(statuses(&mut fhir, &[create(&call("a", more), "identifier=s|a")]), [400], "{more}");
    }
    for resource in [r#"{"resourceType":"Communication"}"#, r#"{"resourceType":"Task","status":"requested"}"#] {
        assert_eq!(statuses(&mut fhir, &[create(resource, "identifier=s|a")]), [400], "{resource}");
    }
    assert!(fhir.resources.is_empty());
}

#[test]
fn a_search_is_sorted_and_paged() {
    let mut fhir = Fhir::default();
    for (sid, sent) in [("a", "2026-11-02T00:00:00Z"), ("b", "2026-11-01T00:00:00Z"), ("c", "")] {
        let sent = if sent.is_empty() { String::new() } else { format!(r#","sent":"{sent}""#) };
        fhir.put(&json(&call(sid, &sent)), NOW);
    }
    let found = |url: &str| {
        let bundle = fhir.search(url);
        let sids = list(&bundle, "entry").iter().map(|item| text(item, &["resource", "identifier", "0", "value"]));
        let has_more = list(&bundle, "link").iter().any(|link| is(link, "relation", "next"));
        (sids.collect::<String>(), has_more, bundle.get("total").is_some())
    };
    // A resource without a value is last. In descending order it is first.
    assert_eq!(found("Communication?_sort=sent"), ("bac".to_owned(), false, false));
    assert_eq!(found("Communication?_sort=-sent&_count=2"), ("ca".to_owned(), true, false));
    assert_eq!(found("Communication?sent=ge2026-11-02&_sort=sent"), ("a".to_owned(), false, false));
    assert_eq!(found("Communication?identifier=s%7Ca,s%7Cc&_sort=identifier"), ("ac".to_owned(), false, false));
    assert_eq!(found("Communication?status=completed&_summary=count"), (String::new(), false, true));
}

#[test]
fn references_are_included() {
    let mut fhir = Fhir::default();
    for resource in [
        r#"{"resourceType":"Practitioner","id":"p"}"#,
        r#"{"resourceType":"PractitionerRole","id":"r","practitioner":{"reference":"Practitioner/p"}}"#,
        r#"{"resourceType":"Communication","id":"c","sender":{"reference":"PractitionerRole/r"}}"#,
    ] {
        fhir.put(&json(resource), NOW);
    }
    let found = |more: &str| {
        let bundle = fhir.search(&format!("Communication?_id=c&_include=Communication:sender{more}"));
        let entries = list(&bundle, "entry").iter();
        entries
            .map(|item| [text(item, &["search", "mode"]), text(item, &["resource", "id"])].join(" "))
            .collect::<Vec<_>>()
    };
    assert_eq!(found(""), ["match c", "include r"]);
    // `_include` follows only the references of matches. `_include:iterate` also follows those of included resources.
    assert_eq!(found("&_include=PractitionerRole:practitioner"), ["match c", "include r"]);
    assert_eq!(found("&_include:iterate=PractitionerRole:practitioner"), ["match c", "include r", "include p"]);
}

#[test]
fn another_client_is_first() {
    let mut fhir = Fhir::default();
    let first = fhir.put(&json(&call("a", "")), NOW);
    let mut changed = first.clone();
    changed.set("status", Json::of("stopped"));
    let entries = [update(&changed, "v1"), create(&call("b", ""), "identifier=s|b")];
    let answers = responses(fhir.answer(&batch(&entries), Some(Fault::ConcurrentUpdate), NOW));
    assert_eq!((answers[0].0, answers[1].0), (412, 200));
    assert_eq!((fhir.resources.len(), fhir.changes), (2, 0));
}
