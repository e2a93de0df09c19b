// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Generates the JSON Schema of the config from its types. Also implements serde for the types, so that tests can
//! compare serde with the reader of the bots.

use std::fmt;
use std::marker::PhantomData;

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::transform_subschemas;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Value, json};

use super::{Config, Day, Holiday, Opening};
use crate::dialplan::speech::Words;
use crate::json::Map;

/// The URL where the schema is published.
const ID: &str = "https://plumline.dev/schema/config.json";

/// The schema (JSON Schema 2020-12) as text, as in `schema/config.json`. It finds fewer errors than [`Config::check`],
/// because a schema cannot express undefined names, loops and similar errors.
#[must_use]
pub fn schema() -> String {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Config>();
    without_additions(&mut schema);
    schema.insert("$id".to_owned(), ID.into());
    schema.insert("title".to_owned(), "Plumline’s config".into());
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        for name in ["dialplans", "hours", "lists", "actions", "dispositions"] {
            named(properties, name, "^[a-z0-9-]{1,32}$");
        }
        named(properties, "identities", "^[!-~]{1,256}$");
        named(properties, "voices", "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$");
        named(properties, "numbers", r"^\+[1-9][0-9]{6,14}$");
    }
    if let Some(Value::Object(properties)) = schema.pointer_mut("/$defs/Sip/properties") {
        named(properties, "extensions", "^[a-z0-9-]{1,32}$");
    }
    // This cannot fail: every `Value` can be serialized.
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

/// Sets the pattern of the names in an object.
fn named(properties: &mut serde_json::Map<String, Value>, name: &str, pattern: &str) {
    if let Some(Value::Object(object)) = properties.get_mut(name) {
        object.insert("propertyNames".to_owned(), json!({ "pattern": pattern }));
    }
}

/// Removes additions of schemars: `null` for optional members, which the config does not allow, and the format
/// `uint32`, which other validators do not support.
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

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Map<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<V>(PhantomData<V>);

        impl<'de, V: Deserialize<'de>> Visitor<'de> for Members<V> {
            type Value = Map<V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Map<V>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = access.next_entry::<String, V>()? {
                    members.push(member);
                }
                let count = members.len();
                let map = Map::from_iter(members);
                if map.len() == count { Ok(map) } else { Err(A::Error::duplicate_field("a name")) }
            }
        }

        deserializer.deserialize_map(Members(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrTexts;

        impl<'de> Visitor<'de> for TextOrTexts {
            type Value = Words;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, or an object of texts by language")
            }

            fn visit_str<E>(self, text: &str) -> Result<Words, E> {
                Ok(Words::One(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<Words, A::Error> {
                Map::deserialize(MapAccessDeserializer::new(access)).map(Words::Each)
            }
        }

        deserializer.deserialize_any(TextOrTexts)
    }
}

/// The pattern of the days of a holiday, or of a set such as `@US`.
fn holiday_pattern() -> String {
    const DATE: &str = "([0-9]{4}-)?[0-9]{2}-[0-9]{2}";
    const WEEKDAY: &str = "(mon|tue|wed|thu|fri|sat|sun)";
    const MONTH: &str = "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)";
    let moving = format!(
        "((orthodox )?easter|([1-4]|last) {WEEKDAY} {MONTH}|{WEEKDAY} (before|after) [0-9]{{2}}-[0-9]{{2}})([+-][1-9][0-9]?)?"
    );
    format!(
        r"^({DATE}(\.\.{DATE}|( observed)?( {WEEKDAY}[+-][1-6])*)|{moving}(\.\.{moving})?|@[A-Z]{{2}}(-[A-Z]{{2,3}})?)$"
    )
}

/// Holidays with a name, or with times.
#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct HolidayMembers {
    /// The days: a date, a range of dates, or a rule such as `easter+1` or `4 thu nov`.
    #[schemars(regex(pattern = holiday_pattern()))]
    on: String,
    /// A name for people. It is never spoken.
    #[schemars(length(min = 1, max = 64))]
    name: Option<String>,
    /// When the hours are open on these days, instead of their other times. If absent, the days are closed.
    #[serde(default)]
    open: Vec<Opening>,
    /// The weekdays to which the entry applies. If absent, all weekdays for a closed day and for a date with a year,
    /// otherwise the weekdays with other times.
    #[schemars(length(min = 1))]
    days: Option<Vec<Day>>,
}

impl schemars::JsonSchema for Holiday {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Holiday".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "description": "Days that are closed, or that have other hours. A date (`12-25`, `2026-11-26`, `07-04 observed`), a range (`12-24..01-02`) or a rule (`easter+1`, `4 thu nov`, `last mon may`); or an object with `on`.",
            "anyOf": [
                { "type": "string", "pattern": holiday_pattern() },
                generator.subschema_for::<HolidayMembers>()
            ]
        })
    }
}

impl<'de> Deserialize<'de> for Holiday {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrMembers;

        impl<'de> Visitor<'de> for TextOrMembers {
            type Value = Holiday;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, or an object with `on`")
            }

            fn visit_str<E>(self, text: &str) -> Result<Holiday, E> {
                Ok(Holiday { on: text.to_owned(), ..Holiday::default() })
            }

            fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<Holiday, A::Error> {
                let HolidayMembers { on, name, open, days } =
                    HolidayMembers::deserialize(MapAccessDeserializer::new(access))?;
                Ok(Holiday { on, name, open, days })
            }
        }

        deserializer.deserialize_any(TextOrMembers)
    }
}
