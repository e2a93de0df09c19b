// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Logs the resource type and interaction of requests that the FHIR server refused. The log line shows which right
//! the access policy lacks.

use super::host::{FhirRequest, HostResponse};
use super::response::Response;
use crate::error::{Code, log_line};

/// The refused requests of one flow.
#[derive(Debug, Default)]
pub(super) struct RefusedRequests(Vec<RefusedRequest>);

/// A refused request.
#[derive(Debug)]
struct RefusedRequest {
    /// The resource type, such as `Appointment`. Never an id or a search value.
    kind: String,
    /// The access policy interactions that the request needs, such as `read`.
    interactions: &'static str,
    /// Whether the server forbids the request (401, 403). Otherwise the request itself is invalid, such as 400 or 422.
    forbidden: bool,
}

impl RefusedRequest {
    /// `Some` if the server refused `request` and would refuse it again.
    fn of(request: &FhirRequest, answer: &HostResponse) -> Option<Self> {
        let HostResponse::Done { status, .. } = answer else { return None };
        if !matches!(status, 400..=499) || matches!(status, 404 | 408 | 409 | 410 | 412 | 429) {
            return None;
        }
        let end = request.url.find(['/', '?']).unwrap_or(request.url.len());
        let kind = request.url.get(..end).filter(|kind| kind.bytes().all(|byte| byte.is_ascii_alphabetic()))?;
        let is_search = request.url.get(end..).is_some_and(|rest| rest.starts_with('?'));
        let interactions = match request.method {
            "GET" if is_search => "search",
            "GET" => "read",
            "POST" if request.if_none_exist.is_some() => "search, create",
            "POST" => "create",
            "DELETE" => "delete",
            _ => "update",
        };
        Some(Self { kind: kind.to_owned(), interactions, forbidden: matches!(status, 401 | 403) })
    }

    fn line(&self) -> String {
        log_line(Code::ChartRefused, &[&self.kind, " (", self.interactions, ")"].concat())
    }

    /// Whether a line of the log names the resource type.
    fn is_named(&self, log: &[String]) -> bool {
        let place = [" at ", &self.kind, ":"].concat();
        log.iter().any(|line| line.contains(&place))
    }
}

impl RefusedRequests {
    /// Adds `request` if the server refused it.
    pub(super) fn add(&mut self, request: &FhirRequest, answer: &HostResponse) {
        self.0.extend(RefusedRequest::of(request, answer));
    }

    /// Adds a line for each refused request to the log of `response`, without duplicates. The lines replace a
    /// `CHART_REFUSED` without details. If the log has no such line, only forbidden requests are added.
    pub(super) fn add_to_log(&self, mut response: Response) -> Response {
        if self.0.is_empty() {
            return response;
        }
        let unnamed = log_line(Code::ChartRefused, "");
        let at = response.log.iter().position(|line| *line == unnamed);
        let all_named = self.0.iter().all(|item| item.is_named(&response.log));
        let mut lines: Vec<String> = Vec::new();
        for item in &self.0 {
            let is_new = !item.is_named(&response.log);
            let wanted = if at.is_some() { is_new || all_named } else { is_new && item.forbidden };
            let line = item.line();
            if wanted && !lines.contains(&line) {
                lines.push(line);
            }
        }
        if !lines.is_empty() {
            response.log.retain(|line| *line != unnamed);
            // The refused requests come before the errors that they caused.
            let at = at.unwrap_or(0);
            response.log.splice(at..at, lines);
        }
        response
    }
}
