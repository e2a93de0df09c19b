// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Checks a tree: whether it can be written as XML, and whether Twilio supports it.

use super::document::{MAX_DEPTH, is_name, is_writable};
use super::finding::{Finding, MAX_FINDINGS, Path, position};
use super::nearest;
use super::schema::{self, Attribute, Class, MESSAGING, Unless, VOICE, ValueKind};
use super::tree::{Element, Node};
use super::value::{fits, integer};
use crate::error::Code;
use crate::json::decimal;

/// The kind of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// Answers a message.
    Messaging,
    /// Answers a call.
    Voice,
}

/// Which rules are checked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rules {
    /// The rules of XML: names, characters, comments and depth.
    Xml,
    /// The rules of Twilio, for a tree that was read from well-formed XML.
    Schema,
    /// Both.
    All,
}

/// The findings of a tree in document order, at most [`MAX_FINDINGS`].
pub(super) fn check(root: &Element<'_>, document: Option<DocumentKind>, rules: Rules) -> Vec<Finding> {
    let mut checker = Checker { rules, root, trail: Vec::new(), findings: Vec::new(), document: VOICE };
    checker.document = match document.or_else(|| kind_of(root)) {
        Some(DocumentKind::Messaging) => MESSAGING,
        _ => VOICE,
    };
    let response = schema::class(checker.document);
    if rules != Rules::Xml && root.name != schema::name(response.name) {
        checker.add(Finding::new(Code::TwimlRoot, checker.path().text()));
        checker.rules = if rules == Rules::Schema { return checker.findings } else { Rules::Xml };
    }
    checker.element(root, Some(response), 0);
    checker.findings
}

/// The kind of a document. The first verb that only one kind has decides it. `None` if there is no such verb.
fn kind_of(root: &Element<'_>) -> Option<DocumentKind> {
    root.children.iter().find_map(|child| {
        let Node::Element(verb) = child else {
            return None;
        };
        let is_of = |root| schema::class(root).child(&verb.name).is_some();
        match (is_of(VOICE), is_of(MESSAGING)) {
            (true, false) => Some(DocumentKind::Voice),
            (false, true) => Some(DocumentKind::Messaging),
            _ => None,
        }
    })
}

struct Checker<'a> {
    rules: Rules,
    root: &'a Element<'a>,
    /// The path from the root: the nodes of each level, and the index of the current one.
    trail: Vec<(&'a [Node<'a>], usize)>,
    findings: Vec<Finding>,
    /// The class of the root.
    document: u8,
}

impl<'a> Checker<'a> {
    fn add(&mut self, finding: Finding) {
        if !self.is_full() {
            self.findings.push(finding);
        }
    }

    fn is_full(&self) -> bool {
        self.findings.len() >= MAX_FINDINGS
    }

    /// The path of the current element. It is built only for a finding, to save time.
    fn path(&self) -> Path {
        let mut path = Path::root(&self.root.name);
        for (siblings, index) in &self.trail {
            if let Some(Node::Element(element)) = siblings.get(*index) {
                path.element(&element.name, position(siblings, *index));
            }
        }
        path
    }

    fn error(&mut self, code: Code) {
        self.add(Finding::new(code, self.path().text()));
    }

    /// Checks an element. `class` is `None` for an element without a schema; `parent` is the index of its parent's
    /// name.
    fn element(&mut self, element: &'a Element<'a>, class: Option<&'static Class>, parent: u16) {
        if self.trail.len() >= MAX_DEPTH {
            return self.error(Code::TwimlDepth);
        }
        if self.rules != Rules::Schema {
            self.xml_rules(element);
        }
        let class = class.filter(|_| self.rules != Rules::Xml);
        if let Some(class) = class {
            self.attributes(element, class, parent);
            self.content(element, class);
        }
        for (index, child) in element.children.iter().enumerate() {
            if self.is_full() {
                return;
            }
            match child {
                Node::Element(child) => {
                    self.trail.push((&element.children, index));
                    let (found, name) = class.map_or((None, 0), |class| (self.child(child, class), class.name));
                    self.element(child, found, name);
                    self.trail.pop();
                }
                Node::Text(text) | Node::Comment(text) if self.rules != Rules::Schema => {
                    self.characters(text, &element.children, index);
                }
                Node::Text(_) | Node::Comment(_) => {}
            }
        }
    }

