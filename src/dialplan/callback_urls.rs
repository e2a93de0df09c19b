// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The callback URLs: a closed set, determined by the config.
//!
//! The format is `<webhook URL>?step=<kind>[.<action>[.<n>]][&language=<tag>][&closed=1]`. Medplum does not pass the query string
//! to a bot. Twilio signs the whole URL, so the bot finds the requested URL by its signature. All state between two
//! requests is in the URL.

use super::config::Config;
use super::graph::final_verb;
use super::params::Params;
use super::verbs::Verb;
use crate::json::decimal;

/// The kind of a callback URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallbackKind {
    /// The webhook URL itself, without `step`: a new call, or a status event.
    WebhookUrl,
    /// The caller chose an option in a menu, or was silent. `n` is the number of earlier prompts.
    Menu,
    /// The outcome of a dialed leg. `n` is the round of ringing, from 0.
    Dial,
    /// The outcome of waiting in a queue.
    Queue,
    /// Twilio requests the TwiML for a waiting caller.
    Wait,
    /// A waiting caller pressed a key.
    Offer,
    /// A message was left.
    Voicemail,
    /// A conference has ended.
    Conference,
    /// Twilio requests the TwiML that the callee hears before the connection: the recording announcement.
    Announce,
    /// Twilio requests the TwiML for someone who answered a screened phone.
    Screen,
    /// A key was pressed on a screened phone.
    Accept,
    /// The caller has heard an action that serves them.
    Served,
    /// A staff phone changes an override.
    Change,
    /// A staff phone has recorded a greeting.
    Greeting,
    /// A progress event of a leg.
    Status,
    /// A progress event of a leg whose callee must press a key.
    ScreenedStatus,
    /// A recording is available. The URL of a voicemail message has the action, which is the mailbox.
    Recording,
    /// A transcription is available. The URL has the action, which is the mailbox.
    Transcription,
    /// Whether a human or a machine answered.
    Machine,
    /// A key was pressed on the practitioner's own phone, which rings first. The bot may now dial the callee.
    Connect,
}

impl CallbackKind {
    /// The kinds of callbacks that do not belong to one action.
    const COMMON: [Self; 7] = [
        Self::Announce,
        Self::Status,
        Self::ScreenedStatus,
        Self::Recording,
        Self::Transcription,
        Self::Machine,
        Self::Connect,
    ];

    /// Whether a request of this kind reports an outcome that the chart records.
    #[must_use]
    pub const fn reports_end(self) -> bool {
        matches!(self, Self::Dial | Self::Queue | Self::Voicemail | Self::Conference)
    }

    /// Whether the response depends on the state of the call, so that the URL has it: the language of the caller, and
    /// whether staff had closed the line.
    const fn has_state(self) -> bool {
        !matches!(self, Self::Recording | Self::Screen | Self::Accept | Self::Served | Self::Transcription)
    }

    /// The name in the URL.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::WebhookUrl => "",
            Self::Menu => "menu",
            Self::Dial => "dial",
            Self::Queue => "queue",
            Self::Wait => "wait",
            Self::Offer => "offer",
            Self::Voicemail => "voicemail",
            Self::Conference => "conference",
            Self::Announce => "announce",
            Self::Screen => "screen",
            Self::Accept => "accept",
            Self::Served => "served",
            Self::Change => "change",
            Self::Greeting => "greeting",
            Self::Status => "status",
            Self::ScreenedStatus => "screened",
            Self::Recording => "recording",
            Self::Transcription => "transcription",
            Self::Machine => "machine",
            Self::Connect => "connect",
        }
    }
}

/// A callback URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallbackUrl<'a> {
    /// The kind.
    pub kind: CallbackKind,
    /// The name of the action. `""` if the callback does not belong to an action.
    pub action: &'a str,
    /// A counter or an index. See [`CallbackKind`].
    pub n: u32,
    /// The language tag that the caller switched to. `None` for the default language of the called number.
    pub language: Option<&'a str>,
    /// Whether staff had closed the line when the call arrived. The line is then closed for the rest of the call.
    pub closed: bool,
}

/// The maximum number of callback URLs of a config. The signature of a forged request is compared with each of them.
pub const MAX_CALLBACKS: usize = 512;

/// The suffix of a callback URL that makes Twilio send the callback again if the bot returns an error. It is not part
/// of the signature. Source: <https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides>.
pub const RETRY: &str = "#rc=3&rp=all";

impl<'a> CallbackUrl<'a> {
    /// The webhook URL itself.
    pub const WEBHOOK: CallbackUrl<'static> = CallbackUrl::common(CallbackKind::WebhookUrl);

    /// A callback that does not belong to one action.
    #[must_use]
    pub const fn common(kind: CallbackKind) -> Self {
        Self::of(kind, "")
    }

