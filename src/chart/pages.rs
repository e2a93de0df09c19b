// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Reads all resources of a search in the order of an instant, page by page, while others write.
//!
//! A page starts at the instant where the last one ended, and not at an offset. So nothing is skipped or read twice
//! when resources are added or removed. Several resources may share an instant, because Twilio's are whole seconds. The
//! ids of the last instant are remembered.

use super::resources::found;
use super::store_error::StoreError;
use crate::error::Code;
use crate::json::{Json, decimal};
use crate::runtime::{Ask, FhirRequest, Host};
use crate::time::{instant, parse_instant};

/// The maximum number of resources that a server returns at once.
const MAX_PAGE: usize = 1_000;
/// The maximum number of full pages in a row without a new resource. A server that ignores the instant would return
/// them forever.
const MAX_REPEATED: u32 = 2;
/// Milliseconds for a page.
const DEADLINE: u32 = 10_000;

/// The position in a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PagedSearch {
    /// The type and the criteria: `Communication?category=…`.
    pub search: String,
    /// The search parameter of the instant: `sent` or `_lastUpdated`.
    pub by: &'static str,
    /// The instant of the last resource, in milliseconds since 1970. At first, the start of the period.
    pub at: u64,
    /// The ids that were read at `at`.
    pub seen: Vec<String>,
    /// The end of the period, which is not included.
    pub to: Option<u64>,
    /// Whether the last page was not full, so it was the last.
    is_last: bool,
}

impl PagedSearch {
    /// A search that starts at `from`.
    #[must_use]
    pub const fn new(search: String, by: &'static str, from: u64, to: Option<u64>) -> Self {
        Self { search, by, at: from, seen: Vec::new(), to, is_last: false }
    }

    /// The next page of about `count` resources, each with its instant. Empty at the end.
    ///
    /// If more than a thousand share an instant, some are skipped, because no server returns more at once.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn next(&mut self, host: &Host, count: usize) -> Result<Vec<(u64, Json)>, StoreError> {
        let mut repeated = 0;
        while !self.is_last {
            let asked = (count + self.seen.len()).min(MAX_PAGE);
            let answer = host.ask(Ask::Fhir(FhirRequest::get(self.url(asked))), Some(DEADLINE)).await;
            let kind = crate::text::split_on(&self.search, b'?').0;
            let resources = found(answer, kind)?;
            self.is_last = resources.len() < asked;
            let page = self.take(resources);
            if self.is_last || !page.is_empty() {
                return Ok(page);
            }
            repeated += 1;
            if repeated > MAX_REPEATED {
                return Err(StoreError::Permanent(Code::ChartUnavailable));
            }
            self.at += 1;
            self.seen.clear();
        }
        Ok(Vec::new())
    }

    /// Whether the last page was read.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.is_last
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
            // A server sorts by more digits than milliseconds.
            if at < self.at || self.seen.iter().any(|seen| seen == id) {
                continue;
            }
            if at > self.at {
                self.at = at;
                self.seen.clear();
            }
            self.seen.push(id.to_owned());
            page.push((at, resource));
        }
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::{Answer, Ask, Flow, Reply, Response, Step};

    /// A server that answers every search with the same full page.
    fn search_all(page: &str) -> (Reply, usize) {
        let mut flow = Flow::new(|host| async move {
            let mut search_pages =
                PagedSearch::new("Communication?status=completed".to_owned(), "sent", 1_000_000, None);
            let mut pages = 0_u64;
            loop {
                match search_pages.next(&host, 2).await {
                    Ok(page) if page.is_empty() => break Response::from(Reply::Value(Json::count(pages))),
                    Ok(_) => pages += 1,
                    Err(error) => break Reply::Broken(error.code().into()).into(),
                }
            }
        });
        let mut step = flow.step();
        let mut asked = 0;
        loop {
            match step {
                Step::Done(done) => return (done.reply, asked),
                Step::Ask(asks) => {
                    asked += 1;
                    assert!(asked < 20, "it asks without end");
                    assert!(matches!(asks[0].ask, Ask::Batch(_)));
                    let entry = format!(r#"{{"response":{{"status":"200"}},"resource":{page}}}"#);
                    let body = Json::parse(&format!(r#"{{"resourceType":"Bundle","entry":[{entry}]}}"#)).unwrap();
                    step = flow.resume(vec![(asks[0].id, Answer::Done { status: 200, body })]);
                }
            }
        }
    }

    #[test]
    fn a_search_stops_if_the_server_repeats_the_same_page() {
        let page = |sent: &str| {
            let entry = |id: usize| format!(r#"{{"resource":{{"resourceType":"Communication","id":"{id}"{sent}}}}}"#);
            let entries: Vec<String> = (0..40).map(entry).collect();
            format!(r#"{{"resourceType":"Bundle","entry":[{}]}}"#, entries.join(","))
        };
        for sent in [r#","sent":"1969-01-01T00:00:00Z""#, ""] {
            let (reply, _) = search_all(&page(sent));
            assert!(
                matches!(&reply, Reply::Broken(problem) if problem.code == Code::ChartUnavailable),
                "{sent} {reply:?}"
            );
        }
        // All resources share one instant, and there are no others. They are read once.
        assert_eq!(search_all(&page(r#","sent":"2026-11-18T10:00:00Z""#)), (Reply::Value(Json::count(1)), 2));
    }
}
