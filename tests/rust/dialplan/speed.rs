// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The speed of routing. `cargo test --release --test rust dialplan::speed -- --nocapture` prints the times. The limits
//! are high, because other programs may use the same CPU.

use std::hint::black_box;
use std::time::{Duration, Instant};

use plumline::dialplan::{
    Call, CallbackUrl, Caller, Config, DialplanInput, Facts, Params, callbacks, render, required_lookups,
};
use plumline::phone::E164;
use plumline::signature::{AuthToken, SignedParams, find_signed_suffix, sign};

use crate::constants::TOKEN;
use crate::dialplan::clinic::{CALL, CALLER, CLINIC_NUMBER, URL};
use crate::json::json;

/// The shortest time of several runs.
fn time(mut run: impl FnMut()) -> Duration {
    (0..20)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .min()
        .unwrap()
}

fn bound(milliseconds: u64) -> Duration {
    Duration::from_millis(if cfg!(debug_assertions) { milliseconds * 50 } else { milliseconds })
}

const PAIRS: [(&str, &str); 22] = [
    ("AccountSid", "AC00000000000000000000000000000001"),
    ("ApiVersion", "2010-04-01"),
    ("CallSid", CALL),
    ("CallStatus", "in-progress"),
    (
        "CallToken",
        "%7B%22parentCallInfoToken%22%3A%22eyJhbGciOiJFUzI1NiJ9.eyJjYWxsU2lkIjoiQ0EwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMSJ9%22%7D",
    ),
    ("Called", CLINIC_NUMBER),
    ("CalledCity", ""),
    ("CalledCountry", "US"),
    ("CalledState", "NY"),
    ("CalledZip", ""),
    ("Caller", CALLER),
    ("CallerCity", "SPRINGFIELD"),
    ("CallerCountry", "US"),
    ("CallerState", "NY"),
    ("Digits", "1"),
    ("Direction", "inbound"),
    ("FinishedOnKey", ""),
    ("From", CALLER),
    ("FromCountry", "US"),
    ("To", CLINIC_NUMBER),
    ("ToCountry", "US"),
    ("msg", "Gather End"),
];

fn rules(count: usize) -> String {
    let mut text = String::from(
        r#"{"timeZone":"America/New_York","numbers":{"+15550100001":{"name":"front","dialplan":"main"}},"lists":{"#,
    );
    let lists: Vec<String> = (0..count / 10).map(|at| format!(r#""list-{at}":["+1556{at:07}","+44*"]"#)).collect();
    text.push_str(&lists.join(","));
    text.push_str(
        r#"},"hours":{"desk":{"weekly":[{"days":["mon"],"from":"09:00","to":"17:00"}]}},"dialplans":{"main":["#,
    );
    for at in 0..count {
        let when = match at % 4 {
            0 => format!(r#""callers":["list-{}"]"#, at / 10),
            1 => format!(r#""callers":["+1557{at:07}","+33*"]"#),
            2 => r#""closed":"desk""#.to_owned(),
            _ => r#""anonymous":true"#.to_owned(),
        };
        text.extend([r#"{"when":{"#, &when, r#"},"then":"a"},"#]);
    }
    text.push_str(r#"{"then":"b"}]},"actions":{"a":[{"hangup":{}}],"b":[{"say":{"text":"Found."}},{"hangup":{}}]}}"#);
    text
}

fn route(config: &Config, own: &[E164<'_>]) -> String {
    let pairs = [("CallSid", CALL), ("From", CALLER), ("To", CLINIC_NUMBER)];
    let call = Call::read(&pairs).unwrap();
    let caller = Caller::of(&call, Params(&pairs), own, &config.sip);
    let input = DialplanInput { config, numbers: own, url: URL, caller };
    let next = input.next(&CallbackUrl::WEBHOOK, Params(&pairs), false);
    let mut facts = Facts::at(0, &caller);
    for lookup in required_lookups(&input, &next, &facts) {
        let local_times = json(r#"{"localTimes":["2026-11-16T10:00:00"]}"#);
        facts.learn(&lookup, vec![Some(local_times)], &caller);
    }
    assert!(required_lookups(&input, &next, &facts).is_empty());
    render(&input, &next, &facts).twiml
}

#[test]
fn a_thousand_rules_take_less_than_a_millisecond() {
    let own = [E164::parse(CLINIC_NUMBER).unwrap()];
    for count in [50, 1_000] {
        let text = rules(count);
        let config = Config::read(&text).unwrap();
        assert!(route(&config, &own).contains("Found."));
        let routed = time(|| drop(black_box(route(&config, &own))));
        let both = time(|| drop(black_box(route(&Config::read(&text).unwrap(), &own))));
        println!("{count} rules: routed in {routed:?}, read and routed in {both:?}");
        assert!(routed < bound(1), "{routed:?}");
    }
}

#[test]
fn every_step_takes_less_than_half_a_millisecond() {
    let menus: Vec<String> = (0..62)
        .map(|at| {
            let then = (at + 1) % 62;
            format!(
                r#""menu-{at}":[{{"menu":{{"prompt":{{"text":"Choose."}},"retries":3,"options":[{{"digits":"1","then":"menu-{then}"}}],"otherwise":"end"}}}}]"#
            )
        })
        .collect();
    let text = format!(
        r#"{{"numbers":{{"+15550100001":{{"name":"front","dialplan":"main"}}}},"dialplans":{{"main":[{{"then":"menu-0"}}]}},"actions":{{{},"end":[{{"hangup":{{}}}}]}}}}"#,
        menus.join(",")
    );
    let config = Config::read(&text).unwrap();
    let (token, params) = (AuthToken::new(TOKEN).unwrap(), SignedParams::new(&PAIRS));
    let tokens = [token];
    let find = |signature: &str| {
        let steps = callbacks(&config, Params(&PAIRS));
        let suffixes: Vec<String> = steps.iter().map(|step| step.suffix(false)).collect();
        (
            find_signed_suffix(URL, &suffixes, &params, signature, &tokens, usize::MAX).map(|at| suffixes[at].clone()),
            suffixes.len(),
        )
    };
    let last = callbacks(&config, Params(&PAIRS)).last().unwrap().url(URL);
    let signature = sign(&tokens[0], &last, &params);
    let (found, count) = find(&signature);
    assert_eq!((found.map(|suffix| format!("{URL}{suffix}")), count), (Some(last), 256));
    let worst = time(|| drop(black_box(find(&signature))));
    let likely = sign(&tokens[0], &format!("{URL}?step=menu.menu-0"), &params);
    let best = time(|| drop(black_box(find(&likely))));
    let forged = time(|| drop(black_box(find("AAAAAAAAAAAAAAAAAAAAAAAAAAA="))));
    println!("{count} steps: the first in {best:?}, the last in {worst:?}, none in {forged:?}");
    assert!(worst < bound(2), "{worst:?}");
}
