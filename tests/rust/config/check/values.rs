// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Checks of single values and of verbs.

use serde_json::{Value, json};

use super::{OWN, changed, check, each};

#[test]
fn values_have_the_right_format() {
    each(
        r#"
/greeting/text | "a\u0001" | greeting.text | CONFIG_TEXT
/greeting/text | "long:4001" | greeting.text | CONFIG_TEXT
/greeting/voice | "a b" | greeting.voice | CONFIG_VOICE
/greeting/language | "english" | greeting.language | CONFIG_LANGUAGE
/client | "" | client | CONFIG_IDENTITY
/client | "long:257" | client | CONFIG_IDENTITY
/identities/a b | { "roles": ["nurse"] } | identities[0] | CONFIG_IDENTITY
/identities/other | {} | identities[1] | CONFIG_EMPTY
/identities/desk | { "roles": [], "practitioners": [] } | identities[0] | CONFIG_EMPTY
/identities/desk/roles/0 | "" | identities[0].roles[0] | CONFIG_TEXT
/identities/desk/practitioners/0 | "7" | identities[0].practitioners[0] | CONFIG_REFERENCE
/identities/desk/practitioners/1 | "Patient/7" | identities[0].practitioners[1] | CONFIG_REFERENCE
/sip/domains/0 | "sip:clinic.sip.twilio.com" | sip.domains[0] | CONFIG_SIP_HOST
/sip/domains/0 | "clinic.sip.twilio.com:5060" | sip.domains[0] | CONFIG_SIP_HOST
/sip/domains | [] | sip.domains | CONFIG_EMPTY
/sip/trusted/0 | "" | sip.trusted[0] | CONFIG_SIP_HOST
/sip/trusted/0 | "*.example" | sip.trusted[0] | CONFIG_SIP_HOST
/sip/trusted/0 | "[2001:db8::1]" | sip.trusted[0] | CONFIG_SIP_HOST
/sip/extensions/Front | "+15550100001" | sip.extensions.Front | CONFIG_NAME
/sip/extensions/front desk | "+15550100001" | sip.extensions[1] | CONFIG_NAME
/sip/extensions/201 | "201" | sip.extensions.201 | CONFIG_NUMBER
/language | "" | language | CONFIG_LANGUAGE
/voice | "" | voice | CONFIG_VOICE
/timeZone | "EST" | timeZone | CONFIG_TIME_ZONE
/outbound/callerId | "911" | outbound.callerId | CONFIG_NUMBER
/outbound/practitioners/Practitioner~17 | "911" | outbound.practitioners[0] | CONFIG_NUMBER
/outbound/practitioners/Patient~17 | "+15550100001" | outbound.practitioners[0] | CONFIG_REFERENCE
/outbound/roles/0 | "" | outbound.roles[0] | CONFIG_TEXT
/outbound/countries/1 | "us" | outbound.countries[1] | CONFIG_COUNTRY
/outbound/countries/1 | "ZZ" | outbound.countries[1] | CONFIG_COUNTRY
/outbound/countries | [] | outbound.countries | CONFIG_EMPTY
/outbound/roles | [] | outbound.roles | CONFIG_EMPTY
/outbound/blocked/0 | "1900" | outbound.blocked[0] | CONFIG_NUMBER
/outbound/hours/from | "8:00" | outbound.hours.from | CONFIG_TIME
/outbound/hours/to | "07:00" | outbound.hours.to | CONFIG_TIME
/outbound/hours/zones/+1212 | "Brooklyn" | outbound.hours.zones[0] | CONFIG_TIME_ZONE
/outbound/concurrent | 0 | outbound.concurrent | CONFIG_RANGE
/outbound/perHour | 0 | outbound.perHour | CONFIG_RANGE
/outbound/timeout | 601 | outbound.timeout | CONFIG_RANGE
/recording/announcement | {} | recording.announcement.text | CONFIG_EMPTY
/recording/announcement/text | " " | recording.announcement.text | CONFIG_TEXT
/recording/retentionDays | 36501 | recording.retentionDays | CONFIG_RANGE
/recording | { "outbound": true } | recording.announcement.text | CONFIG_EMPTY
/recording | { "announcement": { "text": "." } } | recording.announcement.text | CONFIG_TEXT
/tasks/owner | "Patient/7" | tasks.owner | CONFIG_REFERENCE
/alerts/url | "http://example.com" | alerts.url | CONFIG_URL
/alerts/on | [] | alerts.on | CONFIG_EMPTY
/alerts/perHour | 0 | alerts.perHour | CONFIG_RANGE
/chart/extensionBase | "urn:x" | chart.extensionBase | CONFIG_URL
/chart/categorySystem | "urn:x" | chart.categorySystem | CONFIG_URL
/numbers/911 | { "name": "x", "dialplan": "main", "timeZone": "UTC" } | numbers.911 | CONFIG_NUMBER
/numbers/+15550100001/name | "" | numbers[0].name | CONFIG_TEXT
/numbers/+15550100001/language | "e" | numbers[0].language | CONFIG_LANGUAGE
/numbers/+15550100001/timeZone | "x" | numbers[0].timeZone | CONFIG_TIME_ZONE
/hours/day/weekly/0/days | [] | hours.day.weekly[0].days | CONFIG_EMPTY
/hours/day/weekly/0/from | "24:00" | hours.day.weekly[0].from | CONFIG_TIME
/hours/day/weekly/0/to | "24:30" | hours.day.weekly[0].to | CONFIG_TIME
/hours/day/weekly/0/to | "24:00:00" | hours.day.weekly[0].to | CONFIG_TIME
/hours/day/holidays/1 | "2026-02-29" | hours.day.holidays[1] | CONFIG_DATE
/hours/day/holidays/1 | "@US" | hours.day.holidays[1] | CONFIG_HOLIDAY_SET
/hours/day/holidays/1 | {} | hours.day.holidays[1].on | CONFIG_INVALID
/hours/day/holidays/1 | { "on": 7 } | hours.day.holidays[1].on | CONFIG_INVALID
/hours/day/holidays/1 | { "in": "12-24" } | an unknown or repeated member of hours.day.holidays[1] | CONFIG_INVALID
/hours/day/holidays/1 | 7 | hours.day.holidays[1] | CONFIG_INVALID
/hours/day/holidays/4/on | "5 thu feb" | hours.day.holidays[4] | CONFIG_DATE
/hours/day/holidays/4/on | "@US" | hours.day.holidays[4] | CONFIG_HOLIDAY_SET
/hours/day/holidays/4/name | "" | hours.day.holidays[4].name | CONFIG_TEXT
/hours/day/holidays/4/open/0/from | "24:00" | hours.day.holidays[4].open[0].from | CONFIG_TIME
/hours/day/holidays/4/open/0/to | "2 pm" | hours.day.holidays[4].open[0].to | CONFIG_TIME
/hours/day/holidays/4/open/0 | { "from": "08:00" } | hours.day.holidays[4].open[0].to | CONFIG_INVALID
/hours/day/holidays/4/days | [] | hours.day.holidays[4].days | CONFIG_EMPTY
/hours/day/holidays/4/days | ["monday"] | hours.day.holidays[4].days[0] | CONFIG_INVALID
/hours/day/timeZone | "London" | hours.day.timeZone | CONFIG_TIME_ZONE
/hours/service/healthcareService | "7" | hours.service.healthcareService | CONFIG_REFERENCE
/lists/spam/0 | "911" | lists.spam[0] | CONFIG_NUMBER
/dialplans/main/0/when/callers/2 | "+*" | dialplans.main[0].when.callers[2] | CONFIG_NUMBER
/dialplans/main/2/when/verification | [] | dialplans.main[2].when.verification | CONFIG_EMPTY
/dialplans/main/4/when/patientMatch | [] | dialplans.main[4].when.patientMatch | CONFIG_EMPTY
/dialplans/main/3/when/patientLanguage | [] | dialplans.main[3].when.patientLanguage | CONFIG_EMPTY
/dialplans/main/3/when/patientLanguage/0 | "x" | dialplans.main[3].when.patientLanguage[0] | CONFIG_LANGUAGE
/dialplans/main/3/when/language | [] | dialplans.main[3].when.language | CONFIG_EMPTY
/dialplans/main/3/when/language | ["x"] | dialplans.main[3].when.language[0] | CONFIG_LANGUAGE
/dialplans/main/3/when/careTeam/0 | "7" | dialplans.main[3].when.careTeam[0] | CONFIG_REFERENCE
/dialplans/main/4/when/called/0 | "x" | dialplans.main[4].when.called[0] | CONFIG_NUMBER
"#,
    );
}