    /// A callback of an action that does not depend on the state of the call.
    #[must_use]
    pub const fn of(kind: CallbackKind, action: &'a str) -> Self {
        Self { kind, action, n: 0, language: None, closed: false }
    }

    /// The suffix to append to the webhook's URL. `queried` is true if that URL already has a query.
    #[must_use]
    pub fn suffix(&self, queried: bool) -> String {
        if self.kind == CallbackKind::WebhookUrl {
            return String::new();
        }
        let n = if self.n > 0 { decimal(self.n.into()) } else { String::new() };
        [
            if queried { "&step=" } else { "?step=" },
            self.kind.word(),
            if self.action.is_empty() { "" } else { "." },
            self.action,
            if n.is_empty() { "" } else { "." },
            &n,
            if self.language.is_some() { "&language=" } else { "" },
            self.language.unwrap_or_default(),
            if self.closed { "&closed=1" } else { "" },
        ]
        .concat()
    }

    /// The complete URL. `base` is the webhook's URL without its fragment.
    #[must_use]
    pub fn url(&self, base: &str) -> String {
        [base, &self.suffix(crate::text::find(base, b'?').is_some())].concat()
    }

    /// The URL of a callback that Twilio retries until it is stored.
    #[must_use]
    pub fn retried_url(&self, base: &str) -> String {
        [&self.url(base), RETRY].concat()
    }
}

/// Every callback URL of `config`, with the most likely ones for the parameters of a request first. A kind is last if
/// the request lacks a parameter that Twilio always sends with this kind.
#[must_use]
pub fn callbacks<'a>(config: &'a Config, params: Params<'_, '_>) -> Vec<CallbackUrl<'a>> {
    let likely = likely(params);
    let all = all_callbacks(config);
    let mut urls = Vec::with_capacity(all.len());
    for kind in likely {
        urls.extend(all.iter().filter(|step| step.kind == *kind));
    }
    // A request may have a thousand parameters, so the search in them runs only once per kind.
    let mut possible = Vec::new();
    let mut impossible = Vec::new();
    let mut known: Vec<(CallbackKind, bool)> = Vec::new();
    for step in all.into_iter().filter(|step| !likely.contains(&step.kind)) {
        let judged = known.iter().find(|(kind, _)| *kind == step.kind).map(|(_, is_possible)| *is_possible);
        let is_possible = judged.unwrap_or_else(|| is_possible(step.kind, params));
        if judged.is_none() {
            known.push((step.kind, is_possible));
        }
        if is_possible { &mut possible } else { &mut impossible }.push(step);
    }
    urls.append(&mut possible);
    urls.append(&mut impossible);
    urls
}

/// Every callback URL of `config`.
#[must_use]
pub fn all_callbacks(config: &Config) -> Vec<CallbackUrl<'_>> {
    let languages = switch_languages(config);
    let mut urls = vec![CallbackUrl::WEBHOOK];
    urls.extend(CallbackKind::COMMON.map(CallbackUrl::common));
    let closed: &[bool] = if config.can_be_closed() { &[false, true] } else { &[false] };
    let mut add = |kind: CallbackKind, action, n| {
        let step = CallbackUrl { n, ..CallbackUrl::of(kind, action) };
        if !kind.has_state() {
            urls.push(step);
            return;
        }
        for closed in closed {
            let step = CallbackUrl { closed: *closed, ..step };
            urls.push(step);
            urls.extend(languages.iter().map(|language| CallbackUrl { language: Some(*language), ..step }));
        }
    };
    for (action, verbs) in config.actions.iter() {
        if let Some(verb) = final_verb(verbs) {
            verb.callbacks(config, &mut |kind, n| add(kind, action, n));
        }
    }
    urls
}

/// The number of URLs that [`all_callbacks`] returns: the URLs of every action, in the default language and in each
/// language that a caller can switch to, and all of them again if staff can close the line.
#[must_use]
pub fn count_callbacks(config: &Config) -> usize {
    let languages = switch_languages(config).len();
    let of_actions = config.actions.iter().map(|(_, verbs)| count_of_action(config, verbs, languages));
    of_actions.fold(1 + CallbackKind::COMMON.len(), usize::saturating_add)
}

/// The number of URLs of an action, if a caller can switch to `languages` languages.
#[must_use]
pub fn count_of_action(config: &Config, verbs: &[Verb], languages: usize) -> usize {
    let mut count: usize = 0;
    let states = (1 + languages) * if config.can_be_closed() { 2 } else { 1 };
    if let Some(verb) = final_verb(verbs) {
        verb.callbacks(config, &mut |kind, _| {
            count = count.saturating_add(if kind.has_state() { states } else { 1 });
        });
    }
    count
}

