// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Writes a tree as XML.

use super::document::{Document, IllFormed};
use super::tree::{Element, Node};

/// Writes the document whose root is `root`.
///
/// # Errors
/// [`IllFormed`]: the tree cannot be written.
pub fn write(root: &Element<'_>) -> Result<String, IllFormed> {
    let mut document = Document::new();
    element(&mut document, root);
    document.finish()
}

fn element<'a>(document: &mut Document<'a>, element: &'a Element<'_>) {
    let attributes: Vec<(&str, &str)> =
        element.attributes.iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect();
    if element.children.iter().all(|child| matches!(child, Node::Text(text) if text.is_empty())) {
        document.empty(&element.name, &attributes);
        return;
    }
    document.open(&element.name, &attributes);
    for child in &element.children {
        match child {
            // After an error, the rest is not written, because it may be very deep.
            Node::Element(_) if document.has_failed() => break,
            Node::Element(child) => self::element(document, child),
            Node::Text(text) => {
                document.text(text);
            }
            Node::Comment(text) => {
                document.comment(text);
            }
        }
    }
    document.close();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(response: &Element<'_>) -> String {
        write(response).unwrap().strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>").unwrap().to_owned()
    }

    #[test]
    fn the_output_equals_that_of_twilios_library() {
        let say = Element::new("Say").attribute("voice", "a&b<c>\"d\"'e'\t\n\r").text("a&b<c>\"d\"'e'\t\n\r");
        assert_eq!(
            body(&Element::new("Response").child(say)),
            "<Response><Say voice=\"a&amp;b&lt;c>&quot;d&quot;'e'&#x9;&#xA;&#xD;\">a&amp;b&lt;c&gt;\"d\"'e'\t\n&#xD;</Say></Response>"
        );
        assert_eq!(body(&Element::new("Response")), "<Response/>");
        assert_eq!(body(&Element::new("Response").child(Element::new("Say").text(""))), "<Response><Say/></Response>");
        let mut comment = Element::new("Response");
        comment.children.push(Node::Comment("a<b".into()));
        assert_eq!(body(&comment), "<Response><!-- a<b --></Response>");
    }

    #[test]
    fn a_tree_that_would_be_ill_formed_is_refused() {
        for text in ["\0", "\u{1}", "a\u{b}", "\u{fffe}", "x\u{ffff}"] {
            assert_eq!(write(&Element::new("Say").text(text)), Err(IllFormed::Character), "{text:?}");
            assert_eq!(write(&Element::new("Say").attribute("voice", text)), Err(IllFormed::Character), "{text:?}");
        }
        assert!(write(&Element::new("Say").text("\u{fffd}\u{10ffff}é")).is_ok());
        for name in ["", "1a", "a b", "a>", "-a"] {
            assert_eq!(write(&Element::new(name)), Err(IllFormed::Name), "{name:?}");
            assert_eq!(write(&Element::new("Say").attribute(name, "")), Err(IllFormed::Name), "{name:?}");
        }
        let mut comment = Element::new("Response");
        comment.children.push(Node::Comment("a--b".into()));
        assert_eq!(write(&comment), Err(IllFormed::Comment));
        let twice = Element::new("Say").attribute("voice", "a").attribute("voice", "b");
        assert_eq!(write(&twice), Err(IllFormed::Repeated));
        let deep = |levels| (1..levels).fold(Element::new("Say"), |inner, _| Element::new("Say").child(inner));
        assert!(write(&deep(64)).is_ok());
        assert_eq!(write(&deep(65)), Err(IllFormed::Depth));
    }
}
