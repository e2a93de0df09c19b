// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The build script. It makes the tables of `src/twiml/schema.rs` from schema/twiml.json and schema/overlay.json, and
//! the languages of voices from schema/voices.json.
//!
//! The same files always give the same output. The build panics if a rule matches nothing or a word is not valid. The
//! messages are for the developer who edits those files.

#[path = "build/read.rs"]
mod read;
#[path = "build/words.rs"]
mod words;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use read::{Class, Spec};
use words::Words;

fn main() {
    println!("cargo::rerun-if-changed=schema");
    let schema = read::schema(&json("schema/twiml.json"), &json("schema/overlay.json"));
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    let out = Path::new(&out);
    fs::write(out.join("twiml_schema.rs"), Tables::of(&schema)).expect("OUT_DIR can be written");
    fs::write(out.join("voice_languages.rs"), voice_languages(&json("schema/voices.json")))
        .expect("OUT_DIR can be written");
}

/// The languages of the voices whose names have none, for `src/dialplan/check/advice.rs`: `[("Polly.Amy", "en-GB")]`.
fn voice_languages(voices: &serde_json::Value) -> String {
    let languages = voices["languages"].as_object().expect("voices.json has languages");
    let rows = languages.iter().map(|(voice, tags)| {
        let tags: Vec<&str> = tags.as_array().into_iter().flatten().filter_map(serde_json::Value::as_str).collect();
        assert!(!tags.is_empty(), "{voice} has no language");
        (voice.as_str(), tags.join(" "))
    });
    format!("&{:?}", rows.collect::<Vec<_>>())
}

fn json(file: &str) -> serde_json::Value {
    let text = fs::read_to_string(file).unwrap_or_else(|err| panic!("{file}: {err}"));
    serde_json::from_str(&text).unwrap_or_else(|err| panic!("{file}: {err}"))
}

/// The tables. A row that is used in several places is stored once, and other rows refer to its index.
#[derive(Default)]
struct Tables {
    names: Vec<String>,
    ranges: Vec<(i32, i32)>,
    keys: Vec<String>,
    attributes: Vec<String>,
    /// The attributes of each class, one class after the other.
    lists: Vec<usize>,
    /// The children of each class, one class after the other.
    children: Vec<usize>,
    classes: Vec<String>,
}

impl Tables {
    fn of(schema: &read::Schema) -> String {
        let mut tables = Self::default();
        // Index 0 means that there is no name.
        tables.names.push(String::new());
        let words = Words::of(&schema.enums);
        let ids: BTreeMap<(usize, &str), usize> =
            schema.classes.iter().enumerate().map(|(id, class)| ((class.document, &*class.key), id)).collect();
        for class in &schema.classes {
            tables.class(class, &ids, &words, schema);
        }
        tables.print(schema, &words)
    }

    fn class(&mut self, class: &Class, ids: &BTreeMap<(usize, &str), usize>, words: &Words, schema: &read::Schema) {
        let attributes = self.lists.len();
        for (name, spec) in &class.attributes {
            let row = self.attribute(name, spec, words, schema);
            let index = intern(&mut self.attributes, row);
            self.lists.push(index);
        }
        let children = self.children.len();
        self.children.extend(class.children.iter().map(|child| ids[&(class.document, &**child)]));
        let name = self.name(&class.element);
        let unless = self.unless(&class.unless);
        self.classes.push(format!(
            "Class {{ name: {name}, attributes: ({attributes}, {}), children: ({children}, {}), takes_text: {}, \
             needs_content: {}, unless: {unless}, text: ValueKind::{}, max_chars: {} }}",
            self.lists.len(),
            self.children.len(),
            class.takes_text,
            class.needs_content,
            class.text,
            class.max_chars,
        ));
    }

    fn attribute(&mut self, name: &str, spec: &Spec, words: &Words, schema: &read::Schema) -> String {
        let argument = match &*spec.kind {
            "Number" => intern(&mut self.ranges, (spec.min, spec.max)),
            "Keys" => intern(&mut self.keys, spec.keys.clone()),
            "Phone" | "Wss" => usize::from(spec.wide),
            _ => 0,
        };
        let (words, open) = spec.words.as_deref().map_or((0, false), |name| {
            let root = words.roots.get(name).unwrap_or_else(|| panic!("there is no enum {name}"));
            (*root, schema.open.iter().any(|open| open == name))
        });
        let name = self.name(name);
        let unless = self.unless(&spec.unless);
        format!(
            "Attribute {{ name: {name}, kind: ValueKind::{}, argument: {argument}, words: {words}, open: {open}, list: {}, \
             required: {}, unless: {unless} }}",
            spec.kind, spec.list, spec.required,
        )
    }

    fn name(&mut self, name: &str) -> usize {
        intern(&mut self.names, name.to_owned())
    }

    fn unless(&mut self, names: &[String]) -> String {
        assert!(names.len() <= 2, "a rule has at most two exceptions");
        let mut ids: Vec<usize> = names.iter().map(|name| self.name(name)).collect();
        ids.resize(2, 0);
        format!("{ids:?}")
    }

    fn print(&self, schema: &read::Schema, words: &Words) -> String {
        let messaging =
            schema.classes.iter().position(|class| class.document == 1).expect("there is a messaging document");
        let root = |document| {
            let is = |class: &Class| class.document == document && class.element == "Response";
            schema.classes.iter().position(is).expect("every document has a root")
        };
        let mut text = String::new();
        for (what, value) in [("VOICE", root(0)), ("MESSAGING", root(1)), ("FIRST_MESSAGING", messaging)] {
            writeln!(text, "pub(super) const {what}: u8 = {value};").expect("writing to a String succeeds");
        }
        let mut table = |name: &str, of: &str, rows: &[String]| {
            let list = rows.join(",\n    ");
            writeln!(text, "pub(super) static {name}: [{of}; {}] = [\n    {list}\n];", rows.len())
                .expect("writing to a String succeeds");
        };
        let print = |rows: &[usize]| rows.iter().map(ToString::to_string).collect::<Vec<_>>();
        table("NAMES", "&str", &self.names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>());
        table("RANGES", "(i32, i32)", &self.ranges.iter().copied().map(range).collect::<Vec<_>>());
        table("KEYS", "&str", &self.keys.iter().map(|keys| format!("{keys:?}")).collect::<Vec<_>>());
        table("ATTRIBUTES", "Attribute", &self.attributes);
        table("LISTS", "u16", &print(&self.lists));
        table("CHILDREN", "u8", &print(&self.children));
        table("CLASSES", "Class", &self.classes);
        table("LABELS", "u8", &print(&words.labels.iter().map(|label| usize::from(*label)).collect::<Vec<_>>()));
        table("LINKS", "u16", &print(&words.links.iter().map(|link| usize::from(*link)).collect::<Vec<_>>()));
        text
    }
}

fn range((min, max): (i32, i32)) -> String {
    let bound = |number| match number {
        i32::MIN => "i32::MIN".to_owned(),
        i32::MAX => "i32::MAX".to_owned(),
        number => i32::to_string(&number),
    };
    format!("({}, {})", bound(min), bound(max))
}

/// The index of a row. Adds the row if the table does not have it.
fn intern<T: PartialEq>(table: &mut Vec<T>, row: T) -> usize {
    table.iter().position(|known| *known == row).unwrap_or_else(|| {
        table.push(row);
        table.len() - 1
    })
}
