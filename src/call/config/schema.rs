// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The JSON Schema of the config, made from its types.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::transform_subschemas;
use serde_json::{Value, json};

use super::Config;

/// Where the schema is published.
const ID: &str = "https://plumline.dev/schema/config.json";

/// The schema (JSON Schema 2020-12) as text: what stands in `schema/config.json`. It says less than
/// [`Config::check`]: names that are defined, ways that come to an end and their like are no matter of schemas.
#[must_use]
pub fn schema() -> String {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Config>();
    without_additions(&mut schema);
    schema.insert("$id".to_owned(), ID.into());
    schema.insert("title".to_owned(), "Plumline’s config".into());
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        for name in ["dialplans", "hours", "lists", "actions"] {
            named(properties, name, "^[a-z0-9-]{1,32}$");
        }
        named(properties, "identities", "^[!-~]{1,256}$");
        named(properties, "numbers", r"^\+[1-9][0-9]{6,14}$");
    }
    // A Value always serializes.
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

/// The names that the members of an object may have.
fn named(properties: &mut serde_json::Map<String, Value>, name: &str, pattern: &str) {
    if let Some(Value::Object(object)) = properties.get_mut(name) {
        object.insert("propertyNames".to_owned(), json!({ "pattern": pattern }));
    }
}

/// Takes out what schemars adds. What is optional is left out, and the reader takes no `null`; and no validator but its
/// own knows the format `uint32`.
fn without_additions(schema: &mut Schema) {
    transform_subschemas(&mut without_additions, schema);
    schema.remove("format");
    if schema.get("default") == Some(&Value::Null) {
        schema.remove("default");
    }
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = &types[..] {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
        choices.retain(|choice| choice["type"] != "null");
        if let [Value::Object(only)] = &choices[..] {
            let only = only.clone();
            schema.remove("anyOf");
            for (name, value) in only {
                schema.insert(name, value);
            }
        }
    }
}
