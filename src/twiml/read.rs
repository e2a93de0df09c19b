// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Reads an XML document that may be untrusted.
//!
//! Document types are refused, so a document can use only the five entities of XML and numeric references. A document
//! has at most 64 levels. The caller limits the size.

use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError};
use quick_xml::events::{BytesStart, Event};

use super::document::{MAX_DEPTH, is_name, is_writable};
use super::finding::{Finding, MAX_FINDINGS, Path};
use super::tree::{Element, Node};
use super::xml::{Malformed, attribute, character};
use crate::error::Code;
use crate::text::{find, split_before};

/// The path of the whole document.
const DOCUMENT: &str = "/";

/// The tree of a document, and the findings that are not visible in the tree. The tree is `None` if the XML is not
/// well-formed.
pub(super) fn read(text: &str) -> (Option<Element<'static>>, Vec<Finding>) {
    let mut tree = Tree::default();
    let start = text.strip_prefix('\u{feff}').unwrap_or(text);
    let start = if start.trim_ascii_start().starts_with("<?xml") { start.trim_ascii_start() } else { start };
    if start.len() != text.len() {
        tree.findings.push(Finding::new(Code::TwimlProlog, DOCUMENT.to_owned()));
    }
    match tree.read(start) {
        Ok(root) => (Some(root), tree.findings),
        Err(code) => {
            let finding = Finding::new(code, tree.path());
            tree.findings.push(finding);
            (None, tree.findings)
        }
    }
}

impl From<Malformed> for Code {
    fn from(_: Malformed) -> Self {
        Self::TwimlXml
    }
}

#[derive(Default)]
struct Tree {
    open: Vec<Element<'static>>,
    root: Option<Element<'static>>,
    findings: Vec<Finding>,
}

