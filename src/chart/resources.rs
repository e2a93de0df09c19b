// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Reads the server's responses to searches and conditional creates.

use super::store_error::StoreError;
use crate::error::Code;
use crate::fhir::element::is;
use crate::json::Json;
use crate::runtime::HostResponse;

/// The resources of type `resource_type` that a search found.
///
/// # Errors
/// [`StoreError`].
pub fn found(answer: HostResponse, resource_type: &str) -> Result<Vec<Json>, StoreError> {
    StoreError::check(&answer)?;
    let bundle = answer.ok().unwrap_or_default();
    if !is(&bundle, "resourceType", "Bundle") {
        return Err(StoreError::Retryable(Code::ChartUnavailable));
    }
    let mut resources = Vec::new();
    for entry in bundle.take("entry").into_elements() {
        let resource = entry.take("resource");
        if is(&resource, "resourceType", resource_type) {
            resources.push(resource);
        }
    }
    Ok(resources)
}

/// Checks that a conditional create succeeded or was not necessary. The status 412 means that several matching
/// resources exist.
///
/// # Errors
/// [`StoreError`].
pub fn check_conditional_create(answer: &HostResponse) -> Result<(), StoreError> {
    if matches!(answer, HostResponse::Done { status: 412, .. }) { Ok(()) } else { StoreError::check(answer) }
}

/// The total of a search with `_summary=count`.
///
/// # Errors
/// [`StoreError`].
pub fn counted(answer: HostResponse) -> Result<u32, StoreError> {
    StoreError::check(&answer)?;
    let total = answer.ok().and_then(|bundle| bundle.get("total")?.integer());
    total.ok_or(StoreError::Retryable(Code::ChartUnavailable))
}