#[test]
fn verbs_have_their_required_members() {
    each(
        r#"
/actions/end/0/say/ssml | "<break" | actions.end[0].say.ssml | CONFIG_SSML
/actions/end/0/say/ssml | "" | actions.end[0].say.ssml | CONFIG_TEXT
/actions/end/0/say/ssml | " " | actions.end[0].say.ssml | CONFIG_TEXT
/actions/end/0/say/ssml | "..." | actions.end[0].say.ssml | CONFIG_TEXT
/actions/end/0/say/ssml | "&#160;" | actions.end[0].say.ssml | CONFIG_TEXT
/actions/end/0/say/ssml | "<p/>" | actions.end[0].say.ssml | CONFIG_TEXT
/actions/end/0/say/ssml | "<emphasis/>" | actions.end[0].say.ssml | CONFIG_TEXT
/actions/end/0/say/ssml | "<break time=\"1s\"/>" | actions.end[0].say.ssml | CONFIG_TEXT
/actions/end/0/say/ssml | "<say-as interpret-as=\"date\"/>" | actions.end[0].say.ssml | CONFIG_TEXT
/actions/end/0/say/ssml | "<sub alias=\" \">Dr.</sub>" | actions.end[0].say.ssml | CONFIG_TEXT
/actions/end/0/say/ssml | "long:4001" | actions.end[0].say.ssml | CONFIG_TEXT
/actions/end/0/say/text | "Both." | actions.end[0].say.text | CONFIG_EMPTY
/actions/end/0/say/times | 0 | actions.end[0].say.times | CONFIG_RANGE
/actions/end/0/say/voice | "a/b" | actions.end[0].say.voice | CONFIG_VOICE
/actions/end/0/say/language | "é" | actions.end[0].say.language | CONFIG_LANGUAGE
/actions/end/0/say | {} | actions.end[0].say.text | CONFIG_EMPTY
/actions/spanish/0/language | "spanish" | actions.spanish[0].language | CONFIG_LANGUAGE
/actions/desk/0/greet/neutral | "" | actions.desk[0].greet.neutral | CONFIG_TEXT
/actions/desk/0/greet/neutral | "\u00a0" | actions.desk[0].greet.neutral | CONFIG_TEXT
/actions/desk/0/greet/patient | "\u200b" | actions.desk[0].greet.patient | CONFIG_TEXT
/actions/desk/0/greet/patient | {} | actions.desk[0].greet.patient.text | CONFIG_EMPTY
/actions/desk/0/greet/voice | "" | actions.desk[0].greet.voice | CONFIG_VOICE
/actions/desk/1/dial/targets | [] | actions.desk[1].dial.targets | CONFIG_EMPTY
/actions/desk/1/dial/targets/0/client | "a b" | actions.desk[1].dial.targets[0].client | CONFIG_IDENTITY
/actions/desk/1/dial/targets/1/number | "911" | actions.desk[1].dial.targets[1].number | CONFIG_NUMBER
/actions/desk/1/dial/targets/1/number | "+15550100001" | actions.desk[1].dial.targets[1].number | CONFIG_LOOP
/actions/desk/1/dial/targets/2/sip | "desk" | actions.desk[1].dial.targets[2].sip | CONFIG_SIP_ADDRESS
/actions/desk/1/dial/targets/3/available | "Patient/7" | actions.desk[1].dial.targets[3].available | CONFIG_REFERENCE
/actions/desk/1/dial/timeout | 601 | actions.desk[1].dial.timeout | CONFIG_RANGE
/actions/desk/1/dial/callerId | "desk" | actions.desk[1].dial.callerId | CONFIG_NUMBER
/actions/desk/1/dial/on/exploded | "end" | actions.desk[1].dial.on.exploded | CONFIG_OUTCOME
/actions/desk/1/dial/on/queue-full | "end" | actions.desk[1].dial.on.queue-full | CONFIG_OUTCOME
/actions/desk/1/dial/otherwise | "desk" | actions.desk[1].dial.otherwise | CONFIG_NO_ANSWER
/actions/menu/0/play/url | "hello.mp3" | actions.menu[0].play.url | CONFIG_URL
/actions/menu/0/play/times | 101 | actions.menu[0].play.times | CONFIG_RANGE
/actions/menu/1/pause | 0 | actions.menu[1].pause | CONFIG_RANGE
/actions/menu/2/menu/prompt/text/x | "a" | actions.menu[2].menu.prompt.text.x | CONFIG_LANGUAGE
/actions/menu/2/menu/prompt/text/en-US | "" | actions.menu[2].menu.prompt.text.en-US | CONFIG_TEXT
/actions/menu/2/menu/options/0/digits | "20" | actions.menu[2].menu.options[1].digits | CONFIG_CHOICE
/actions/menu/2/menu/options/2/digits | "1" | actions.menu[2].menu.options[2].digits | CONFIG_CHOICE
/actions/menu/2/menu/options/1/digits | "a" | actions.menu[2].menu.options[1].digits | CONFIG_CHOICE
/actions/menu/2/menu/options/1/speech | ["Desk"] | actions.menu[2].menu.options[1].speech | CONFIG_CHOICE
/actions/menu/2/menu/options/1/speech | ["-desk."] | actions.menu[2].menu.options[1].speech | CONFIG_CHOICE
/actions/menu/2/menu/options/1/speech | ["¿"] | actions.menu[2].menu.options[1].speech[0] | CONFIG_TEXT
/actions/menu/2/menu/options/1/speech | ["・"] | actions.menu[2].menu.options[1].speech[0] | CONFIG_TEXT
/actions/menu/2/menu/options/3/speech | [] | actions.menu[2].menu.options[3] | CONFIG_CHOICE
/actions/menu/2/menu/options/3/speech/0 | "a, b" | actions.menu[2].menu.options[3].speech[0] | CONFIG_TEXT
/actions/menu/2/menu/options/2/language | "x" | actions.menu[2].menu.options[2].language | CONFIG_LANGUAGE
/actions/menu/2/menu/invalid/text | "" | actions.menu[2].menu.invalid.text | CONFIG_TEXT
/actions/menu/2/menu/retries | 11 | actions.menu[2].menu.retries | CONFIG_RANGE
/actions/menu/2/menu/timeout | 0 | actions.menu[2].menu.timeout | CONFIG_RANGE
/actions/nurse/0/redirect/url | "https://a_b.example" | actions.nurse[0].redirect.url | CONFIG_URL
/actions/queue/0/queue/name | "" | actions.queue[0].queue.name | CONFIG_TEXT
/actions/queue/0/queue/music | "a" | actions.queue[0].queue.music | CONFIG_URL
/actions/queue/0/queue/position/text | "?" | actions.queue[0].queue.position.text | CONFIG_TEXT
/actions/queue/0/queue/callback/digit | "12" | actions.queue[0].queue.callback.digit | CONFIG_CHOICE
/actions/queue/0/queue/overflow | { "then": "night" } | actions.queue[0].queue.overflow | CONFIG_EMPTY
/actions/queue/0/queue/overflow/size | 5001 | actions.queue[0].queue.overflow.size | CONFIG_RANGE
/actions/queue/0/queue/overflow/position | 0 | actions.queue[0].queue.overflow.position | CONFIG_RANGE
/actions/queue/0/queue/overflow/averageWait | 0 | actions.queue[0].queue.overflow.averageWait | CONFIG_RANGE
/actions/queue/0/queue/on/overflow | "end" | actions.queue[0].queue.on.overflow | CONFIG_OUTCOME
/actions/night/0/voicemail/greeting/text | "" | actions.night[0].voicemail.greeting.text | CONFIG_TEXT
/actions/night/0/voicemail/maxLength | 1 | actions.night[0].voicemail.maxLength | CONFIG_RANGE
/actions/night/0/voicemail/maxLength | 121 | actions.night[0].voicemail.maxLength | CONFIG_TRANSCRIPTION
/actions/night/0/voicemail/farewell/text | "" | actions.night[0].voicemail.farewell.text | CONFIG_TEXT
/actions/room/0/conference/name | "" | actions.room[0].conference.name | CONFIG_TEXT
/actions/room/0/conference/music | "" | actions.room[0].conference.music | CONFIG_URL
/actions/room/0/conference/maxParticipants | 1 | actions.room[0].conference.maxParticipants | CONFIG_RANGE
"#,
    );
    // Digits of mixed length are valid, also if one starts with another.
    changed("/actions/menu/2/menu/options/0/digits", Some(json!("2")), &[]);
    changed("/actions/menu/2/menu/options/0/digits", Some(json!("201")), &[]);
    for (item, other) in [("Élise", "éLISE"), ("new patient", "New-patient."), ("ПРИВЕТ", "привет")] {
        let options = json!([{ "speech": [item, item], "then": "desk" }, { "speech": ["nurse"], "then": "nurse" },
            { "speech": ["a room", other], "then": "room" }]);
        let path = "actions.menu[2].menu.options[2].speech";
        changed("/actions/menu/2/menu/options", Some(options), &[(path, "CONFIG_CHOICE")]);
    }
    let longest = "actions.night[0].voicemail.maxLength";
    let pointer = "/actions/night/0/voicemail/maxLength";
    changed(pointer, Some(json!(14_401)), &[(longest, "CONFIG_RANGE"), (longest, "CONFIG_TRANSCRIPTION")]);
    let options = |each: usize| {
        let speech = |n: usize| (0..each).map(|m| format!("a{n} b{m}")).collect::<Vec<_>>();
        Some(json!((0..50).map(|n| json!({ "speech": speech(n), "then": "desk" })).collect::<Vec<_>>()))
    };
    let pointer = "/actions/menu/2/menu/options";
    let unused = [("actions.nurse", "CONFIG_NAME_UNUSED"), ("actions.room", "CONFIG_NAME_UNUSED")];
    changed(pointer, options(10), &unused);
    changed(pointer, options(11), &[("actions.menu[2].menu.options", "CONFIG_SIZE")]);
    for spoken in [
        "<say-as interpret-as=\"digits\">911</say-as>",
        "<p><s>Hello.</s></p>",
        "<sub alias=\"and\">&amp;</sub>",
        "<phoneme ph=\"ə\"/>",
    ] {
        changed("/actions/end/0/say/ssml", Some(json!(spoken)), &[]);
    }
    changed("/actions/menu/2/menu/options/1/then", None, &[("actions.menu[2].menu.options[1]", "CONFIG_DEAD_END")]);
}

