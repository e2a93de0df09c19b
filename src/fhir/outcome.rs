// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `OperationOutcome`, <https://hl7.org/fhir/R4/operationoutcome.html>: the one way a Medplum bot chooses a status.

use crate::error::Problem;
use crate::json::quote;

/// The code system of Plumline's codes.
const SYSTEM: &str = "https://plumline.dev/fhir/error-code";

/// 200: done, nothing to say. JSON.
#[must_use]
pub fn all_ok() -> String {
    let issue = r#"{"severity":"information","code":"informational","details":{"text":"All OK"}}"#;
    outcome("ok", issue)
}

/// 403. JSON.
#[must_use]
pub fn forbidden(problem: &Problem) -> String {
    outcome("forbidden", &error("forbidden", problem))
}

/// 400. JSON.
#[must_use]
pub fn invalid(problem: &Problem) -> String {
    outcome("invalid", &error("invalid", problem))
}

/// 404. JSON.
#[must_use]
pub fn not_found(problem: &Problem) -> String {
    outcome("not-found", &error("not-found", problem))
}

/// 409. JSON.
#[must_use]
pub fn conflict(problem: &Problem) -> String {
    outcome("conflict", &error("conflict", problem))
}

/// 500. JSON.
#[must_use]
pub fn exception(problem: &Problem) -> String {
    outcome("exception", &error("exception", problem))
}

/// Medplum reads the HTTP status from the id, and 500 from the issue code `exception`.
fn outcome(id: &str, issue: &str) -> String {
    [r#"{"resourceType":"OperationOutcome","id":""#, id, r#"","issue":["#, issue, "]}"].concat()
}

fn error(code: &str, problem: &Problem) -> String {
    let (place, joint) = problem.at.map_or(("", ""), |place| (place, ": "));
    let text = quote(&[place, joint, problem.code.help()].concat());
    let coding = [r#"{"system":""#, SYSTEM, r#"","code":""#, problem.code.as_str(), r#""}"#].concat();
    let details = [r#"{"coding":["#, &coding, r#"],"text":"#, &text, "}"].concat();
    [r#"{"severity":"error","code":""#, code, r#"","details":"#, &details, "}"].concat()
}
