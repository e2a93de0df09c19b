// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `OperationOutcome`, <https://hl7.org/fhir/R4/operationoutcome.html>. A Medplum bot can set the HTTP status only by
//! returning one.

use super::element::plain_coding;
use crate::error::Problem;
use crate::json::Json;

/// The code system of Plumline's error codes.
const SYSTEM: &str = "https://plumline.dev/fhir/error-code";

/// 200 without a value.
#[must_use]
pub fn all_ok() -> Json {
    let details = Json::object([("text", Json::of("All OK"))]);
    outcome("ok", "information", "informational", details)
}

/// 403.
#[must_use]
pub fn forbidden(problem: &Problem) -> Json {
    error("forbidden", problem)
}

/// 400.
#[must_use]
pub fn invalid(problem: &Problem) -> Json {
    error("invalid", problem)
}

/// 404.
#[must_use]
pub fn not_found(problem: &Problem) -> Json {
    error("not-found", problem)
}

/// 409.
#[must_use]
pub fn conflict(problem: &Problem) -> Json {
    error("conflict", problem)
}

/// 500.
#[must_use]
pub fn exception(problem: &Problem) -> Json {
    error("exception", problem)
}

fn error(code: &str, problem: &Problem) -> Json {
    let (place, separator) = problem.at.map_or(("", ""), |place| (place, ": "));
    let text = [place, separator, problem.code.help()].concat();
    let coding = plain_coding(SYSTEM, problem.code.as_str());
    let details = Json::object([("coding", Json::List(vec![coding])), ("text", Json::Text(text))]);
    outcome(code, "error", code, details)
}

/// Medplum takes the HTTP status from the id. For 500, it reads the issue code `exception`.
fn outcome(id: &str, severity: &str, code: &str, details: Json) -> Json {
    let issue = Json::object([("severity", Json::of(severity)), ("code", Json::of(code)), ("details", details)]);
    Json::object([
        ("resourceType", Json::of("OperationOutcome")),
        ("id", Json::of(id)),
        ("issue", Json::List(vec![issue])),
    ])
}
