// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Updates Plumline's values in a resource that other writers may change. It replaces a value only if no other writer
//! has changed it.
//!
//! Plumline derives its values from its log in the resource, so it can compute the value that it wrote before. If the
//! resource still has that value, Plumline replaces it. Any other value is a correction by another writer, and Plumline
//! keeps it.

use crate::json::Json;

/// Whether two values are equal. The order of an object's members does not matter.
#[must_use]
pub fn equals(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Object(lefts), Json::Object(rights)) => {
            let found = |(name, value): &(String, Json)| right.get(name).is_some_and(|other| equals(value, other));
            lefts.len() == rights.len() && lefts.iter().all(found)
        }
        (Json::List(lefts), Json::List(rights)) => {
            lefts.len() == rights.len() && lefts.iter().zip(rights).all(|(left, right)| equals(left, right))
        }
        _ => left == right,
    }
}

/// Sets the member `name` to `new` if its value is still `previous`. Otherwise another writer has changed or removed
/// it, and it stays unchanged. `Null` means that the member is absent.
pub fn update_member(resource: &mut Json, name: &str, previous: &Json, new: Json) {
    let own = match resource.get(name) {
        Some(current) => equals(current, previous),
        None => *previous == Json::Null,
    };
    if own {
        resource.set(name, new);
    }
}

/// Replaces the element `previous` of the list `name` with `new`. If `previous` is `Null`, inserts `new` at the start.
/// If `new` is `Null`, removes `previous`.
pub fn update_element(resource: &mut Json, name: &str, previous: &Json, new: Json) {
    if equals(previous, &new) {
        return;
    }
    let mut list = resource.get(name).map(Json::elements).unwrap_or_default().to_vec();
    let place = list.iter().position(|element| equals(element, previous));
    if list.iter().any(|element| equals(element, &new)) || new == Json::Null {
        place.map(|at| list.remove(at));
    } else if let Some(at) = place {
        list[at] = new;
    } else if *previous == Json::Null {
        list.insert(0, new);
    }
    resource.set(name, if list.is_empty() { Json::Null } else { Json::List(list) });
}

/// Replaces the first element of the list `name` for which `wanted` is true. If there is none, appends `element`.
pub fn replace_or_append(resource: &mut Json, name: &str, element: Json, wanted: impl Fn(&Json) -> bool) {
    let mut list = resource.get(name).map(Json::elements).unwrap_or_default().to_vec();
    match list.iter().position(wanted) {
        Some(at) => list[at] = element,
        None => list.push(element),
    }
    resource.set(name, Json::List(list));
}

/// Moves the members in `order` to the front, in that order, so the result does not depend on the order of the writes.
pub fn reorder(resource: &mut Json, order: &[&str]) {
    if let Json::Object(members) = resource {
        let mut arranged = Vec::with_capacity(members.len());
        for name in order {
            if let Some(at) = members.iter().position(|(known, _)| known == name) {
                arranged.push(members.remove(at));
            }
        }
        arranged.append(members);
        *members = arranged;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Json {
        Json::parse(text).unwrap()
    }

    #[test]
    fn compares_values_without_the_order_of_members() {
        assert!(equals(&json(r#"{"a":1,"b":[{"c":2,"d":3}]}"#), &json(r#"{"b":[{"d":3,"c":2}],"a":1}"#)));
        for (item, other) in [("[1,2]", "[2,1]"), ("[1]", "[1,1]"), (r#"{"a":1}"#, r#"{"a":1,"b":2}"#), ("{}", "[]")] {
            assert!(!equals(&json(item), &json(other)), "{item} {other}");
        }
    }

    #[test]
    fn replaces_its_own_value_and_preserves_corrections() {
        let followed = |text: &str, previous: &str, new: &str| {
            let mut resource = json(text);
            update_member(&mut resource, "a", &json(previous), json(new));
            resource.write()
        };
        assert_eq!(followed("{}", "null", "1"), r#"{"a":1}"#);
        assert_eq!(followed(r#"{"a":1}"#, "1", "2"), r#"{"a":2}"#);
        assert_eq!(followed(r#"{"a":1}"#, "1", "null"), "{}");
        // Another writer corrected, removed or wrote the value.
        assert_eq!(followed(r#"{"a":3}"#, "1", "2"), r#"{"a":3}"#);
        assert_eq!(followed("{}", "1", "2"), "{}");
        assert_eq!(followed(r#"{"a":3}"#, "null", "2"), r#"{"a":3}"#);
    }

    #[test]
    fn replaces_its_own_list_element_and_preserves_others() {
        let followed = |text: &str, previous: &str, new: &str| {
            let mut resource = json(text);
            update_element(&mut resource, "a", &json(previous), json(new));
            resource.write()
        };
        assert_eq!(followed("{}", "null", "1"), r#"{"a":[1]}"#);
        assert_eq!(followed(r#"{"a":[7]}"#, "null", "1"), r#"{"a":[1,7]}"#);
        assert_eq!(followed(r#"{"a":[7,1,8]}"#, "1", "2"), r#"{"a":[7,2,8]}"#);
        assert_eq!(followed(r#"{"a":[2,1]}"#, "1", "2"), r#"{"a":[2]}"#);
        assert_eq!(followed(r#"{"a":[1]}"#, "1", "null"), "{}");
        // Another writer corrected or removed the element.
        assert_eq!(followed(r#"{"a":[7]}"#, "1", "1"), r#"{"a":[7]}"#);
        assert_eq!(followed(r#"{"a":[7]}"#, "1", "2"), r#"{"a":[7]}"#);
        assert_eq!(followed("{}", "null", "null"), "{}");
    }

    #[test]
    fn places_elements_and_reorders_members() {
        let mut resource = json(r#"{"x":0,"b":[{"u":1},{"u":2}],"a":1}"#);
        replace_or_append(&mut resource, "b", json(r#"{"u":2,"v":3}"#), |element| {
            element.get("u").and_then(Json::integer) == Some(2)
        });
        replace_or_append(&mut resource, "b", json("4"), |_| false);
        replace_or_append(&mut resource, "c", json("5"), |_| true);
        reorder(&mut resource, &["a", "b", "z"]);
        assert_eq!(resource.write(), r#"{"a":1,"b":[{"u":1},{"u":2,"v":3},4],"x":0,"c":[5]}"#);
    }
}