    /// Checks the rules of XML for an element and its attributes.
    fn xml_rules(&mut self, element: &Element<'_>) {
        if !is_name(&element.name) {
            self.error(Code::TwimlName);
        }
        for (index, (name, value)) in element.attributes.iter().enumerate() {
            if self.is_full() {
                return;
            }
            let code = if !is_name(name) {
                Code::TwimlName
            } else if element.attributes.iter().take(index).any(|(earlier, _)| earlier == name) {
                Code::TwimlAttributeRepeated
            } else if !is_writable(value) {
                Code::TwimlCharacter
            } else {
                continue;
            };
            self.add(Finding::new(code, self.path().attribute(name)));
        }
    }

    fn characters(&mut self, text: &str, siblings: &[Node<'_>], index: usize) {
        let comment = matches!(siblings.get(index), Some(Node::Comment(_)));
        let code = if !is_writable(text) {
            Code::TwimlCharacter
        } else if comment && text.as_bytes().windows(2).any(|pair| pair == b"--") {
            Code::TwimlComment
        } else {
            return;
        };
        let kind = if comment { "comment" } else { "text" };
        self.add(Finding::new(code, self.path().node(kind, position(siblings, index))));
    }

    /// The class of a child, or a finding and `None` if it is unknown. The trail ends at the child.
    fn child(&mut self, child: &Element<'_>, class: &Class) -> Option<&'static Class> {
        if let Some(found) = class.child(&child.name) {
            return Some(schema::class(found));
        }
        let named =
            |root: u8| schema::classes(root).find(|known| schema::name(schema::class(*known).name) == child.name);
        if let Some(known) = named(self.document) {
            let parents = self.parents(known);
            self.add(Finding::new(Code::TwimlNesting, self.path().text()).with("Allowed in", &parents));
            return Some(schema::class(known));
        }
        let other = if self.document == VOICE { MESSAGING } else { VOICE };
        if named(other).is_some() {
            self.error(Code::TwimlDocument);
            return None;
        }
        // An invalid name already has a finding.
        if self.rules == Rules::All && !is_name(&child.name) {
            return None;
        }
        let here = class.children().iter().map(|child| schema::name(schema::class(*child).name));
        let all = schema::classes(self.document).map(|class| schema::name(schema::class(class).name));
        let near = nearest::among(here, &child.name).or_else(|| nearest::among(all, &child.name));
        self.add(with_nearest(Finding::new(Code::TwimlElement, self.path().text()), near));
        None
    }

    /// The names of the elements that may contain a class.
    fn parents(&self, class: u8) -> String {
        let mut parents = String::new();
        for parent in schema::classes(self.document).map(schema::class) {
            if parent.children().contains(&class) {
                parents.push_str(if parents.is_empty() { "" } else { ", " });
                parents.push_str(schema::name(parent.name));
            }
        }
        // A root has no parent.
        if parents.is_empty() { "/".to_owned() } else { parents }
    }

    fn attributes(&mut self, element: &Element<'_>, class: &Class, parent: u16) {
        for (name, value) in &element.attributes {
            if self.is_full() {
                return;
            }
            let known = class.attributes().find(|attribute| schema::name(attribute.name) == name);
            let found = match known {
                // An invalid character already has a finding.
                Some(_) if self.rules == Rules::All && !is_writable(value) => None,
                Some(attribute) => value_finding(attribute, value),
                None if self.rules == Rules::All && !is_name(name) => None,
                None => {
                    let names = class.attributes().map(|attribute| schema::name(attribute.name));
                    Some(with_nearest(Finding::new(Code::TwimlAttribute, String::new()), nearest::among(names, name)))
                }
            };
            if let Some(mut finding) = found {
                finding.path = self.path().attribute(name);
                self.add(finding);
            }
        }
        for attribute in class.attributes().filter(|attribute| attribute.required) {
            let name = schema::name(attribute.name);
            if !has(element, name) && !is_waived(attribute.unless, element, parent) {
                self.add(Finding::new(Code::TwimlAttributeMissing, self.path().attribute(name)));
            }
        }
    }

    /// Checks the text of an element, and whether it has the required content.
    fn content(&mut self, element: &Element<'_>, class: &Class) {
        let mut blank = true;
        let mut elements = false;
        let mut characters = 0;
        let mut texts = 0;
        let mut only = "";
        for child in &element.children {
            match child {
                Node::Text(text) => {
                    blank &= text.trim_ascii().is_empty();
                    characters += if class.max_chars == 0 { 0 } else { text.chars().count() };
                    texts += 1;
                    only = text;
                }
                Node::Element(_) => elements = true,
                Node::Comment(_) => {}
            }
        }
        if !blank && !class.takes_text {
            self.error(Code::TwimlText);
        }
        if blank && !elements && class.needs_content && !is_waived(class.unless, element, 0) {
            self.error(Code::TwimlContent);
        }
        if class.max_chars != 0 && characters > usize::from(class.max_chars) {
            let max = decimal(class.max_chars.into());
            let finding = Finding::new(Code::TwimlLength, self.path().text()).with("Maximum", &max);
            self.add(finding.warning());
        }
        // Text around elements is not a single value. An invalid character already has a finding.
        let is_value = !blank && texts == 1 && !elements && is_writable(only);
        if is_value && !fits(class.text, only.trim_ascii(), false) {
            let finding = Finding::new(code_of(class.text), self.path().text());
            // Twilio also reads numbers in national format.
            self.add(if class.text == ValueKind::Url { finding } else { finding.warning() });
        }
    }
}

/// The finding of a value, without a path; `None` if the value is valid.
fn value_finding(attribute: &Attribute, value: &str) -> Option<Finding> {
    if !attribute.list {
        return single_value_finding(attribute, value);
    }
    let mut values = value.split_ascii_whitespace().peekable();
    if values.peek().is_none() {
        return single_value_finding(attribute, "");
    }
    values.find_map(|item| single_value_finding(attribute, item))
}

fn single_value_finding(attribute: &Attribute, value: &str) -> Option<Finding> {
    if attribute.words != 0 && schema::has_word(attribute.words, value) {
        return None;
    }
    let finding = Finding::new(code_of(attribute.kind), String::new());
    match attribute.kind {
        ValueKind::Enum => {
            let finding = match nearest::all(attribute.words) {
                Some(all) => finding.with("Allowed", &all),
                None => with_nearest(finding, nearest::in_graph(attribute.words, value)),
            };
            Some(if attribute.open { finding.warning() } else { finding })
        }
        ValueKind::Number => {
            let (min, max) = attribute.range();
            if integer(value).is_some_and(|number| (min..=max).contains(&number)) {
                return None;
            }
            Some(match (min, max) {
                (i32::MIN, _) => finding,
                (min, i32::MAX) => finding.with("Minimum", &decimal(u64::from(min.unsigned_abs()))),
                (min, max) => {
                    let min = decimal(u64::from(min.unsigned_abs()));
                    finding.with("Allowed", &[&*min, " to ", &decimal(u64::from(max.unsigned_abs()))].concat())
                }
            })
        }
        ValueKind::Keys => {
            let known = value.bytes().all(|byte| attribute.keys().as_bytes().contains(&byte));
            (!known).then(|| finding.with("Allowed", attribute.keys()))
        }
        ValueKind::Boolean => (!fits(ValueKind::Boolean, value, false)).then(|| finding.with("Allowed", "true, false")),
        kind => (!fits(kind, value, attribute.is_wide())).then_some(finding),
    }
}

fn code_of(kind: ValueKind) -> Code {
    match kind {
        ValueKind::Number => Code::TwimlNumber,
        ValueKind::Phone => Code::TwimlPhone,
        ValueKind::Sip | ValueKind::Url | ValueKind::Wss => Code::TwimlUrl,
        ValueKind::Any | ValueKind::Boolean | ValueKind::Enum | ValueKind::Keys => Code::TwimlValue,
    }
}

fn with_nearest(finding: Finding, near: Option<String>) -> Finding {
    match near {
        Some(near) => finding.with("Nearest match", &near),
        None => finding,
    }
}

fn has(element: &Element<'_>, attribute: &str) -> bool {
    element.attributes.iter().any(|(name, _)| name == attribute)
}

/// Whether the parent, or another attribute, waives a requirement.
fn is_waived(unless: Unless, element: &Element<'_>, parent: u16) -> bool {
    unless.iter().any(|name| *name != 0 && (*name == parent || has(element, schema::name(*name))))
}
