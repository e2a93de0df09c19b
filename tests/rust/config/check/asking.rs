// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Checks of `ask`, `verify`, `nextVisit`, `task` and `page`, and of the conditions on answers.

use serde_json::json;

use super::{check, each, valid_config};

#[test]
fn an_answer_fits_its_format() {
    each(
        r#"
/actions/pain/0/ask/answer/min | 11 | actions.pain[0].ask.answer | CONFIG_ANSWER
/actions/pain/0/ask/answer/minLength | 1 | actions.pain[0].ask.answer.minLength | CONFIG_ANSWER
/actions/pain/0/ask/answer/order | "MMDDYYYY" | actions.pain[0].ask.answer.order | CONFIG_ANSWER
/actions/pain/0/ask/answer/max | 1000000000 | actions.pain[0].ask.answer.max | CONFIG_RANGE
/actions/number/0/ask/answer/minLength | 9 | actions.number[0].ask.answer | CONFIG_ANSWER
/actions/number/0/ask/answer/maxLength | 33 | actions.number[0].ask.answer.maxLength | CONFIG_RANGE
/actions/number/0/ask/answer/pattern | "20" | actions.number[0].ask.answer.pattern | CONFIG_ANSWER
/actions/card/0/ask/answer/pattern | "2*" | actions.card[0].ask.answer.pattern | CONFIG_ANSWER
/actions/card/0/ask/answer/pattern | "" | actions.card[0].ask.answer.pattern | CONFIG_ANSWER
/actions/words/0/ask/input | "both" | actions.words[0].ask.answer.format | CONFIG_ANSWER
/actions/words/0/ask/answer/maxLength | 1001 | actions.words[0].ask.answer.maxLength | CONFIG_RANGE
/actions/pain/0/ask/retries | 11 | actions.pain[0].ask.retries | CONFIG_RANGE
/actions/pain/0/ask/timeout | 0 | actions.pain[0].ask.timeout | CONFIG_RANGE
/actions/pain/0/ask/question/questionnaire | "pain" | actions.pain[0].ask.question.questionnaire | CONFIG_URL
/actions/words/0/ask/question/questionnaire | "Questionnaire/" | actions.words[0].ask.question.questionnaire | CONFIG_REFERENCE
/actions/words/0/ask/question/linkId | "" | actions.words[0].ask.question.linkId | CONFIG_TEXT
/actions/pain/0/ask/then | "nowhere" | actions.pain[0].ask.then | CONFIG_NAME_UNKNOWN
"#,
    );
}

#[test]
fn the_other_verbs_have_valid_values() {
    each(
        r#"
/actions/birth-date/0/verify/retries | 11 | actions.birth-date[0].verify.retries | CONFIG_RANGE
/actions/birth-date/0/verify/timeout | 61 | actions.birth-date[0].verify.timeout | CONFIG_RANGE
/actions/visit/0/nextVisit/none | {} | actions.visit[0].nextVisit.none.text | CONFIG_EMPTY
/actions/refill/0/task/owner | "Patient/7" | actions.refill[0].task.owner | CONFIG_REFERENCE
/actions/refill/0/task/code/system | "refill" | actions.refill[0].task.code.system | CONFIG_URL
/actions/refill/0/task/text | "" | actions.refill[0].task.text | CONFIG_TEXT
/actions/on-call/0/page/targets | [] | actions.on-call[0].page.targets | CONFIG_EMPTY
/actions/on-call/0/page/targets/0 | { "available": "Patient/7" } | actions.on-call[0].page.targets[0].available | CONFIG_REFERENCE
/actions/on-call/0/page/targets/0 | { "client": "desk" } | an unknown or repeated member of actions.on-call[0].page.targets[0] | CONFIG_INVALID
/actions/on-call/0/page/targets/1/number | "5550100171" | actions.on-call[0].page.targets[1].number | CONFIG_NUMBER
/actions/on-call/0/page/targets/1/number | "+15550100001" | actions.on-call[0].page.targets[1].number | CONFIG_LOOP
/actions/on-call/0/page/targets/1/number | "+19005550199" | actions.on-call[0].page.targets[1].number | CONFIG_NUMBER_BLOCKED
/actions/on-call/0/page/text | "" | actions.on-call[0].page.text | CONFIG_TEXT
/actions/on-call/0/page/minutes | 0 | actions.on-call[0].page.minutes | CONFIG_RANGE
/actions/on-call/0/page/minutes | 61 | actions.on-call[0].page.minutes | CONFIG_RANGE
/actions/on-call/0/page/rounds | 6 | actions.on-call[0].page.rounds | CONFIG_RANGE
/actions/on-call/0/page/then | "nowhere" | actions.on-call[0].page.then | CONFIG_NAME_UNKNOWN
"#,
    );
}

#[test]
fn conditions_on_answers_name_a_question() {
    each(
        r#"
/actions/by-pain/0/when/if/answer | {} | actions.by-pain[0].when.if.answer | CONFIG_EMPTY
/actions/by-pain/0/when/if/answer | { "end": ["1"] } | actions.by-pain[0].when.if.answer.end | CONFIG_NAME_UNKNOWN
/actions/by-pain/0/when/if/answer | { "pain": [] } | actions.by-pain[0].when.if.answer.pain | CONFIG_EMPTY
/actions/by-pain/0/when/if/answer | { "pain": {} } | actions.by-pain[0].when.if.answer.pain | CONFIG_ANSWER
/actions/by-pain/0/when/if/answer | { "card": { "min": 1 } } | actions.by-pain[0].when.if.answer.card | CONFIG_ANSWER
/actions/by-pain/0/when/if/answer | { "pain": { "min": 2, "max": 1 } } | actions.by-pain[0].when.if.answer.pain | CONFIG_ANSWER
/dialplans/main/3/when | { "answer": { "pain": ["1"] } } | dialplans.main[3].when | CONFIG_RULE_UNREACHABLE
/dialplans/main/3/when | { "verified": true } | dialplans.main[3].when | CONFIG_RULE_UNREACHABLE
"#,
    );
}

#[test]
fn a_task_that_leads_to_itself_without_a_person_is_a_loop() {
    let mut config = valid_config();
    config["actions"]["refill"][0]["task"]["otherwise"] = json!("refill");
    assert!(check(&config).iter().any(|(_, code)| *code == "CONFIG_LOOP"), "{:?}", check(&config));
}
