// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Checks a tree and writes it, or checks an XML document.

use super::MAX_BYTES;
use super::check::{DocumentKind, Rules, check};
use super::document::IllFormed;
use super::finding::{Finding, MAX_FINDINGS, Path};
use super::read::read;
use super::tree::Element;
use super::write::write;
use crate::error::Code;

/// The maximum number of characters of a document in the parameter `Twiml` of a REST call (error 32018).
/// Source: <https://www.twilio.com/docs/api/errors/32018>.
const MAX_INLINE: usize = 4000;

/// How strictly a tree is checked before it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// Only whether it can be written as well-formed XML.
    Form,
    /// Also whether Twilio supports it.
    Schema,
}

/// Writes a tree as XML.
///
/// # Errors
/// The first error in the tree. Warnings are not errors.
pub fn compose(
    root: &Element<'_>,
    document: Option<DocumentKind>,
    strictness: Strictness,
) -> Result<String, Box<Finding>> {
    let xml = write(root).map_err(|cause| {
        let first = check(root, document, Rules::Xml).into_iter().next();
        // The check finds everything that the writer refuses. If the check has a bug, the document is still refused.
        Box::new(first.unwrap_or_else(|| Finding::new(code(cause), Path::root(&root.name).text())))
    })?;
    if strictness == Strictness::Schema {
        let first = check(root, document, Rules::Schema).into_iter().find(|finding| !finding.is_warning);
        if let Some(error) = first.or_else(|| size(xml.len(), &root.name)) {
            return Err(Box::new(error));
        }
    }
    Ok(xml)
}

/// The findings of a tree.
#[must_use]
pub fn check_tree(root: &Element<'_>, document: Option<DocumentKind>) -> Vec<Finding> {
    let mut findings = check(root, document, Rules::All);
    if let Ok(xml) = write(root) {
        findings.extend(size(xml.len(), &root.name).or_else(|| inline(&xml, &root.name)));
    }
    findings
}

/// The findings of a document. If it is not well-formed XML, the last finding has the place at which the reader
/// stopped.
#[must_use]
pub fn check_xml(text: &str, document: Option<DocumentKind>) -> Vec<Finding> {
    if let Some(finding) = size(text.len(), "/") {
        return vec![finding];
    }
    let (root, mut findings) = read(text);
    if let Some(root) = root {
        let left = MAX_FINDINGS.saturating_sub(findings.len());
        findings.extend(check(&root, document, Rules::All).into_iter().take(left));
        findings.extend(inline(text, &root.name));
    }
    findings
}

fn size(bytes: usize, root: &str) -> Option<Finding> {
    (bytes > MAX_BYTES).then(|| Finding::new(Code::TwimlSize, path_of(root)))
}

fn inline(xml: &str, root: &str) -> Option<Finding> {
    let long = xml.len() > MAX_INLINE && xml.chars().count() > MAX_INLINE;
    long.then(|| Finding::new(Code::TwimlInline, path_of(root)).warning())
}

fn path_of(root: &str) -> String {
    if root == "/" { "/".to_owned() } else { Path::root(root).text() }
}

fn code(cause: IllFormed) -> Code {
    match cause {
        IllFormed::Character => Code::TwimlCharacter,
        IllFormed::Comment => Code::TwimlComment,
        IllFormed::Depth => Code::TwimlDepth,
        IllFormed::Name => Code::TwimlName,
        IllFormed::Repeated => Code::TwimlAttributeRepeated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(xml: &str) -> Vec<(&'static str, String)> {
        check_xml(xml, None).into_iter().map(|finding| (finding.code.as_str(), finding.path)).collect()
    }

    #[test]
    fn a_document_and_its_tree_have_the_same_findings() {
        for (xml, code, path) in [
            ("<Response><Gather timeOut='5'/></Response>", "TWIML_ATTRIBUTE", "Response/Gather[1]/@timeOut"),
            (
                "<Response><Say>a</Say><Gather><Dial>+15550100001</Dial></Gather></Response>",
                "TWIML_NESTING",
                "Response/Gather[1]/Dial[1]",
            ),
            ("<Response><Pause/><Pause length='0'/></Response>", "TWIML_NUMBER", "Response/Pause[2]/@length"),
            (
                "<Response><Connect><Stream/></Connect></Response>",
                "TWIML_ATTRIBUTE_MISSING",
                "Response/Connect[1]/Stream[1]/@url",
            ),
            ("<Response>Hello</Response>", "TWIML_TEXT", "Response"),
            ("<Response><Play/></Response>", "TWIML_CONTENT", "Response/Play[1]"),
            (
                "<Response><Dial callerId='555-0100'>+15550100001</Dial></Response>",
                "TWIML_PHONE",
                "Response/Dial[1]/@callerId",
            ),
            ("<Response><Redirect>a b</Redirect></Response>", "TWIML_URL", "Response/Redirect[1]"),
        ] {
            assert_eq!(found(xml), [(code, path.to_owned())], "{xml}");
            let (root, _) = read(xml);
            let root = root.unwrap();
            assert_eq!(check_tree(&root, None), check_xml(xml, None));
            let error = compose(&root, None, Strictness::Schema).unwrap_err();
            assert_eq!((error.code.as_str(), &*error.path), (code, path));
            assert!(compose(&root, None, Strictness::Form).is_ok());
        }
        for valid in
            ["<Response><Stop><Stream name='a'/></Stop></Response>", "<Response><Play digits='1w'/></Response>"]
        {
            assert_eq!(found(valid), []);
        }
    }

    #[test]
    fn any_part_of_a_document_has_findings_and_does_not_panic() {
        let xml = "\u{feff}<?xml version=\"1.0\"?><!-- é --><Response a='&#x41;'><?p q?><Say voice=\"man\">&lt;<![CDATA[x]]></Say></Response>";
        for (from, _) in xml.char_indices() {
            for (to, _) in xml.char_indices().filter(|(to, _)| *to >= from) {
                let part = &xml[from..to];
                assert!(!check_xml(part, None).is_empty(), "{part}");
                assert!(check_xml(&[part, part].concat(), Some(DocumentKind::Messaging)).len() <= MAX_FINDINGS);
            }
        }
    }

    #[test]
    fn findings_and_levels_are_bounded() {
        assert_eq!(
            check_xml(&["<Response>", &"<Sai/>".repeat(5000), "</Response>"].concat(), None).len(),
            MAX_FINDINGS + 1
        );
        assert_eq!(found(&"<a>".repeat(20_000))[0].0, "TWIML_DEPTH");
        assert_eq!(found(&"<a>".repeat(100_000)), [("TWIML_SIZE", "/".to_owned())]);
    }
}
