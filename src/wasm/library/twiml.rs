// SPDX-License-Identifier: Apache-2.0 OR MIT

//! TwiML documents as functions of a frame, so that they can be tested natively.

use super::library_error::fields;
use crate::error::Code;
use crate::frame::Frame;
use crate::twiml::{self, DocumentKind, Element, Finding, Node, Strictness};

/// The document.
///
/// # Errors
/// The lines of the first finding.
pub(super) fn compose(frame: &Frame) -> Result<String, String> {
    let strictness = if frame.head(0) == 1 { Strictness::Form } else { Strictness::Schema };
    fields(frame)
        .and_then(|fields| tree(&fields))
        .map_err(|code| Box::new(Finding::new(code, String::new())))
        .and_then(|root| twiml::compose(&root, document(frame), strictness))
        .map_err(|finding| {
            let mut text = String::new();
            lines(&mut text, &finding);
            text
        })
}

/// The lines of all findings.
pub(super) fn check(frame: &Frame) -> String {
    let findings = fields(frame).and_then(|fields| match (frame.head(0), &*fields) {
        (1, [xml]) => Ok(twiml::check_xml(xml, document(frame))),
        (1, _) => Err(Code::EventInvalid),
        _ => tree(&fields).map(|root| twiml::check_tree(&root, document(frame))),
    });
    let mut text = String::new();
    for finding in findings.unwrap_or_else(|code| vec![Finding::new(code, String::new())]) {
        lines(&mut text, &finding);
    }
    text
}

fn lines(text: &mut String, finding: &Finding) {
    let severity = if finding.is_warning { "warning" } else { "error" };
    for line in [finding.code.as_str(), "\n", &finding.path, "\n", &finding.help, "\n", severity, "\n"] {
        text.push_str(line);
    }
}

fn document(frame: &Frame) -> Option<DocumentKind> {
    match frame.head(1) {
        1 => Some(DocumentKind::Voice),
        2 => Some(DocumentKind::Messaging),
        _ => None,
    }
}

/// The maximum depth of a tree that is built. The writer refuses any tree deeper than 64; this limit keeps the
/// recursive drop of a tree from overflowing the stack.
const MAX_DEPTH: usize = 80;

/// Builds the tree from the fields.
fn tree<'a>(fields: &[&'a str]) -> Result<Element<'a>, Code> {
    let mut open: Vec<Element<'a>> = Vec::new();
    let mut rest = fields;
    loop {
        rest = match rest {
            ["<", name, rest @ ..] if open.len() < MAX_DEPTH => {
                open.push(Element::new(*name));
                rest
            }
            ["<", ..] => return Err(Code::TwimlDepth),
            ["@", name, value, rest @ ..] => {
                let parent = open.last_mut().ok_or(Code::EventInvalid)?;
                parent.attributes.push(((*name).into(), (*value).into()));
                rest
            }
            [">", rest @ ..] => {
                let closed = open.pop().ok_or(Code::EventInvalid)?;
                match open.last_mut() {
                    Some(parent) => parent.children.push(Node::Element(closed)),
                    None if rest.is_empty() => return Ok(closed),
                    None => return Err(Code::EventInvalid),
                }
                rest
            }
            [kind, text, rest @ ..] => {
                let text = (*text).into();
                let node = match *kind {
                    "t" => Node::Text(text),
                    "#" => Node::Comment(text),
                    _ => return Err(Code::EventInvalid),
                };
                open.last_mut().ok_or(Code::EventInvalid)?.children.push(node);
                rest
            }
            _ => return Err(Code::EventInvalid),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(head: [u32; 5], fields: &[&str]) -> (String, String) {
        let lines = compose(&Frame::of(head, fields)).expect_err("an error");
        let mut lines = lines.lines();
        (lines.next().unwrap_or_default().to_owned(), lines.next().unwrap_or_default().to_owned())
    }

    #[test]
    fn the_error_has_the_path_in_the_tree() {
        const FORM: [u32; 5] = [1, 0, 0, 0, 0];
        for (fields, code, path) in [
            (&["<", "1", ">"][..], "TWIML_NAME", "1"),
            (&["<", "a", "@", "b", "c", "@", "d", "\0", ">"], "TWIML_CHARACTER", "a/@d"),
            (&["<", "a", "<", "b", ">", "#", "--", ">"], "TWIML_COMMENT", "a/comment()[1]"),
            (&["<", "a", "<", "b", ">", "<", "b", "t", "\0", ">", ">"], "TWIML_CHARACTER", "a/b[2]/text()[1]"),
            (&["<", "a", "@", "b", "c", "@", "b", "d", ">"], "TWIML_ATTRIBUTE_REPEATED", "a/@b"),
            (&["<", "a\nb", ">"], "TWIML_NAME", "a?b"),
            (&[], "EVENT_INVALID", ""),
            (&["<", "a"], "EVENT_INVALID", ""),
            (&["<", "a", ">", ">"], "EVENT_INVALID", ""),
            (&["<", "a", ">", "<", "b", ">"], "EVENT_INVALID", ""),
            (&["t", "x"], "EVENT_INVALID", ""),
        ] {
            assert_eq!(refused(FORM, fields), (code.to_owned(), path.to_owned()), "{fields:?}");
        }
        for depth in [66, 79, 80, 100_000] {
            let deep = ["<", "a"].repeat(depth);
            assert_eq!(refused(FORM, &[deep, vec![">"; depth]].concat()).0, "TWIML_DEPTH");
        }
    }

    #[test]
    fn the_head_selects_the_check() {
        let message = ["<", "Response", "<", "Message", "t", "x", ">", ">"];
        assert!(compose(&Frame::of([0, 0, 0, 0, 0], &message)).is_ok());
        assert!(compose(&Frame::of([0, 2, 0, 0, 0], &message)).is_ok());
        assert_eq!(refused([0, 1, 0, 0, 0], &message).0, "TWIML_DOCUMENT");
        assert_eq!(check(&Frame::of([0, 0, 0, 0, 0], &message)), "");
        assert_eq!(check(&Frame::of([1, 0, 0, 0, 0], &["<Response/>"])), "");
        let lines = check(&Frame::of([1, 0, 0, 0, 0], &["<Response><Sai/></Response>"]));
        let lines: Vec<&str> = lines.lines().collect();
        assert_eq!(lines[..2], ["TWIML_ELEMENT", "Response/Sai[1]"]);
        assert!(lines[2].ends_with("Nearest match: Say."), "{lines:?}");
        assert_eq!(lines[3..], ["error"]);
        assert!(check(&Frame::of([1, 0, 0, 0, 0], &["a", "b"])).starts_with("EVENT_INVALID\n"));
    }
}
