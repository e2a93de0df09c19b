// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A clinic whose webhook is called: its config, its chart, its clocks.

use crate::token_lists::assert_all_sorted;
use plumline::bots::{SharedCache, webhook};
use plumline::frame::Frame;
use plumline::json::Json;
use plumline::runtime::{Answer, Ask, Flow, Open, Reply, Response, Secret, Step};
use plumline::signature::{AuthToken, SignedParams, sign};
use plumline::time::{DAY, MINUTE, days_of};
use plumline::twiml::{DocumentKind, check_xml};

pub(crate) const URL: &str = "https://fhir.example.com/webhook/1";
pub(crate) const TOKEN: &str = "an-invented-auth-token";
pub(crate) const OURS: &str = "+15550100001";
pub(crate) const CALLER: &str = "+15550100123";
pub(crate) const CALL: &str = "CA00000000000000000000000000000001";
/// 2026-11-16, a Monday, 15:00 in UTC: ten in the morning in New York.
pub(crate) const MONDAY: &str = "2026-11-16T10:00:00";

type Pairs = Vec<(String, String)>;

/// What goes wrong with one round trip to the chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Late,
    Lost,
    Whole(u16),
    Each(u16),
}

pub(crate) struct Clinic {
    pub(crate) config: String,
    /// `TWILIO_NUMBER`.
    pub(crate) numbers: String,
    /// What the chart holds.
    pub(crate) resources: Vec<Json>,
    /// What the clocks show, by zone; none for a zone that is not there.
    pub(crate) wall: fn(&str) -> Option<&'static str>,
    /// What goes wrong, by the number of the round trip to the chart.
    pub(crate) fault: Box<dyn Fn(usize) -> Option<Fault>>,
    pub(crate) now: u64,
    versions: u64,
    /// Of the last request: the deadline of each round trip to the chart, and the requests in it.
    pub(crate) batches: Vec<(u32, Vec<String>)>,
    pub(crate) log: Vec<String>,
}

impl Clinic {
    /// One whose number has the dialplan `main`, of which `rest` is the remaining config.
    pub(crate) fn new(rest: &str) -> Self {
        let numbers = r#""numbers":{"+15550100001":{"name":"front","dialplan":"main"}}"#;
        Self {
            config: format!("{{{numbers},{rest}}}"),
            numbers: "+15550100001, +15550100002".to_owned(),
            resources: Vec::new(),
            wall: |zone| (zone == "America/New_York").then_some(MONDAY),
            fault: Box::new(|_| None),
            now: days_of(2026, 11, 16).unwrap() * DAY + 15 * 60 * MINUTE,
            versions: 0,
            batches: Vec::new(),
            log: Vec::new(),
        }
    }

