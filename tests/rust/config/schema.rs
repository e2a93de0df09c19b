// SPDX-License-Identifier: Apache-2.0 OR MIT

//! schema/config.json is the schema that is generated from the config types.
//!
//! `PLUMLINE_WRITE_SCHEMA=1 cargo test --test rust` writes the file.

use plumline::dialplan::config::schema;
use serde_json::Value;

#[test]
fn the_committed_schema_matches_the_types() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/config.json");
    if std::env::var_os("PLUMLINE_WRITE_SCHEMA").is_some() {
        std::fs::write(file, schema()).expect("schema/config.json can be written");
    }
    let committed = std::fs::read_to_string(file).expect("schema/config.json is there");
    let same = committed == schema();
    assert!(same, "PLUMLINE_WRITE_SCHEMA=1 cargo test --test rust writes schema/config.json as the types are");
}

#[test]
fn the_schema_is_complete() {
    let schema: Value = serde_json::from_str(&schema()).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["$id"], "https://plumline.dev/schema/config.json");
    let mut objects = 0;
    each(&schema, &mut |part| {
        assert_ne!(part["type"], "null", "{part}");
        assert!(part["type"].is_null() || part["type"].is_string(), "{part}");
        if part["properties"].is_object() {
            objects += 1;
            // A verb has exactly one member. Other objects allow only the listed members.
            assert_eq!(part["additionalProperties"], false, "{part}");
            for (name, property) in part["properties"].as_object().unwrap() {
                let is_described = property["description"].is_string() || part["required"][0] == name.as_str();
                assert!(is_described, "{name} has no description: {property}");
            }
        }
    });
    assert!(objects > 30, "{objects}");
}

fn each(value: &Value, look: &mut impl FnMut(&Value)) {
    match value {
        Value::Object(members) => {
            look(value);
            members.values().for_each(|member| each(member, look));
        }
        Value::Array(elements) => elements.iter().for_each(|element| each(element, look)),
        _ => {}
    }
}