/// The languages that a caller can switch to, each once.
#[must_use]
pub fn switch_languages<'a>(config: &'a Config) -> Vec<&'a str> {
    let mut languages: Vec<&'a str> = Vec::new();
    let mut add = |language: &'a str| {
        // A config with more languages exceeds the limit of callback URLs anyway.
        if languages.len() <= MAX_CALLBACKS && !languages.contains(&language) {
            languages.push(language);
        }
    };
    for verb in config.verbs() {
        verb.languages(&mut add);
    }
    languages
}

/// Whether a request can have this kind: it has a parameter that Twilio sends in all requests of the kind. Source: the
/// pages of the verbs under <https://www.twilio.com/docs/voice/twiml>.
fn is_possible(kind: CallbackKind, params: Params<'_, '_>) -> bool {
    let marks: &[&str] = match kind {
        CallbackKind::WebhookUrl
        | CallbackKind::Menu
        | CallbackKind::Offer
        | CallbackKind::Announce
        | CallbackKind::Connect
        | CallbackKind::Served
        | CallbackKind::Change
        | CallbackKind::Status
        | CallbackKind::ScreenedStatus => return true,
        CallbackKind::Screen => &["ParentCallSid"],
        CallbackKind::Accept => &["Digits"],
        CallbackKind::Dial => &["DialCallStatus"],
        CallbackKind::Conference => &["DialCallStatus", "ConferenceSid"],
        CallbackKind::Queue => &["QueueResult"],
        CallbackKind::Wait => &["QueuePosition", "QueueSid", "QueueTime"],
        CallbackKind::Voicemail | CallbackKind::Greeting => {
            &["RecordingSid", "RecordingUrl", "RecordingDuration", "Digits"]
        }
        CallbackKind::Recording => &["RecordingStatus", "RecordingSid"],
        CallbackKind::Transcription => &["TranscriptionSid", "TranscriptionStatus"],
        CallbackKind::Machine => &["AnsweredBy", "MachineDetectionDuration"],
    };
    marks.iter().any(|mark| params.has(mark))
}

