// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The error codes of Plumline, each with a help text.
//!
//! A code is a stable name. Neither a code nor its help contains a phone number, a name, a token or the text of a
//! message, so both may be logged and shown to anyone. `docs/errors.md` lists all codes; a test checks that the page
//! and this file agree.

/// Declares [`Code`] with the spelling and the help of each code, so that no code can lack its help.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $text:literal, $help:literal;)+) => {
        /// Why a request was refused or failed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Code {
            /// Every code, in alphabetical order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable spelling, such as `CALL_SID_INVALID`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The help: what was found and what to do.
            #[must_use]
            pub const fn help(self) -> &'static str {
                match self { $(Self::$variant => $help,)+ }
            }
        }
    };
}

codes! {
    /// The signature is valid, but `AccountSid` of the request is not `TWILIO_ACCOUNT_SID`.
    AccountMismatch = "ACCOUNT_MISMATCH",
        "The request comes from another Twilio account. Set TWILIO_ACCOUNT_SID to the SID of the account that sends it, or correct that account's webhook URL.";
    /// The server at `alerts.url` answered an alert with a 4xx status.
    AlertRefused = "ALERT_REFUSED",
        "The server at alerts.url refused an alert. Check that the URL is still the one that the service gave you.";
    /// The server at `alerts.url` could not be reached or could not accept an alert.
    AlertUnavailable = "ALERT_UNAVAILABLE",
        "The server at alerts.url did not accept the alert. The sweep tries again for an hour.";
    /// `ApplicationSid` of a browser call is not `TWILIO_TWIML_APP_SID`.
    ApplicationMismatch = "APPLICATION_MISMATCH",
        "The browser call comes from another TwiML App. Set TWILIO_TWIML_APP_SID to the SID of the app that your access tokens name.";
    /// A function of the npm package was called without a required argument, or with an argument of the wrong type.
    ArgumentInvalid = "ARGUMENT_INVALID",
        "The argument named here is missing or has the wrong type.";
    /// `bodySHA256` in the URL is not the hash of the body.
    BodyHashMismatch = "BODY_HASH_MISMATCH",
        "Pass the raw bytes of the body as received. JSON that was parsed and serialized again has another hash.";
    /// A body was passed, but the URL has no `bodySHA256`.
    BodyHashMissing = "BODY_HASH_MISSING",
        "Pass the URL with its whole query. Twilio adds bodySHA256 to the URL of a JSON or text POST.";
    /// The URL contains `bodySHA256` twice.
    BodyHashRepeated = "BODY_HASH_REPEATED",
        "The URL contains bodySHA256 more than once. It is refused because libraries disagree on which one to use.";
    /// The URL contains `bodySHA256`, so Twilio signed a JSON or text body, but no body was passed.
    BodyMissing = "BODY_MISSING",
        "Pass the raw body as received. The signature covers it only through its hash in bodySHA256.";
    /// A bot received a JSON POST as parsed JSON, without its raw bytes.
    BodyNotRaw = "BODY_NOT_RAW",
        "Set Bot.rawBody to true (Medplum 5.2 and later). A JSON POST can be verified only with its raw bytes.";
    /// The body is larger than any webhook of Twilio. Its signature was not checked.
    BodyTooLarge = "BODY_TOO_LARGE",
        "The body is too large: over 32 KiB or 1,000 parameters for a form or parsed JSON, over 256 KiB for raw JSON. If Twilio sent it, pass fewer custom parameters, or set Bot.rawBody for JSON.";
    /// A callback has no valid call SID.
    CallSidInvalid = "CALL_SID_INVALID",
        "The callback has no valid CallSid (CA and 32 hexadecimal digits), so nothing was stored. Use this webhook URL in Twilio only for voice calls.";
    /// Other writers changed a call record before each attempt to write it.
    ChartConflict = "CHART_CONFLICT",
        "Other writers changed the record of this call before each of eight attempts. Twilio sends the event again.";
    /// The FHIR server refused a read or write. The log names the resource type and the interactions.
    ChartRefused = "CHART_REFUSED",
        "The server refused a read or write. Either the access policy lacks the right named here, or the resource is invalid. Compare the policy with deploy/policies: the bot's own, or for operations the requester's (appointment.callExtension needs automation-appointments.json).";
    /// The FHIR server refused to read a resource that a rule or an action needs, or does not have it.
    ChartRefusedRead = "CHART_REFUSED_READ",
        "The resource does not exist, or the bot's access policy does not allow reading it. The call continued without it. Check the references in the config, and the policy against deploy/policies.";
    /// More people may have the caller's number than one page of a search holds.
    ChartTooManyMatches = "CHART_TOO_MANY_MATCHES",
        "At least 50 patients or related persons have a number like the caller's, so the bot does not know whose number it is. Remove a number that many records share, such as the clinic's own, from the chart.";
    /// The FHIR server failed or did not answer when Plumline read or wrote a call record.
    ChartUnavailable = "CHART_UNAVAILABLE",
        "The server could not read or write the record of a call. Twilio sends the event again, and the sweep adds what is missing.";
    /// The FHIR server did not answer in time when a rule, an action or the caller ID needed the chart.
    ChartUnread = "CHART_UNREAD",
        "The FHIR server did not answer in time. The call continued without the chart.";
    /// The voice agent of a connect is not valid.
    ConfigAgent = "CONFIG_AGENT",
        "A connect needs exactly one of conversationRelay, stream and sip. A URL starts with \"wss://\", and that of a stream has no query. greeting needs conversationRelay. attributes and parameters are not for sip. Each has a name of letters, digits, \"-\" and \"_\", and a value of at most 500 characters.";
    /// The members of an answer do not fit its format or its input.
    ConfigAnswer = "CONFIG_ANSWER",
        "The answer does not fit. digits takes minLength, maxLength and pattern (0-9, and # for any digit). number takes min and max, where min is not greater than max. date takes order. text needs input speech, and takes maxLength. In answer conditions, min and max need an ask with the format number.";
    /// Too many actions follow one another in one TwiML document.
    ConfigChain = "CONFIG_CHAIN",
        "At most 16 actions may follow one another before the caller is asked or a phone rings. Combine some of them.";
    /// A choice of a menu or a queue has no valid key or phrase, or one that another choice has.
    ConfigChoice = "CONFIG_CHOICE",
        "A menu choice needs digits (0-9, * and #) or speech. Its digits and its phrases must differ from those of every other choice. The callback of a queue has one digit, such as \"1\".";
    /// The value is not a valid country code.
    ConfigCountry = "CONFIG_COUNTRY",
        "The country code is unknown. Use the two capital letters of ISO 3166, such as \"US\".";
    /// A holiday is not a valid date, range or rule.
    ConfigDate = "CONFIG_DATE",
        "Write a date (\"12-25\", \"2026-11-26\", \"07-04 observed\"), a range (\"12-24..01-02\") or a rule (\"easter+1\", \"4 thu nov\", \"last mon may\"). docs/dialplan.md lists all forms.";
    /// An action or a choice of a menu has no next step.
    ConfigDeadEnd = "CONFIG_DEAD_END",
        "End the action with menu, ask, verify, nextVisit, task, page, dial, queue, voicemail, conference, connect, goto, redirect, reject or hangup, or with a \"when\" that has \"otherwise\". An option of a menu needs \"then\" or \"language\".";
    /// The last rule of a dialplan has conditions, so some calls match no rule.
    ConfigDefaultMissing = "CONFIG_DEFAULT_MISSING",
        "End the dialplan with a rule that has no \"when\". It takes the calls that no other rule takes: { \"then\": \"an-action\" }.";
    /// The emergency advice has no number.
    ConfigEmergencyNumber = "CONFIG_EMERGENCY_NUMBER",
        "The advice does not say which number to call. Write {number}: it is replaced by the emergency number of the country of the called number, or by emergency.number.";
    /// A required value is missing, or a list is empty.
    ConfigEmpty = "CONFIG_EMPTY",
        "Put at least one entry in the list or object. A prompt needs exactly one of text, ssml and play. An overflow needs size, position, wait or averageWait.";
    /// All holidays with a year are over.
    ConfigHolidaysPast = "CONFIG_HOLIDAYS_PAST",
        "All holidays with a year are in the past. Add those of the next year, or write them without a year: \"12-25\", \"easter+1\", \"4 thu nov\".";
    /// A holiday is the name of a set, such as `@US`, which only `check --write` knows.
    ConfigHolidaySet = "CONFIG_HOLIDAY_SET",
        "Run `npx plumline check --write config.json`. It replaces the set by its rules. A bot knows no sets.";
    /// An entry of `hours` has no opening times.
    ConfigHoursUncovered = "CONFIG_HOURS_UNCOVERED",
        "Give these hours weekly times, a healthcareService, or both.";
    /// An SDK identity is empty, too long, or has a character that a URI may not contain.
    ConfigIdentity = "CONFIG_IDENTITY",
        "Use 1 to 256 ASCII characters without spaces, control characters and <>#%\"{}|\\^[]`. Example: \"front-desk\".";
    /// The dialplan rings an SDK identity that `identities` of the config does not bind to a practitioner or role.
    ConfigIdentityUnbound = "CONFIG_IDENTITY_UNBOUND",
        "Say who may sign in under this identity, for example \"identities\": { \"front-desk\": { \"roles\": [\"receptionist\"] } }. Otherwise no one gets a token for it.";
    /// `PLUMLINE_CONFIG` does not match its schema. The default dialplan is used.
    ConfigInvalid = "CONFIG_INVALID",
        "The config is wrong at the place named here. A bot uses the default dialplan until you fix it.";
    /// The value is not a valid language tag.
    ConfigLanguage = "CONFIG_LANGUAGE",
        "Use a language tag such as \"en-US\", \"es-MX\" or \"zh-CN\".";
    /// Twilio does not speak this language, or does not recognize it in a menu with speech.
    ConfigLanguageUnknown = "CONFIG_LANGUAGE_UNKNOWN",
        "Twilio's documentation does not list this language for <Say>, or not for <Gather> where menus use speech. Use one that both list, with its region, such as \"en-US\", \"es-US\" or \"zh-CN\".";
    /// A call could run in a loop forever.
    ConfigLoop = "CONFIG_LOOP",
        "The actions form a loop that never ends if no one presses a key, answers or hangs up. Lead one of them to an action that ends the call. Do not dial your own numbers.";
    /// A name has a character that is not allowed, or is too long.
    ConfigName = "CONFIG_NAME",
        "Name dialplans, actions, lists, hours and extensions with 1 to 32 of a-z, 0-9 and hyphens, such as \"after-hours\".";
    /// The config has no entry of this name.
    ConfigNameUnknown = "CONFIG_NAME_UNKNOWN",
        "The config has no action, dialplan, list, hours or number of this name. Check the spelling.";
    /// No number leads to this entry.
    ConfigNameUnused = "CONFIG_NAME_UNUSED",
        "No number, rule or action uses this entry. Remove it, or refer to it.";
    /// `otherwise` of a dial is the same action, so an unanswered call rings forever.
    ConfigNoAnswer = "CONFIG_NO_ANSWER",
        "An unanswered call would ring forever. Set otherwise to another action, such as a voicemail or a queue.";
    /// The value is not a valid telephone number.
    ConfigNumber = "CONFIG_NUMBER",
        "Write the number in E.164: +, the country code and digits. In callers and lists, a prefix ends with an asterisk: \"+1555*\". In outbound, it does not: \"+1555\".";
    /// The number is one that is never dialed.
    ConfigNumberBlocked = "CONFIG_NUMBER_BLOCKED",
        "This number would never ring. Premium-rate, shared-cost and satellite numbers, numbers of the wrong length, your own numbers and those in outbound.blocked are not dialed. Use another number.";
    /// The number must be one of your Twilio numbers, but is not.
    ConfigNumberNotOurs = "CONFIG_NUMBER_NOT_OURS",
        "Use a number of your Twilio account. Only those can be answered or shown as the caller ID.";
    /// `on` has an outcome that cannot occur here.
    ConfigOutcome = "CONFIG_OUTCOME",
        "A dial ends as answered, busy, no-answer, declined, failed, canceled or unavailable. A queue ends as answered, failed, canceled, queue-full or left.";
    /// A number or the length of a list is out of range.
    ConfigRange = "CONFIG_RANGE",
        "The number is too small or too large, or the list is too long. docs/dialplan.md lists the ranges.";
    /// The value is not a reference to a resource of a type that is allowed here.
    ConfigReference = "CONFIG_REFERENCE",
        "Write the reference as type/id, such as \"PractitionerRole/7\". Use a type that is allowed here.";
    /// A rule can never be used.
    ConfigRuleUnreachable = "CONFIG_RULE_UNREACHABLE",
        "No call reaches this rule. An earlier rule has no conditions or the same ones, its own conditions contradict each other, or the called number has another dialplan.";
    /// Screened phones cannot ring at once.
    ConfigScreenedInOrder = "CONFIG_SCREENED_IN_ORDER",
        "Twilio ends all other rings when someone picks up, before they press a key. So these phones ring one after the other. If no mailbox can answer them, list them in screening.trusted, or set screen to false.";
    /// A call is answered and ends before the caller hears anything.
    ConfigSilence = "CONFIG_SILENCE",
        "The call is answered and ends in silence. Add a say before hangup, or use reject, which costs nothing.";
    /// The value is not a valid SIP address.
    ConfigSipAddress = "CONFIG_SIP_ADDRESS",
        "Write the SIP address as \"sip:user@host\", at most 255 characters.";
    /// The value is not a host name.
    ConfigSipHost = "CONFIG_SIP_HOST",
        "Write only the host name of the SIP domain or phone system, such as \"clinic.sip.twilio.com\", or its IPv4 address: no \"sip:\", no user, no port and no parameters.";
    /// The config is too long, or an action makes a TwiML document that is too long.
    ConfigSize = "CONFIG_SIZE",
        "A config has at most 256 KiB. An action and those it continues with must fit into the 64 KiB of TwiML that Twilio reads. A menu has at most 500 phrases. Shorten the texts, or remove phrases.";
    /// The SSML is not well-formed, or uses something that Twilio does not support.
    ConfigSsml = "CONFIG_SSML",
        "Close every element and write & as &amp;. Use only the elements, attributes and values of Twilio's SSML. Example: Please hold <break time=\"1s\"/> the line.";
    /// The actions make too many callback URLs.
    ConfigSteps = "CONFIG_STEPS",
        "A config makes at most 512 callback URLs, and this action makes the most. Use fewer retries, fewer targets in order, or fewer languages.";
    /// A text cannot be spoken or written.
    ConfigText = "CONFIG_TEXT",
        "A spoken text needs a letter or digit, and at most 4000 characters. A name has at most 64; a phrase of a menu at most 100, and no comma. Control characters are not allowed.";
    /// The value is not a valid time of day.
    ConfigTime = "CONFIG_TIME",
        "Write the time as \"08:00\", from \"00:00\" to \"23:59\". An end may also be \"24:00\" or \"23:59:59\". Both, and \"23:59\", mean midnight. In outbound.hours, to must be later than from.";
    /// The value does not have the form of a time zone name.
    ConfigTimeZone = "CONFIG_TIME_ZONE",
        "Write an IANA name such as \"America/New_York\", or \"UTC\".";
    /// Something depends on the time of day, but no time zone is set.
    ConfigTimeZoneMissing = "CONFIG_TIME_ZONE_MISSING",
        "Set timeZone in the config, in the number, or in the hours. Example: \"timeZone\": \"America/New_York\".";
    /// The host does not know a time zone of this name.
    ConfigTimeZoneUnknown = "CONFIG_TIME_ZONE_UNKNOWN",
        "Check the spelling of the time zone. A very new zone needs a newer version of Node.js.";
    /// A message may be too long for Twilio to transcribe, or is not transcribed although its words matter.
    ConfigTranscription = "CONFIG_TRANSCRIPTION",
        "Twilio transcribes only messages of 2 to 120 seconds. Set maxLength to 120 or less, or transcribe to false. Urgent words of a mailbox need transcribe: true.";
    /// Callers of different languages hear a text, but it is not in each of these languages.
    ConfigTranslationMissing = "CONFIG_TRANSLATION_MISSING",
        "Callers of several languages hear this text. Write one for each language, such as { \"en-US\": \"…\", \"es-US\": \"…\" }. If it has only one language on purpose, set language.";
    /// Callers leave messages or ask for a call back, but no task or alert reports it.
    ConfigUntold = "CONFIG_UNTOLD",
        "No task or alert reports this to your staff. Add \"voicemail\" (in a queue, \"callback\") to tasks.on or alerts.on.";
    /// The value is not a URL that Twilio or a bot can request.
    ConfigUrl = "CONFIG_URL",
        "Write an absolute URL such as \"https://example.com/hold.mp3\": at most 2048 ASCII characters, no user name, no underscore in the host name.";
    /// A verb can never run, or comes too late.
    ConfigVerbOrder = "CONFIG_VERB_ORDER",
        "A verb that decides what comes next must be the last of its action. reject must be the only verb, because an answered call cannot be rejected.";
    /// The value does not have the form of a voice name.
    ConfigVoice = "CONFIG_VOICE",
        "Use the name of a Twilio voice, such as \"Polly.Amy-Neural\".";
    /// A voice does not speak the language of its text.
    ConfigVoiceLanguage = "CONFIG_VOICE_LANGUAGE",
        "Twilio may fail to speak the text, because this voice does not speak its language or not with this region. Use another voice, or set voices with one voice for each language.";
    /// Twilio's list of voices does not contain the voice.
    ConfigVoiceUnknown = "CONFIG_VOICE_UNKNOWN",
        "The voice is not in the list of Twilio's voices. Check the spelling. If the voice is newer than the list, ignore this warning.";
    /// The host does not allow compiling WebAssembly.
    CoreForbidden = "CORE_FORBIDDEN",
        "This host does not allow compiling WebAssembly. Pass a compiled module to init of plumline/slim, or allow 'wasm-unsafe-eval'.";
    /// The argument of `init` is not the core of this version.
    CoreInvalid = "CORE_INVALID",
        "Pass the plumline.wasm of the same version to init: a module, its bytes, a Response or a URL.";
    /// A function of `plumline/slim` was called before `init` finished.
    CoreNotLoaded = "CORE_NOT_LOADED",
        "Call init of plumline/slim with plumline.wasm, and await it, before any other function.";
    /// The WebAssembly core trapped, for example because memory ran out. The next call uses a new instance.
    CoreTrapped = "CORE_TRAPPED",
        "The core ran out of memory or has a bug. If the input was of ordinary size, please report it.";
    /// `cursor` or `next` is not a value that the operation returned.
    CursorInvalid = "CURSOR_INVALID",
        "Pass cursor or next exactly as the same operation returned it. Omit it to start at the beginning.";
    /// The actions of a dialplan form a loop in which nothing waits for the caller.
    DialplanLoop = "DIALPLAN_LOOP",
        "The actions form a loop that never waits for the caller. The caller heard an apology. Run plumline check on the config.";
    /// A dialplan names an action that does not exist, or has no rule for a call.
    DialplanUndefined = "DIALPLAN_UNDEFINED",
        "No rule matches the call, or the action named here does not exist. The caller heard an apology. Run plumline check on the config.";
    /// The core could not read the event that the host passed.
    EventInvalid = "EVENT_INVALID",
        "The host and the core have different versions. Build and deploy the whole bundle again.";
    /// A flow waits, but has sent no request that the host could answer.
    FlowStuck = "FLOW_STUCK",
        "The core waits without an open request. This is a bug. Please report it.";
    /// A grant of an access token is unknown, or has an unknown or unusable option.
    GrantInvalid = "GRANT_INVALID",
        "Use the grants voice, chat, video, sync, taskRouter and playback, with the options that Twilio documents for them.";
    /// Whether these hours are open is unknown. They are treated as closed.
    HoursUnknown = "HOURS_UNKNOWN",
        "Whether these hours are open is unknown, so they were treated as closed. Check their timeZone and healthcareService.";
    /// The identity of an access token is empty, longer than 256 characters, or has a character that a URI may not
    /// contain.
    IdentityInvalid = "IDENTITY_INVALID",
        "Use 1 to 256 ASCII characters without spaces, control characters and <>#%\"{}|\\^[]`. Example: \"front-desk\".";
    /// The requester may not sign in under this Twilio identity.
    IdentityNotBound = "IDENTITY_NOT_BOUND",
        "This practitioner may not use this identity. If it is shared, bind it in PLUMLINE_CONFIG, for example \"identities\": { \"front-desk\": { \"roles\": [\"receptionist\"] } }. Never bind the id of another practitioner. Omit identity to get your own.";
    /// Another practitioner or role has the same Twilio identity.
    IdentityTaken = "IDENTITY_TAKEN",
        "Two practitioners have the same identifier of the system http://twilio.com/voice/identity. Change one of them, or bind the identity under identities in the config.";
    /// The Twilio identity could not be written to the practitioner. Plumline uses an identity made from the
    /// practitioner's id.
    IdentityUnwritten = "IDENTITY_UNWRITTEN",
        "Allow staff to update their own Practitioner, or write its identifier of the system http://twilio.com/voice/identity yourself.";
    /// The secret of an API key is empty, or has only white space and invisible characters.
    KeySecretBlank = "KEY_SECRET_BLANK",
        "The secret of the API key is blank. Pass the secret that Twilio showed when you created the key.";
    /// The request is a message or something else that is not a call.
    NotACall = "NOT_A_CALL",
        "This webhook answers only voice calls. In Twilio's console, set another URL for messages.";
    /// `TWILIO_NUMBER` contains an entry that is not an E.164 number.
    NumberInvalid = "NUMBER_INVALID",
        "Write each number in E.164 (+, the country code and digits), with commas between numbers. Other entries are ignored.";
    /// A call came to a number that is not in `TWILIO_NUMBER`.
    NumberUnknown = "NUMBER_UNKNOWN",
        "Add the called number to TWILIO_NUMBER. Nothing was dialed.";
    /// An operation was called without a required argument, or with an argument that it cannot use.
    OperationArgument = "OPERATION_ARGUMENT",
        "The argument named here is missing or wrong, or another argument excludes it. docs/operations.md lists the arguments.";
    /// The bot `operations` or `automation` received an input that it does not support.
    OperationUnknown = "OPERATION_UNKNOWN",
        "The operation does not exist, or the bot does nothing for this resource. docs/operations.md lists the operations.";
    /// The callee is a premium-rate, shared-cost, personal or satellite number, or is in `outbound.blocked` of the
    /// config.
    OutboundBlocked = "OUTBOUND_BLOCKED",
        "The number was not dialed. Plumline never dials premium-rate numbers, satellite numbers or those in outbound.blocked.";
    /// `outbound.callerId` or `outbound.practitioners` of the config names a number that is not yours. A number of the
    /// pool is used.
    OutboundCallerIdForeign = "OUTBOUND_CALLER_ID_FOREIGN",
        "A caller ID in the config is not in TWILIO_NUMBER. A number of the pool was shown instead.";
    /// A limit of the config needs the practitioner who calls, but no active practitioner has the identity of the call.
    OutboundCallerUnknown = "OUTBOUND_CALLER_UNKNOWN",
        "No active practitioner has this identity. Get the access token from the operation access-token, which writes the identity.";
    /// The caller already has as many calls as `outbound.concurrent` of the config allows.
    OutboundConcurrent = "OUTBOUND_CONCURRENT",
        "This caller has too many calls at the same time. The limit is outbound.concurrent in the config.";
    /// The country of the callee is not allowed.
    OutboundCountry = "OUTBOUND_COUNTRY",
        "Add the country to outbound.countries in the config. Without that list, only the countries of your own numbers are allowed.";
    /// The callee is an emergency service. It could not locate the caller.
    OutboundEmergency = "OUTBOUND_EMERGENCY",
        "Emergency numbers are not dialed from here. The caller was asked to use a phone.";
    /// The local time of the callee is outside `outbound.hours` of the config.
    OutboundHours = "OUTBOUND_HOURS",
        "In the callee's time zone, it is outside outbound.hours of the config. Call later, or change the hours.";
    /// `outbound.hours` of the config has no time zone for the callee, or an unknown one.
    OutboundHoursUnknown = "OUTBOUND_HOURS_UNKNOWN",
        "Set timeZone in the config, or the callee's zone in outbound.hours.zones, such as \"America/New_York\". Write hours as \"08:00\".";
    /// The patient, or the practitioner whose own phone is to ring, has no number that can be called.
    OutboundNoNumber = "OUTBOUND_NO_NUMBER",
        "Add a phone or sms number with its country code to telecom of the patient or practitioner.";
    /// The callee is not a valid number of any country.
    OutboundNumberInvalid = "OUTBOUND_NUMBER_INVALID",
        "The number is not in E.164, or its country has no such numbers. E.164 is +, the country code and digits.";
    /// The callee is one of your own numbers, so the call would come back.
    OutboundOwnNumber = "OUTBOUND_OWN_NUMBER",
        "The number is in TWILIO_NUMBER, so the call would come back. Use a queue, or another number.";
    /// The caller has placed as many calls in the last hour as `outbound.perHour` of the config allows.
    OutboundPerHour = "OUTBOUND_PER_HOUR",
        "This caller has placed too many calls in the last hour. The limit is outbound.perHour in the config.";
    /// A browser asked for a caller of a queue that is not in the config.
    OutboundQueueUnknown = "OUTBOUND_QUEUE_UNKNOWN",
        "The config has no queue or conference of this name. Check the spelling.";
    /// The requester of an operation is not a practitioner.
    OutboundRequester = "OUTBOUND_REQUESTER",
        "Sign in as a practitioner. Bots, clients and patients cannot place calls.";
    /// A `requestId` was sent again after the ticket of its call expired.
    OutboundRequestExpired = "OUTBOUND_REQUEST_EXPIRED",
        "The call of this requestId was prepared more than ten minutes ago. Ask again with a new requestId.";
    /// A `requestId` was sent again for another call, or after its call was placed.
    OutboundRequestUsed = "OUTBOUND_REQUEST_USED",
        "Use a new requestId for each call. Send the same one again only if the answer was lost.";
    /// The practitioner has no role that may place calls.
    OutboundRole = "OUTBOUND_ROLE",
        "Give the practitioner an active PractitionerRole. If the config has outbound.roles, use one of those roles.";
    /// The ticket is older than ten minutes.
    OutboundTicketExpired = "OUTBOUND_TICKET_EXPIRED",
        "A ticket is valid for ten minutes. Call start-call right before the call to get a new one.";
    /// Plumline did not issue the ticket, the ticket belongs to another practitioner, or the chart has no call for it.
    /// Or the call has no `CallSid`.
    OutboundTicketInvalid = "OUTBOUND_TICKET_INVALID",
        "The ticket is invalid or belongs to another practitioner. Pass the one that start-call returned, unchanged, and use the access token of the same practitioner.";
    /// A browser call has no ticket, but the config or `PLUMLINE_SECRET` requires one.
    OutboundTicketMissing = "OUTBOUND_TICKET_MISSING",
        "Pass the ticket from start-call as the parameter Ticket, or set outbound.requireTicket to false in the config.";
    /// Another call has used the ticket, or its call was ended before.
    OutboundTicketUsed = "OUTBOUND_TICKET_USED",
        "A ticket is valid for one call. Call start-call to get a new one.";
    /// Whether Twilio placed a call is unknown: Twilio's answer was lost, and its list of calls does not show the call
    /// yet.
    OutboundUnknown = "OUTBOUND_UNKNOWN",
        "Ask again with the same requestId in two minutes. The number is not dialed twice.";
    /// The action is not in `override.divertTo`.
    OverrideAction = "OVERRIDE_ACTION",
        "Staff may divert calls only to the actions in override.divertTo of the config. Choose one of them, or add the action there.";
    /// The config does not allow what the override changes.
    OverrideDisabled = "OVERRIDE_DISABLED",
        "The config does not allow this override. Add override, with the hours that staff may close or the actions to divert to, or a greeting verb, to the config.";
    /// The chart has an override without a valid seal, or one that the config does not allow.
    OverrideInvalid = "OVERRIDE_INVALID",
        "The chart has an override that no operation of Plumline set, or that the config no longer allows. It is ignored. Set it again with set-override. If PLUMLINE_SECRET changed, keep the old secret in the list until the override has ended.";
    /// The practitioner may not override the dialplan.
    OverrideRole = "OVERRIDE_ROLE",
        "This practitioner may not override the dialplan. Give them an active PractitionerRole with a code in override.roles of the config, or add them to override.practitioners.";
    /// `until` is missing, not an instant, in the past, or too far in the future.
    OverrideUntil = "OVERRIDE_UNTIL",
        "Every override needs an end. Send until as a FHIR instant with a time zone, after now and within override.maxHours of the config.";
    /// A page has called everyone on call, and no one accepted it.
    PageUnanswered = "PAGE_UNANSWERED",
        "Everyone on call was called in every round, and no one accepted. The task has priority stat. Check who is on call, and their phones.";
    /// The webhook found no page for the call in which a key was pressed.
    PageUnknown = "PAGE_UNKNOWN",
        "No task of a page has an attempt with this call. Someone edited the task, or it is older than three days.";
    /// A voice parameter that decides the route was sent more than once, with different values.
    ParameterRepeated = "PARAMETER_REPEATED",
        "A parameter that decides the route was sent twice with different values. Nothing was dialed. Send it once.";
    /// The period is not valid, or is too long for one request.
    PeriodInvalid = "PERIOD_INVALID",
        "Pass from and to as dates such as 2026-11-01. from must not be after to, and the period has at most 366 days.";
    /// The phone number has no country code, and no country was passed.
    PhoneCountryMissing = "PHONE_COUNTRY_MISSING",
        "Pass the country in which the number was typed, or write the number with + and its country code.";
    /// No country has this code.
    PhoneCountryUnknown = "PHONE_COUNTRY_UNKNOWN",
        "Use an ISO 3166 code such as US. In a number, the country code follows +, such as +1.";
    /// The phone number has a valid length, but its country has not assigned it.
    PhoneNotAssigned = "PHONE_NOT_ASSIGNED",
        "The country has no such number. Check the digits.";
    /// The text is not a phone number.
    PhoneNotANumber = "PHONE_NOT_A_NUMBER",
        "A phone number has digits, spaces and punctuation. Letters are allowed only after a North American area code.";
    /// The phone number has more digits than its country allows.
    PhoneTooLong = "PHONE_TOO_LONG",
        "The number has too many digits for its country.";
    /// The phone number has fewer digits than its country requires. Often the area code is missing.
    PhoneTooShort = "PHONE_TOO_SHORT",
        "The number has too few digits for its country. Is the area code missing?";
    /// `set-presence`, but the config does not use the presence of staff.
    PresenceOff = "PRESENCE_OFF",
        "The dialplan ignores who is away. Set presence.enabled in the config.";
    /// A recording could not be copied from Twilio into the chart.
    RecordingNotCopied = "RECORDING_NOT_COPIED",
        "A recording could not be copied into the chart. The sweep tries again for seven days. Another line has the cause.";
    /// The recording is deleted at Twilio, but its copy in the chart is not.
    RecordingNotDeleted = "RECORDING_NOT_DELETED",
        "Someone changed the attachment of the call record, so the bot does not know which Binary has the audio. Delete the Binary, then remove the url of the attachment.";
    /// A recording is too large to be copied into the chart.
    RecordingTooLarge = "RECORDING_TOO_LARGE",
        "A recording is larger than 50 MB, so it was not copied into the chart. It remains at Twilio.";
    /// The requester may not read or write a resource that an operation needs.
    RecordForbidden = "RECORD_FORBIDDEN",
        "The requester's access policy does not allow the resource named here.";
    /// A resource that an operation names does not exist, or is not a call of the requester.
    RecordNotFound = "RECORD_NOT_FOUND",
        "The resource does not exist, or the call is not yours.";
    /// The region of an access token is not the name of a region.
    RegionInvalid = "REGION_INVALID",
        "Use a region such as us1, ie1 or au1. Omit it for a key of us1.";
    /// A project secret is empty or has no usable value.
    SecretBlank = "SECRET_BLANK",
        "This project secret exists but has no usable value. Set it again.";
    /// A required project secret does not exist.
    SecretMissing = "SECRET_MISSING",
        "Set this project secret in Medplum (Project, Secrets).";
    /// `PLUMLINE_SECRET` has fewer than 32 characters.
    SecretWeak = "SECRET_WEAK",
        "Set PLUMLINE_SECRET to at least 32 random characters. An attacker could guess a shorter one.";
    /// The signature header names a shared key that is not configured.
    SharedKeyUnknown = "SHARED_KEY_UNKNOWN",
        "The request is signed with a Twilio shared key that is not configured. Add that key, or sign with the auth token.";
    /// The value is not a SID, or is a SID of another kind.
    SidInvalid = "SID_INVALID",
        "A SID is two letters (AC account, SK API key, AP TwiML App, CR push credential, IS service) and 32 hexadecimal digits.";
    /// The signature matches the request without its parameters.
    SignatureBodyIgnored = "SIGNATURE_BODY_IGNORED",
        "The signature covers only the URL. Something added these parameters, or changed a GET to a POST.";
    /// The signature matches a URL with another host.
    SignatureHost = "SIGNATURE_HOST",
        "Twilio called another host name. Pass the URL that Twilio's console shows. For a bot, set PLUMLINE_WEBHOOK_URL to it.";
    /// The signature does not match, and no common mistake explains it.
    SignatureMismatch = "SIGNATURE_MISMATCH",
        "The signature does not match. Check the auth token, compare the URL with the one in Twilio's console, and pass the parameters unchanged.";
    /// The request has no signature header.
    SignatureMissing = "SIGNATURE_MISSING",
        "The header X-Twilio-Signature is missing. Twilio did not send the request, or a proxy removed the header.";
    /// The signature matches the parameters before a second decoding.
    SignatureParamsAltered = "SIGNATURE_PARAMS_ALTERED",
        "The parameters were changed on the way (decoded twice). Pass them as received.";
    /// The signature matches a URL whose path differs by a trailing slash.
    SignaturePath = "SIGNATURE_PATH",
        "Twilio's URL and this URL differ by a trailing slash. Make them equal.";
    /// The signature matches a URL with another port.
    SignaturePort = "SIGNATURE_PORT",
        "Twilio called another port. Pass the URL that Twilio's console shows. For a bot, set PLUMLINE_WEBHOOK_URL to it.";
    /// The signature matches the URL with its query in another order.
    SignatureQuery = "SIGNATURE_QUERY",
        "Something changed the order of the query. Pass the URL as received.";
    /// The signature matches the URL with the other scheme.
    SignatureScheme = "SIGNATURE_SCHEME",
        "Twilio called http and this URL has https, or the reverse. Pass the URL that Twilio's console shows. For a bot, set PLUMLINE_WEBHOOK_URL to it.";
    /// The request is signed with the example token of Twilio's documentation.
    SignatureTestToken = "SIGNATURE_TEST_TOKEN",
        "A test tool signed with the example token of Twilio's documentation. Let it sign with your account's auth token.";
    /// The signature matches the token without the white space around it.
    SignatureTokenSpace = "SIGNATURE_TOKEN_SPACE",
        "The auth token has white space around it, often a line break from a file. Trim it.";
    /// A SIP call came to an address that is not at a SIP domain of the config, or whose user is not one of the
    /// clinic's numbers and has no extension.
    SipAddressUnknown = "SIP_ADDRESS_UNKNOWN",
        "Add the host of the called address to sip.domains of the config. The user of the address must be a number in TWILIO_NUMBER, or a name in sip.extensions. Nothing was dialed: a SIP phone can call only the clinic.";
    /// A token of the list is empty, or has only white space and invisible characters.
    TokenBlank = "TOKEN_BLANK",
        "An auth token is blank. It is refused because anyone can sign with an empty key.";
    /// The list of tokens is empty.
    TokenMissing = "TOKEN_MISSING",
        "Pass at least one auth token.";
    /// The call of a caller who is to be redirected has ended.
    TransferCallEnded = "TRANSFER_CALL_ENDED",
        "The call has ended, so its caller cannot be transferred or put on hold.";
    /// `resume-call` for a caller who is not on hold by the requester.
    TransferNotHeld = "TRANSFER_NOT_HELD",
        "This caller is not on hold: you speak with them now.";
    /// The caller does not wait in a queue of the config.
    TransferNotWaiting = "TRANSFER_NOT_WAITING",
        "This caller no longer waits: someone else took the call, or the caller hung up or left the queue.";
    /// The config has no `transfer`.
    TransferOff = "TRANSFER_OFF",
        "Staff cannot redirect callers, because the config has no transfer. Add it with the action for callers if no one answers.";
    /// A call that the clinic placed cannot be redirected.
    TransferOutgoing = "TRANSFER_OUTGOING",
        "Only callers who called the clinic can be transferred or put on hold. Your own calls cannot.";
    /// The same or another instruction for the caller was given a moment ago.
    TransferPending = "TRANSFER_PENDING",
        "An instruction for this caller was given a moment ago. If the caller is still with you after five seconds, send the request again.";
    /// The webhook found no instruction for a redirected caller.
    TransferUnknown = "TRANSFER_UNKNOWN",
        "The chart has no sealed instruction for a redirected caller, or did not answer in time. The caller continued with transfer.otherwise. Check PLUMLINE_SECRET, which both bots need, and the webhook's right to search Communications of category call-instruction.";
    /// The lifetime of an access token is zero or longer than a day, or it ends before it begins.
    TtlInvalid = "TTL_INVALID",
        "ttl is 1 to 86400 whole seconds. nbf is Unix time in seconds and must be before the end of the token.";
    /// Twilio's REST API refused a request of an operation.
    TwilioRefused = "TWILIO_REFUSED",
        "Twilio refused the request. Check the account SID, the API key and its secret, Twilio's debugger, and whether the number may place calls.";
    /// Twilio's REST API did not answer, or failed.
    TwilioUnavailable = "TWILIO_UNAVAILABLE",
        "Twilio's REST API did not answer in time. Try again. If the sweep failed, its next run continues.";
    /// The element does not support this attribute.
    TwimlAttribute = "TWIML_ATTRIBUTE",
        "This element has no such attribute. Names are case-sensitive.";
    /// The element lacks a required attribute.
    TwimlAttributeMissing = "TWIML_ATTRIBUTE_MISSING",
        "This element requires the attribute at the end of the path.";
    /// The element has the same attribute twice.
    TwimlAttributeRepeated = "TWIML_ATTRIBUTE_REPEATED",
        "An element may have each attribute only once.";
    /// A text or an attribute has a character that XML does not allow.
    TwimlCharacter = "TWIML_CHARACTER",
        "XML does not allow control characters, U+FFFE, U+FFFF and lone surrogates. Remove them.";
    /// A comment contains `--`.
    TwimlComment = "TWIML_COMMENT",
        "A comment must not contain two hyphens in a row.";
    /// The element is empty, but requires content.
    TwimlContent = "TWIML_CONTENT",
        "This element requires text or an element inside.";
    /// The XML declaration names an unsupported version or encoding.
    TwimlDeclaration = "TWIML_DECLARATION",
        "Twilio reads XML 1.0 in UTF-8. Declare that, or omit the declaration.";
    /// The elements are nested too deeply.
    TwimlDepth = "TWIML_DEPTH",
        "Elements may be nested at most 64 levels deep. Does an element contain itself?";
    /// The document has a document type declaration.
    TwimlDoctype = "TWIML_DOCTYPE",
        "Remove the DOCTYPE. It is not read, and neither are the entities it defines.";
    /// A voice verb is used in a messaging document, or the reverse.
    TwimlDocument = "TWIML_DOCUMENT",
        "A document answers either a call or a message. This verb belongs to the other kind.";
    /// Twilio has no element of this name.
    TwimlElement = "TWIML_ELEMENT",
        "Twilio has no such element. Names are case-sensitive.";
    /// The document refers to an entity that XML does not define.
    TwimlEntity = "TWIML_ENTITY",
        "Use only amp, lt, gt, quot, apos and numeric references. Write any other character as it is.";
    /// The document is too long for the parameter `Twiml` of a REST call.
    TwimlInline = "TWIML_INLINE",
        "The document has more than 4000 characters. A REST call refuses it; serve it from a URL instead.";
    /// A text is longer than Twilio allows.
    TwimlLength = "TWIML_LENGTH",
        "The text is too long for one element. Split it.";
    /// An element or attribute has a name that XML does not allow.
    TwimlName = "TWIML_NAME",
        "A name begins with a letter and contains only letters, digits, hyphens, dots and colons.";
    /// The element is not allowed inside its parent.
    TwimlNesting = "TWIML_NESTING",
        "This element is not allowed inside the one around it.";
    /// The value is not a number, or is out of range.
    TwimlNumber = "TWIML_NUMBER",
        "The value is not a whole number that Twilio accepts here.";
    /// A phone number is not in E.164.
    TwimlPhone = "TWIML_PHONE",
        "Write the number with +, the country code and digits only: +15550100001.";
    /// Something precedes the XML declaration.
    TwimlProlog = "TWIML_PROLOG",
        "Nothing may precede the XML declaration: no space, no line break, no byte order mark.";
    /// The root of the document is not `Response`.
    TwimlRoot = "TWIML_ROOT",
        "The root element must be Response.";
    /// The document is longer than Twilio reads.
    TwimlSize = "TWIML_SIZE",
        "Twilio reads at most 64 KiB. Continue a longer document with Redirect.";
    /// The element contains text, but does not allow any.
    TwimlText = "TWIML_TEXT",
        "This element allows no text. Put the text into an element such as Say.";
    /// A text passed to a TwiML builder is `null` or an object.
    TwimlTextType = "TWIML_TEXT_TYPE",
        "Pass a string, a number or a boolean. null would drop the verb, and an object could add verbs.";
    /// The TwiML tree has a node that is not an element, a text or a comment.
    TwimlTree = "TWIML_TREE",
        "Write an element as { name, attributes, children } or { name, attributes, text }. A child may also be { text } or { comment }.";
    /// The value is not a URL that Twilio can use here.
    TwimlUrl = "TWIML_URL",
        "The URL is not of the kind required here. Use http, https or a relative URL; wss for streams; sip for SIP.";
    /// The value is not one of the allowed values.
    TwimlValue = "TWIML_VALUE",
        "Twilio does not accept this value here.";
    /// The document is not well-formed XML.
    TwimlXml = "TWIML_XML",
        "The XML is not well-formed at this place. An element is not closed, or a character is not allowed.";
    /// Data about patients would travel unencrypted to or from this URL.
    UrlInsecure = "URL_INSECURE",
        "This URL is not encrypted. Use https. http is allowed only for this machine (localhost, 127.0.0.1, [::1]).";
    /// The URL has no scheme and host.
    UrlNotAbsolute = "URL_NOT_ABSOLUTE",
        "Pass the absolute URL that Twilio called, with scheme and host: https://example.com/voice.";
    /// Too many wrong birth dates were entered from a number.
    VerifyLimit = "VERIFY_LIMIT",
        "Three wrong birth dates were entered from this number today. No date is accepted until tomorrow. If a patient needs help, verify them yourself.";
    /// The bot could not determine its own URL.
    WebhookUrlUnknown = "WEBHOOK_URL_UNKNOWN",
        "The bot could not read its own URL (auth/me). Set the project secret PLUMLINE_WEBHOOK_URL.";
    /// The host does not know a time zone of this name.
    ZoneUnknown = "ZONE_UNKNOWN",
        "Use an IANA name such as America/New_York.";
}

/// A [`Code`] with the place of the error: the name of a secret, or a path in the config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The code.
    pub code: Code,
    /// The name of a secret, or a config path such as `greeting.text`; never a value.
    pub at: Option<&'static str>,
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self { code, at: None }
    }
}

impl Problem {
    /// The log line of this problem.
    #[must_use]
    pub fn line(&self) -> String {
        log_line(self.code, self.at.unwrap_or_default())
    }

    /// A problem at `place`.
    #[must_use]
    pub const fn at(code: Code, place: &'static str) -> Self {
        Self { code, at: Some(place) }
    }
}

/// A log line: the code, the place unless it is empty, and the help.
#[must_use]
pub fn log_line(code: Code, place: &str) -> String {
    let at = if place.is_empty() { "" } else { " at " };
    ["plumline: ", code.as_str(), at, place, ": ", code.help()].concat()
}