#[test]
fn the_text_of_one_document_is_limited_in_size() {
    let say = |character: &str| json!({ "say": { "text": character.repeat(4_000) } });
    let sizes = |actions: Value| {
        check(&json!({
            "numbers": { "+15550100001": { "name": "x", "dialplan": "main" } },
            "dialplans": { "main": [{ "then": "a" }] },
            "actions": actions
        }))
    };
    let says = |count: usize, character: &str, last: Value| {
        let mut verbs = vec![say(character); count];
        verbs.push(last);
        Value::Array(verbs)
    };
    let hangup = || json!({ "hangup": {} });
    let found = |name: &str| [(format!("actions.{name}"), "CONFIG_SIZE")];
    assert_eq!(sizes(json!({ "a": says(15, "a", hangup()) })), []);
    assert_eq!(sizes(json!({ "a": says(16, "a", hangup()) })), found("a"));
    // The size counts after XML escaping, in bytes of UTF-8.
    assert_eq!(sizes(json!({ "a": says(6, "你", hangup()) })), found("a"));
    let escaped = format!("a{}", "&".repeat(3_999));
    let escaped = json!({ "say": { "text": escaped } });
    assert_eq!(sizes(json!({ "a": [escaped, escaped, escaped, hangup()] })), []);
    assert_eq!(sizes(json!({ "a": [escaped, escaped, escaped, escaped, hangup()] })), found("a"));
    // The size includes the verbs that follow in the same document.
    let b = says(8, "a", hangup());
    assert_eq!(sizes(json!({ "a": says(8, "a", json!({ "goto": "b" })), "b": b })), found("a"));
    let ring = json!({ "dial": { "targets": [{ "client": OWN }], "otherwise": "b" } });
    assert_eq!(sizes(json!({ "a": says(8, "a", ring), "b": b })), []);
    // The size includes the phrases of a menu.
    let options: Vec<_> = (0..25)
        .map(|n| json!({ "speech": (0..20).map(|m| format!("{n} {m} {}", "é".repeat(80))).collect::<Vec<_>>(), "then": "b" }))
        .collect();
    let menu = json!([{ "menu": { "prompt": { "text": "?a" }, "options": options, "otherwise": "b" } }]);
    assert_eq!(sizes(json!({ "a": menu, "b": b })), found("a"));
}