/// The most likely kinds of a request, the most likely first. A parameter that only one kind has takes precedence over
/// a shared one. For example, a dial action after a hang-up also has the parameters of a progress event.
fn likely(params: Params<'_, '_>) -> &'static [CallbackKind] {
    use CallbackKind::{
        Accept, Conference, Connect, Dial, Greeting, Machine, Menu, Offer, Queue, Recording, Screen, ScreenedStatus,
        Status, Transcription, Voicemail, Wait, WebhookUrl,
    };
    const BY: [(&str, &[CallbackKind]); 13] = [
        ("DialCallStatus", &[Dial, Conference, WebhookUrl]),
        ("QueueResult", &[Queue]),
        ("TranscriptionSid", &[Transcription]),
        ("RecordingStatus", &[Recording]),
        ("MachineDetectionDuration", &[Machine]),
        ("CallbackSource", &[Status, ScreenedStatus, WebhookUrl, Machine]),
        ("RecordingSid", &[Voicemail, Greeting, Recording]),
        ("Digits", &[Menu, Accept, Connect, Offer, Voicemail]),
        ("SpeechResult", &[Menu]),
        ("QueuePosition", &[Wait, Offer]),
        ("ConferenceSid", &[Status, Conference]),
        ("ParentCallSid", &[Screen, WebhookUrl]),
        ("CallStatus", &[WebhookUrl, Menu]),
    ];
    BY.iter().find(|(name, _)| params.has(name)).map_or(&[WebhookUrl], |(_, kinds)| kinds)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = r#"{
        "actions": {
            "main": [{ "menu": { "prompt": { "text": "?" }, "retries": 1, "otherwise": "end",
                "options": [{ "digits": "1", "then": "desk" }, { "digits": "9", "language": "es-US" }] } }],
            "desk": [{ "dial": { "targets": [{ "client": "a" }, { "client": "b" }], "otherwise": "end" } }],
            "wait": [{ "queue": { "name": "q", "otherwise": "end",
                "callback": { "prompt": { "text": "?" }, "digit": "1", "then": "end" } } }],
            "end": [{ "say": { "text": "Goodbye." } }, { "hangup": {} }]
        }
    }"#;

    fn urls(config: &Config, pairs: &[(&str, &str)]) -> Vec<String> {
        callbacks(config, Params(pairs)).iter().map(|step| step.suffix(false)).collect()
    }

    #[test]
    fn lists_every_callback_url_of_a_config() {
        let config: Config = serde_json::from_str(CONFIG).unwrap();
        let mut all = urls(&config, &[]);
        assert_eq!(all.remove(0), "");
        all.sort();
        let expected = [
            "?step=announce",
            "?step=connect",
            "?step=dial.desk",
            "?step=dial.desk&language=es-US",
            "?step=dial.desk.1",
            "?step=dial.desk.1&language=es-US",
            "?step=machine",
            "?step=menu.main",
            "?step=menu.main&language=es-US",
            "?step=menu.main.1",
            "?step=menu.main.1&language=es-US",
            "?step=offer.wait",
            "?step=offer.wait&language=es-US",
            "?step=queue.wait",
            "?step=queue.wait&language=es-US",
            "?step=recording",
            "?step=screened",
            "?step=status",
            "?step=transcription",
            "?step=wait.wait",
            "?step=wait.wait&language=es-US",
        ];
        assert_eq!(all, expected);
    }

    #[test]
    fn the_most_likely_url_is_first() {
        let config: Config = serde_json::from_str(CONFIG).unwrap();
        for (pairs, first) in [
            (&[][..], ""),
            (&[("CallStatus", "ringing")], ""),
            (&[("Digits", "1"), ("CallStatus", "in-progress")], "?step=menu.main"),
            (&[("SpeechResult", "desk")], "?step=menu.main"),
            (&[("DialCallStatus", "busy"), ("CallbackSource", "call-progress-events")], "?step=dial.desk"),
            (&[("CallbackSource", "call-progress-events")], "?step=status"),
            (&[("QueueResult", "leave")], "?step=queue.wait"),
            (&[("QueuePosition", "2")], "?step=wait.wait"),
            (&[("RecordingStatus", "completed"), ("RecordingSid", "RE1")], "?step=recording"),
            (&[("TranscriptionSid", "TR1"), ("RecordingSid", "RE1")], "?step=transcription"),
            (&[("AnsweredBy", "human"), ("MachineDetectionDuration", "1")], "?step=machine"),
        ] {
            let urls = urls(&config, pairs);
            assert_eq!((urls[0].as_str(), urls.len()), (first, 22), "{pairs:?}");
        }
    }

    #[test]
    fn kinds_whose_parameters_are_missing_are_last() {
        let config: Config = serde_json::from_str(CONFIG).unwrap();
        let marked = [
            ("DialCallStatus", "dial"),
            ("QueueResult", "queue"),
            ("QueuePosition", "wait"),
            ("RecordingStatus", "recording"),
            ("TranscriptionStatus", "transcription"),
            ("AnsweredBy", "machine"),
        ];
        for (mark, kind) in marked {
            let urls = callbacks(&config, Params(&[("Digits", "1"), (mark, "")]));
            let place = |kind: &str| urls.iter().position(|step| step.kind.word() == kind).unwrap();
            let others = marked.iter().map(|(_, other)| *other).filter(|other| *other != kind);
            for always in ["", "announce", "connect", "menu", "offer", "status"] {
                assert!(others.clone().all(|other| place(other) > place(always).max(place(kind))), "{mark} {always}");
            }
        }
    }

    #[test]
    fn appends_to_an_existing_query() {
        let step =
            CallbackUrl { kind: CallbackKind::Menu, action: "main", n: 2, language: Some("es-US"), closed: false };
        assert_eq!(step.url("https://a.example/v?x=1"), "https://a.example/v?x=1&step=menu.main.2&language=es-US");
        let step = CallbackUrl { closed: true, ..step };
        assert_eq!(step.suffix(false), "?step=menu.main.2&language=es-US&closed=1");
        assert_eq!(
            CallbackUrl::common(CallbackKind::Status).retried_url("https://a.example/v"),
            "https://a.example/v?step=status#rc=3&rp=all"
        );
        assert_eq!(CallbackUrl::WEBHOOK.url("https://a.example/v"), "https://a.example/v");
    }

    #[test]
    fn a_line_that_staff_can_close_has_further_urls() {
        let text = CONFIG.replacen('{', r#"{"hours":{"desk":{}},"override":{"close":["desk"]},"#, 1);
        let config: Config = serde_json::from_str(&text).unwrap();
        let all = urls(&config, &[]);
        for url in ["?step=menu.main", "?step=menu.main&closed=1", "?step=dial.desk.1&language=es-US&closed=1"] {
            assert!(all.iter().any(|known| known == url), "{url}");
        }
        assert_eq!(all.iter().filter(|url| url.ends_with("&closed=1")).count(), 14);
        assert_eq!(count_callbacks(&config), all.len());
    }

    #[test]
    fn the_count_equals_the_number_of_urls() {
        for (text, expected) in [
            ("{}", 8),
            (include_str!("../../docs/dialplan/missed-call.json"), 8),
            (include_str!("../../docs/dialplan/front-desk.json"), 12),
            (include_str!("../../docs/dialplan/bilingual.json"), 41),
            (include_str!("../../docs/dialplan/nurse-line.json"), 17),
            (include_str!("../../docs/dialplan/known-patients.json"), 31),
            (include_str!("../../tests/rust/valid-config.json"), 132),
        ] {
            let config = Config::read(text).unwrap();
            assert_eq!((count_callbacks(&config), all_callbacks(&config).len()), (expected, expected));
        }
    }
}
