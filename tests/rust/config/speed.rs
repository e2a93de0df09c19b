// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The speed of checking large configs. `cargo test --release --test rust config::speed -- --ignored --nocapture`
//! prints it.

use plumline::dialplan::config::Config;
use serde_json::{Value, json};

#[test]
#[ignore = "a measurement"]
fn large_configs_are_checked_quickly() {
    for (count, actions) in [(50_u32, 50_u32), (1_000, 20), (1_000, 1_000)] {
        let rules = (0..count).map(|n| {
            let last = n + 1 == count;
            let when = if last { json!({}) } else { json!({ "callers": [format!("+1555{n:07}")] }) };
            json!({ "when": when, "then": format!("a{}", n % actions) })
        });
        let verbs: serde_json::Map<String, Value> = (0..actions)
            .map(|n| {
                (
                    format!("a{n}"),
                    json!([{ "say": { "text": format!("You have reached desk {n}.") } }, { "hangup": {} }]),
                )
            })
            .collect();
        let config = json!({
            "numbers": { "+15550100001": { "name": "Desk", "dialplan": "main" } },
            "dialplans": { "main": rules.collect::<Vec<_>>() },
            "actions": verbs
        });
        let text = config.to_string();
        assert_eq!(Config::check(&text, None, None), []);
        let mut best = f64::MAX;
        for _ in 0..200 {
            let start = std::time::Instant::now();
            std::hint::black_box(Config::read(std::hint::black_box(&text))).unwrap();
            best = best.min(start.elapsed().as_secs_f64() * 1e6);
        }
        println!("{count} rules and {actions} actions, {} bytes: {best:.0} µs", text.len());
    }
}