    /// One that does `verbs` with every call.
    pub(crate) fn doing(verbs: &str, rest: &str) -> Self {
        let comma = if rest.is_empty() { "" } else { "," };
        Self::new(&format!(r#""dialplans":{{"main":[{{"then":"first"}}]}},"actions":{{"first":{verbs}{comma}{rest}}}"#))
    }

    pub(crate) fn with(mut self, resources: &[&str]) -> Self {
        for resource in resources {
            self.put(Json::parse(resource).unwrap());
        }
        self
    }

    fn put(&mut self, mut resource: Json) -> Json {
        self.versions += 1;
        if resource.get("id").is_none() {
            resource.set("id", Json::of(&format!("new-{}", self.versions)));
        }
        resource.set("meta", Json::object([("versionId", Json::of(&self.versions.to_string()))]));
        let same =
            |one: &Json| one.get("id") == resource.get("id") && one.get("resourceType") == resource.get("resourceType");
        match self.resources.iter().position(same) {
            Some(at) => self.resources[at] = resource.clone(),
            None => self.resources.push(resource.clone()),
        }
        resource
    }

    /// The call begins.
    pub(crate) fn call(&mut self) -> String {
        self.request("", &[("CallStatus", "ringing")])
    }

    /// A request to one of our URLs, by what stands behind the webhook's own.
    pub(crate) fn request(&mut self, suffix: &str, more: &[(&str, &str)]) -> String {
        let reply = self.reply(suffix, more);
        let Reply::Twiml(xml) = reply else { panic!("{reply:?} {:?}", self.log) };
        let findings: Vec<_> =
            check_xml(&xml, Some(DocumentKind::Voice)).into_iter().filter(|one| !one.is_warning).collect();
        assert!(findings.is_empty(), "{xml} {findings:?}");
        let start = r#"<?xml version="1.0" encoding="UTF-8"?><Response>"#;
        let body = xml.strip_prefix(start).map(|rest| rest.strip_suffix("</Response>").unwrap());
        body.unwrap_or_else(|| xml.strip_prefix(&start[..start.len() - 10]).unwrap()).to_owned()
    }

    pub(crate) fn reply(&mut self, suffix: &str, more: &[(&str, &str)]) -> Reply {
        assert_eq!(plumline::dialplan::Config::read(&self.config).err(), None, "{}", self.config);
        let mut pairs: Pairs = Vec::new();
        let common = [
            ("CallSid", CALL),
            ("AccountSid", "AC00000000000000000000000000000001"),
            ("From", CALLER),
            ("To", OURS),
            ("Called", OURS),
            ("Direction", "inbound"),
            ("CallStatus", "in-progress"),
        ];
        for (name, value) in common
            .into_iter()
            .filter(|(name, _)| more.iter().all(|(other, _)| name != other))
            .chain(more.iter().copied())
        {
            pairs.push((name.to_owned(), value.to_owned()));
        }
        let url = format!("{URL}{}", suffix.split('#').next().unwrap());
        let done = self.play(&url, &pairs);
        self.log = done.log;
        done.reply
    }

    fn play(&mut self, url: &str, pairs: &Pairs) -> Response {
        let borrowed: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let signature = sign(&AuthToken::new(TOKEN).unwrap(), url, &SignedParams::new(&borrowed));
        let frame = self.frame(&signature, &borrowed);
        self.batches.clear();
        let mut flow = Flow::new(|host| webhook(frame, host, SharedCache::default()));
        let mut step = flow.step();
        loop {
            let asks = match step {
                Step::Done(done) => {
                    let told = done.log.concat();
                    for secret in [TOKEN, CALLER, "Ada", "message"] {
                        assert!(!told.contains(secret), "{told}");
                    }
                    return done;
                }
                Step::Ask(asks) => asks,
            };
            let answers = asks.iter().map(|open| (open.id, self.answer(open))).collect();
            step = flow.resume(answers);
        }
    }

    fn frame(&self, signature: &str, pairs: &[(&str, &str)]) -> Frame {
        let mut fields = vec![signature, TOKEN, &self.numbers, URL, &self.config];
        let known = [Secret::AuthToken, Secret::Number, Secret::WebhookUrl, Secret::Config];
        let bits = known.iter().fold(0, |bits, secret| bits | 1 << *secret as u32);
        fields.extend(pairs.iter().flat_map(|(name, value)| [*name, *value]));
        let lengths = fields.iter().map(|field| field.encode_utf16().count() as u32);
        let head = [0, (self.now >> 30) as u32, self.now as u32 & 0x3fff_ffff, bits, 0];
        let units: Vec<u8> = fields.iter().flat_map(|field| field.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        Frame::from_utf16(&units, head.into_iter().chain(lengths).collect())
    }

    fn answer(&mut self, open: &Open) -> Answer {
        let done = |body| Answer::Done { status: 200, body };
        match &open.ask {
            Ask::Headers => done(Json::object([])),
            Ask::Zone(request) => {
                assert_eq!(request.instants, [self.now]);
                match (self.wall)(&request.zone) {
                    Some(wall) => done(Json::object([
                        ("walls", Json::List(vec![Json::of(wall)])),
                        ("instants", Json::List(vec![])),
                    ])),
                    None => Answer::Done { status: 400, body: Json::Null },
                }
            }
            Ask::Batch(bundle) => {
                assert_all_sorted(bundle);
                let bundle = Json::parse(bundle).unwrap();
                let entries = bundle.get("entry").unwrap().elements();
                let text = |entry: &Json, name| {
                    entry.at(&["request", name]).and_then(Json::text).unwrap_or_default().to_owned()
                };
                let requests =
                    entries.iter().map(|entry| [text(entry, "method"), text(entry, "url")].join(" ")).collect();
                self.batches
                    .push((open.deadline.or(open.until).expect("no caller waits for a chart without end"), requests));
                let fault = (self.fault)(self.batches.len() - 1);
                match fault {
                    Some(Fault::Late) => return Answer::TimedOut,
                    Some(Fault::Lost) => return Answer::Failed,
                    Some(Fault::Whole(status)) => return Answer::Done { status, body: Json::Null },
                    _ => {}
                }
                let mut responses = Vec::new();
                for entry in entries {
                    let (status, body) = match fault {
                        Some(Fault::Each(status)) => (status, Json::Null),
                        _ => self.perform(&text(entry, "method"), &text(entry, "url"), entry),
                    };
                    let status = Json::object([("status", Json::of(&status.to_string()))]);
                    responses.push(Json::object([("response", status), ("resource", body)]));
                }
                done(Json::object([("resourceType", Json::of("Bundle")), ("entry", Json::List(responses))]))
            }
            Ask::Wait(_) => done(Json::Null),
            other => panic!("{other:?}"),
        }
    }

    fn perform(&mut self, method: &str, url: &str, entry: &Json) -> (u16, Json) {
        let request = |name: &str| entry.at(&["request", name]).and_then(Json::text);
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        match method {
            "GET" if query.is_empty() => match self.read(path) {
                Some(found) => (200, found.clone()),
                None => (404, Json::Null),
            },
            "GET" => (200, self.search(path, query)),
            "POST" => {
                let found = self.search(path, request("ifNoneExist").expect("a guard"));
                match found.at(&["entry", "0", "resource"]) {
                    Some(found) => (200, found.clone()),
                    None => (201, self.put(entry.get("resource").unwrap().clone())),
                }
            }
            "PUT" => {
                let version = self.read(path).and_then(|one| one.at(&["meta", "versionId"])?.text());
                if version.map(|version| format!("W/\"{version}\"")).as_deref() != request("ifMatch") {
                    return (412, Json::Null);
                }
                (200, self.put(entry.get("resource").unwrap().clone()))
            }
            other => panic!("{other}"),
        }
    }

    fn read(&self, reference: &str) -> Option<&Json> {
        self.resources.iter().find(|one| name_of(one) == reference)
    }

    /// What the searches of a dialplan find, and nothing else.
    fn search(&self, kind: &str, query: &str) -> Json {
        let mut found: Vec<&Json> = self.resources.iter().filter(|one| text(one, &["resourceType"]) == kind).collect();
        let mut count = usize::MAX;
        let mut included: Vec<&str> = Vec::new();
        for (name, value) in query.split('&').map(|pair| pair.split_once('=').unwrap()) {
            let value = decoded(value);
            let any = |told: &str| value.split(',').any(|one| one == told);
            match name {
                "phone" => {
                    found.retain(|one| list(one, "telecom").iter().any(|contact| any(&text(contact, &["value"]))));
                }
                "_id" => found.retain(|one| any(&text(one, &["id"]))),
                "organization" => found.retain(|one| text(one, &["organization", "reference"]) == value),
                "patient" => found.retain(|one| text(one, &["subject", "reference"]) == value),
                "recipient" => {
                    found.retain(|one| list(one, "recipient").iter().any(|to| text(to, &["reference"]) == value));
                }
                "identifier" | "category" => found.retain(|one| {
                    let (system, code) = value.split_once('|').unwrap();
                    let is = |at: &Json, name| text(at, &["system"]) == system && text(at, &[name]) == code;
                    list(one, "identifier").iter().any(|at| is(at, "value"))
                        || list(one, "category")
                            .iter()
                            .any(|at| is(at.at(&["coding", "0"]).unwrap_or(&Json::Null), "code"))
                }),
                "status" => found.retain(|one| any(&text(one, &["status"]))),
                "sent" => {
                    assert_eq!(value, "ge1970-01-01");
                    found.retain(|one| one.get("sent").is_some());
                }
                "_sort" if value == "phone" => {
                    found.sort_by_key(|one| list(one, "telecom").first().map(|contact| text(contact, &["value"])));
                }
                "_sort" => {
                    assert_eq!(value, "-sent");
                    // What has none is greater than all there is.
                    found.sort_by_key(|one| std::cmp::Reverse((one.get("sent").is_none(), text(one, &["sent"]))));
                }
                "_count" => count = value.parse().unwrap(),
                "_include" | "_include:iterate" => included.push(match value.as_str() {
                    "Patient:general-practitioner" => "generalPractitioner",
                    "PractitionerRole:practitioner" => "practitioner",
                    "Communication:sender" => "sender",
                    other => panic!("{other}"),
                }),
                other => panic!("{other}"),
            }
        }
        let next = (found.len() > count).then(|| Json::object([("relation", Json::of("next"))]));
        found.truncate(count);
        let mut all: Vec<Json> = found.into_iter().cloned().collect();
        for name in included {
            for at in 0..all.len() {
                let one = all[at].get(name).cloned().unwrap_or_default();
                let references = if one.elements().is_empty() { vec![one] } else { one.into_elements() };
                all.extend(references.iter().filter_map(|to| self.read(&text(to, &["reference"])).cloned()));
            }
        }
        let entries = all.into_iter().map(|resource| Json::object([("resource", resource)])).collect();
        let links = Json::List(next.into_iter().collect());
        Json::object([("resourceType", Json::of("Bundle")), ("link", links), ("entry", Json::List(entries))])
    }

    /// The record of the call.
    pub(crate) fn record(&self) -> Option<&Json> {
        let ours = |one: &&Json| list(one, "identifier").iter().any(|identifier| text(identifier, &["value"]) == CALL);
        self.resources.iter().find(ours)
    }

    /// How often the chart was asked.
    pub(crate) fn round_trips(&self) -> usize {
        self.batches.len()
    }
}

pub(crate) fn text(json: &Json, path: &[&str]) -> String {
    json.at(path).and_then(Json::text).unwrap_or_default().to_owned()
}

fn list<'a>(json: &'a Json, name: &str) -> &'a [Json] {
    json.get(name).map(Json::elements).unwrap_or_default()
}

fn name_of(resource: &Json) -> String {
    [text(resource, &["resourceType"]), text(resource, &["id"])].join("/")
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        if *first == b'%' {
            bytes.push(u8::from_str_radix(std::str::from_utf8(&after[..2]).unwrap(), 16).unwrap());
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// The attributes of every leg.
pub(crate) const LEG: &str = "statusCallback=\"https://fhir.example.com/webhook/1?step=status#rc=3&amp;rp=all\" statusCallbackEvent=\"initiated ringing answered completed\"";

/// A person of the chart who calls with the usual number.
pub(crate) const ADA: &str = r#"{"resourceType":"Patient","id":"ada","active":true,
    "name":[{"use":"official","given":["Augusta"],"family":"Example"},{"use":"usual","given":["Ada"]}],
    "telecom":[{"system":"phone","value":"(555) 010-0123","use":"mobile"}],
    "communication":[{"language":{"coding":[{"code":"es-US"}]},"preferred":true}],
    "generalPractitioner":[{"reference":"Practitioner/grey"}]}"#;
pub(crate) const GREY: &str = r#"{"resourceType":"Practitioner","id":"grey",
    "identifier":[{"system":"http://twilio.com/voice/identity","value":"grey_1"}],
    "telecom":[{"system":"phone","value":"+1 555 010 0777","use":"work"},{"system":"phone","value":"+15550100778","use":"home"}]}"#;
