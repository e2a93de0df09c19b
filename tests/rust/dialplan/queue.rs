// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Queues, and their results.

use plumline::runtime::Reply;

use crate::dialplan::clinic::Clinic;
use crate::fault::{FAILURES, Fault, Faults};

const STEP: &str = "https://fhir.example.com/webhook/1?step=";
const MUSIC: &str = "https://s3.amazonaws.com/com.twilio.sounds.music/MARKOVICHAMP-Borghestral.mp3";
const REST: &str = r#""busy":[{"say":{"text":"Too many."}},{"hangup":{}}],"soon":[{"say":{"text":"We call back."}},{"hangup":{}}],"mail":[{"voicemail":{"greeting":{"text":"Speak."}}}],
    "bye":[{"say":{"text":"Bye."}},{"hangup":{}}],"full":[{"say":{"text":"Full."}},{"hangup":{}}]"#;

fn queue(members: &str) -> Clinic {
    let members = if members.is_empty() { String::new() } else { format!(",{members}") };
    Clinic::with_verbs(&format!(r#"[{{"queue":{{"name":"nurses","otherwise":"bye"{members}}}}}]"#), REST)
}

fn waits(clinic: &mut Clinic, position: &str, size: &str, average: &str) -> String {
    clinic.request(
        "?step=wait.first",
        &[("QueuePosition", position), ("CurrentQueueSize", size), ("AvgQueueTime", average), ("QueueTime", "3")],
    )
}

fn leaves(clinic: &mut Clinic, result: &str) -> String {
    clinic.request("?step=queue.first", &[("QueueResult", result), ("QueueSid", "QU1"), ("QueueTime", "31")])
}

#[test]
fn the_caller_hears_music_and_their_position() {
    assert_eq!(queue("").call(), format!("<Enqueue action=\"{STEP}queue.first#rc=3&amp;rp=all\">nurses</Enqueue>"));
    let mut clinic = queue(r#""position":{"text":"You are number {position}."}"#);
    assert_eq!(
        clinic.call(),
        format!("<Enqueue action=\"{STEP}queue.first#rc=3&amp;rp=all\" waitUrl=\"{STEP}wait.first\">nurses</Enqueue>")
    );
    assert_eq!(waits(&mut clinic, "2", "2", "10"), format!("<Say>You are number 2.</Say><Play>{MUSIC}</Play>"));
    assert_eq!(waits(&mut clinic, "<b>", "", ""), format!("<Play>{MUSIC}</Play>"));
    let mut clinic = queue(
        r#""music":"https://example.com/m.mp3","position":{"ssml":"<s>No. <say-as interpret-as=\"cardinal\">{position}</say-as></s>"}"#,
    );
    assert_eq!(
        waits(&mut clinic, "7", "", ""),
        "<Say><s>No. <say-as interpret-as=\"cardinal\">7</say-as></s></Say><Play>https://example.com/m.mp3</Play>"
    );
    // The wait URL causes no round trip, because Twilio requests it every few seconds.
    assert_eq!(clinic.round_trips(), 0);
}

#[test]
fn the_caller_hears_the_expected_wait() {
    let mut clinic = queue(r#""expectedWait":{"text":"About {minutes} minutes."}"#);
    for (position, size, average, minutes) in [
        // The first of four callers has waited for 20 minutes, so the fourth waits for 20 minutes.
        ("4", "4", "600", Some("20")),
        ("2", "4", "600", Some("10")),
        ("1", "4", "600", Some("5")),
        ("1", "1", "1", Some("2")),
        ("7", "4", "600", Some("20")),
        ("4", "4", "1800", Some("60")),
        // An hour and more, or unknown.
        ("4", "4", "1801", None),
        ("4", "4", "0", None),
        ("", "4", "600", None),
        ("4", "", "600", None),
        ("0", "0", "0", None),
        ("2147483647", "1", "2147483647", None),
    ] {
        let said = minutes.map_or_else(String::new, |minutes| format!("<Say>About {minutes} minutes.</Say>"));
        let twiml = waits(&mut clinic, position, size, average);
        assert_eq!(twiml, format!("{said}<Play>{MUSIC}</Play>"), "{position} {size} {average}");
    }
}

#[test]
fn the_words_are_repeated_as_often_as_configured() {
    let mut clinic = queue(&format!(r#""position":{{"text":"No. {{position}}."}},{OFFER},"repeats":1"#));
    let document = |n: u32, has_words: bool| {
        let [say, offer] = if has_words { ["<Say>No. 2.</Say>", "<Say>Press item.</Say>"] } else { ["", ""] };
        let place = |n: u32| if n == 0 { String::new() } else { format!(".{n}") };
        format!(
            "{say}<Gather input=\"dtmf\" timeout=\"1\" numDigits=\"1\" finishOnKey=\"\" action=\"{STEP}offer.first{}\">\
             {offer}<Play>{MUSIC}</Play></Gather><Redirect>{STEP}wait.first{}</Redirect>",
            place(n),
            place((n + 1).min(2))
        )
    };
    let position = [("QueuePosition", "2")];
    assert_eq!(clinic.request("?step=wait.first", &position), document(0, true));
    assert_eq!(clinic.request("?step=wait.first.1", &position), document(1, true));
    // From now on, there is only music. The key still accepts the offer.
    assert_eq!(clinic.request("?step=wait.first.2", &position), document(2, false));
    let pressed = |digits| [("QueuePosition", "2"), ("Digits", digits)];
    assert_eq!(clinic.request("?step=offer.first", &pressed("7")), document(1, true));
    assert_eq!(clinic.request("?step=offer.first.1", &pressed("7")), document(2, false));
    assert_eq!(clinic.request("?step=offer.first.2", &pressed("7")), document(2, false));
    assert_eq!(clinic.request("?step=offer.first.2", &pressed("1")), "<Say>We call back.</Say><Hangup/>");
    // No other number of repetitions has a URL.
    assert!(matches!(clinic.reply("?step=wait.first.3", &position), Reply::Forbidden(_)));
    let mut clinic = queue(&format!("{OFFER},\"repeats\":0"));
    assert!(clinic.request("?step=wait.first.1", &position).starts_with("<Gather"));
    assert!(!clinic.request("?step=wait.first.1", &position).contains("<Say>"));
}

/// A caller hears the recording announcement before the first verb that records, and not again.
#[test]
fn the_recording_is_announced_once_per_call() {
    let recording = r#""recording":{"inbound":true,"announcement":{"text":"Recorded."}}"#;
    let actions = r#""actions":{"first":[{"queue":{"name":"q","on":{"left":"again"},"overflow":{"size":1,"then":"again"},"otherwise":"hunt"}}],
        "again":[{"menu":{"prompt":{"text":"What?"},"retries":1,"options":[{"digits":"1","then":"first"},{"digits":"2","then":"hunt"},{"digits":"9","language":"es-US"}],"otherwise":"hunt"}}],
        "hunt":[{"dial":{"targets":[{"client":"desk"},{"client":"nurse"}],"otherwise":"bye"}}],
        "bye":[{"hangup":{}}]}"#;
    let mut clinic = Clinic::new(&format!(r#""dialplans":{{"main":[{{"then":"first"}}]}},{actions},{recording}"#));
    let announced = "<Say>Recorded.</Say>";
    assert!(clinic.call().starts_with(&format!("{announced}<Enqueue")));
    let left = [("QueueResult", "leave"), ("QueueTime", "9")];
    let menu = clinic.request("?step=queue.first", &left);
    assert!(menu.contains("step=menu.again&amp;recording=announced"), "{menu}");
    let one = [("Digits", "1")];
    assert!(clinic.request("?step=menu.again&recording=announced", &one).starts_with("<Enqueue"));
    let repeated = clinic.request("?step=menu.again&recording=announced", &[("Digits", "5")]);
    assert!(repeated.contains("step=menu.again.1&amp;recording=announced"), "{repeated}");
    let spanish = clinic.request("?step=menu.again&recording=announced", &[("Digits", "9")]);
    assert!(spanish.contains("step=menu.again&amp;language=es-US&amp;recording=announced"), "{spanish}");
    assert!(clinic.request("?step=menu.again.1&language=es-US&recording=announced", &one).starts_with("<Enqueue"));
    // A menu before any announcement.
    assert!(clinic.request("?step=menu.again", &one).starts_with(&format!("{announced}<Enqueue")));
    assert!(clinic.request("?step=menu.again", &[("Digits", "2")]).starts_with(&format!("{announced}<Dial")));
    // After a queue, and for the second target.
    let failed = clinic.request("?step=queue.first", &[("QueueResult", "error")]);
    assert!(failed.starts_with("<Dial"), "{failed}");
    let next = clinic.request("?step=dial.hunt", &[("DialCallStatus", "no-answer")]);
    assert!(next.starts_with("<Dial"), "{next}");
    // Without recordings, the URLs have no such part.
    clinic.config = clinic.config.replace(r#""inbound":true"#, r#""inbound":false"#);
    assert!(matches!(clinic.reply("?step=menu.again&recording=announced", &one), Reply::Forbidden(_)));
}

#[test]
fn a_caller_leaves_a_queue_above_its_limits() {
    let mut clinic = queue(r#""overflow":{"size":5,"position":3,"averageWait":60,"then":"busy"}"#);
    for (position, size, average, out) in [
        ("3", "5", "60", false),
        ("4", "5", "60", true),
        ("3", "6", "60", true),
        ("3", "5", "61", true),
        ("", "", "", false),
        ("x", "-7", "1e9", false),
    ] {
        let twiml = waits(&mut clinic, position, size, average);
        assert_eq!(twiml == "<Leave/>", out, "{position} {size} {average} {twiml}");
    }
    assert_eq!(leaves(&mut clinic, "leave"), "<Say>Too many.</Say><Hangup/>");
    // The wait of this caller, which Twilio reports with each request.
    let mut clinic = queue(r#""overflow":{"wait":600,"then":"busy"}"#);
    for (waited, out) in [("0", false), ("600", false), ("601", true), ("", false), ("-700", false)] {
        let twiml = clinic.request("?step=wait.first", &[("QueuePosition", "1"), ("QueueTime", waited)]);
        assert_eq!(twiml == "<Leave/>", out, "{waited} {twiml}");
    }
}

#[test]
fn only_a_caller_who_can_be_called_back_gets_the_offer() {
    let offer = r#""callback":{"prompt":{"text":"Press 1."},"digit":"1","then":"mail"}"#;
    for (from, offered) in [
        ("+15550100123", true),
        ("+266696687", false),
        ("anonymous", false),
        ("client:desk", false),
        ("+15550100002", false),
        ("+442079460000", false),
        ("+19005550100", false),
    ] {
        let mut clinic = queue(offer);
        let twiml = clinic.request("?step=wait.first", &[("QueuePosition", "1"), ("From", from)]);
        assert_eq!(twiml.contains("Press 1."), offered, "{from} {twiml}");
        let pressed = clinic.request("?step=offer.first", &[("Digits", "1"), ("From", from)]);
        assert_eq!(pressed.contains("<Play>"), !offered, "{from} {pressed}");
    }
}

#[test]
fn every_queue_result_continues_with_its_action() {
    let mut clinic = queue(r#""on":{"queue-full":"full"}"#);
    for (result, twiml) in [
        ("bridged", "<Hangup/>"),
        ("queue-full", "<Say>Full.</Say><Hangup/>"),
        ("error", "<Say>Bye.</Say><Hangup/>"),
        ("system-error", "<Say>Bye.</Say><Hangup/>"),
        ("leave", "<Say>Bye.</Say><Hangup/>"),
        ("redirected", "<Response/>"),
        ("redirected-from-bridged", "<Response/>"),
        ("", "<Say>Bye.</Say><Hangup/>"),
    ] {
        assert_eq!(leaves(&mut clinic, result), twiml, "{result}");
    }
    assert_eq!(
        clinic.request("?step=queue.first", &[("QueueResult", "hangup"), ("CallStatus", "completed")]),
        "<Response/>"
    );
    assert!(clinic.record().unwrap().write().contains(r#""url":"queueResult","valueCode":"bridged""#));
}

fn outcome(clinic: &Clinic) -> String {
    let record = clinic.record().unwrap().write();
    let (_, rest) = record.rsplit_once(r#""url":"outcome","valueCode":""#).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// Only the queue result shows that the caller was answered. No other callback and no list has this.
#[test]
fn the_queue_result_is_posted_until_it_is_stored() {
    let wait = [("QueueResult", "bridged"), ("QueueTime", "60"), ("CallStatus", "completed")];
    for fault in FAILURES.into_iter().chain([Fault::EachRefused(403)]) {
        let mut clinic = queue("");
        clinic.faults = Faults::always(fault);
        assert!(matches!(clinic.reply("?step=queue.first", &wait), Reply::Broken(_)), "{fault:?}");
        clinic.faults = Faults::NONE;
        assert_eq!(clinic.request("?step=queue.first", &wait), "<Response/>");
        assert_eq!(outcome(&clinic), "answered");
        // No caller waits, so the bot retries a short failure at once.
        let mut clinic = queue("");
        clinic.faults = Faults::before(2, Fault::EachRefused(503));
        assert_eq!(clinic.request("?step=queue.first", &wait), "<Response/>");
        assert_eq!(outcome(&clinic), "answered");
        // If the caller still listens, the next verb is not delayed.
        let mut clinic = queue("");
        clinic.faults = Faults::always(fault);
        assert_eq!(leaves(&mut clinic, "bridged"), "<Hangup/>");
        assert!(clinic.retry() <= 3_000);
    }
}

#[test]
fn a_caller_who_is_dequeued_by_staff_is_answered() {
    let ended = [("CallbackSource", "call-progress-events"), ("CallStatus", "completed"), ("CallDuration", "90")];
    for (result, expected) in [
        ("bridged", "answered"),
        ("bridging-in-process", "answered"),
        ("redirected-from-bridged", "answered"),
        ("redirected", "no-answer"),
        ("leave", "no-answer"),
        ("hangup", "dropped"),
    ] {
        let mut clinic = queue("");
        leaves(&mut clinic, result);
        clinic.request("?step=status", &ended);
        assert_eq!(outcome(&clinic), expected, "{result}");
    }
}

const OFFER: &str = r#""callback":{"prompt":{"text":"Press item."},"digit":"1","then":"soon"}"#;

fn offered() -> String {
    format!(
        "<Gather input=\"dtmf\" timeout=\"1\" numDigits=\"1\" finishOnKey=\"\" action=\"{STEP}offer.first\">\
         <Say>Press item.</Say><Play>{MUSIC}</Play></Gather>"
    )
}

fn is_callback_requested(clinic: &Clinic) -> bool {
    clinic.record().is_some_and(|record| record.write().contains(r#""url":"queueResult","valueCode":"callback""#))
}

#[test]
fn a_callback_request_is_stored_before_it_is_confirmed() {
    let mut clinic = queue(OFFER);
    assert_eq!(waits(&mut clinic, "2", "2", "10"), offered());
    for digits in ["2", "", "11"] {
        assert_eq!(clinic.request("?step=offer.first", &[("Digits", digits)]), offered());
        assert_eq!(clinic.round_trips(), 0);
    }
    assert_eq!(clinic.request("?step=offer.first", &[("Digits", "1")]), "<Say>We call back.</Say><Hangup/>");
    assert_eq!((clinic.round_trips(), is_callback_requested(&clinic)), (2, true));
    // The caller presses the key twice. The bot confirms the request twice and stores it once. The queue result does
    // not change it.
    assert_eq!(clinic.request("?step=offer.first", &[("Digits", "1")]), "<Say>We call back.</Say><Hangup/>");
    assert_eq!(
        clinic.request("?step=queue.first", &[("QueueResult", "hangup"), ("CallStatus", "completed")]),
        "<Response/>"
    );
    assert!(is_callback_requested(&clinic));
}

#[test]
fn a_caller_without_a_number_is_offered_no_callback() {
    let mut clinic = queue(OFFER);
    for from in ["anonymous", "+266696687"] {
        assert_eq!(clinic.request("?step=wait.first", &[("From", from)]), format!("<Play>{MUSIC}</Play>"), "{from}");
        let pressed = clinic.request("?step=offer.first", &[("From", from), ("Digits", "1")]);
        assert_eq!(pressed, format!("<Play>{MUSIC}</Play>"), "{from}");
        assert!(!is_callback_requested(&clinic));
    }
}

#[test]
fn a_callback_request_that_is_not_stored_is_not_confirmed() {
    let failures =
        FAILURES.into_iter().flat_map(|fault| [Faults::at(0, fault), Faults::at(1, fault), Faults::always(fault)]);
    let refusals = [Faults::at(1, Fault::EachRefused(403)), Faults::from(1, Fault::EachRefused(409))];
    for faults in failures.chain(refusals) {
        let mut clinic = queue(OFFER);
        clinic.faults = faults.clone();
        assert_eq!(clinic.request("?step=offer.first", &[("Digits", "1")]), offered(), "{faults:?}");
        assert!(clinic.log.iter().any(|line| line.starts_with("plumline: CHART_")), "{:?}", clinic.log);
        clinic.faults = Faults::NONE;
        assert_eq!(clinic.request("?step=offer.first", &[("Digits", "1")]), "<Say>We call back.</Say><Hangup/>");
    }
    // Another client wrote first, so the bot repeats the write before the same deadline.
    for fault in [Fault::EachRefused(412), Fault::ConcurrentUpdate] {
        let mut clinic = queue(OFFER);
        clinic.faults = Faults::at(1, fault);
        assert_eq!(clinic.request("?step=offer.first", &[("Digits", "1")]), "<Say>We call back.</Say><Hangup/>");
        assert!(is_callback_requested(&clinic));
        assert!(clinic.retry() <= 3_000);
    }
}

#[test]
fn overflow_and_callback_are_distinguished() {
    // The callback action `soon` only speaks, so it runs in the queue. A caller who leaves the queue exceeded the
    // limit.
    let over = r#""overflow":{"size":5,"then":"busy"}"#;
    let mut clinic = queue(&format!("{OFFER},{over}"));
    assert_eq!(leaves(&mut clinic, "leave"), "<Say>Too many.</Say><Hangup/>");
    // The callback action `mail` records, so it runs after the caller has left the queue. The chart shows the reason.
    let mail = OFFER.replace("soon", "mail");
    let mut clinic = queue(&format!("{mail},{over}"));
    assert_eq!(leaves(&mut clinic, "leave"), "<Say>Too many.</Say><Hangup/>");
    let mut clinic = queue(&format!("{mail},{over}"));
    assert_eq!(clinic.request("?step=offer.first", &[("Digits", "1")]), "<Leave/>");
    assert!(leaves(&mut clinic, "leave").starts_with("<Say>Speak.</Say><Record"));
    // Without an overflow, the accepted callback is the only reason to leave.
    assert!(leaves(&mut queue(&mail), "leave").starts_with("<Say>Speak.</Say><Record"));
    // If the chart is unavailable, the reason is unknown, and the overflow action runs.
    clinic.faults = Faults::always(Fault::TimedOut);
    assert_eq!(leaves(&mut clinic, "leave"), "<Say>Too many.</Say><Hangup/>");
}
