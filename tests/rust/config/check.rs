// SPDX-License-Identifier: Apache-2.0 OR MIT

//! What is wrong with a config is found at its place: one that is sound, with one thing changed at a time.

use plumline::dialplan::config::Config;
use plumline::dialplan::{ConfigFinding, Severity};
use plumline::error::Code;
use plumline::phone::E164;
use serde_json::{Value, json};

/// Everything that a config can hold, sound.
fn sound() -> Value {
    serde_json::from_str(include_str!("../sound-config.json")).unwrap()
}

/// What a bot may pass over: it rings no such number, knows no such country, and says what it was given.
const PASSED: [Code; 7] = [
    Code::ConfigNumberBlocked,
    Code::ConfigCountry,
    Code::ConfigSize,
    Code::ConfigText,
    Code::ConfigChoice,
    Code::ConfigEmpty,
    Code::ConfigRange,
];

/// An identity that is a practitioner's own, which needs no binding.
const OWN: &str = "5e0b9c1d_0000_4000_8000_000000000001";

fn check(config: &Value) -> Vec<(String, &'static str)> {
    let text = config.to_string();
    let findings = Config::check(&text, None);
    let errors: Vec<&ConfigFinding> = findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    match Config::read(&text) {
        Ok(_) => assert!(errors.iter().all(|one| PASSED.contains(&one.code)), "{errors:?}"),
        Err(refused) => assert!(errors.iter().any(|one| (&one.path, one.code) == (&refused.path, refused.code))),
    }
    findings.into_iter().map(|finding| (finding.path, finding.code.as_str())).collect()
}

/// A place in the sound config, what is put there (nothing where it is taken out), and what is found.
#[track_caller]
fn changed(pointer: &str, value: Option<Value>, expected: &[(&str, &str)]) {
    let mut config = sound();
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let name = name.replace("~1", "/");
    match (config.pointer_mut(parent).unwrap_or_else(|| panic!("{pointer}")), value) {
        (Value::Object(members), Some(value)) => drop(members.insert(name, value)),
        (Value::Object(members), None) => drop(members.remove(&name).expect("a member")),
        (Value::Array(elements), Some(value)) => match elements.get_mut(name.parse::<usize>().unwrap()) {
            Some(element) => *element = value,
            None => elements.push(value),
        },
        (other, value) => panic!("{other} {value:?}"),
    }
    let found = check(&config);
    let found: Vec<(&str, &str)> = found.iter().map(|(path, code)| (path.as_str(), *code)).collect();
    assert_eq!(found, expected, "{pointer}");
}

#[track_caller]
fn one(pointer: &str, value: Value, path: &str, code: &str) {
    changed(pointer, Some(value), &[(path, code)]);
}

/// Lines of a pointer, what is put there (`long:9` for nine letters), and where what is found.
#[track_caller]
fn each(lines: &str) {
    for line in lines.lines().filter(|line| !line.is_empty()) {
        let columns: Vec<&str> = line.split(" | ").collect();
        let [pointer, value, path, code] = columns[..] else { panic!("{line}") };
        let mut value: Value = serde_json::from_str(value).unwrap();
        if let Some(length) = value.as_str().and_then(|text| text.strip_prefix("long:")) {
            value = json!("a".repeat(length.parse().unwrap()));
        }
        one(pointer, value, path, code);
    }
}

#[test]
fn a_sound_config_has_no_findings() {
    assert_eq!(check(&sound()), []);
    assert_eq!(check(&json!({})), []);
    assert_eq!(check(&json!({ "greeting": { "text": "" } })), []);
    // Messages are deleted, and no call is recorded.
    assert_eq!(check(&json!({ "recording": { "retentionDays": 30 } })), []);
}