#[test]
fn languages_are_supported_by_twilio_for_speech_and_recognition() {
    let plan = |language: &str, options: &str| {
        serde_json::from_str(&format!(
            r#"{{"language":"{language}","numbers":{{"+15550100001":{{"name":"Desk","dialplan":"main"}}}},"dialplans":{{"main":[{{"then":"menu"}}]}},
            "actions":{{"menu":[{{"menu":{{"prompt":{{"text":"Hello"}},"options":[{options}],"otherwise":"end"}}}}],
                "end":[{{"say":{{"text":"Bye","language":"en-GB"}}}},{{"hangup":{{}}}}]}}}}"#
        ))
        .unwrap()
    };
    let (keys, words) = (r#"{"digits":"1","then":"end"}"#, r#"{"speech":["bye"],"then":"end"}"#);
    let unknown = || vec![("language".to_owned(), "CONFIG_LANGUAGE_UNKNOWN")];
    for (language, by_keys, by_words) in [
        ("en-US", true, true),
        ("zh-CN", true, true),
        ("de-AT", true, true),
        ("cy-GB", true, false),
        ("es", false, false),
        ("es-AR", false, false),
        ("tlh-AA", false, false),
    ] {
        for (options, is_known) in [(keys, by_keys), (words, by_words)] {
            let found = check(&plan(language, options));
            assert_eq!(found, if is_known { vec![] } else { unknown() }, "{language} {options}");
        }
    }
}

