// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Reads and guarded writes of any resource, one entry of a batch each.

use super::ask::{Answer, FhirRequest};
use super::chart::Trouble;
use crate::error::Code;
use crate::fhir::element::is;
use crate::json::Json;

/// A read or a search.
pub(super) fn get(url: String) -> FhirRequest {
    FhirRequest { method: "GET", url, ..FhirRequest::default() }
}

/// A create that does nothing where the search finds something: 201 says that it was this one.
#[cfg(feature = "automation")]
pub(super) fn create(resource: &Json, unless: String) -> FhirRequest {
    let url = resource.get("resourceType").and_then(Json::text).unwrap_or_default().to_owned();
    let resource = Some(resource.write());
    FhirRequest { method: "POST", url, resource, if_none_exist: Some(unless), if_match: None }
}

/// An update of the very version that was read; none of what has no version, since nothing is written without a guard.
#[cfg(feature = "automation")]
pub(super) fn update(resource: &Json) -> Option<FhirRequest> {
    let version = resource.at(&["meta", "versionId"]).and_then(Json::text)?;
    let if_match = Some(["W/\"", version, "\""].concat());
    let (url, resource) = (reference_of(resource)?, Some(resource.write()));
    Some(FhirRequest { method: "PUT", url, resource, if_match, if_none_exist: None })
}

/// A resource's reference, `Task/…`.
pub(super) fn reference_of(resource: &Json) -> Option<String> {
    let text = |name| resource.get(name).and_then(Json::text);
    Some([text("resourceType")?, "/", text("id")?].concat())
}

/// The resources of kind `kind` that a search found.
///
/// # Errors
/// [`Trouble`].
pub(super) fn found(answer: Answer, kind: &str) -> Result<Vec<Json>, Trouble> {
    landed(&answer)?;
    let bundle = answer.ok().unwrap_or_default();
    if !is(&bundle, "resourceType", "Bundle") {
        return Err(Trouble::Passing(Code::ChartUnavailable));
    }
    let mut resources = Vec::new();
    for entry in bundle.take("entry").into_elements() {
        let resource = entry.take("resource");
        if is(&resource, "resourceType", kind) {
            resources.push(resource);
        }
    }
    Ok(resources)
}

/// Whether a create by `ifNoneExist` was done, or need not be: 412 says that there are several already.
///
/// # Errors
/// [`Trouble`], as [`landed`].
#[cfg(feature = "automation")]
pub(super) fn stands(answer: &Answer) -> Result<(), Trouble> {
    if matches!(answer, Answer::Done { status: 412, .. }) { Ok(()) } else { landed(answer) }
}

/// How many a search by `_summary=count` found.
///
/// # Errors
/// [`Trouble`].
#[cfg(feature = "automation")]
pub(super) fn counted(answer: Answer) -> Result<u32, Trouble> {
    landed(&answer)?;
    let total = answer.ok().and_then(|bundle| bundle.get("total")?.integer());
    total.ok_or(Trouble::Passing(Code::ChartUnavailable))
}

/// Whether it was done.
///
/// # Errors
/// [`Trouble`]: whether it may work after reading again.
pub(super) fn landed(answer: &Answer) -> Result<(), Trouble> {
    Err(match answer {
        Answer::Done { status: 200..=299, .. } => return Ok(()),
        Answer::Done { status: 404 | 409 | 410 | 412, .. } => Trouble::Passing(Code::ChartConflict),
        Answer::Failed | Answer::Done { status: 408 | 429 | 500.., .. } => Trouble::Passing(Code::ChartUnavailable),
        Answer::Done { .. } => Trouble::Lasting(Code::ChartRefused),
        Answer::TimedOut => Trouble::Lasting(Code::ChartUnavailable),
    })
}
