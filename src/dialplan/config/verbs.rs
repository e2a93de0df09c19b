// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The actions: what a caller hears, and whom they reach.

use super::words::Words;
use crate::json::{Map, cases, members, words};

/// One thing that is done. The last of an action decides what comes after; the others are heard in turn.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(rename_all = "camelCase"))]
pub enum Verb {
    /// Says something.
    Say(Say),
    /// Greets the patient by name, or anybody neutrally.
    Greet(Greet),
    /// Plays a sound file.
    Play(Play),
    /// Waits, in seconds.
    Pause(#[cfg_attr(feature = "schema", schemars(range(min = 1, max = 600)))] u32),
    /// From here on, this language (BCP 47).
    Language(#[cfg_attr(feature = "schema", schemars(regex(pattern = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")))] String),
    /// Lets the caller choose. Last.
    Menu(Menu),
    /// Rings somebody. Last.
    Dial(Dial),
    /// Lets the caller wait. Last.
    Queue(Queue),
    /// Takes a message. Last.
    Voicemail(Voicemail),
    /// Puts the caller into a room. Last.
    Conference(Conference),
    /// Goes on with another action. Last.
    Goto(#[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))] String),
    /// Leaves the call to another TwiML document. Last.
    Redirect(Redirect),
    /// Does not answer at all, so that the call costs nothing. Last, and first.
    Reject(Reject),
    /// Ends the call. Last.
    Hangup(Hangup),
}

cases!(Verb {
    Say: "say",
    Greet: "greet",
    Play: "play",
    Pause: "pause",
    Language: "language",
    Menu: "menu",
    Dial: "dial",
    Queue: "queue",
    Voicemail: "voicemail",
    Conference: "conference",
    Goto: "goto",
    Redirect: "redirect",
    Reject: "reject",
    Hangup: "hangup",
});

/// `say`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct Say {
    /// The words; either these or `ssml`.
    pub text: Option<Words>,
    /// The words with SSML elements among them, well-formed: `Please hold <break time="1s"/> the line`.
    pub ssml: Option<Words>,
    /// A voice of Twilio's; `voice` of the config where absent.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[A-Za-z0-9._:-]{1,128}$")))]
    pub voice: Option<String>,
    /// A language tag; the call's where absent.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")))]
    pub language: Option<String>,
    /// How often it is said; once where absent.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 100)))]
    pub times: Option<u32>,
}

members!(Say {
    text: optional "text",
    ssml: optional "ssml",
    voice: optional "voice",
    language: optional "language",
    times: optional "times",
});

/// `greet`. No clinical word belongs here: anybody may have picked up the patient's phone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Greet {
    /// What a patient hears; `{name}` stands for their given name.
    pub patient: Words,
    /// What everybody else hears.
    pub neutral: Words,
    /// A voice of Twilio's.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[A-Za-z0-9._:-]{1,128}$")))]
    pub voice: Option<String>,
}

members!(Greet {
    patient: required "patient",
    neutral: required "neutral",
    voice: optional "voice",
});

/// `play`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Play {
    /// An `https` URL of a sound file.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^https://")))]
    pub url: String,
    /// How often it is played; once where absent.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 100)))]
    pub times: Option<u32>,
}

members!(Play {
    url: required "url",
    times: optional "times",
});

/// `menu`, an IVR.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Menu {
    /// What is asked.
    pub prompt: Say,
    /// What can be chosen.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 100)))]
    pub options: Vec<Choice>,
    /// What is said after a choice that is none, before the prompt comes again.
    pub invalid: Option<Say>,
    /// How often the prompt comes again; 2 where absent.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 10)))]
    pub retries: Option<u32>,
    /// Seconds of silence before it does; 5 where absent.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 60)))]
    pub timeout: Option<u32>,
    /// The action where nothing was chosen in the end.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub otherwise: String,
}

members!(Menu {
    prompt: required "prompt",
    options: required "options",
    invalid: optional "invalid",
    retries: optional "retries",
    timeout: optional "timeout",
    otherwise: required "otherwise",
});

/// A choice of a menu, by its digits or by what is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct Choice {
    /// `0` to `9`, `*`, `#`; several for an extension.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[0-9*#]{1,10}$")))]
    pub digits: Option<String>,
    /// Words, one of which is said.
    #[cfg_attr(feature = "schema", schemars(length(max = 20), inner(length(min = 1, max = 100))))]
    pub speech: Vec<String>,
    /// The language (BCP 47) from here on.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")))]
    pub language: Option<String>,
    /// The action; the same menu again where only the language changes.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub then: Option<String>,
}

members!(Choice {
    digits: optional "digits",
    speech: optional "speech",
    language: optional "language",
    then: optional "then",
});

/// `dial`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Dial {
    /// Whom.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 50)))]
    pub targets: Vec<Target>,
    /// In which order; `inOrder` where absent.
    #[cfg_attr(feature = "schema", serde(default))]
    pub order: Order,
    /// Seconds that each rings; 20 where absent.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 600)))]
    pub timeout: Option<u32>,
    /// The number that they see: one of ours; the caller's own where absent.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^\\+[1-9][0-9]{6,14}$")))]
    pub caller_id: Option<String>,
    /// The actions by outcome.
    #[cfg_attr(feature = "schema", serde(default))]
    pub on: Map<String>,
    /// The action of every other outcome but `answered`, after which the call ends.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub otherwise: String,
}

members!(Dial {
    targets: required "targets",
    order: optional "order",
    timeout: optional "timeout",
    caller_id: optional "callerId",
    on: optional "on",
    otherwise: required "otherwise",
});