#[test]
fn overrides_have_the_right_format() {
    each(
        r#"
/override/roles/0 | "" | override.roles[0] | CONFIG_TEXT
/override/practitioners/0 | "Patient/7" | override.practitioners[0] | CONFIG_REFERENCE
/override/close/0 | "never" | override.close[0] | CONFIG_NAME_UNKNOWN
/override/divertTo/1 | "nowhere" | override.divertTo[1] | CONFIG_NAME_UNKNOWN
/override/maxHours | 745 | override.maxHours | CONFIG_RANGE
/actions/control/0/changeOverride/divert | "room" | actions.control[0].changeOverride.divert | OVERRIDE_ACTION
/actions/control/0/changeOverride/close | true | actions.control[0].changeOverride.close | CONFIG_EMPTY
/actions/control/0/changeOverride/hours | 73 | actions.control[0].changeOverride.hours | CONFIG_RANGE
/actions/control/0/changeOverride/hours | 0 | actions.control[0].changeOverride.hours | CONFIG_RANGE
/actions/control/0/changeOverride/callers | [] | actions.control[0].changeOverride.callers | CONFIG_EMPTY
/actions/control/0/changeOverride/callers/0 | "friends" | actions.control[0].changeOverride.callers[0] | CONFIG_NAME_UNKNOWN
/actions/control/0/changeOverride/callers/0 | "5550100123" | actions.control[0].changeOverride.callers[0] | CONFIG_NUMBER
/actions/control/0/changeOverride/then | "nowhere" | actions.control[0].changeOverride.then | CONFIG_NAME_UNKNOWN
/actions/record/0/recordGreeting/hours | 73 | actions.record[0].recordGreeting.hours | CONFIG_RANGE
/actions/record/0/recordGreeting/maxLength | 1 | actions.record[0].recordGreeting.maxLength | CONFIG_RANGE
/actions/record/0/recordGreeting/maxLength | 301 | actions.record[0].recordGreeting.maxLength | CONFIG_RANGE
/actions/record/0/recordGreeting/otherwise | "nowhere" | actions.record[0].recordGreeting.otherwise | CONFIG_NAME_UNKNOWN
/actions/record/0/recordGreeting/callers | [] | actions.record[0].recordGreeting.callers | CONFIG_EMPTY
"#,
    );
}

