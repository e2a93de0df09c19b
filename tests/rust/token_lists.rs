// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What a server in memory does not show: `PostgreSQL` answers a search by several tokens with a small `_count` by reading
//! the whole table, unless the search is sorted.

use plumline::json::Json;

/// Search parameters by token. An `_id` is the table's key.
const TOKENS: [&str; 7] = ["category", "code", "email", "identifier", "phone", "status", "telecom"];

/// Fails where a search by more than one value of a token has no `_sort`. One that only counts has no `_count`.
pub(crate) fn assert_sorted(url: &str) {
    let Some((_, query)) = url.split_once('?') else { return };
    let pairs: Vec<(&str, &str)> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let has = |wanted: &str| pairs.iter().any(|(name, _)| *name == wanted);
    for (name, value) in &pairs {
        let is_list = TOKENS.contains(name) && (value.contains(',') || value.contains("%2C"));
        assert!(!is_list || has("_sort") || has("_summary"), "a list of tokens without _sort: {url}");
    }
}

/// The same of each entry of a batch.
pub(crate) fn assert_all_sorted(bundle: &str) {
    let bundle = Json::parse(bundle).expect("a bundle");
    for entry in bundle.get("entry").map(Json::elements).unwrap_or_default() {
        let request = |name: &str| entry.at(&["request", name]).and_then(Json::text).unwrap_or_default();
        if request("method") == "GET" {
            assert_sorted(request("url"));
        }
    }
}
