// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Random configs, requests and charts: no panic, an answer that Twilio reads, no one rings whom neither config nor
//! chart nor policy allows, and no more requests to the chart than a caller can wait for.
//!
//! `PLUMLINE_CASES` is the number of cases. `npm run properties` plays a million.

pub(crate) mod chart;
mod order;
pub(crate) mod request;

use plumline::dialplan::{CallbackKind, CallbackUrl, Config, Params, callbacks};
use plumline::runtime::{Reply, Response, Secret};
use plumline::time::{DAY, days_since_epoch};
use plumline::twiml::{DocumentKind, check_xml};
use serde_json::Value;

use self::chart::World;
use self::request::{WANTED, browser, flow, params};
use crate::random::Random;
use crate::random_config::{OURS, random_config};
use crate::run::play;

const SEALING: &str = "0123456789abcdef0123456789abcdef";
/// Milliseconds that a caller waits at most, and after which Twilio gives up.
const PATIENCE: u32 = 3_000;
const TWILIO: u32 = 15_000;

/// How often each thing happened.
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
    // A case that failed is played again by its seed.
    let first = std::env::var("PLUMLINE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0);
    for seed in first..first + cases {
        one(seed, &mut tally);
    }
    println!("{cases} cases: {tally:?}");
    let often = cases as usize / 100;
    let Tally { documents, rang, callbacks, forged, placed, asked } = tally;
    for count in [documents, rang, callbacks, forged, placed, asked] {
        assert!(count > often / 2, "{tally:?}");
    }
}

fn one(seed: u64, tally: &mut Tally) {
    let mut random = Random::new(seed);
    let document = random_config(&mut random);
    let mut text = document.to_string();
    let broken = random.one_in(20);
    if broken {
        // Never empty: that is no config, and the default plan has no policy.
        text.truncate(text.floor_char_boundary(1 + random.below(text.len() - 2)));
    }
    let config = Config::read(&text).ok();
    assert!(config.is_some() || broken, "seed {seed}: {text}");
    let sealed = random.one_in(3);
    let mut secrets = vec![(Secret::Config, text.as_str())];
    secrets.extend(sealed.then_some((Secret::SealingKeys, SEALING)));

    let places = random.one_in(6);
    let said = if places { browser(&mut random) } else { params(&mut random) };
    let by_default = Config::default();
    let all = callbacks(config.as_ref().unwrap_or(&by_default), Params(&[]));
    let step = if places || random.one_in(3) { CallbackUrl::FIRST } else { *random.pick(&all) };
    let forged = random.one_in(30);
    let calm = random.one_in(3);
    let now = days_since_epoch(2026, 11, 16).unwrap() * DAY + random.below(86_400_000) as u64;
    let about = || format!("seed {seed}, {step:?}, {said:?}, {text}");

    let mut world = World::new(&mut random, calm, now);
    let flow = flow(&said, &step.suffix(false), &secrets, now, forged);
    let done = play(flow, |open| world.answer(open));
    let (reads, writes) = (world.fhir.reads(), world.fhir.writes());
    leaks_nothing(&done, &about);
    let xml = match &done.reply {
        Reply::Twiml(xml) => xml,
        Reply::Forbidden(_) => {
            tally.forged += usize::from(forged);
            assert!(forged || has(&said, "AccountSid", |account| !account.ends_with("01")), "{}", about());
            return;
        }
        // No one listens to a callback, and it comes again.
        Reply::Broken(_) => {
            assert!(is_callback(step.kind, &said) && !calm, "{} {:?}", about(), done.log);
            tally.callbacks += 1;
            assert!(world.waited <= TWILIO, "{}", about());
            return;
        }
        other => panic!("{other:?} {}", about()),
    };
    assert!(!forged, "{}", about());
    let errors: Vec<_> = check_xml(xml, Some(DocumentKind::Voice)).into_iter().filter(|one| !one.is_warning).collect();
    assert!(errors.is_empty(), "{errors:?} {xml} {}", about());
    tally.documents += 1;
    tally.asked += usize::from(reads > 0);

    let listens = !is_callback(step.kind, &said);
    if listens {
        assert!(world.waited <= PATIENCE, "{} ms {}", world.waited, about());
    }
    if calm {
        // A key press waits for the sealed record. A transcription is a record of its own, part of the call's.
        let most_reads = if step.kind == CallbackKind::Connect && sealed { 3 } else { 2 };
        let most_writes = if step.kind == CallbackKind::Transcription { 2 } else { 1 };
        let is_cheap = reads <= most_reads && writes <= most_writes;
        assert!(is_cheap, "{} {} {}", reads, writes, about());
    }
    let by_browser = step.kind == CallbackKind::First && has(&said, "From", |from| from.starts_with("client:"));
    let named = may_ring(&document, config.as_ref(), &said);
    for (noun, whom, caller_id) in rung(xml) {
        let one = format!("{noun} {whom}");
        // A browser reaches the number that it asks for, if policy allows it, and the callers who wait in a queue.
        let may = if by_browser {
            let allowed = WANTED.contains(&(whom.as_str(), true)) && has(&said, "To", |to| to == whom);
            noun == "Number" && allowed && !sealed || noun == "Queue" && named.contains(&format!("Enqueue {whom}"))
        } else {
            named.contains(&one) || world.people.named.contains(&one)
        };
        assert!(may, "{one} {xml} {}", about());
        assert!(caller_id.is_empty() || OURS.contains(&caller_id.as_str()), "{caller_id} {}", about());
        assert!(!by_browser || noun == "Queue" || !caller_id.is_empty(), "{xml} {}", about());
        tally.rang += 1;
        tally.placed += usize::from(by_browser);
    }
}

