// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The code systems and URLs that Plumline writes into the chart.

/// The default base of Plumline's extension URLs. `chart.extensionBase` in the config sets another one.
pub const EXTENSION_BASE: &str = "https://plumline.dev/fhir/StructureDefinition";

/// The system of a call's identifier. The value is the SID of the root call.
pub const TWILIO: &str = "https://www.twilio.com/";

/// The system of the categories of Plumline's Communications.
pub const CATEGORY: &str = "https://plumline.dev/fhir/communication-category";

/// The category of every call, as system and code.
pub const VOICE_CATEGORY: (&str, &str) = (CATEGORY, "twilio-voice");

/// The display of [`VOICE_CATEGORY`].
pub const VOICE_DISPLAY: &str = "Twilio voice call";

/// The system of `Practitioner.identifier` for the identity in Twilio's SDKs.
pub const IDENTITY: &str = "http://twilio.com/voice/identity";

/// The system of a call request's identifier. The value is `<Practitioner id>.<requestId>`.
pub const CALL_REQUEST: &str = "https://plumline.dev/fhir/call-request";

/// The system of the caller ID, one of the clinic's numbers, in `Communication.medium`.
pub const CALLER_ID_SYSTEM: &str = "https://plumline.dev/fhir/phone-number";

/// The system in `Communication.medium` for the pool that the caller ID was chosen from.
pub const POOL: &str = "https://plumline.dev/fhir/caller-id-pool";

/// The code of [`POOL`] for the pool `roundRobin`.
pub const ROUND_ROBIN: &str = "roundRobin";

/// The system of the identifier for a call's position in the pool `roundRobin`. The value is the index.
pub const POSITION: &str = "https://plumline.dev/fhir/caller-id-turn";

/// The category of an instruction for the caller of a call, as system and code.
pub const INSTRUCTION_CATEGORY: (&str, &str) = (CATEGORY, "call-instruction");

/// The system of an instruction's identifiers. The values are the `CallSid`, and `<CallSid>.<number>`.
pub const INSTRUCTION: &str = "https://plumline.dev/fhir/call-instruction";

/// The category of a disposition, as system and code.
pub const DISPOSITION_CATEGORY: (&str, &str) = (CATEGORY, "call-disposition");

/// The system of a disposition's identifier. The value is `<CallSid>.<Practitioner id>`.
pub const DISPOSITION: &str = "https://plumline.dev/fhir/call-disposition";

/// The code system of the dispositions of a config.
pub const DISPOSITION_CODE: &str = "https://plumline.dev/fhir/call-disposition-code";

/// The system of the identifier of a follow-up task. The value is `<CallSid>.<Practitioner id>`.
pub const FOLLOW_UP: &str = "https://plumline.dev/fhir/call-follow-up";

/// The code system of the code of Plumline's tasks.
pub const CALL_TASK_CODE: &str = "https://plumline.dev/fhir/call-task-code";

/// The code of a follow-up task.
pub const FOLLOW_UP_CODE: &str = "follow-up";

/// The code system of Plumline's `Basic` resources.
pub const BASIC_CODE: &str = "https://plumline.dev/fhir/basic-code";

/// The code of a presence.
pub const PRESENCE_CODE: &str = "presence";

/// The second code of a presence of someone who is away.
pub const AWAY_CODE: &str = "away";

/// The system of a presence's identifier. The value is the SDK identity.
pub const PRESENCE: &str = "https://plumline.dev/fhir/presence";
