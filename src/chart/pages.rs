// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Reads all results of a search page by page, sorted by time, while other programs write.
//!
//! Each page starts at the time of the last result and not at an offset. Added or removed resources therefore cause no
//! gaps and no repetitions. Several resources may have the same time, because Twilio's times are in seconds. The reader
//! stores the ids that it already read at that time.

use super::resources::found;
use super::store_error::StoreError;
use crate::error::Code;
use crate::json::{Json, decimal};
use crate::runtime::{FhirRequest, Host, HostRequest};
use crate::time::{instant, parse_instant};

/// The maximum number of resources that a server returns in one page.
const MAX_PAGE: usize = 1_000;
/// The maximum number of consecutive full pages without a new resource. It stops the reader if a server ignores the
/// time parameter.
const MAX_REPEATED: u32 = 2;
/// The timeout of a page, in milliseconds.
const TIMEOUT: u32 = 10_000;

/// The position in a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PagedSearch {
    /// The type and the criteria: `Communication?category=…`.
    pub search: String,
    /// The search parameter of the time: `sent` or `_lastUpdated`.
    pub by: &'static str,
    /// The time of the last result, as Unix time in milliseconds. Before the first page, the start of the period.
    pub at: u64,
    /// The ids of the results at `at` that were already read.
    pub seen: Vec<String>,
    /// The exclusive end of the period, as Unix time in milliseconds.
    pub to: Option<u64>,
    /// Whether the last page was read, because it was not full.
    is_last: bool,
}

impl PagedSearch {
    /// A search that starts at `from` (Unix time in milliseconds).
    #[must_use]
    pub const fn new(search: String, by: &'static str, from: u64, to: Option<u64>) -> Self {
        Self { search, by, at: from, seen: Vec::new(), to, is_last: false }
    }

    /// Reads the next page of about `count` resources, each with its time (Unix time in milliseconds). The page is
    /// empty at the end.
    ///
    /// If more than 1000 resources have the same time, the reader skips some, because a server returns at most 1000 in
    /// one page.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn next(&mut self, host: &Host, count: usize) -> Result<Vec<(u64, Json)>, StoreError> {
        let mut repeated = 0;
        while !self.is_last {
            let asked = (count + self.seen.len()).min(MAX_PAGE);
            let answer = host.send(HostRequest::Fhir(FhirRequest::get(self.url(asked))), Some(TIMEOUT)).await;
            let resource_type = crate::text::split_on(&self.search, b'?').0;
            let resources = found(answer, resource_type)?;
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
    pub const fn is_exhausted(&self) -> bool {
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
            // A server may sort by more digits than milliseconds, so a page may start with earlier results.
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
    use crate::runtime::{Flow, FlowState, HostRequest, HostResponse, Reply, Response};

    /// A server that answers every search with the same full page.
    fn search_all(page: &str) -> (Reply, usize) {
        let mut flow = Flow::new(|host| async move {
            let mut search_pages =
                PagedSearch::new("Communication?status=completed".to_owned(), "sent", 1_000_000, None);
            let mut pages = 0_u64;
            loop {
                match search_pages.next(&host, 2).await {
                    Ok(page) if page.is_empty() => break Response::from(Reply::Value(Json::of_integer(pages))),
                    Ok(_) => pages += 1,
                    Err(error) => break Reply::Broken(error.code().into()).into(),
                }
            }
        });
        let mut step = flow.step();
        let mut asked = 0;
        loop {
            match step {
                FlowState::Done(done) => return (done.reply, asked),
                FlowState::Requests(requests) => {
                    asked += 1;
                    assert!(asked < 20, "it asks without end");
                    assert!(matches!(requests[0].request, HostRequest::Batch(_)));
                    let entry = format!(r#"{{"response":{{"status":"200"}},"resource":{page}}}"#);
                    let body = Json::parse(&format!(r#"{{"resourceType":"Bundle","entry":[{entry}]}}"#)).unwrap();
                    step = flow.resume(vec![(requests[0].id, HostResponse::Done { status: 200, body })]);
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
        assert_eq!(search_all(&page(r#","sent":"2026-11-18T10:00:00Z""#)), (Reply::Value(Json::of_integer(1)), 2));
    }
}
