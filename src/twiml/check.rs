// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Checking a tree: whether it can be written as XML, and whether it says what Twilio understands.

use super::document::{DEEPEST, is_name, is_writable};
use super::finding::{Finding, MAX, Path, position};
use super::nearest;
use super::schema::{self, Attribute, Class, MESSAGING, Unless, VOICE, ValueKind};
use super::tree::{Element, Node};
use super::value::{fits, integer};
use crate::error::Code;
use crate::json::decimal;

/// The two kinds of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// Answers a message.
    Messaging,
    /// Answers a call.
    Voice,
}

/// What is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Names, characters, comments and depth: all that XML asks for.
    Form,
    /// What Twilio asks for, of a tree that is well-formed.
    Schema,
    /// Both.
    Whole,
}

/// What is wrong with a tree, from its beginning on; at most a hundred findings.
pub(super) fn check(root: &Element<'_>, document: Option<DocumentKind>, look: Look) -> Vec<Finding> {
    let mut checker = Checker { look, root, trail: Vec::new(), findings: Vec::new(), document: VOICE };
    checker.document = match document.or_else(|| kind_of(root)) {
        Some(DocumentKind::Messaging) => MESSAGING,
        _ => VOICE,
    };
    let response = schema::class(checker.document);
    if look != Look::Form && root.name != schema::name(response.name) {
        checker.add(Finding::new(Code::TwimlRoot, checker.path().text()));
        checker.look = if look == Look::Schema { return checker.findings } else { Look::Form };
    }
    checker.element(root, Some(response), 0);
    checker.findings
}

/// What the verbs tell: the first one decides that only one kind of document has.
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
    look: Look,
    root: &'a Element<'a>,
    /// The way from the root: the nodes of each level, and which of them.
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
        self.findings.len() >= MAX
    }

    /// Made only for what is wrong.
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

    /// `class` is `None` for what no schema tells of; `parent` is a name.
    fn element(&mut self, element: &'a Element<'a>, class: Option<&'static Class>, parent: u16) {
        if self.trail.len() >= DEEPEST {
            return self.error(Code::TwimlDepth);
        }
        if self.look != Look::Schema {
            self.form(element);
        }
        let class = class.filter(|_| self.look != Look::Form);
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
                Node::Text(text) | Node::Comment(text) if self.look != Look::Schema => {
                    self.characters(text, &element.children, index);
                }
                Node::Text(_) | Node::Comment(_) => {}
            }
        }
    }

    /// What XML asks of an element and its attributes.
    fn form(&mut self, element: &Element<'_>) {
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

    /// The class of a child, or why it may not stand where it stands. The trail ends at the child.
    fn child(&mut self, child: &Element<'_>, class: &Class) -> Option<&'static Class> {
        if let Some(found) = class.child(&child.name) {
            return Some(schema::class(found));
        }
        let named =
            |root: u8| schema::classes(root).find(|known| schema::name(schema::class(*known).name) == child.name);
        if let Some(known) = named(self.document) {
            let parents = self.parents(known);
            self.add(Finding::new(Code::TwimlNesting, self.path().text()).with("Its place", &parents));
            return Some(schema::class(known));
        }
        let other = if self.document == VOICE { MESSAGING } else { VOICE };
        if named(other).is_some() {
            self.error(Code::TwimlDocument);
            return None;
        }
        // What is no name at all has been told.
        if self.look == Look::Whole && !is_name(&child.name) {
            return None;
        }
        let here = class.children().iter().map(|child| schema::name(schema::class(*child).name));
        let all = schema::classes(self.document).map(|class| schema::name(schema::class(class).name));
        let near = nearest::among(here, &child.name).or_else(|| nearest::among(all, &child.name));
        self.add(nearest_in(Finding::new(Code::TwimlElement, self.path().text()), near));
        None
    }

    /// The names of the elements that a class may stand in.
    fn parents(&self, class: u8) -> String {
        let mut parents = String::new();
        for parent in schema::classes(self.document).map(schema::class) {
            if parent.children().contains(&class) {
                parents.push_str(if parents.is_empty() { "" } else { ", " });
                parents.push_str(schema::name(parent.name));
            }
        }
        // A root stands in nothing.
        if parents.is_empty() { "/".to_owned() } else { parents }
    }

    fn attributes(&mut self, element: &Element<'_>, class: &Class, parent: u16) {
        for (name, value) in &element.attributes {
            if self.is_full() {
                return;
            }
            let known = class.attributes().find(|attribute| schema::name(attribute.name) == name);
            let wrong = match known {
                // What cannot be written has been told.
                Some(_) if self.look == Look::Whole && !is_writable(value) => None,
                Some(attribute) => wrong(attribute, value),
                None if self.look == Look::Whole && !is_name(name) => None,
                None => {
                    let names = class.attributes().map(|attribute| schema::name(attribute.name));
                    Some(nearest_in(Finding::new(Code::TwimlAttribute, String::new()), nearest::among(names, name)))
                }
            };
            if let Some(mut finding) = wrong {
                finding.path = self.path().attribute(name);
                self.add(finding);
            }
        }
        for attribute in class.attributes().filter(|attribute| attribute.required) {
            let name = schema::name(attribute.name);
            if !has(element, name) && !lifted(attribute.unless, element, parent) {
                self.add(Finding::new(Code::TwimlAttributeMissing, self.path().attribute(name)));
            }
        }
    }

    /// The text of an element, all of it, and whether it has to hold something.
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
                    characters += if class.longest == 0 { 0 } else { text.chars().count() };
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
        if blank && !elements && class.needs_content && !lifted(class.unless, element, 0) {
            self.error(Code::TwimlContent);
        }
        if class.longest != 0 && characters > usize::from(class.longest) {
            let most = decimal(class.longest.into());
            let finding = Finding::new(Code::TwimlLength, self.path().text()).with("The most", &most);
            self.add(finding.warning());
        }
        // A text in parts, around elements, is no one value; and of one that cannot be written that has been told.
        let is_value = !blank && texts == 1 && !elements && is_writable(only);
        if is_value && !fits(class.text, only.trim_ascii(), false) {
            let finding = Finding::new(code_of(class.text), self.path().text());
            // Twilio reads numbers in other forms too, as they are written at home.
            self.add(if class.text == ValueKind::Url { finding } else { finding.warning() });
        }
    }
}

