// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The callback URLs: a closed set, determined by the config.
//!
//! The format is `<webhook URL>?step=<kind>[.<action>[.<n>]][&language=<tag>][&recording=announced][&closed=1]`. Medplum
//! does not pass the query string to a bot. Twilio signs the whole URL, so the bot finds the requested URL by its
//! signature. The state between two requests is in the URL and in the chart.

use super::config::{BACK, Config, MAX_REDIRECTED, REDIRECTED};
use super::graph::{actions_after_announcement, final_verb};
use super::params::Params;
use super::verbs::{STEP_FACTOR, Verb};
use crate::json::decimal;

/// The kind of a callback URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallbackKind {
    /// The webhook URL itself, without `step`: a new call, or a status event.
    WebhookUrl,
    /// The caller chose an option in a menu, or was silent. `n` is the number of earlier prompts.
    Menu,
    /// The caller answered a question, or was silent. `n` is the number of earlier prompts.
    Ask,
    /// The caller confirmed the answer, or did not. `n` is as in `Ask`.
    Confirm,
    /// The caller entered a birth date, or was silent. `n` is the number of earlier prompts.
    Verify,
    /// Twilio requests the TwiML with the next visit of a verified caller.
    Visit,
    /// A verified caller asks for something, and a task must be stored.
    Task,
    /// The caller needs the person on call, and the task of the page must be stored.
    Page,
    /// The person on call pressed a key.
    Paged,
    /// The outcome of a dialed leg. `n` is the number of the round of ringing: the index of the target, and 64 for each
    /// earlier step of that target.
    Dial,
    /// The outcome of waiting in a queue.
    Queue,
    /// Twilio requests the TwiML for a waiting caller. `n` is how often the caller heard the position, the expected wait
    /// and the offer before.
    Wait,
    /// A waiting caller pressed a key. `n` is that of the `Wait` document that they heard.
    Offer,
    /// A message was left.
    Voicemail,
    /// A conference has ended.
    Conference,
    /// The session with a voice agent has ended.
    Agent,
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
    /// Staff redirected the caller. Only if the config has `transfer`.
    Transfer,
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
        matches!(self, Self::Dial | Self::Queue | Self::Voicemail | Self::Conference | Self::Agent)
    }

    /// Whether the response depends on the state of the call, so that the URL has it: the language of the caller, and
    /// whether staff had closed the line.
    const fn has_state(self) -> bool {
        !matches!(
            self,
            Self::Recording
                | Self::Screen
                | Self::Accept
                | Self::Paged
                | Self::Served
                | Self::Transcription
                | Self::Transfer
        )
    }

    /// Whether the URL says that the caller heard the recording announcement. Other kinds imply it
    /// ([`follows_announcement`](Self::follows_announcement)).
    const fn has_announcement(self) -> bool {
        matches!(
            self,
            Self::Menu
                | Self::Ask
                | Self::Confirm
                | Self::Verify
                | Self::Visit
                | Self::Task
                | Self::Change
                | Self::Greeting
                | Self::Page
        )
    }

    /// Whether a request of this kind follows a verb that announces a recording to the caller. Staff transfer only callers
    /// with whom they spoke.
    #[must_use]
    pub const fn follows_announcement(self) -> bool {
        matches!(self, Self::Dial | Self::Queue | Self::Wait | Self::Offer | Self::Conference | Self::Transfer)
    }

    /// The name in the URL.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::WebhookUrl => "",
            Self::Menu => "menu",
            Self::Ask => "ask",
            Self::Confirm => "confirm",
            Self::Verify => "verify",
            Self::Visit => "visit",
            Self::Task => "task",
            Self::Page => "page",
            Self::Paged => "paged",
            Self::Dial => "dial",
            Self::Queue => "queue",
            Self::Wait => "wait",
            Self::Offer => "offer",
            Self::Voicemail => "voicemail",
            Self::Conference => "conference",
            Self::Agent => "agent",
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
            Self::Transfer => "transfer",
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
    /// Whether the caller has heard the recording announcement.
    pub is_announced: bool,
    /// Whether staff had closed the line when the call arrived. The line is then closed for the rest of the call.
    pub closed: bool,
}

/// The maximum number of callback URLs of a config. The signature of a forged request is compared with each of them.
pub const MAX_CALLBACKS: usize = 512;

/// The suffix of a callback URL that makes Twilio send the callback again, up to three times, if the bot returns an error. It is not part
/// of the signature. Source: <https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides>.
pub const RETRY: &str = "#rc=3&rp=all";