#[test]
fn values_have_their_shapes() {
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
/numbers/911 | { "name": "x", "dialplan": "main", "timeZone": "UTC" } | numbers.911 | CONFIG_NUMBER
/numbers/+15550100001/name | "" | numbers[0].name | CONFIG_TEXT
/numbers/+15550100001/language | "e" | numbers[0].language | CONFIG_LANGUAGE
/numbers/+15550100001/timeZone | "x" | numbers[0].timeZone | CONFIG_TIME_ZONE
/hours/day/weekly/0/days | [] | hours.day.weekly[0].days | CONFIG_EMPTY
/hours/day/weekly/0/from | "24:00" | hours.day.weekly[0].from | CONFIG_TIME
/hours/day/weekly/0/to | "24:30" | hours.day.weekly[0].to | CONFIG_TIME
/hours/day/holidays/1 | "2026-02-29" | hours.day.holidays[1] | CONFIG_DATE
/hours/day/timeZone | "London" | hours.day.timeZone | CONFIG_TIME_ZONE
/hours/service/healthcareService | "7" | hours.service.healthcareService | CONFIG_REFERENCE
/lists/spam/0 | "911" | lists.spam[0] | CONFIG_NUMBER
/dialplans/main/0/when/callers/2 | "+*" | dialplans.main[0].when.callers[2] | CONFIG_NUMBER
/dialplans/main/2/when/verification | [] | dialplans.main[2].when.verification | CONFIG_EMPTY
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
fn verbs_have_what_they_need() {
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
/actions/end/0/say/voice | "é" | actions.end[0].say.voice | CONFIG_VOICE
/actions/end/0/say/language | "é" | actions.end[0].say.language | CONFIG_LANGUAGE
/actions/end/0/say | {} | actions.end[0].say.text | CONFIG_EMPTY
/actions/spanish/0/language | "spanish" | actions.spanish[0].language | CONFIG_LANGUAGE
/actions/desk/0/greet/neutral | "" | actions.desk[0].greet.neutral | CONFIG_TEXT
/actions/desk/0/greet/neutral | "\u00a0" | actions.desk[0].greet.neutral | CONFIG_TEXT
/actions/desk/0/greet/patient | "\u200b" | actions.desk[0].greet.patient | CONFIG_TEXT
/actions/desk/0/greet/patient | {} | actions.desk[0].greet.patient | CONFIG_EMPTY
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
/actions/menu/2/menu/options/0/digits | "2" | actions.menu[2].menu.options[1].digits | CONFIG_CHOICE
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
    for (one, other) in [("Élise", "éLISE"), ("new patient", "New-patient."), ("ПРИВЕТ", "привет")] {
        let options = json!([{ "speech": [one, one], "then": "desk" }, { "speech": ["nurse"], "then": "nurse" },
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
fn names_are_defined_and_used() {
    let unknown = "CONFIG_NAME_UNKNOWN";
    one("/numbers/+15550100001/dialplan", json!("night"), "numbers[0].dialplan", unknown);
    for (pointer, path) in [
        ("/dialplans/nurses/0/then", "dialplans.nurses[0].then"),
        ("/actions/spanish/1/goto", "actions.spanish[1].goto"),
        ("/actions/desk/1/dial/on/busy", "actions.desk[1].dial.on.busy"),
        ("/actions/desk/1/dial/otherwise", "actions.desk[1].dial.otherwise"),
        ("/actions/menu/2/menu/options/0/then", "actions.menu[2].menu.options[0].then"),
        ("/actions/menu/2/menu/otherwise", "actions.menu[2].menu.otherwise"),
        ("/actions/queue/0/queue/callback/then", "actions.queue[0].queue.callback.then"),
        ("/actions/queue/0/queue/overflow/then", "actions.queue[0].queue.overflow.then"),
        ("/actions/queue/0/queue/on/queue-full", "actions.queue[0].queue.on.queue-full"),
        ("/actions/queue/0/queue/otherwise", "actions.queue[0].queue.otherwise"),
        ("/actions/room/0/conference/then", "actions.room[0].conference.then"),
    ] {
        one(pointer, json!("nowhere"), path, unknown);
    }
    one("/dialplans/main/0/when/callers/0", json!("nobody"), "dialplans.main[0].when.callers[0]", unknown);
    // A number without its +.
    one("/dialplans/main/0/when/callers/0", json!("2125550123"), "dialplans.main[0].when.callers[0]", "CONFIG_NUMBER");
    one("/dialplans/main/4/when/open", json!("never"), "dialplans.main[4].when.open", unknown);
    one("/dialplans/main/5/when/closed", json!("never"), "dialplans.main[5].when.closed", unknown);
    one("/dialplans/main/4/when/called/0", json!("+15550100003"), "dialplans.main[4].when.called[0]", unknown);
    for (pointer, value, path) in [
        ("/dialplans/Main", json!([{ "then": "end" }]), "dialplans.Main"),
        ("/hours/a b", json!({ "healthcareService": "HealthcareService/1" }), "hours[0]"),
        ("/lists/é", json!([]), "lists[1]"),
        ("/actions/x_y", json!([{ "hangup": {} }]), "actions[9]"),
    ] {
        one(pointer, value, path, "CONFIG_NAME");
    }
    // Warnings, and only where nothing else is wrong. Used only by what nobody uses is not used.
    let mut config = sound();
    config["actions"]["free"] = json!([{ "goto": "freed" }]);
    config["actions"]["freed"] = json!([{ "reject": {} }]);
    config["lists"]["friends"] = json!([]);
    config["hours"]["late"] = json!({ "healthcareService": "HealthcareService/1", "timeZone": "UTC" });
    config["dialplans"]["old"] = json!([{ "when": { "open": "late" }, "then": "freed" }, { "then": "free" }]);
    let unused = ["dialplans.old", "hours.late", "lists.friends", "actions.free", "actions.freed"];
    assert_eq!(check(&config), unused.map(|path| (path.to_owned(), "CONFIG_NAME_UNUSED")));
    config["client"] = json!("");
    assert_eq!(check(&config), [("client".to_owned(), "CONFIG_IDENTITY")]);
}

#[test]
fn every_call_is_answered_and_comes_to_an_end() {
    each(
        r#"
/dialplans/nurses/0/when | { "patient": true } | dialplans.nurses | CONFIG_DEFAULT_MISSING
/dialplans/nurses/1 | { "then": "end" } | dialplans.nurses[1] | CONFIG_RULE_UNREACHABLE
/dialplans/main/4/when/closed | "day" | dialplans.main[4].when | CONFIG_RULE_UNREACHABLE
/dialplans/main/2/when/careTeam | ["CareTeam/1"] | dialplans.main[2].when | CONFIG_RULE_UNREACHABLE
/dialplans/main/1/when/callers | ["+1*"] | dialplans.main[1].when | CONFIG_RULE_UNREACHABLE
/dialplans/main/1/when/careTeam | ["CareTeam/1"] | dialplans.main[1].when | CONFIG_RULE_UNREACHABLE
/dialplans/main/1/when/patientLanguage | ["es"] | dialplans.main[1].when | CONFIG_RULE_UNREACHABLE
/dialplans/main/2/when | { "anonymous": true } | dialplans.main[2].when | CONFIG_RULE_UNREACHABLE
/dialplans/main/4/when/called/1 | "+15550100002" | dialplans.main[4].when.called[1] | CONFIG_RULE_UNREACHABLE
/hours/day/weekly | [] | hours.day | CONFIG_HOURS_UNCOVERED
/actions/end/1 | { "pause": 1 } | actions.end | CONFIG_DEAD_END
/actions/end | [] | actions.end | CONFIG_DEAD_END
/actions/end/0 | { "hangup": {} } | actions.end[0] | CONFIG_VERB_ORDER
/actions/end/1 | { "reject": {} } | actions.end[1] | CONFIG_VERB_ORDER
/actions/spanish/1/goto | "spanish" | actions.spanish[1].goto | CONFIG_LOOP
/actions/menu/2/menu/otherwise | "menu" | actions.menu[2].menu.otherwise | CONFIG_LOOP
/actions/queue/0/queue/otherwise | "desk" | actions.queue[0].queue.otherwise | CONFIG_LOOP
/actions/queue/0/queue/overflow/then | "queue" | actions.queue[0].queue.overflow.then | CONFIG_LOOP
/actions/queue/0/queue/on/left | "queue" | actions.queue[0].queue.on | CONFIG_LOOP
/actions/desk/1/dial/on/unavailable | "desk" | actions.desk[1].dial.on | CONFIG_LOOP
/actions/night | [{ "goto": "queue" }] | actions.night[0].goto | CONFIG_LOOP
"#,
    );
    // Somebody's doing is in each of these rounds.
    for (pointer, value) in [
        ("/actions/desk/1/dial/on/answered", json!("desk")),
        ("/actions/menu/2/menu/options/0/then", json!("menu")),
        ("/actions/queue/0/queue/callback/then", json!("queue")),
        ("/actions/room/0/conference/then", json!("room")),
    ] {
        changed(pointer, Some(value), &[]);
    }
    changed("/outbound/countries", Some(json!(["UK", "PR"])), &[]);
    changed("/dialplans/nurses", Some(json!([])), &[("dialplans.nurses", "CONFIG_DEFAULT_MISSING")]);
}

#[test]
fn nobody_is_cut_off_without_a_word() {
    let silence = |actions: Value| {
        check(&json!({
            "numbers": { "+15550100001": { "name": "x", "dialplan": "main" } },
            "dialplans": { "main": [{ "when": { "anonymous": true }, "then": "b" }, { "then": "a" }] },
            "actions": actions
        }))
    };
    let b = json!([{ "reject": {} }]);
    let at = |index: usize| (format!("dialplans.main[{index}].then"), "CONFIG_SILENCE");
    assert_eq!(silence(json!({ "a": [{ "hangup": {} }], "b": b })), [at(1)]);
    assert_eq!(silence(json!({ "a": [{ "pause": 1 }, { "goto": "b" }], "b": [{ "hangup": {} }] })), [at(0), at(1)]);
    let said = json!([{ "say": { "text": "Hello." } }, { "goto": "c" }]);
    assert_eq!(silence(json!({ "a": said, "b": b, "c": [{ "hangup": {} }] })), []);
}

#[test]
fn what_is_heard_at_once_fits_into_a_document() {
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
    // As XML writes it, and of however many bytes a character is.
    assert_eq!(sizes(json!({ "a": says(6, "你", hangup()) })), found("a"));
    let marks = format!("a{}", "&".repeat(3_999));
    let marks = json!({ "say": { "text": marks } });
    assert_eq!(sizes(json!({ "a": [marks, marks, marks, hangup()] })), []);
    assert_eq!(sizes(json!({ "a": [marks, marks, marks, marks, hangup()] })), found("a"));
    // With what follows in the same document.
    let b = says(8, "a", hangup());
    assert_eq!(sizes(json!({ "a": says(8, "a", json!({ "goto": "b" })), "b": b })), found("a"));
    let ring = json!({ "dial": { "targets": [{ "client": OWN }], "otherwise": "b" } });
    assert_eq!(sizes(json!({ "a": says(8, "a", ring), "b": b })), []);
    // A menu's phrases are written too.
    let options: Vec<_> = (0..25)
        .map(|n| json!({ "speech": (0..20).map(|m| format!("{n} {m} {}", "é".repeat(80))).collect::<Vec<_>>(), "then": "b" }))
        .collect();
    let menu = json!([{ "menu": { "prompt": { "text": "?a" }, "options": options, "otherwise": "b" } }]);
    assert_eq!(sizes(json!({ "a": menu, "b": b })), found("a"));
}

#[test]
fn an_identity_that_rings_is_bound() {
    let unbound = |at: &str| vec![(at.to_owned(), "CONFIG_IDENTITY_UNBOUND")];
    let mut config = sound();
    // It is named once, where it stands first.
    config["identities"] = json!({});
    assert_eq!(check(&config), unbound("client"));
    config["client"] = json!(OWN);
    assert_eq!(check(&config), unbound("actions.desk[1].dial.targets[0].client"));
    for own in [OWN.to_owned(), OWN.replace('_', "-")] {
        config["actions"]["desk"][1]["dial"]["targets"][0]["client"] = json!(own);
        assert_eq!(check(&config), []);
    }
    for other in [&*OWN.replacen('_', "-", 1), "Desk", "5e0b9c1d_0000_4000_8000_00000000000"] {
        config["actions"]["desk"][1]["dial"]["targets"][0]["client"] = json!(other);
        assert_eq!(check(&config), unbound("actions.desk[1].dial.targets[0].client"), "{other}");
    }
    // One that only other documents ring may be bound, too.
    config["actions"]["desk"][1]["dial"]["targets"][0]["client"] = json!("Desk");
    config["identities"] =
        json!({ "Desk": { "roles": ["nurse"] }, "elsewhere": { "practitioners": ["Practitioner/7"] } });
    assert_eq!(check(&config), []);
}

#[test]
fn somebody_is_told_of_what_callers_leave() {
    let untold = |at: &[&str]| at.iter().map(|at| (format!("actions.{at}"), "CONFIG_UNTOLD")).collect::<Vec<_>>();
    let mut config = sound();
    config["tasks"]["on"] = json!(["missed"]);
    assert_eq!(check(&config), untold(&["night[0].voicemail", "queue[0].queue.callback"]));
    config["alerts"]["on"] = json!(["callback"]);
    assert_eq!(check(&config), untold(&["night[0].voicemail"]));
    config["actions"]["night"] = json!([{ "reject": {} }]);
    assert_eq!(check(&config), []);
}

#[test]
fn what_depends_on_the_hour_has_a_zone() {
    let missing = "CONFIG_TIME_ZONE_MISSING";
    let mut config = sound();
    config.as_object_mut().unwrap().remove("timeZone");
    // The second number's dialplan has no hours, but its way leads to people who have.
    config["actions"]["queue"][0]["queue"]["on"]["answered"] = json!("menu");
    assert_eq!(check(&config), [("timeZone".into(), missing), ("numbers[1].timeZone".into(), missing)]);
    config["outbound"].as_object_mut().unwrap().remove("hours");
    config["actions"]["desk"][1]["dial"]["targets"].as_array_mut().unwrap().remove(3);
    assert_eq!(check(&config), []);
    config["numbers"]["+15550100001"].as_object_mut().unwrap().remove("timeZone");
    assert_eq!(check(&config), [("numbers[0].timeZone".into(), missing)]);
    config["hours"]["service"]["timeZone"] = json!("UTC");
    assert_eq!(check(&config), []);
}

#[test]
fn only_who_is_rung_from_a_number_needs_its_hour() {
    let mut config = sound();
    config.as_object_mut().unwrap().remove("timeZone");
    config["outbound"].as_object_mut().unwrap().remove("hours");
    // The first number, which has a zone, leads to people who have hours; the second to a room, and then to them too.
    config["dialplans"]["nurses"] = json!([{ "then": "quiet" }]);
    config["actions"]["quiet"] = json!([{ "conference": { "name": "Room" } }]);
    let errors = |config: &Value| {
        check(config).into_iter().filter(|(_, code)| *code != "CONFIG_NAME_UNUSED").collect::<Vec<_>>()
    };
    assert_eq!(errors(&config), []);
    config["actions"]["quiet"][0]["conference"]["then"] = json!("menu");
    assert_eq!(errors(&config), [("numbers[1].timeZone".into(), "CONFIG_TIME_ZONE_MISSING")]);
}

#[test]
fn callback_urls_are_counted() {
    let mut config = sound();
    let menu = |name: &str| {
        json!([{ "menu": { "prompt": { "text": "?a" }, "retries": 10, "otherwise": "end",
        "options": [{ "digits": "1", "then": name }] } }])
    };
    // 6, and in two languages a menu's 2, a dial's 6, a queue's 3, a voicemail's and a conference's: 32.
    for index in 0..10 {
        config["actions"][format!("m{index}")] = menu(&format!("m{}", index + 1));
    }
    config["actions"]["m10"] = menu("end");
    config["actions"]["end"][1] = json!({ "goto": "m10" });
    config["actions"]["m10"][0]["menu"]["otherwise"] = json!("reject");
    let errors = |config: &Value| {
        check(config).into_iter().filter(|(_, code)| *code != "CONFIG_NAME_UNUSED").collect::<Vec<_>>()
    };
    // And 11 menus with 11 each, in two languages.
    assert_eq!(errors(&config), [("actions.m9".into(), "CONFIG_STEPS")]);
    for index in 0..10 {
        config["actions"].as_object_mut().unwrap().remove(&format!("m{index}"));
    }
    assert_eq!(errors(&config), []);
    // Of one language more, twice as many; of ten more, too many.
    config["actions"]["m10"][0]["menu"]["options"] = json!(
        (0..10).map(|n| { json!({ "digits": n.to_string(), "language": format!("en-A{n}") }) }).collect::<Vec<_>>()
    );
    assert_eq!(errors(&config), [("actions.m10".into(), "CONFIG_STEPS")]);
}

#[test]
fn numbers_have_to_be_the_accounts() {
    let text = sound().to_string();
    let ours = |numbers: &[&'static str]| {
        let numbers: Vec<E164<'_>> = numbers.iter().map(|number| E164::parse(number).unwrap()).collect();
        let findings = Config::check(&text, Some(&numbers));
        assert!(findings.iter().all(|finding| finding.code.as_str() == "CONFIG_NUMBER_NOT_OURS"));
        findings.into_iter().map(|finding| finding.path).collect::<Vec<_>>()
    };
    assert!(ours(&["+15550100001", "+15550100002", "+15550100003"]).is_empty());
    assert_eq!(ours(&["+15550100001"]), ["outbound.practitioners[0]", "numbers[1]", "actions.desk[1].dial.callerId"]);
    assert_eq!(ours(&[]).len(), 5);
}

#[test]
fn what_is_never_dialled_is_no_target() {
    let pointer = "/actions/desk/1/dial/targets/1/number";
    let path = "actions.desk[1].dial.targets[1].number";
    // Premium, by the plan of its country and by its exchange; a satellite; and what the config blocks.
    for number in ["+19005550123", "+442079460104", "+33899123456", "+12129765550", "+881612345678"] {
        let mut config = sound();
        config["outbound"]["blocked"] = json!(["+4420"]);
        *config.pointer_mut(pointer).unwrap() = json!(number);
        assert_eq!(check(&config), [(path.to_owned(), "CONFIG_NUMBER_BLOCKED")], "{number}");
    }
    // Ours, though no member of `numbers`.
    let text = sound().to_string();
    let ours = ["+15550100001", "+15550100002", "+15550100099"].map(|number| E164::parse(number).unwrap());
    let findings = Config::check(&text, Some(&ours));
    let found: Vec<_> = findings.iter().map(|finding| (finding.path.as_str(), finding.code.as_str())).collect();
    assert_eq!(found, [(path, "CONFIG_NUMBER_BLOCKED")]);
    let mut config = sound();
    config["numbers"]["+442079460003"] = json!({ "name": "London", "dialplan": "nurses" });
    // Typed with its trunk prefix.
    *config.pointer_mut(pointer).unwrap() = json!("+4402079460003");
    assert_eq!(check(&config), [(path.to_owned(), "CONFIG_NUMBER_BLOCKED")]);
}

#[test]
fn findings_hold_no_number_name_or_text_and_are_bounded() {
    let config = json!({
        "numbers": { "+15550100077 Dr. Example": { "name": "", "dialplan": "5550100077" } },
        "lists": { "5550100077": ["5550100077"], "Dr. Example": [] },
        "actions": { "5550100077": [{ "goto": "Dr. Example" }] },
        "outbound": { "callerId": "5550100077", "practitioners": { "Dr. Example": "5550100077" } }
    });
    for (path, _) in check(&config) {
        assert!(!path.contains("555") && !path.contains("Example"), "{path}");
    }
    for (caller, severity) in [("x", Severity::Error), ("+1*", Severity::Warning)] {
        let lists: serde_json::Map<_, _> = (0..500).map(|n| (format!("list-{n}"), json!([caller]))).collect();
        let found = Config::check(&json!({ "lists": lists }).to_string(), None);
        assert_eq!(found.iter().filter(|finding| finding.severity == severity).count(), 100);
    }
}

#[test]
fn what_follows_at_once_is_bounded() {
    let chain = |links: usize, link: &dyn Fn(&str) -> Value| {
        let mut actions: serde_json::Map<String, Value> =
            (1..links).map(|n| (format!("a{n}"), json!([link(&format!("a{}", n + 1))]))).collect();
        actions.insert(format!("a{links}"), json!([{ "reject": {} }]));
        check(&json!({
            "timeZone": "UTC",
            "numbers": { "+15550100001": { "name": "x", "dialplan": "main" } },
            "dialplans": { "main": [{ "then": "a1" }] },
            "actions": actions
        }))
    };
    let goto = |next: &str| json!({ "goto": next });
    let dial = |next: &str| json!({ "dial": { "targets": [{ "available": "Organization/7" }], "otherwise": next } });
    let ring = |next: &str| json!({ "dial": { "targets": [{ "client": OWN }], "otherwise": next } });
    let link: [&dyn Fn(&str) -> Value; 2] = [&goto, &dial];
    for link in link {
        assert_eq!(chain(16, link), []);
        assert_eq!(chain(18, link), [("actions.a2".to_owned(), "CONFIG_CHAIN")]);
    }
    assert_eq!(chain(40, &ring), []);
    // A long way is no deep one.
    assert_eq!(chain(8_000, &goto), [("actions.a7984".to_owned(), "CONFIG_CHAIN")]);
}

#[test]
fn languages_are_such_that_twilio_speaks_and_where_it_listens_hears() {
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
fn a_bot_refuses_only_what_keeps_calls_from_their_way() {
    let read = |pointer: &str, value: Value| {
        let mut config = sound();
        *config.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
        assert!(check(&config).iter().any(|(_, code)| *code != "CONFIG_NAME_UNUSED"), "{pointer}");
        Config::read(&config.to_string()).err().map(|refused| refused.code)
    };
    for (pointer, value) in [
        ("/outbound/countries", json!([])),
        ("/outbound/roles", json!([])),
        ("/outbound/countries/1", json!("ZZ")),
        ("/actions/desk/0/greet/neutral", json!("\u{200b}")),
        ("/actions/menu/2/menu/prompt", json!({ "ssml": "<break time=\"1s\"/>" })),
    ] {
        assert_eq!(read(pointer, value), None, "{pointer}");
    }
    for (pointer, value, code) in [
        ("/outbound/countries/1", json!("us"), Code::ConfigCountry),
        ("/actions/desk/0/greet/neutral", json!("a\u{1}"), Code::ConfigText),
        ("/actions/menu/2/menu/prompt", json!({ "ssml": "<break" }), Code::ConfigSsml),
        ("/actions/desk/1/dial/otherwise", json!("nowhere"), Code::ConfigNameUnknown),
    ] {
        assert_eq!(read(pointer, value), Some(code), "{pointer}");
    }
}
