// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Random configs, requests and charts. The webhook never panics, and Twilio can read every response. It dials only
//! targets that the config, the chart or the policy allow. The caller never waits too long for the chart.
//!
//! `PLUMLINE_CASES` is the number of cases. `npm run properties` runs a million.

pub(crate) mod chart;
mod order;
pub(crate) mod request;

use plumline::dialplan::{CallbackKind, CallbackUrl, Config, Override, Params, callbacks};
use plumline::runtime::{Reply, Response, Secret};
use plumline::time::{DAY, days_since_epoch};
use plumline::twiml::{DocumentKind, check_xml};
use serde_json::Value;

use self::chart::World;
use self::request::{REQUESTED_NUMBERS, flow, random_browser_call, random_params};
use crate::json::json;
use crate::overrides;
use crate::random::Random;
use crate::random_config::{CLINIC_NUMBER, random_config};
use crate::run::play;

const SEALING: &str = "0123456789abcdef0123456789abcdef";
/// The maximum wait of a caller, in milliseconds.
const MAX_WAIT_MS: u32 = 3_000;
const TWILIO_TIMEOUT_MS: u32 = 15_000;

/// The number of cases of each kind.
#[derive(Debug, Default)]
struct Tally {
    documents: usize,
    rang: usize,
    callbacks: usize,
    forged: usize,
    placed: usize,
    asked: usize,
}