/// Who rings.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(rename_all = "camelCase"))]
pub enum Target {
    /// An SDK identity.
    Client(#[cfg_attr(feature = "schema", schemars(length(min = 1, max = 256)))] String),
    /// An E.164 number.
    Number(#[cfg_attr(feature = "schema", schemars(regex(pattern = "^\\+[1-9][0-9]{6,14}$")))] String),
    /// A SIP address, `sip:…`.
    Sip(#[cfg_attr(feature = "schema", schemars(regex(pattern = "^sips?:")))] String),
    /// The practitioners of these roles (`PractitionerRole/<id>` or `Organization/<id>`) who are available now.
    Available(
        #[cfg_attr(
            feature = "schema",
            schemars(regex(pattern = "^(PractitionerRole|Organization)/[A-Za-z0-9.-]{1,64}$"))
        )]
        String,
    ),
    /// The patient's `generalPractitioner`.
    GeneralPractitioner(Nothing),
    /// The clinician who last tried to reach this caller.
    LastToCall(Nothing),
}

cases!(Target {
    Client: "client",
    Number: "number",
    Sip: "sip",
    Available: "available",
    GeneralPractitioner: "generalPractitioner",
    LastToCall: "lastToCall",
});

/// `{}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(deny_unknown_fields))]
pub struct Nothing {}

members!(Nothing {});

/// In which order the targets of a `dial` ring.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(rename_all = "camelCase"))]
pub enum Order {
    /// One after the other.
    #[default]
    InOrder,
    /// All at once; the first to answer gets the call.
    AllAtOnce,
    /// One after the other, each call beginning with another one by a hash of its `CallSid`: evenly over many calls.
    HuntGroup,
}

words!(Order { InOrder: "inOrder", AllAtOnce: "allAtOnce", HuntGroup: "huntGroup" });

/// `queue`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Queue {
    /// Its name at Twilio.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 64)))]
    pub name: String,
    /// What is heard meanwhile: an `https` URL; Twilio's music where absent.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^https://")))]
    pub music: Option<String>,
    /// What is said of the caller's place; `{position}` stands for it. Nothing where absent.
    pub position: Option<Say>,
    /// Offers to call back instead of waiting.
    pub callback: Option<CallbackOffer>,
    /// Where the queue is too long.
    pub overflow: Option<Overflow>,
    /// The actions by outcome.
    #[cfg_attr(feature = "schema", serde(default))]
    pub on: Map<String>,
    /// The action of every other outcome but `answered`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub otherwise: String,
}

members!(Queue {
    name: required "name",
    music: optional "music",
    position: optional "position",
    callback: optional "callback",
    overflow: optional "overflow",
    on: optional "on",
    otherwise: required "otherwise",
});

/// `callback` of a queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct CallbackOffer {
    /// What is offered: "Press one, and we call you back."
    pub prompt: Say,
    /// The digit that takes it.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[0-9*#]$")))]
    pub digit: String,
    /// The action afterwards; a task for the staff is opened.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub then: String,
}

members!(CallbackOffer {
    prompt: required "prompt",
    digit: required "digit",
    then: required "then",
});

/// `overflow` of a queue, judged where the caller begins to wait and again and again meanwhile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Overflow {
    /// More callers than these wait.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 5000)))]
    pub size: Option<u32>,
    /// The caller stands behind this place.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 5000)))]
    pub position: Option<u32>,
    /// Callers wait longer than this on average, in seconds.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 14400)))]
    pub average_wait: Option<u32>,
    /// The action.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub then: String,
}

members!(Overflow {
    size: optional "size",
    position: optional "position",
    average_wait: optional "averageWait",
    then: required "then",
});

/// `voicemail`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Voicemail {
    /// What is said before the tone.
    pub greeting: Say,
    /// The longest message in seconds; 120 where absent.
    #[cfg_attr(feature = "schema", schemars(range(min = 2, max = 14400)))]
    pub max_length: Option<u32>,
    /// Whether Twilio writes it down.
    #[cfg_attr(feature = "schema", serde(default))]
    pub transcribe: bool,
    /// What is said afterwards; nothing where absent.
    pub farewell: Option<Say>,
}

members!(Voicemail {
    greeting: required "greeting",
    max_length: optional "maxLength",
    transcribe: optional "transcribe",
    farewell: optional "farewell",
});

/// `conference`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Conference {
    /// Its name at Twilio.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 64)))]
    pub name: String,
    /// Whether it waits for one of our people to begin.
    #[cfg_attr(feature = "schema", serde(default))]
    pub wait_for_staff: bool,
    /// What is heard meanwhile: an `https` URL.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^https://")))]
    pub music: Option<String>,
    /// How many may be in it, 2 to 250.
    #[cfg_attr(feature = "schema", schemars(range(min = 2, max = 250)))]
    pub max_participants: Option<u32>,
    /// The action after it; the call ends where absent.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9-]{1,32}$")))]
    pub then: Option<String>,
}

members!(Conference {
    name: required "name",
    wait_for_staff: optional "waitForStaff",
    music: optional "music",
    max_participants: optional "maxParticipants",
    then: optional "then",
});

/// `redirect`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct Redirect {
    /// An `https` URL that answers in TwiML.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^https://")))]
    pub url: String,
}

members!(Redirect {
    url: required "url",
});

/// `reject`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct Reject {
    /// What the caller's carrier is told.
    pub reason: RejectReason,
}

members!(Reject {
    reason: optional "reason",
});

/// Why a call is rejected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(rename_all = "camelCase"))]
pub enum RejectReason {
    /// A busy signal.
    Busy,
    /// "Not in service".
    #[default]
    Rejected,
}

words!(RejectReason { Busy: "busy", Rejected: "rejected" });

/// `hangup`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(serde::Deserialize, schemars::JsonSchema), serde(deny_unknown_fields))]
pub struct Hangup {}

members!(Hangup {});
