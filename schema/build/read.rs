// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Reads schema/twiml.json and applies the rules of schema/overlay.json to it.

use std::collections::BTreeMap;

use serde_json::Value;

pub(super) struct Schema {
    pub(super) classes: Vec<Class>,
    pub(super) enums: BTreeMap<String, Vec<String>>,
    /// The enums that allow other words as well.
    pub(super) open: Vec<String>,
}

pub(super) struct Class {
    /// 0 for voice, 1 for messaging.
    pub(super) document: usize,
    pub(super) key: String,
    pub(super) element: String,
    pub(super) attributes: BTreeMap<String, Spec>,
    /// The names of classes.
    pub(super) children: Vec<String>,
    pub(super) takes_text: bool,
    /// Whether it requires text or an element inside.
    pub(super) needs_content: bool,
    pub(super) unless: Vec<String>,
    /// The `ValueKind` of its text.
    pub(super) text: String,
    /// The maximum number of characters of its text; 0 for no limit.
    pub(super) max_chars: u64,
}

#[derive(Clone, Default)]
pub(super) struct Spec {
    /// A `ValueKind`.
    pub(super) kind: String,
    pub(super) words: Option<String>,
    pub(super) list: bool,
    pub(super) min: i32,
    pub(super) max: i32,
    pub(super) keys: String,
    pub(super) wide: bool,
    pub(super) required: bool,
    pub(super) unless: Vec<String>,
}

pub(super) fn schema(schema: &Value, overlay: &Value) -> Schema {
    let mut enums = BTreeMap::new();
    let mut classes = Vec::new();
    for (document, name) in ["voice", "messaging"].into_iter().enumerate() {
        let schema = &schema["documents"][name];
        enums.extend(object(&schema["enums"]).iter().map(|(name, words)| (name.clone(), strings(words))));
        classes.extend(object(&schema["classes"]).iter().map(|(name, class)| self::class(document, name, class)));
    }
    for (name, words) in object(&overlay["enums"]) {
        let before = enums.insert(name.clone(), strings(words));
        assert!(before.is_none(), "npm twilio already has an enum {name}");
    }
    for (name, words) in object(&overlay["extend"]) {
        enums.get_mut(name).unwrap_or_else(|| panic!("there is no enum {name}")).extend(strings(words));
    }
    for rule in list(&overlay["attributes"]) {
        for selector in strings(&rule["select"]) {
            attribute_rule(&mut classes, &selector, rule);
        }
    }
    for rule in list(&overlay["elements"]) {
        for selector in strings(&rule["select"]) {
            let mut chosen = classes.iter_mut().filter(|class| class.key == selector).peekable();
            assert!(chosen.peek().is_some(), "a rule is for the class {selector}, which does not exist");
            chosen.for_each(|class| element_rule(class, &rule["set"]));
        }
    }
    Schema { classes, enums, open: strings(&overlay["open"]) }
}

fn class(document: usize, name: &str, class: &Value) -> Class {
    let attributes = object(&class["attributes"]).iter().map(|(name, from)| {
        let mut spec = Spec { min: i32::MIN, max: i32::MAX, ..Spec::default() };
        set(&mut spec, from);
        (name.clone(), spec)
    });
    Class {
        document,
        key: name.to_owned(),
        element: string(&class["element"]),
        attributes: attributes.collect(),
        children: list(&class["children"]).iter().map(|child| string(&child["class"])).collect(),
        takes_text: !class["text"].is_null(),
        needs_content: class["text"]["required"] == true,
        unless: Vec::new(),
        text: kind("string"),
        max_chars: 0,
    }
}

fn attribute_rule(classes: &mut [Class], selector: &str, rule: &Value) {
    let (class, attribute) = selector.split_once('@').expect("a selector has the form class@attribute");
    let adds = rule["add"] == true;
    let mut matched = false;
    for item in classes.iter_mut().filter(|item| class == "*" || item.key == class) {
        if adds {
            let any = Spec { min: i32::MIN, max: i32::MAX, ..Spec::default() };
            let before = item.attributes.insert(attribute.to_owned(), any);
            assert!(before.is_none(), "npm twilio already has {selector}");
        }
        if let Some(spec) = item.attributes.get_mut(attribute) {
            set(spec, &rule["set"]);
            matched = true;
        }
    }
    assert!(matched, "a rule is for {selector}, which does not exist");
}

fn element_rule(class: &mut Class, set: &Value) {
    for (name, value) in object(set) {
        match &**name {
            "content" => class.needs_content = value == true,
            "unless" => class.unless = strings(value),
            "type" => class.text = kind(&string(value)),
            "max" => class.max_chars = value.as_u64().expect("a number"),
            _ => panic!("a rule cannot set {name} of an element"),
        }
    }
}

/// Sets members of `spec`: those of schema/twiml.json, and those that only the overlay has.
fn set(spec: &mut Spec, from: &Value) {
    for (name, value) in object(from) {
        match &**name {
            "type" => {
                spec.kind = kind(&string(value));
                spec.words = None;
                spec.list = false;
            }
            "enum" => spec.words = Some(string(value)),
            "keys" => spec.keys = string(value),
            "list" => spec.list = value == true,
            "min" => spec.min = integer(value),
            "max" => spec.max = integer(value),
            // A wss URL may have a query. A phone number may be a short code.
            "query" | "short" => spec.wide = value == true,
            "required" => spec.required = value == true,
            "unless" => spec.unless = strings(value),
            _ => panic!("a rule cannot set {name} of an attribute"),
        }
    }
    // `type` clears the enum, and it may come after `enum`.
    if let Some(words) = from.get("enum") {
        spec.words = Some(string(words));
    }
    spec.list |= from.get("list").is_some();
}

fn kind(name: &str) -> String {
    match name {
        "boolean" => "Boolean",
        "enum" => "Enum",
        "keys" => "Keys",
        "number" => "Number",
        "phone" => "Phone",
        "sip" => "Sip",
        "string" => "Any",
        "url" => "Url",
        "wss" => "Wss",
        _ => panic!("{name} is not a type"),
    }
    .to_owned()
}

fn object(value: &Value) -> &serde_json::Map<String, Value> {
    value.as_object().expect("an object")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn strings(value: &Value) -> Vec<String> {
    list(value).iter().map(string).collect()
}

fn string(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn integer(value: &Value) -> i32 {
    value.as_i64().and_then(|number| i32::try_from(number).ok()).expect("a number")
}