fn cases() -> u64 {
    std::env::var("PLUMLINE_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(20_000)
}

#[test]
fn every_request_is_answered() {
    let mut tally = Tally::default();
    let cases = cases();
    // The seed reproduces a failed case.
    let first = std::env::var("PLUMLINE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0);
    for seed in first..first + cases {
        item(seed, &mut tally);
    }
    println!("{cases} cases: {tally:?}");
    let often = cases as usize / 100;
    let Tally { documents, rang, callbacks, forged, placed, asked } = tally;
    for count in [documents, rang, callbacks, forged, placed, asked] {
        assert!(count > often / 2, "{tally:?}");
    }
}

fn item(seed: u64, tally: &mut Tally) {
    let mut random = Random::new(seed);
    let document = random_config(&mut random);
    let mut text = document.to_string();
    let broken = random.one_in(20);
    if broken {
        // The config is not empty, because an empty config selects the default dialplan, which has no policy.
        text.truncate(text.floor_char_boundary(1 + random.below(text.len() - 2)));
    }
    let config = Config::read(&text).ok();
    assert!(config.is_some() || broken, "seed {seed}: {text}");
    let sealed = random.one_in(3);
    let mut secrets = vec![(Secret::Config, text.as_str())];
    secrets.extend(sealed.then_some((Secret::SealingKeys, SEALING)));

    let is_browser_call = random.one_in(6);
    let params = if is_browser_call { random_browser_call(&mut random) } else { random_params(&mut random) };
    let by_default = Config::default();
    let all = callbacks(config.as_ref().unwrap_or(&by_default), Params(&[]));
    let step = if is_browser_call || random.one_in(3) { CallbackUrl::WEBHOOK } else { *random.pick(&all) };
    let forged = random.one_in(30);
    let without_faults = random.one_in(3);
    let now = days_since_epoch(2026, 11, 16).unwrap() * DAY + random.below(86_400_000) as u64;
    let about = || format!("seed {seed}, {step:?}, {params:?}, {text}");

    let diverted = format!("a{}", random.below(6));
    let (has_override, diverts) = (random.one_in(2), random.one_in(2));
    let mut world = World::new(&mut random, without_faults, now);
    if has_override {
        let divert = diverts.then_some(diverted);
        let greeting = Some(r#"{"play":"https://media.example.com/snow.mp3"}"#.to_owned());
        let change = Override { close: divert.is_none(), divert, greeting, ..overrides::item(now) };
        world.fhir.put(&json(&overrides::sealed_basic(&[change], SEALING)), now);
    }
    let flow = flow(&params, &step.suffix(false), &secrets, now, forged);
    let response = play(flow, |open| world.answer(open));
    let (reads, writes) = (world.fhir.reads(), world.fhir.writes());
    assert_no_secrets(&response, &about);
    let xml = match &response.reply {
        Reply::Twiml(xml) => xml,
        Reply::Forbidden(_) => {
            tally.forged += usize::from(forged);
            assert!(forged || has(&params, "AccountSid", |account| !account.ends_with("01")), "{}", about());
            return;
        }
        // No caller waits for the response to a callback. Twilio posts the callback again.
        Reply::Broken(_) => {
            assert!(is_callback(step.kind, &params) && !without_faults, "{} {:?}", about(), response.log);
            tally.callbacks += 1;
            assert!(world.waited <= TWILIO_TIMEOUT_MS, "{}", about());
            return;
        }
        other => panic!("{other:?} {}", about()),
    };
    assert!(!forged, "{}", about());
    let errors: Vec<_> =
        check_xml(xml, Some(DocumentKind::Voice)).into_iter().filter(|item| !item.is_warning).collect();
    assert!(errors.is_empty(), "{errors:?} {xml} {}", about());
    tally.documents += 1;
    tally.asked += usize::from(reads > 0);

    let listens = !is_callback(step.kind, &params);
    if listens {
        assert!(world.waited <= MAX_WAIT_MS, "{} ms {}", world.waited, about());
    }
    if without_faults {
        // A key press waits for the sealed record. A transcription has its own record, next to the call record.
        // What follows an answer may need a fact that depends on it. A birth date is counted in a record of its own. After
        // a change by a staff phone, the dialplan may reject the call.
        let most_reads = match step.kind {
            CallbackKind::Connect if sealed => 3,
            CallbackKind::Change | CallbackKind::Greeting => 3,
            // The page of a key is searched for several times.
            CallbackKind::Ask
            | CallbackKind::Confirm
            | CallbackKind::Verify
            | CallbackKind::Task
            | CallbackKind::Page
            | CallbackKind::Paged => 4,
            _ => 2,
        };
        let most_writes = match step.kind {
            CallbackKind::Change | CallbackKind::Greeting | CallbackKind::Transcription | CallbackKind::Verify => 2,
            _ => 1,
        };
        let is_cheap = reads <= most_reads && writes <= most_writes;
        assert!(is_cheap, "{} {} {}", reads, writes, about());
    }
    let by_browser = step.kind == CallbackKind::WebhookUrl && has(&params, "From", |from| from.starts_with("client:"));
    let named = allowed_targets(&document, config.as_ref(), &params);
    for (noun, target, caller_id) in dialed_targets(xml) {
        let item = format!("{noun} {target}");
        // A browser can call its requested number, if the policy allows it, and the callers in a queue.
        let may = if by_browser {
            let allowed = REQUESTED_NUMBERS.contains(&(target.as_str(), true)) && has(&params, "To", |to| to == target);
            noun == "Number" && allowed && !sealed || noun == "Queue" && named.contains(&format!("Enqueue {target}"))
        } else {
            named.contains(&item) || world.people.named.contains(&item)
        };
        assert!(may, "{item} {xml} {}", about());
        assert!(caller_id.is_empty() || CLINIC_NUMBER.contains(&caller_id.as_str()), "{caller_id} {}", about());
        assert!(!by_browser || noun == "Queue" || !caller_id.is_empty(), "{xml} {}", about());
        tally.rang += 1;
        tally.placed += usize::from(by_browser);
    }
}

fn has(params: &[(&str, &str)], name: &str, fits: impl Fn(&str) -> bool) -> bool {
    params.iter().any(|(known, value)| *known == name && fits(value))
}

/// Whether no caller hears the response. The kind of the callback URL and the parameters of the request show this.
fn is_callback(kind: CallbackKind, params: &[(&str, &str)]) -> bool {
    let over = ["completed", "busy", "failed", "no-answer", "canceled"];
    match kind {
        CallbackKind::Status
        | CallbackKind::ScreenedStatus
        | CallbackKind::Recording
        | CallbackKind::Transcription
        | CallbackKind::Machine => true,
        CallbackKind::WebhookUrl => {
            has(params, "CallbackSource", |_| true)
                || has(params, "DialCallStatus", |_| true)
                || has(params, "CallStatus", |status| over.contains(&status))
        }
        // The caller has hung up.
        kind if kind.reports_end() => has(params, "CallStatus", |status| over.contains(&status)),
        _ => false,
    }
}

/// Asserts that no log line contains a phone number, a name or a secret.
fn assert_no_secrets(response: &Response, about: &dyn Fn() -> String) {
    for line in &response.log {
        let digits = line.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
        assert!(digits < Some(7) && !line.contains("Ada") && !line.contains(SEALING), "{line} {}", about());
    }
}

/// All targets in a document, with their caller IDs.
fn dialed_targets(xml: &str) -> Vec<(String, String, String)> {
    let mut dialed_targets = Vec::new();
    let mut caller_id = String::new();
    for tag in xml.split('<').skip(1) {
        let (head, text) = tag.split_once('>').unwrap_or((tag, ""));
        let name = head.split([' ', '/']).find(|part| !part.is_empty()).unwrap_or_default();
        if head.starts_with("Dial") {
            let number = head.split_once("callerId=\"").map_or("", |(_, rest)| rest.split('"').next().unwrap());
            number.clone_into(&mut caller_id);
            assert!(text.trim().is_empty(), "{xml}");
        }
        if ["Client", "Number", "Sip", "Queue", "Conference", "Enqueue"].contains(&name) && !head.starts_with('/') {
            let target = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
            dialed_targets.push((name.to_owned(), target, caller_id.clone()));
        }
        if ["ConversationRelay", "Stream"].contains(&name) && !head.starts_with('/') {
            let url = head.split_once("url=\"").map_or("", |(_, rest)| rest.split('"').next().unwrap());
            dialed_targets.push((name.to_owned(), url.to_owned(), String::new()));
        }
        // A dialplan has no other nouns and verbs that connect a call.
        assert!(!["Refer", "Application", "WhatsApp", "Sim"].contains(&name), "{xml}");
    }
    dialed_targets
}

/// The targets in the config, read from the JSON and not by the code under test.
fn allowed_targets(document: &Value, config: Option<&Config>, params: &[(&str, &str)]) -> Vec<String> {
    let mut named = Vec::new();
    for number in CLINIC_NUMBER {
        // The default dialplan dials the client whose identity is the number.
        let extension = document["sip"]["extensions"]["201"] == number;
        let calls = |to: &str| to.contains(number) || extension && to.starts_with("sip:201@");
        if has(params, "To", calls) || has(params, "Called", |called| called == number) {
            named.push(format!("Client {number}"));
        }
    }
    if config.is_none() {
        return named;
    }
    if let Some(client) = document["client"].as_str() {
        named.push(format!("Client {client}"));
    }
    let verbs = document["actions"].as_object().into_iter().flatten();
    for verb in verbs.flat_map(|(_, verbs)| verbs.as_array().unwrap()) {
        for target in verb["dial"]["targets"].as_array().into_iter().flatten() {
            for (name, noun) in [("client", "Client"), ("number", "Number"), ("sip", "Sip")] {
                named.extend(target[name].as_str().map(|target| format!("{noun} {target}")));
            }
        }
        named.extend(verb["queue"]["name"].as_str().map(|name| format!("Enqueue {name}")));
        for (member, noun) in [("conversationRelay", "ConversationRelay"), ("stream", "Stream"), ("sip", "Sip")] {
            named.extend(verb["connect"][member].as_str().map(|address| format!("{noun} {address}")));
        }
        named.extend(verb["conference"]["name"].as_str().map(|name| format!("Conference {name}")));
    }
    named
}

#[test]
fn the_check_finds_every_dialed_target() {
    let xml = r#"<Response><Dial callerId="+15550100001"><Number url="u">+1</Number><Client>a&amp;b&lt;</Client></Dial><Enqueue w="x">q</Enqueue></Response>"#;
    let seen: Vec<_> = dialed_targets(xml).into_iter().map(|(noun, target, _)| [noun, target].concat()).collect();
    assert_eq!(seen, ["Number+1", "Clienta&b<", "Enqueueq"]);
}
