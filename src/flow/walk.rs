// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Through all resources of a search in the order of an instant, page by page, while others write.
//!
//! A page begins where the last one ended, not at an offset, so that nothing is skipped or met twice when resources come
//! or go in between. Several may share an instant (Twilio's are whole seconds): those that were met at the last one are
//! remembered.

use super::ask::{Ask, Host};
use super::chart::Trouble;
use super::record::{found, get};
use crate::json::{Json, decimal};
use crate::time::{instant, parse_instant};

/// The most that a server gives at once.
const MOST: usize = 1_000;
/// Milliseconds that a page may take.
const DEADLINE: u32 = 10_000;

/// Where a walk is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Walk {
    /// The type and what it is searched by, `Communication?category=…`.
    pub(super) search: String,
    /// The instant: `sent`, or `_lastUpdated`.
    pub(super) by: &'static str,
    /// Milliseconds since 1970 of the last that was met; at the beginning, of the first that may be.
    pub(super) at: u64,
    /// The ids met at `at`.
    pub(super) met: Vec<String>,
    /// The instant before which it ends.
    pub(super) to: Option<u64>,
    /// Whether the last page was not full: nothing is behind it.
    ended: bool,
}

impl Walk {
    /// Sets out at `from`.
    pub(super) const fn new(search: String, by: &'static str, from: u64, to: Option<u64>) -> Self {
        Self { search, by, at: from, met: Vec::new(), to, ended: false }
    }

    /// The next page of about `count`, each with its instant; empty at the end.
    ///
    /// Of more than a thousand at one instant some are passed over: no server gives more at once.
    pub(super) async fn next(&mut self, host: &Host, count: usize) -> Result<Vec<(u64, Json)>, Trouble> {
        while !self.ended {
            let asked = (count + self.met.len()).min(MOST);
            let answer = host.ask(Ask::Fhir(get(self.url(asked))), Some(DEADLINE)).await;
            let kind = crate::text::cut(&self.search, b'?').0;
            let resources = found(answer, kind)?;
            self.ended = resources.len() < asked;
            let page = self.take(resources);
            if self.ended || !page.is_empty() {
                return Ok(page);
            }
            self.at += 1;
            self.met.clear();
        }
        Ok(Vec::new())
    }

    /// Whether nothing was behind the last page.
    pub(super) const fn is_over(&self) -> bool {
        self.ended
    }

    fn url(&self, count: usize) -> String {
        let mut url = [&self.search, "&", self.by, "=ge", &instant(self.at)].concat();
        if let Some(to) = self.to {
            url.push_str(&["&", self.by, "=lt", &instant(to)].concat());
        }
        url.push_str(&["&_sort=", self.by, "&_count=", &decimal(count as u64)].concat());
        url
    }

    fn take(&mut self, resources: Vec<Json>) -> Vec<(u64, Json)> {
        let path: &[&str] = if self.by == "_lastUpdated" { &["meta", "lastUpdated"] } else { &["sent"] };
        let mut page = Vec::with_capacity(resources.len());
        for resource in resources {
            let at = resource.at(path).and_then(Json::text).and_then(parse_instant);
            let id = resource.get("id").and_then(Json::text);
            let (Some(at), Some(id)) = (at, id) else {
                continue;
            };
            // A server sorts by more digits than a millisecond has.
            if at < self.at || self.met.iter().any(|met| met == id) {
                continue;
            }
            if at > self.at {
                self.at = at;
                self.met.clear();
            }
            self.met.push(id.to_owned());
            page.push((at, resource));
        }
        page
    }
}