impl Tree {
    fn read(&mut self, text: &str) -> Result<Element<'static>, Code> {
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_comments = true;
        let mut first = true;
        loop {
            let event = reader.read_event().map_err(|cause| match cause {
                Error::IllFormed(IllFormedError::DoubleHyphenInComment) => Code::TwimlComment,
                _ => Code::TwimlXml,
            })?;
            match event {
                Event::Start(start) => {
                    let element = self.element(&start)?;
                    self.open.push(element);
                }
                Event::Empty(start) => {
                    let element = self.element(&start)?;
                    self.close(element);
                }
                Event::End(_) => {
                    // The reader refuses an end tag that does not close the innermost element.
                    let element = self.open.pop().ok_or(Code::TwimlXml)?;
                    self.close(element);
                }
                Event::Text(text) => {
                    if text.as_bytes().windows(3).any(|three| three == b"]]>") {
                        return Err(Code::TwimlXml);
                    }
                    self.text(&text)?;
                }
                Event::CData(text) => {
                    if self.open.is_empty() {
                        return Err(Code::TwimlXml);
                    }
                    self.text(&text)?;
                }
                Event::GeneralRef(name) => {
                    let mut buffer = [0; 4];
                    let known = character(&name).map(|c| &*c.encode_utf8(&mut buffer));
                    if self.open.is_empty() {
                        return Err(Code::TwimlXml);
                    }
                    if known.is_none() {
                        self.add(Finding::new(Code::TwimlEntity, self.path()));
                    }
                    // A placeholder, so that the text is not empty.
                    self.text(known.unwrap_or("\u{fffd}"))?;
                }
                Event::Comment(text) => match self.open.last_mut() {
                    Some(parent) => parent.children.push(Node::Comment(text.into_inner().into_owned().into())),
                    None => self.characters(&text),
                },
                Event::Decl(declaration) => {
                    if !first {
                        return Err(Code::TwimlXml);
                    }
                    if !is_supported_declaration(&declaration) {
                        self.add(Finding::new(Code::TwimlDeclaration, DOCUMENT.to_owned()));
                    }
                }
                Event::PI(instruction) => {
                    let target = instruction.target();
                    if target.eq_ignore_ascii_case("xml") || !is_name(target) {
                        return Err(Code::TwimlXml);
                    }
                    self.characters(instruction.content());
                }
                Event::DocType(_) => return Err(Code::TwimlDoctype),
                Event::Eof => {
                    if !self.open.is_empty() {
                        return Err(Code::TwimlXml);
                    }
                    return self.root.take().ok_or(Code::TwimlXml);
                }
            }
            first = false;
        }
    }

    fn element(&mut self, start: &BytesStart<'_>) -> Result<Element<'static>, Code> {
        if self.open.is_empty() && self.root.is_some() {
            return Err(Code::TwimlXml);
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(Code::TwimlDepth);
        }
        let name = start.name().0;
        if name.is_empty() {
            return Err(Code::TwimlXml);
        }
        let mut element = Element::new(name.to_owned());
        let read = self.attributes(start, &mut element);
        if read.is_err() {
            // The path of the finding ends at this element.
            self.open.push(Element::new(name.to_owned()));
        }
        read.map(|()| element)
    }

    fn attributes(&mut self, start: &BytesStart<'_>, element: &mut Element<'static>) -> Result<(), Code> {
        let mut rest = start.attributes_raw();
        while let Some((name, value)) = attribute(&mut rest)? {
            // Do not read more attributes than there can be findings.
            if element.attributes.len() > MAX_FINDINGS {
                break;
            }
            let value = self.value(value, element, name)?;
            element.attributes.push((name.to_owned().into(), value.into()));
        }
        Ok(())
    }

    /// The value with its references replaced. White space becomes a space, as XML requires.
    fn value(&mut self, written: &str, element: &Element<'_>, attribute: &str) -> Result<String, Code> {
        let mut value = String::with_capacity(written.len());
        let mut rest = written;
        loop {
            let (plain, after) = split_before(rest, |byte| matches!(byte, b'&' | b'<' | b'\t' | b'\n' | b'\r'));
            value.push_str(plain);
            rest = match after.as_bytes().first() {
                None => return Ok(value),
                Some(b'&') => {
                    let end = find(after, b';').ok_or(Code::TwimlXml)?;
                    let name = after.get(1..end).unwrap_or_default();
                    if let Some(c) = character(name) {
                        value.push(c);
                    } else {
                        let mut path = self.steps();
                        step(&mut path, self.open.last(), &element.name);
                        let path = path.map_or_else(String::new, |path| path.attribute(attribute));
                        self.add(Finding::new(Code::TwimlEntity, path));
                    }
                    after.get(end + 1..).unwrap_or_default()
                }
                Some(b'<') => return Err(Code::TwimlXml),
                Some(_) => {
                    value.push(' ');
                    after.get(1..).unwrap_or_default()
                }
            };
        }
    }

    fn close(&mut self, element: Element<'static>) {
        match self.open.last_mut() {
            Some(parent) => parent.children.push(Node::Element(element)),
            None => self.root = Some(element),
        }
    }

    /// Adds text. The parts of a text before and after a reference become one text.
    fn text(&mut self, text: &str) -> Result<(), Code> {
        let Some(parent) = self.open.last_mut() else {
            return if text.trim_ascii().is_empty() { Ok(()) } else { Err(Code::TwimlXml) };
        };
        match parent.children.last_mut() {
            Some(Node::Text(before)) => before.to_mut().push_str(text),
            _ => parent.children.push(Node::Text(text.to_owned().into())),
        }
        Ok(())
    }

    /// Checks text that is not part of the tree.
    fn characters(&mut self, text: &str) {
        if !is_writable(text) {
            self.add(Finding::new(Code::TwimlCharacter, self.path()));
        }
    }

    fn add(&mut self, finding: Finding) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(finding);
        }
    }

    /// The path of the current element.
    fn path(&self) -> String {
        self.steps().map_or_else(|| DOCUMENT.to_owned(), Path::text)
    }

    fn steps(&self) -> Option<Path> {
        let mut path = None;
        for (depth, element) in self.open.iter().enumerate() {
            step(&mut path, depth.checked_sub(1).and_then(|parent| self.open.get(parent)), &element.name);
        }
        path
    }
}

/// Adds a child that is not yet in its parent's list to a path.
fn step(path: &mut Option<Path>, parent: Option<&Element<'_>>, name: &str) {
    match (path, parent) {
        (Some(path), Some(parent)) => {
            let same = |node: &&Node<'_>| matches!(node, Node::Element(element) if element.name == name);
            path.element(name, parent.children.iter().filter(same).count() + 1);
        }
        (path, _) => *path = Some(Path::root(name)),
    }
}

/// Whether an XML declaration is valid: version 1.0, and no encoding, UTF-8 or US-ASCII. It must match production 23
/// exactly, because the reader accepts more.
fn is_supported_declaration(declaration: &str) -> bool {
    let mut rest = declaration.strip_prefix("xml").unwrap_or_default();
    let mut expected = ["version", "encoding", "standalone"].into_iter();
    let mut version = "";
    loop {
        let (name, value) = match attribute(&mut rest) {
            Ok(Some(attribute)) => attribute,
            Ok(None) => return version == "1.0",
            Err(_) => return false,
        };
        if !expected.any(|expected| expected == name) {
            return false;
        }
        let known = match name {
            "version" => value == "1.0",
            "encoding" => ["UTF-8", "UTF8", "US-ASCII"].iter().any(|known| value.eq_ignore_ascii_case(known)),
            _ => matches!(value, "yes" | "no"),
        };
        if name == "version" {
            version = value;
        }
        if !known {
            return false;
        }
    }
}