/// What is wrong with a value; without a path.
fn wrong(attribute: &Attribute, value: &str) -> Option<Finding> {
    if !attribute.list {
        return wrong_one(attribute, value);
    }
    let mut values = value.split_ascii_whitespace().peekable();
    if values.peek().is_none() {
        return wrong_one(attribute, "");
    }
    values.find_map(|one| wrong_one(attribute, one))
}

fn wrong_one(attribute: &Attribute, value: &str) -> Option<Finding> {
    if attribute.words != 0 && schema::holds(attribute.words, value) {
        return None;
    }
    let finding = Finding::new(code_of(attribute.kind), String::new());
    match attribute.kind {
        ValueKind::Enum => {
            let finding = match nearest::all(attribute.words) {
                Some(all) => finding.with("Allowed", &all),
                None => nearest_in(finding, nearest::in_graph(attribute.words, value)),
            };
            Some(if attribute.open { finding.warning() } else { finding })
        }
        ValueKind::Number => {
            let (least, most) = attribute.range();
            if integer(value).is_some_and(|number| (least..=most).contains(&number)) {
                return None;
            }
            Some(match (least, most) {
                (i32::MIN, _) => finding,
                (least, i32::MAX) => finding.with("At least", &decimal(u64::from(least.unsigned_abs()))),
                (least, most) => {
                    let least = decimal(u64::from(least.unsigned_abs()));
                    finding.with("Allowed", &[&*least, " to ", &decimal(u64::from(most.unsigned_abs()))].concat())
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

fn nearest_in(finding: Finding, near: Option<String>) -> Finding {
    match near {
        Some(near) => finding.with("The nearest", &near),
        None => finding,
    }
}

fn has(element: &Element<'_>, attribute: &str) -> bool {
    element.attributes.iter().any(|(name, _)| name == attribute)
}

/// Whether the parent, or an attribute beside it, lifts a demand.
fn lifted(unless: Unless, element: &Element<'_>, parent: u16) -> bool {
    unless.iter().any(|name| *name != 0 && (*name == parent || has(element, schema::name(*name))))
}
