// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Creates and completes the `QuestionnaireResponse`s of an ended call:
//! <https://hl7.org/fhir/R4/questionnaireresponse.html>. A call has at most one for each questionnaire of the config.

use crate::chart::{Answer, CallState};
use crate::dialplan::Verb;
use crate::dialplan::config::{AnswerKind, Config};
use crate::dialplan::verbs::{Ask, Question};
use crate::fhir::element::{identifier, is, reference};
use crate::fhir::search::search_value;
use crate::json::Json;
use crate::runtime::FhirRequest;
use crate::time::instant;

/// The resource type.
pub(super) const TYPE: &str = "QuestionnaireResponse";

/// The system of the identifier. The value is `<CallSid>.<questionnaire>`.
const SYSTEM: &str = "https://plumline.dev/fhir/call-questionnaire";

/// The `QuestionnaireResponse`s of a call with the root `CallSid` `root`. An answer whose question is no longer in the
/// config is only in the call record.
pub(super) fn responses(config: &Config, state: &CallState, root: &str) -> Vec<Json> {
    let mut all: Vec<(&str, u64, Vec<Json>)> = Vec::new();
    // Most calls have no answers.
    if state.answers().next().is_none() {
        return Vec::new();
    }
    for (action, verbs) in config.actions.iter() {
        let Some(Verb::Ask(ask)) = verbs.last() else { continue };
        let answer = state.answers().find(|answer| answer.action == action);
        let (Some(question), Some(answer)) = (&ask.question, answer) else { continue };
        let at = all.iter().position(|(known, ..)| *known == question.questionnaire).unwrap_or_else(|| {
            all.push((&question.questionnaire, 0, Vec::new()));
            all.len() - 1
        });
        let (_, authored, items) = &mut all[at];
        *authored = (*authored).max(answer.at);
        items.push(item(ask, question, answer));
    }
    all.into_iter()
        .map(|(questionnaire, authored, items)| response(state, root, questionnaire, authored, items))
        .collect()
}

fn item(ask: &Ask, question: &Question, answer: &Answer) -> Json {
    let value = match ask.answer.format {
        AnswerKind::Number => answer
            .value
            .parse()
            .map_or(("valueString", Json::of(&answer.value)), |number| ("valueInteger", Json::of_integer(number))),
        AnswerKind::Date => ("valueDate", Json::of(&answer.value)),
        AnswerKind::Digits | AnswerKind::Text => ("valueString", Json::of(&answer.value)),
    };
    Json::object([("linkId", Json::of(&question.link_id)), ("answer", Json::List(vec![Json::object([value])]))])
}

fn response(state: &CallState, root: &str, questionnaire: &str, authored: u64, items: Vec<Json>) -> Json {
    let to = |to: Option<&str>| to.map_or(Json::Null, reference);
    Json::object([
        ("resourceType", Json::of(TYPE)),
        ("identifier", identifier(SYSTEM, &[root, ".", questionnaire].concat())),
        ("questionnaire", Json::of(questionnaire)),
        ("status", Json::of("completed")),
        ("subject", to(state.context().patient.as_deref())),
        ("authored", Json::of(&instant(authored))),
        ("source", to(state.patient_side())),
        ("item", Json::List(items)),
    ])
}

/// The search for the existing ones among `responses`. `None` if there are none.
pub(super) fn search(responses: &[Json]) -> Option<FhirRequest> {
    let mut criteria = String::new();
    for response in responses {
        criteria.push_str(if criteria.is_empty() { "" } else { "," });
        criteria.push_str(&token(response));
    }
    let request = || FhirRequest::get([TYPE, "?identifier=", &criteria, "&_sort=identifier&_count=500"].concat());
    (!criteria.is_empty()).then(request)
}

