// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Stores what a caller answers, before the response: no later request has it. If it cannot be stored, the caller does
//! not hear that it was taken, and is asked again.

use super::birth_date::verify_birth_date;
use super::boxed;
use super::dialplan_request::{RecordUpdate, caller_record};
use super::page_request::store_page;
use super::request::WebhookRequest;
use super::task_request::store_task;
use crate::chart::{Answer, CallContext, CallRecord, CallState};
use crate::dialplan::verbs::Ask;
use crate::dialplan::{CallbackResult, DialplanInput, Fact, Facts, LocalizedTurn, Params, Turn, Verb, VerbEvent};
use crate::error::Code;
use crate::runtime::Host;

/// What follows, and a code for the log.
pub(super) type Stored<'a> = (CallbackResult<'a>, Option<Code>);

/// Stores the input of a turn whose event [is input](VerbEvent::is_input). Returns what follows, and a code for the log
/// if it could not be stored.
pub(super) async fn store_input<'a>(
    host: &Host,
    request: &WebhookRequest<'_, '_>,
    input: &DialplanInput<'a>,
    next: &LocalizedTurn<'a>,
    update: RecordUpdate<'_>,
    facts: &mut Facts,
) -> Stored<'a> {
    match next.turn {
        Turn::Resume { action, verb: Verb::Ask(ask), event } => {
            let language = next.language.or_else(|| input.language());
            let input = AskInput { ask, action, event, language };
            store_answer(host, request, input, update, facts).await
        }
        Turn::Resume { verb: Verb::Verify(verify), event: VerbEvent::BirthDateGiven { n }, .. } => {
            boxed(verify_birth_date(host, request, input, (verify, n), update, facts)).await
        }
        Turn::Resume { action, verb: Verb::Task(task), .. } => {
            boxed(store_task(host, request, input, (task, action), facts)).await
        }
        Turn::Resume { action, verb: Verb::Page(page), .. } => {
            boxed(store_page(host, request, input, (page, action), facts)).await
        }
        _ => (CallbackResult::EmptyResponse, None),
    }
}

/// An answer, or its confirmation.
struct AskInput<'a, 'l> {
    ask: &'a Ask,
    action: &'a str,
    event: VerbEvent,
    language: Option<&'l str>,
}

async fn store_answer<'a>(
    host: &Host,
    request: &WebhookRequest<'_, '_>,
    AskInput { ask, action, event, language }: AskInput<'a, '_>,
    mut update: RecordUpdate<'_>,
    facts: &mut Facts,
) -> Stored<'a> {
    let (VerbEvent::AnswerGiven { n } | VerbEvent::AnswerConfirmed { n }) = event else {
        return (CallbackResult::EmptyResponse, None);
    };
    let record = update.record();
    let known = record.as_ref().and_then(|record| record.state.last_answer(action));
    let answer = if matches!(event, VerbEvent::AnswerConfirmed { .. }) {
        // The answer itself is only in the chart.
        let Some(known) = known else {
            return (ask.again(n, false), record.is_none().then_some(Code::ChartUnread));
        };
        Answer { is_confirmed: true, ..known.clone() }
    } else {
        let Some(value) = ask.entered(Params(request.pairs), language) else { return (ask.again(n, true), None) };
        let given = Answer { action: action.to_owned(), is_confirmed: ask.confirm.is_none(), at: request.now, value };
        // A repeated request gives the same answer again.
        known
            .filter(|known| known.value == given.value && known.is_confirmed >= given.is_confirmed)
            .cloned()
            .unwrap_or(given)
    };
    facts.unconfirmed = Some(answer.value.clone());
    let mut after = record.unwrap_or_default();
    add(&mut after, &answer);
    update.context.answers.push(answer);
    if let Err(code) = update.write(host, request.record_format()).await {
        return (ask.again(n, false), Some(code));
    }
    facts.record = Fact::Known(caller_record(&after));
    (ask.after_stored(event), None)
}

/// Adds an answer to a record that was read, as the write does in the chart.
fn add(record: &mut CallRecord, answer: &Answer) {
    let context = CallContext { answers: vec![answer.clone()], ..CallContext::default() };
    record.state.merge(&CallState::prepared(&context));
}