impl<'a> CallbackUrl<'a> {
    /// The webhook URL itself.
    pub const WEBHOOK: CallbackUrl<'static> = CallbackUrl::common(CallbackKind::WebhookUrl);

    /// A callback that does not belong to one action.
    #[must_use]
    pub const fn common(kind: CallbackKind) -> Self {
        Self::of_action(kind, "", 0)
    }

    /// A callback of an action, at the start of a call: in the default language, without an announcement, on an open
    /// line.
    #[must_use]
    pub const fn of_action(kind: CallbackKind, action: &'a str, n: u32) -> Self {
        Self { kind, action, n, language: None, is_announced: false, closed: false }
    }

    /// Adds the state of the call: its language, the announcement if the URL of this kind has it, and whether the line is
    /// closed.
    #[must_use]
    pub const fn with(self, language: Option<&'a str>, is_announced: bool, closed: bool) -> Self {
        Self { language, is_announced: is_announced && self.kind.has_announcement(), closed, ..self }
    }

    /// The suffix to append to the webhook's URL. `has_query` is true if that URL already has a query.
    #[must_use]
    pub fn suffix(&self, has_query: bool) -> String {
        if self.kind == CallbackKind::WebhookUrl {
            return String::new();
        }
        let n = if self.n > 0 { decimal(self.n.into()) } else { String::new() };
        [
            if has_query { "&step=" } else { "?step=" },
            self.kind.word(),
            if self.action.is_empty() { "" } else { "." },
            self.action,
            if n.is_empty() { "" } else { "." },
            &n,
            if self.language.is_some() { "&language=" } else { "" },
            self.language.unwrap_or_default(),
            if self.is_announced { "&recording=announced" } else { "" },
            if self.closed { "&closed=1" } else { "" },
        ]
        .concat()
    }

    /// The complete URL. `base` is the webhook's URL without its fragment.
    #[must_use]
    pub fn url(&self, base: &str) -> String {
        [base, &self.suffix(crate::text::find(base, b'?').is_some())].concat()
    }

    /// The URL of a callback that Twilio sends again, up to three times, if the bot could not store it.
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
    let variants = UrlVariants::of(config);
    let mut urls = vec![CallbackUrl::WEBHOOK];
    urls.extend(CallbackKind::COMMON.map(CallbackUrl::common));
    for (action, verbs) in config.actions.iter() {
        if let Some(verb) = final_verb(verbs) {
            verb.callbacks(config, &mut |kind, n| {
                let url = CallbackUrl::of_action(kind, action, n);
                variants.visit(url, &mut |url| urls.push(url));
            });
        }
    }
    urls.extend(redirected_callbacks(config));
    urls
}

/// The callback URLs for redirected callers. The state of such a call is not known, so its line is not closed.
fn redirected_callbacks(config: &Config) -> Vec<CallbackUrl<'static>> {
    let Some(_) = &config.transfer else { return Vec::new() };
    let url = CallbackUrl::of_action;
    let mut urls = vec![CallbackUrl::common(CallbackKind::Transfer)];
    // One step for all browsers, and one for each phone.
    urls.extend((0..=MAX_REDIRECTED).map(|step| url(CallbackKind::Dial, REDIRECTED, step * STEP_FACTOR)));
    urls.extend([
        url(CallbackKind::Screen, REDIRECTED, 0),
        url(CallbackKind::Accept, REDIRECTED, 0),
        url(CallbackKind::Dial, BACK, 0),
    ]);
    urls
}

/// The number of URLs that [`all_callbacks`] returns.
#[must_use]
pub fn count_callbacks(config: &Config) -> usize {
    let variants = UrlVariants::of(config);
    let of_actions = config.actions.iter().map(|(action, verbs)| variants.count(config, action, verbs));
    let of_redirected = redirected_callbacks(config).len();
    of_actions.fold(1 + CallbackKind::COMMON.len() + of_redirected, usize::saturating_add)
}

/// The variants of a callback URL, by the state of the call.
pub struct UrlVariants<'a> {
    /// The languages that a caller can switch to.
    languages: Vec<&'a str>,
    /// The actions that a caller can reach after the recording announcement.
    announced: Vec<&'a str>,
    /// Whether staff had closed the line: both, if they can.
    closed: &'static [bool],
}

