// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The person on call pressed a key: the page is accepted in the chart before they hear that it is.
//!
//! The call is found in the attempts of the pages. The automation bot may write the `CallSid` after this request, so the
//! bot searches again, and then uses the only attempt without a `CallSid` to the same phone.

use super::request::WebhookRequest;
use super::status::jitter_seed;
use crate::chart::{AttemptOutcome, CallEvent, PageTask, StoreError, found, search_pages};
use crate::dialplan::Params;
use crate::error::Code;
use crate::outbound::{PageReply, page_reply};
use crate::runtime::{Host, HostRequest, Reply, Response};
use crate::time::MINUTE;

/// The total timeout, in milliseconds. The person waits for the response.
const LIMIT: u32 = 2_800;
/// The timeout of a read or write, in milliseconds.
const TIMEOUT: u32 = 900;
/// The number of attempts to read and write the task.
const ATTEMPTS: u32 = 4;
/// The maximum age, in milliseconds, of an attempt without a `CallSid`.
const MAX_RINGING: u64 = 15 * MINUTE;

/// Accepts the page, and says whether that worked.
pub(super) async fn page_accepted(request: &WebhookRequest<'_, '_>, host: &Host) -> Response {
    let (reply, code) = accept(request, host).await;
    let mut response =
        Response::from(Reply::Twiml(page_reply(reply, request.url, request.callback.action, request.clinic.config)));
    if let Some(code) = code {
        response.log(&code.into());
    }
    response
}

async fn accept(request: &WebhookRequest<'_, '_>, host: &Host) -> (PageReply, Option<Code>) {
    let event = CallEvent::from_first_request(request.pairs, request.now)
        .filter(|event| event.direction == Some("outbound-api") && !event.has_ended());
    let Some(event) = event.filter(|_| Params(request.pairs).get("Digits").is_some()) else {
        return (PageReply::Over, Some(Code::PageUnknown));
    };
    host.set_deadline(LIMIT, jitter_seed(request.pairs, request.now));
    let mut code = Code::PageUnknown;
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            host.pause(attempt).await;
        }
        let answer = host.send(HostRequest::Fhir(search_pages(request.now)), Some(TIMEOUT)).await;
        let pages = match found(answer, "Task") {
            Ok(pages) => pages.into_iter().filter_map(PageTask::read),
            Err(error) => {
                code = error.code();
                continue;
            }
        };
        let pages = pages.filter(|page| page.action == request.callback.action).collect();
        let Some((mut page, index)) = page_of(pages, &event, request.now, attempt > 0) else {
            code = Code::PageUnknown;
            continue;
        };
        if !page.can_be_accepted() {
            let is_theirs =
                page.attempts.get(index).is_some_and(|attempt| attempt.outcome == Some(AttemptOutcome::Accepted));
            return (if is_theirs { PageReply::Accepted } else { PageReply::Over }, None);
        }
        page.accept(index, event.sid.0);
        let Some(write) = page.update(request.clinic.config.extension_base()) else {
            return (PageReply::Again, Some(Code::ChartRefused));
        };
        match StoreError::check(&host.send(HostRequest::Fhir(write), Some(TIMEOUT)).await) {
            Ok(()) => return (PageReply::Accepted, None),
            // The automation bot or another person changed the task.
            Err(StoreError::Retryable(why)) => code = why,
            Err(StoreError::Permanent(why)) => {
                code = why;
                break;
            }
        }
    }
    let is_unknown = code == Code::PageUnknown;
    (if is_unknown { PageReply::Over } else { PageReply::Again }, Some(code))
}

/// The page whose attempt is this call. With `by_phone`, also the only page whose last attempt to this phone has no
/// `CallSid`.
fn page_of(pages: Vec<PageTask>, event: &CallEvent<'_>, now: u64, by_phone: bool) -> Option<(PageTask, usize)> {
    let called_in =
        |page: &PageTask| page.attempts.iter().position(|attempt| attempt.call.as_deref() == Some(event.sid.0));
    let waiting_in = |page: &PageTask| {
        let index = page.attempts.len().checked_sub(1)?;
        let attempt = page.attempts.get(index)?;
        let is_phone = attempt.call.is_none() && Some(&*attempt.number) == event.to && attempt.sent + MAX_RINGING > now;
        is_phone.then_some(index)
    };
    let place = pages.iter().enumerate().find_map(|(at, page)| Some((at, called_in(page)?)));
    let place = place.or_else(|| {
        let mut fitting = pages.iter().enumerate().filter_map(|(at, page)| Some((at, waiting_in(page)?)));
        fitting.next().filter(|_| by_phone && fitting.next().is_none())
    });
    let (at, index) = place?;
    pages.into_iter().nth(at).map(|page| (page, index))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Json;

    fn page(attempts: &str) -> PageTask {
        let text = format!(
            r#"{{"resourceType":"Task","id":"1","status":"requested","identifier":[{{"system":"https://plumline.dev/fhir/page","value":"CA1.urgent"}}],
            "code":{{"coding":[{{"system":"https://plumline.dev/fhir/call-task-code","code":"page"}}]}},"extension":[{attempts}]}}"#
        );
        PageTask::read(Json::parse(&text).unwrap()).unwrap()
    }

    fn attempt(number: &str, call: Option<&str>) -> String {
        let call = call.map_or_else(String::new, |call| format!(r#",{{"url":"call","valueString":"{call}"}}"#));
        format!(
            r#"{{"url":"https://plumline.dev/fhir/StructureDefinition/page-attempt","extension":[{{"url":"number","valueString":"{number}"}},
            {{"url":"sent","valueInstant":"2026-11-17T15:00:00.000Z"}}{call}]}}"#
        )
    }

    #[test]
    fn a_key_belongs_to_the_attempt_of_its_call() {
        let sid = format!("CA{:032x}", 7);
        let now = crate::time::parse_instant("2026-11-17T15:01:00.000Z").unwrap();
        let pairs = [
            ("CallSid", &*sid),
            ("To", "+15550100171"),
            ("From", "+15550100001"),
            ("Direction", "outbound-api"),
            ("CallStatus", "in-progress"),
        ];
        let event = CallEvent::from_first_request(&pairs, now).unwrap();
        let other = format!("CA{:032x}", 8);
        let (to, elsewhere) = ("+15550100171", "+15550100172");
        let known = page(&[attempt(to, Some(&other)), attempt(elsewhere, Some(&sid))].join(","));
        let waiting = page(&attempt(to, None));
        let place = |pages: Vec<&PageTask>, by_phone| {
            page_of(pages.into_iter().cloned().collect(), &event, now, by_phone).map(|(_, index)| index)
        };
        assert_eq!(place(vec![&waiting, &known], false), Some(1));
        assert_eq!(place(vec![&waiting], false), None);
        assert_eq!(place(vec![&waiting], true), Some(0));
        // Two pages call the same phone, so the call could belong to either.
        assert_eq!(place(vec![&waiting, &waiting], true), None);
        assert_eq!(place(vec![&page(&attempt(elsewhere, None))], true), None);
        assert_eq!(page_of(vec![waiting], &event, now + 20 * MINUTE, true).map(|(_, index)| index), None);
    }
}
