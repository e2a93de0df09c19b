// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Documents that are checked: written from a tree, or looked through as they are.

use super::check::{DocumentKind, Look, check};
use super::document::IllFormed;
use super::finding::{Finding, MOST, Path};
use super::read::read;
use super::tree::Element;
use super::write::write;
use crate::error::Code;

/// The most bytes that Twilio reads.
/// Source: <https://www.twilio.com/docs/voice/limitations-and-edge-cases>.
const MOST_BYTES: usize = 64 * 1024;

/// The most characters of a document in the parameter `Twiml` of a REST call (error 32018).
/// Source: <https://www.twilio.com/docs/api/errors/32018>.
const MOST_INLINE: usize = 4000;

/// How strictly a tree is looked at before it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// It gives well-formed XML.
    Form,
    /// Twilio understands it, too.
    Schema,
}

/// Writes a tree.
///
/// # Errors
/// The first error in it. Warnings are none.
pub fn compose(
    root: &Element<'_>,
    document: Option<DocumentKind>,
    strictness: Strictness,
) -> Result<String, Box<Finding>> {
    let xml = write(root).map_err(|why| {
        let first = check(root, document, Look::Form).into_iter().next();
        // What the writer refuses the check finds; and if not, it is refused all the same.
        Box::new(first.unwrap_or_else(|| Finding::new(code(why), Path::root(&root.name).text())))
    })?;
    if strictness == Strictness::Schema {
        let first = check(root, document, Look::Schema).into_iter().find(|finding| !finding.is_warning);
        if let Some(error) = first.or_else(|| size(xml.len(), &root.name)) {
            return Err(Box::new(error));
        }
    }
    Ok(xml)
}

/// What is wrong with a tree.
#[must_use]
pub fn check_tree(root: &Element<'_>, document: Option<DocumentKind>) -> Vec<Finding> {
    let mut findings = check(root, document, Look::Whole);
    if let Ok(xml) = write(root) {
        findings.extend(size(xml.len(), &root.name).or_else(|| inline(&xml, &root.name)));
    }
    findings
}

/// What is wrong with a document as it stands. What is no XML has one finding more, where it ceases to be any.
#[must_use]
pub fn check_xml(text: &str, document: Option<DocumentKind>) -> Vec<Finding> {
    if let Some(finding) = size(text.len(), "/") {
        return vec![finding];
    }
    let (root, mut findings) = read(text);
    if let Some(root) = root {
        let left = MOST.saturating_sub(findings.len());
        findings.extend(check(&root, document, Look::Whole).into_iter().take(left));
        findings.extend(inline(text, &root.name));
    }
    findings
}

fn size(bytes: usize, root: &str) -> Option<Finding> {
    (bytes > MOST_BYTES).then(|| Finding::new(Code::TwimlSize, path_of(root)))
}

fn inline(xml: &str, root: &str) -> Option<Finding> {
    let long = xml.len() > MOST_INLINE && xml.chars().count() > MOST_INLINE;
    long.then(|| Finding::new(Code::TwimlInline, path_of(root)).warning())
}

fn path_of(root: &str) -> String {
    if root == "/" { "/".to_owned() } else { Path::root(root).text() }
}

fn code(why: IllFormed) -> Code {
    match why {
        IllFormed::Character => Code::TwimlCharacter,
        IllFormed::Comment => Code::TwimlComment,
        IllFormed::Depth => Code::TwimlDepth,
        IllFormed::Name => Code::TwimlName,
        IllFormed::Repeated => Code::TwimlAttributeRepeated,
    }
}
