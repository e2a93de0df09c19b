// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What the server answered to a search or a conditional create.

use super::store_error::StoreError;
use crate::error::Code;
use crate::fhir::element::is;
use crate::json::Json;
use crate::runtime::Answer;

/// The resources of kind `kind` that a search found.
///
/// # Errors
/// [`StoreError`].
pub fn found(answer: Answer, kind: &str) -> Result<Vec<Json>, StoreError> {
    StoreError::check(&answer)?;
    let bundle = answer.ok().unwrap_or_default();
    if !is(&bundle, "resourceType", "Bundle") {
        return Err(StoreError::Retryable(Code::ChartUnavailable));
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
/// [`StoreError`].
pub fn check_conditional_create(answer: &Answer) -> Result<(), StoreError> {
    if matches!(answer, Answer::Done { status: 412, .. }) { Ok(()) } else { StoreError::check(answer) }
}

/// How many a search by `_summary=count` found.
///
/// # Errors
/// [`StoreError`].
pub fn counted(answer: Answer) -> Result<u32, StoreError> {
    StoreError::check(&answer)?;
    let total = answer.ok().and_then(|bundle| bundle.get("total")?.integer());
    total.ok_or(StoreError::Retryable(Code::ChartUnavailable))
}