impl<'a> UrlVariants<'a> {
    /// The variants for `config`.
    #[must_use]
    pub fn of(config: &'a Config) -> Self {
        let announced = if config.records_inbound() { actions_after_announcement(config) } else { Vec::new() };
        let closed: &[bool] = if config.can_be_closed() { &[false, true] } else { &[false] };
        Self { languages: switch_languages(config), announced, closed }
    }

    /// The number of URLs of an action.
    #[must_use]
    pub fn count(&self, config: &Config, action: &str, verbs: &[Verb]) -> usize {
        let mut count: usize = 0;
        if let Some(verb) = final_verb(verbs) {
            verb.callbacks(config, &mut |kind, _| {
                let states = if kind.has_state() { (1 + self.languages.len()) * self.closed.len() } else { 1 };
                count = count.saturating_add(states << u32::from(self.has_announced(kind, action)));
            });
        }
        count
    }

    fn has_announced(&self, kind: CallbackKind, action: &str) -> bool {
        kind.has_announcement() && self.announced.contains(&action)
    }

    /// Visits each variant of `url`.
    fn visit(&self, url: CallbackUrl<'a>, add: &mut dyn FnMut(CallbackUrl<'a>)) {
        let (languages, closed): (&[&str], &[bool]) =
            if url.kind.has_state() { (&self.languages, self.closed) } else { (&[], &[false]) };
        let announced: &[bool] = if self.has_announced(url.kind, url.action) { &[false, true] } else { &[false] };
        for closed in closed {
            for is_announced in announced {
                add(url.with(None, *is_announced, *closed));
                for language in languages {
                    add(url.with(Some(language), *is_announced, *closed));
                }
            }
        }
    }
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
        | CallbackKind::Ask
        | CallbackKind::Confirm
        | CallbackKind::Verify
        | CallbackKind::Visit
        | CallbackKind::Task
        | CallbackKind::Page
        | CallbackKind::Offer
        | CallbackKind::Agent
        | CallbackKind::Announce
        | CallbackKind::Connect
        | CallbackKind::Transfer
        | CallbackKind::Served
        | CallbackKind::Change
        | CallbackKind::Status
        | CallbackKind::ScreenedStatus => return true,
        CallbackKind::Screen => &["ParentCallSid"],
        CallbackKind::Accept | CallbackKind::Paged => &["Digits"],
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
        Accept, Agent, Ask, Conference, Confirm, Connect, Dial, Greeting, Machine, Menu, Offer, Page, Paged, Queue,
        Recording, Screen, ScreenedStatus, Status, Task, Transcription, Verify, Visit, Voicemail, Wait, WebhookUrl,
    };
    const BY: [(&str, &[CallbackKind]); 15] = [
        ("DialCallStatus", &[Dial, Conference, Agent, WebhookUrl]),
        ("HandoffData", &[Agent]),
        ("SessionStatus", &[Agent]),
        ("QueueResult", &[Queue]),
        ("TranscriptionSid", &[Transcription]),
        ("RecordingStatus", &[Recording]),
        ("MachineDetectionDuration", &[Machine]),
        ("CallbackSource", &[Status, ScreenedStatus, WebhookUrl, Machine]),
        ("RecordingSid", &[Voicemail, Greeting, Recording]),
        ("Digits", &[Menu, Ask, Confirm, Verify, Accept, Connect, Paged, Offer, Voicemail]),
        ("SpeechResult", &[Menu, Ask]),
        ("QueuePosition", &[Wait, Offer]),
        ("ConferenceSid", &[Status, Conference]),
        ("ParentCallSid", &[Screen, WebhookUrl]),
        ("CallStatus", &[WebhookUrl, Menu, Ask, Confirm, Verify, Visit, Task, Page]),
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
        let step = CallbackUrl::of_action(CallbackKind::Menu, "main", 2).with(Some("es-US"), false, false);
        assert_eq!(step.url("https://a.example/v?x=1"), "https://a.example/v?x=1&step=menu.main.2&language=es-US");
        let step = step.with(Some("es-US"), true, true);
        assert_eq!(step.suffix(false), "?step=menu.main.2&language=es-US&recording=announced&closed=1");
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
            (include_str!("../../tests/rust/valid-config.json"), 242),
        ] {
            let config = Config::read(text).unwrap();
            assert_eq!((count_callbacks(&config), all_callbacks(&config).len()), (expected, expected));
            let mut all = urls(&config, &[]);
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), expected);
        }
    }
}