/// The requests that create the missing ones of `responses`, and correct those in `existing` whose call has more or
/// other answers now, or whose patient became known. One that staff changed to another status is left as it is.
pub(super) fn writes(responses: Vec<Json>, existing: &[Json]) -> Vec<FhirRequest> {
    let mut writes = Vec::new();
    for response in responses {
        let is_same = |known: &&Json| value_of(known) == value_of(&response);
        let Some(known) = existing.iter().find(is_same) else {
            writes.push(FhirRequest::create(&response, Some(["identifier=", &token(&response)].concat())));
            continue;
        };
        let mut corrected = known.clone();
        for name in ["item", "authored"] {
            corrected.set(name, response.get(name).cloned().unwrap_or_default());
        }
        for name in ["subject", "source"] {
            if known.get(name).is_none() {
                corrected.set(name, response.get(name).cloned().unwrap_or_default());
            }
        }
        if is(known, "status", "completed") && corrected != *known {
            writes.extend(FhirRequest::update(&corrected));
        }
    }
    writes
}

fn token(response: &Json) -> String {
    [SYSTEM, "|", &search_value(value_of(response).unwrap_or_default())].concat()
}

fn value_of(response: &Json) -> Option<&str> {
    response.at(&["identifier", "value"])?.text()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::CallContext;

    const ROOT: &str = "CA00000000000000000000000000000001";

    fn config() -> Config {
        let ask = |link, format| {
            format!(
                r#"[{{"ask":{{"prompt":{{"text":"?"}},"answer":{{"format":"{format}"}},"then":"a","otherwise":"a","question":{{"questionnaire":"https://clinic.example/survey","linkId":"{link}"}}}}}}]"#
            )
        };
        let actions = format!(r#"{{"actions":{{"pain":{},"since":{}}}}}"#, ask("1", "number"), ask("2", "date"));
        serde_json::from_str(&actions).unwrap()
    }

    fn state(answers: &[(&str, &str, u64)], patient: Option<&str>) -> CallState {
        let answers = answers.iter().map(|(action, value, at)| Answer {
            action: (*action).to_owned(),
            is_confirmed: true,
            at: *at,
            value: (*value).to_owned(),
        });
        let context =
            CallContext { answers: answers.collect(), patient: patient.map(str::to_owned), ..CallContext::default() };
        CallState::prepared(&context)
    }

    #[test]
    fn all_answers_of_a_call_are_in_one_response() {
        let known =
            state(&[("pain", "7", 1_000), ("since", "2026-11-18", 3_000), ("other", "9", 9_000)], Some("Patient/p1"));
        let responses = responses(&config(), &known, ROOT);
        assert_eq!(responses.len(), 1);
        assert_eq!(
            responses[0].write(),
            r#"{"resourceType":"QuestionnaireResponse","identifier":{"system":"https://plumline.dev/fhir/call-questionnaire","value":"CA00000000000000000000000000000001.https://clinic.example/survey"},"questionnaire":"https://clinic.example/survey","status":"completed","subject":{"reference":"Patient/p1"},"authored":"1970-01-01T00:00:03.000Z","source":{"reference":"Patient/p1"},"item":[{"linkId":"1","answer":[{"valueInteger":7}]},{"linkId":"2","answer":[{"valueDate":"2026-11-18"}]}]}"#
        );
    }

    #[test]
    fn a_later_answer_and_the_patient_are_added_once() {
        let first = responses(&config(), &state(&[("pain", "7", 1_000)], None), ROOT);
        let creates = writes(first.clone(), &[]);
        assert_eq!((creates.len(), creates[0].method), (1, "POST"));
        assert!(creates[0].if_none_exist.is_some());
        let mut stored = first[0].clone();
        stored.set("id", Json::of("q1"));
        stored.set("meta", Json::object([("versionId", Json::of("1"))]));
        assert_eq!(writes(first, core::slice::from_ref(&stored)).len(), 0);
        let more = state(&[("pain", "7", 1_000), ("since", "2026-11-18", 3_000)], Some("Patient/p1"));
        let more = responses(&config(), &more, ROOT);
        let updates = writes(more.clone(), core::slice::from_ref(&stored));
        assert_eq!((updates.len(), updates[0].method), (1, "PUT"));
        assert!(updates[0].resource.as_ref().unwrap().contains("Patient/p1"));
        // Staff amended it.
        stored.set("status", Json::of("amended"));
        assert_eq!(writes(more, &[stored]).len(), 0);
    }

    #[test]
    fn a_call_without_answers_has_no_response() {
        assert_eq!(responses(&config(), &state(&[], None), ROOT).len(), 0);
        assert_eq!(search(&[]), None);
    }
}