#[test]
fn an_override_needs_people_and_something_to_change() {
    for (rules, path) in [
        (json!({ "close": ["desk"] }), "override.roles"),
        (json!({ "roles": ["receptionist"] }), "override.close"),
        (json!({ "practitioners": ["Practitioner/7"], "maxHours": 3 }), "override.close"),
    ] {
        let hours = json!({ "desk": { "weekly": [{ "days": ["mon"], "from": "08:00", "to": "17:00" }] } });
        let config = json!({ "timeZone": "UTC", "hours": hours, "override": rules });
        let found = check(&config);
        assert!(found.contains(&(path.to_owned(), "CONFIG_EMPTY")), "{path} {found:?}");
    }
}

#[test]
fn a_phone_changes_only_what_the_config_allows() {
    let mut config = super::valid_config();
    config["override"]["maxHours"] = json!(0);
    assert!(check(&config).contains(&("override.maxHours".to_owned(), "CONFIG_RANGE")));
    config.as_object_mut().unwrap().remove("override");
    let found = check(&config);
    for path in [
        "actions.control[0].changeOverride.divert",
        "actions.control[0].changeOverride.hours",
        "actions.record[0].recordGreeting.hours",
    ] {
        assert!(found.iter().any(|(at, code)| at == path && code.starts_with("OVERRIDE_")), "{path} {found:?}");
    }
}