fn has(said: &[(&str, &str)], name: &str, fits: impl Fn(&str) -> bool) -> bool {
    said.iter().any(|(known, value)| *known == name && fits(value))
}

/// Whether no one hears the answer, by the kind of the callback URL and by what Twilio says of the call.
fn is_callback(kind: CallbackKind, said: &[(&str, &str)]) -> bool {
    let over = ["completed", "busy", "failed", "no-answer", "canceled"];
    match kind {
        CallbackKind::Status | CallbackKind::Recording | CallbackKind::Transcription | CallbackKind::Machine => true,
        CallbackKind::First => {
            has(said, "CallbackSource", |_| true)
                || has(said, "DialCallStatus", |_| true)
                || has(said, "CallStatus", |status| over.contains(&status))
        }
        // The caller is gone.
        CallbackKind::Queue => has(said, "CallStatus", |status| over.contains(&status)),
        _ => false,
    }
}

/// No log line has a number, a name or a secret in it.
fn leaks_nothing(done: &Response, about: &dyn Fn() -> String) {
    for line in &done.log {
        let digits = line.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
        assert!(digits < Some(7) && !line.contains("Ada") && !line.contains(SEALING), "{line} {}", about());
    }
}

/// Everyone who rings or is waited for in a document, and the number that they see.
fn rung(xml: &str) -> Vec<(String, String, String)> {
    let mut rung = Vec::new();
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
            let whom = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
            rung.push((name.to_owned(), whom, caller_id.clone()));
        }
        // A plan has no other ways to reach someone.
        assert!(!["Refer", "Connect", "Application", "WhatsApp", "Sim"].contains(&name), "{xml}");
    }
    rung
}

/// Whom the config names, by its document and not by the code under test.
fn may_ring(document: &Value, config: Option<&Config>, said: &[(&str, &str)]) -> Vec<String> {
    let mut named = Vec::new();
    for number in OURS {
        // The default plan rings the client of the number's own name.
        if has(said, "To", |to| to == number) || has(said, "Called", |called| called == number) {
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
                named.extend(target[name].as_str().map(|whom| format!("{noun} {whom}")));
            }
        }
        named.extend(verb["queue"]["name"].as_str().map(|name| format!("Enqueue {name}")));
        named.extend(verb["conference"]["name"].as_str().map(|name| format!("Conference {name}")));
    }
    named
}

/// The check finds everyone who is rung.
#[test]
fn the_check_finds_every_dialed_target() {
    let xml = r#"<Response><Dial callerId="+15550100001"><Number url="u">+1</Number><Client>a&amp;b&lt;</Client></Dial><Enqueue w="x">q</Enqueue></Response>"#;
    let seen: Vec<_> = rung(xml).into_iter().map(|(noun, whom, _)| [noun, whom].concat()).collect();
    assert_eq!(seen, ["Number+1", "Clienta&b<", "Enqueueq"]);
}
