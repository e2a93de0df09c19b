// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The codes that leave Plumline: stable names, and what to do about each.
//!
//! A code never carries data. No phone number, name, token or message text is part of one, so it may be logged
//! and sent to strangers as it is. `docs/errors.md` lists them all; a test holds the two together.

/// Declares [`Code`] together with its text forms, so that a code cannot lack its help.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $text:literal, $help:literal;)+) => {
        /// Why something was refused or could not be done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Code {
            /// Every code, in alphabetical order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable spelling, SCREAMING_SNAKE.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// What whoever reads the log should do.
            #[must_use]
            pub const fn help(self) -> &'static str {
                match self { $(Self::$variant => $help,)+ }
            }
        }
    };
}

codes! {
    /// `AccountSid` of a genuine request is not `TWILIO_ACCOUNT_SID`.
    AccountMismatch = "ACCOUNT_MISMATCH",
        "The request comes from another Twilio account than TWILIO_ACCOUNT_SID names.";
    /// The alert's address answered 4xx.
    AlertRefused = "ALERT_REFUSED",
        "The address under alerts.url refused an alert: is the URL still the one that the service gave?";
    /// The alert's address could not be reached, or could not take an alert.
    AlertUnavailable = "ALERT_UNAVAILABLE",
        "The address under alerts.url could not be reached; the sweep tries again for an hour.";
    /// `ApplicationSid` of a browser call is not `TWILIO_TWIML_APP_SID`.
    ApplicationMismatch = "APPLICATION_MISMATCH",
        "The browser call comes from another TwiML App than TWILIO_TWIML_APP_SID names.";
    /// A function of the npm package was called without an argument that it needs, or with one of another type.
    ArgumentInvalid = "ARGUMENT_INVALID",
        "The argument named here is missing or of the wrong type.";
    /// `bodySHA256` of the URL is not the hash of the body.
    BodyHashMismatch = "BODY_HASH_MISMATCH",
        "Hash the raw bytes as received: JSON that was parsed and written again has another hash.";
    /// A body was given, but the URL has no `bodySHA256`.
    BodyHashMissing = "BODY_HASH_MISSING",
        "Twilio adds bodySHA256 to the URL of a JSON or text post: pass the URL with its whole query.";
    /// `bodySHA256` stands in the URL twice.
    BodyHashRepeated = "BODY_HASH_REPEATED",
        "A URL with two bodySHA256 is refused: libraries disagree on which of them counts.";
    /// The URL has `bodySHA256`, so a JSON or text post was signed, and its body is not given.
    BodyMissing = "BODY_MISSING",
        "The signature covers the body only by its hash in bodySHA256: pass the raw body, as it was received.";
    /// A JSON post reached a bot that gets only parsed JSON.
    BodyNotRaw = "BODY_NOT_RAW",
        "A JSON post can be verified only over its raw bytes: set Bot.rawBody (Medplum 5.2 and later).";
    /// A body that is larger than any webhook of Twilio's. Its signature was not checked.
    BodyTooLarge = "BODY_TOO_LARGE",
        "The body is larger than any webhook of Twilio's: over 32 kB or 1,000 parameters for a form or parsed JSON, over 256 kB for raw JSON. If Twilio sent it, pass fewer custom parameters, or set Bot.rawBody for JSON.";
    /// A callback without the SID of a call.
    CallSidInvalid = "CALL_SID_INVALID",
        "A callback names no call: a CallSid is CA and 32 hexadecimal digits. There was nothing to store; in Twilio's console only the URLs of calls lead to this webhook.";
    /// Others changed a call's record whenever it was to be written.
    ChartConflict = "CHART_CONFLICT",
        "Other writers changed the record of this call before each of eight attempts; Twilio sends the event again.";
    /// The FHIR server refused a read or write; the log names the resource type and the interactions.
    ChartRefused = "CHART_REFUSED",
        "The server refused a read or write: the access policy lacks the right that this line names, or the resource is wrong. Compare the policy with deploy/policies: that of the bot, for operations that of the person who asked (appointment.callExtension needs automation-appointments.json).";
    /// The FHIR server refused what a rule or an action asked for, or has no such resource.
    ChartRefusedRead = "CHART_REFUSED_READ",
        "The server has no such resource, or the bot's access policy does not let it be read: the call went on as if it said nothing. Look at the references of the config, and at deploy/policies.";
    /// The FHIR server did not answer, or could not, when a call's record was to be read or written.
    ChartUnavailable = "CHART_UNAVAILABLE",
        "The server could not read or write the record of a call; Twilio brings the event again, and the sweep finds it.";
    /// The chart did not say in time what a rule or an action asked for.
    ChartUnread = "CHART_UNREAD",
        "The chart did not answer in time: the call went on as if it had nothing to say.";
    /// More actions follow one another at once than a call goes through.
    ConfigChain = "CONFIG_CHAIN",
        "At most 16 actions may go on with each other before the caller is asked or somebody is rung: put some into one.";
    /// A choice of a menu cannot be made, or not be told from another.
    ConfigChoice = "CONFIG_CHOICE",
        "A choice has digits (0 to 9, * and #, none beginning with another's) or words of its own; what a queue offers has one digit.";
    /// What stands where a country has to is none.
    ConfigCountry = "CONFIG_COUNTRY",
        "A country is an ISO 3166 code of two capitals, such as US, of one that has telephone numbers.";
    /// A holiday is no date.
    ConfigDate = "CONFIG_DATE",
        "A holiday is a date that exists, YYYY-MM-DD, or MM-DD for every year.";
    /// An action, or a choice of a menu, leads nowhere.
    ConfigDeadEnd = "CONFIG_DEAD_END",
        "The last verb of an action decides what comes next: menu, dial, queue, voicemail, conference, goto, redirect, reject or hangup, or a when with otherwise; a choice has then, or a language.";
    /// A dialplan leaves calls unanswered.
    ConfigDefaultMissing = "CONFIG_DEFAULT_MISSING",
        "The last rule of a dialplan has no conditions, so that it takes every call that no other takes.";
    /// Something has to be there and is not.
    ConfigEmpty = "CONFIG_EMPTY",
        "A list that is given holds something; words are either text or ssml; an overflow has a size, a position or an averageWait.";
    /// Hours do not say when it is open.
    ConfigHoursUncovered = "CONFIG_HOURS_UNCOVERED",
        "Hours have weekly times, or a healthcareService that has them.";
    /// An SDK identity is empty, too long, or holds a character that no URI may hold.
    ConfigIdentity = "CONFIG_IDENTITY",
        "An identity has 1 to 256 ASCII characters and no space, control character or any of <>#%\"{}|\\^[]`.";
    /// The plan rings an SDK identity that `identities` of the config binds to no practitioner and no role.
    ConfigIdentityUnbound = "CONFIG_IDENTITY_UNBOUND",
        "Name who may sign in under this identity, such as \"identities\": { \"front-desk\": { \"roles\": [\"receptionist\"] } }: others get no token for it.";
    /// `PLUMLINE_CONFIG` is not what the schema says; the default plan is used.
    ConfigInvalid = "CONFIG_INVALID",
        "The config is wrong at the place given here; a bot takes the default route until it is mended.";
    /// A language tag is none.
    ConfigLanguage = "CONFIG_LANGUAGE",
        "A language is a tag such as en-US, es-MX or zh-CN.";
    /// Twilio speaks no such language, or does not hear it where a menu listens.
    ConfigLanguageUnknown = "CONFIG_LANGUAGE_UNKNOWN",
        "Twilio's documentation has no such language for <Say>, or none for <Gather> where menus have speech: take one that both know, with its region, such as en-US, es-US, es-MX or zh-CN.";
    /// A call could go round for ever.
    ConfigLoop = "CONFIG_LOOP",
        "Where nobody presses, answers or hangs up, every way through the actions comes to an end; and no number of ours is dialled.";
    /// A name has a character that none may have, or is too long.
    ConfigName = "CONFIG_NAME",
        "The name of a dialplan, an action, a list or hours is 1 to 32 of a to z, 0 to 9 and hyphens.";
    /// A name stands here that nothing has.
    ConfigNameUnknown = "CONFIG_NAME_UNKNOWN",
        "No action, dialplan, list, hours or number of that name is in the config: look for a mistyped letter.";
    /// Nothing leads here from any number.
    ConfigNameUnused = "CONFIG_NAME_UNUSED",
        "No number, rule or action leads here: take it out, or lead to it.";
    /// Who is not answered is rung again, and again.
    ConfigNoAnswer = "CONFIG_NO_ANSWER",
        "otherwise is another action than the one it stands in: a queue, a voicemail, a menu, some words and a hangup.";
    /// What stands where a number has to is none.
    ConfigNumber = "CONFIG_NUMBER",
        "A number is written in E.164, + and the country code first; the beginning of callers' numbers ends with an asterisk.";
    /// A number to dial is one that is never dialled.
    ConfigNumberBlocked = "CONFIG_NUMBER_BLOCKED",
        "It would never ring: premium, shared-cost and satellite numbers are not dialled, nor numbers with too few or too many digits, nor numbers of ours, nor what begins as outbound.blocked says.";
    /// A number that has to be one of ours is not among the account's.
    ConfigNumberNotOurs = "CONFIG_NUMBER_NOT_OURS",
        "Only numbers of your Twilio account can be answered, or shown to whom you call.";
    /// An outcome is none that can occur here.
    ConfigOutcome = "CONFIG_OUTCOME",
        "A dial ends as answered, busy, no-answer, declined, failed, canceled or unavailable; a queue as answered, failed, canceled, queue-full or left.";
    /// A number is smaller or greater than Twilio takes, or a list is longer.
    ConfigRange = "CONFIG_RANGE",
        "The number or the length of the list is outside its range: docs/dialplan.md has all of them.";
    /// A reference is none, or one to another type of resource.
    ConfigReference = "CONFIG_REFERENCE",
        "A reference is a type and an id, such as PractitionerRole/7, of a type that fits here.";
    /// A rule can never be taken.
    ConfigRuleUnreachable = "CONFIG_RULE_UNREACHABLE",
        "It comes after one without conditions or with the same ones, its conditions contradict each other, or the number called has another dialplan.";
    /// A call is answered, and ended without a word.
    ConfigSilence = "CONFIG_SILENCE",
        "The call is answered and cut off before anything is heard: say something first, or reject it, which costs nothing.";
    /// A SIP address is none.
    ConfigSipAddress = "CONFIG_SIP_ADDRESS",
        "A SIP address is sip:user@host, at most 255 characters.";
    /// More is heard at once than fits into a document.
    ConfigSize = "CONFIG_SIZE",
        "A config has at most 256 KiB. What is heard at once, by this action and those it goes on with, has to fit into the 64 kB that Twilio reads, and a menu listens for 500 phrases: fewer words, or fewer phrases.";
    /// SSML is not well-formed, or holds what Twilio does not know.
    ConfigSsml = "CONFIG_SSML",
        "Close every element, write & as &amp;, and use only the elements, attributes and words of Twilio's SSML.";
    /// The actions make too many callback URLs.
    ConfigSteps = "CONFIG_STEPS",
        "At most 256, and this action makes most of them: fewer retries, targets rung one after the other, or languages to switch to.";
    /// A text cannot be said or written.
    ConfigText = "CONFIG_TEXT",
        "A text to be said has a letter or a digit, at most 4000 characters, and no control characters; a name 64, the words of a choice 100 and no comma.";
    /// A time of the day is none.
    ConfigTime = "CONFIG_TIME",
        "A time is HH:MM, from 00:00 to 23:59, an end also 24:00; calls out may not be placed around midnight.";
    /// A time zone is none, by its shape.
    ConfigTimeZone = "CONFIG_TIME_ZONE",
        "A time zone has an IANA name such as America/New_York, or is UTC.";
    /// Something depends on the hour, and nothing says whose.
    ConfigTimeZoneMissing = "CONFIG_TIME_ZONE_MISSING",
        "Set timeZone of the config, or of the number or the hours that this is about.";
    /// This host knows no time zone of that name.
    ConfigTimeZoneUnknown = "CONFIG_TIME_ZONE_UNKNOWN",
        "Look for a mistyped letter; a zone that is very new needs a newer Node.";
    /// A message may be longer than what Twilio writes down.
    ConfigTranscription = "CONFIG_TRANSCRIPTION",
        "Twilio writes down messages of 2 to 120 seconds: a longer one stays without a transcription.";
    /// Callers leave messages, or wait for a call, and nobody is told.
    ConfigUntold = "CONFIG_UNTOLD",
        "Nobody is told of it: name voicemail, or callback, in tasks.on or in alerts.on.";
    /// A URL is none that Twilio or a bot can call.
    ConfigUrl = "CONFIG_URL",
        "A URL begins with https://, has a host name without underscores, no user name, and at most 2048 ASCII characters.";
    /// A verb stands where it is never reached, or where it comes too late.
    ConfigVerbOrder = "CONFIG_VERB_ORDER",
        "Only the last verb of an action decides what comes next, and reject stands alone: an answered call cannot be rejected.";
    /// A voice is none, by its shape.
    ConfigVoice = "CONFIG_VOICE",
        "A voice is a name of Twilio's, such as Polly.Amy-Neural.";
    /// The host forbids to compile WebAssembly.
    CoreForbidden = "CORE_FORBIDDEN",
        "This host compiles no WebAssembly: give init of plumline/slim a compiled module, or allow 'wasm-unsafe-eval'.";
    /// What `init` was given is not the core.
    CoreInvalid = "CORE_INVALID",
        "Give init the plumline.wasm of this very version: a module, its bytes, a Response or a URL.";
    /// A function of `plumline/slim` was called before `init` had ended.
    CoreNotLoaded = "CORE_NOT_LOADED",
        "Call init of plumline/slim with plumline.wasm, and await it, before any other function.";
    /// The wasm trapped, as it does where memory ends. The next call has a new instance.
    CoreTrapped = "CORE_TRAPPED",
        "The core ran out of memory or met a bug of its own: report it if the input was of ordinary size.";
    /// A `cursor` or a `next` is not what an operation gave.
    CursorInvalid = "CURSOR_INVALID",
        "Hand in the cursor, or next, as the same operation gave it; leave it out to begin.";
    /// The actions of a dialplan lead in a circle in which nobody is ever heard.
    DialplanLoop = "DIALPLAN_LOOP",
        "The actions lead in a circle without waiting for anybody: the caller heard an apology.";
    /// A dialplan names an action that is not there, or has no rule for a call.
    DialplanUndefined = "DIALPLAN_UNDEFINED",
        "No rule fits the call, or the action named here does not exist: the caller heard an apology.";
    /// The event that the host handed over cannot be read.
    EventInvalid = "EVENT_INVALID",
        "The host and the core are of different versions: deploy one bundle, built whole.";
    /// A flow waits without a request that the host could perform.
    FlowStuck = "FLOW_STUCK",
        "The core waited for an answer to no request. This is a bug: please report it.";
    /// A grant of an access token is none of Twilio's, or has an option that it does not know or cannot use.
    GrantInvalid = "GRANT_INVALID",
        "Grants are voice, chat, video, sync, taskRouter and playback, each with the options of Twilio's grant.";
    /// Hours could not be judged.
    HoursUnknown = "HOURS_UNKNOWN",
        "Whether these hours are open could not be found out, by zone or chart: they counted as closed.";
    /// The identity of an access token is empty, longer than 256 characters, or holds a character that no URI may hold.
    IdentityInvalid = "IDENTITY_INVALID",
        "An identity has 1 to 256 ASCII characters and no space, control character or any of <>#%\"{}|\\^[]`.";
    /// The requester may not sign in under this Twilio identity.
    IdentityNotBound = "IDENTITY_NOT_BOUND",
        "This practitioner may not use this identity. If it is a shared one, bind it in PLUMLINE_CONFIG, such as \"identities\": { \"front-desk\": { \"roles\": [\"receptionist\"] } }. Never bind the id of another practitioner; leave identity out to get your own.";
    /// The Twilio identity of a practitioner is somebody else's too.
    IdentityTaken = "IDENTITY_TAKEN",
        "Two practitioners have the same identifier of the system http://twilio.com/voice/identity: give one of them another, or bind it under identities of the config.";
    /// The Twilio identity could not be written to the practitioner; the one made of the id is used all the same.
    IdentityUnwritten = "IDENTITY_UNWRITTEN",
        "Let staff update their own Practitioner, or write its identifier of the system http://twilio.com/voice/identity yourself.";
    /// The secret of an API key is empty, or has only white space and characters that cannot be seen.
    KeySecretBlank = "KEY_SECRET_BLANK",
        "The API key's secret is blank: an empty key would sign what anyone can forge.";
    /// A message or another request that is no call.
    NotACall = "NOT_A_CALL",
        "This webhook answers voice calls: in Twilio's console set another URL for messages.";
    /// `TWILIO_NUMBER` holds something that is no E.164 number.
    NumberInvalid = "NUMBER_INVALID",
        "Each number is written in E.164, a plus and the country code first, with commas between; what is not is passed over.";
    /// A call to a number that is not among ours.
    NumberUnknown = "NUMBER_UNKNOWN",
        "A call came to a number that TWILIO_NUMBER does not list; nothing was dialled.";
    /// An operation was asked for without an argument that it needs, or with one that it cannot use.
    OperationArgument = "OPERATION_ARGUMENT",
        "The argument named here is missing, wrong, or excluded by another: docs/operations.md lists what there is.";
    /// Neither door knows what to do with what it was handed.
    OperationUnknown = "OPERATION_UNKNOWN",
        "There is no such operation, or this resource starts nothing: docs/operations.md lists what there is.";
    /// A call to a premium, shared-cost, personal or satellite number, or to one that `outbound.blocked` of the config names.
    OutboundBlocked = "OUTBOUND_BLOCKED",
        "Premium and satellite numbers are never dialled, nor what outbound.blocked of the config names.";
    /// `outbound.callerId` or `outbound.practitioners` of the config names a number that is none of ours; the pool is used.
    OutboundCallerIdForeign = "OUTBOUND_CALLER_ID_FOREIGN",
        "A caller ID of the config is not among TWILIO_NUMBER: a number of the pool was shown instead.";
    /// A limit of the config needs to know who calls, and no practitioner of the chart has the identity of the call.
    OutboundCallerUnknown = "OUTBOUND_CALLER_UNKNOWN",
        "No practitioner has this identity: get the access token from the operation access-token, which writes it.";
    /// The caller has as many calls going on as `outbound.concurrent` of the config allows.
    OutboundConcurrent = "OUTBOUND_CONCURRENT",
        "This caller has too many calls at the same time (outbound.concurrent of the config).";
    /// A call to a country that is not allowed.
    OutboundCountry = "OUTBOUND_COUNTRY",
        "Add the country to outbound.countries of the config; where that is absent, those of our own numbers are allowed.";
    /// A call to an emergency service, which could not learn where the caller is.
    OutboundEmergency = "OUTBOUND_EMERGENCY",
        "Emergency numbers are not dialled from here; the caller was told to use a phone.";
    /// A call outside `outbound.hours` of the config, by the callee's clocks.
    OutboundHours = "OUTBOUND_HOURS",
        "It is outside outbound.hours of the config where the callee is.";
    /// `outbound.hours` of the config cannot be judged: it names no time zone for the callee, or none that there is.
    OutboundHoursUnknown = "OUTBOUND_HOURS_UNKNOWN",
        "Give timeZone of the config, or the callee's in outbound.hours.zones, as the IANA spells it, and hours as HH:MM.";
    /// The patient, or the practitioner whose own phone is to ring, has no telephone number that can be called.
    OutboundNoNumber = "OUTBOUND_NO_NUMBER",
        "Write a phone or sms number, with its country code, into telecom of the patient or the practitioner.";
    /// A call to what is no number of any country.
    OutboundNumberInvalid = "OUTBOUND_NUMBER_INVALID",
        "The number is not E.164, or its country has no such numbers.";
    /// A call to one of our own numbers, which would come back to us.
    OutboundOwnNumber = "OUTBOUND_OWN_NUMBER",
        "A call to a number of TWILIO_NUMBER would come back to us: use a queue, or another number.";
    /// The caller has placed as many calls in an hour as `outbound.perHour` of the config allows.
    OutboundPerHour = "OUTBOUND_PER_HOUR",
        "This caller has placed too many calls in the last hour (outbound.perHour of the config).";
    /// A browser asked for a caller of a queue that the config does not have.
    OutboundQueueUnknown = "OUTBOUND_QUEUE_UNKNOWN",
        "No action of the config has a queue or a conference of this name.";
    /// Whoever asks for an operation is no practitioner.
    OutboundRequester = "OUTBOUND_REQUESTER",
        "Sign in as a practitioner: calls are placed by a Practitioner of the chart, not by a bot, a client or a patient.";
    /// A `requestId` came again after the ticket of its call had expired.
    OutboundRequestExpired = "OUTBOUND_REQUEST_EXPIRED",
        "The call of this requestId was prepared more than ten minutes ago: ask again with another requestId.";
    /// A `requestId` came again, for another call or after its call was placed.
    OutboundRequestUsed = "OUTBOUND_REQUEST_USED",
        "Give each call a requestId of its own; the same one again only where the answer was lost.";
    /// The practitioner has no role that may call.
    OutboundRole = "OUTBOUND_ROLE",
        "The practitioner needs an active PractitionerRole, one of outbound.roles where the config has that.";
    /// A ticket older than ten minutes.
    OutboundTicketExpired = "OUTBOUND_TICKET_EXPIRED",
        "A ticket lives ten minutes: ask start-call for a new one right before the call.";
    /// A ticket that we did not seal, that is another's, or whose call is not in the chart; or a call without a `CallSid`.
    OutboundTicketInvalid = "OUTBOUND_TICKET_INVALID",
        "The ticket is not ours, or another's: pass the one that start-call answered, unchanged, with its own access token.";
    /// A browser called without a ticket, and the config, or `PLUMLINE_SECRET`, asks for one.
    OutboundTicketMissing = "OUTBOUND_TICKET_MISSING",
        "Pass what start-call answers as the parameter Ticket, or set outbound.requireTicket of the config to false.";
    /// A ticket that another call has used, or that was ended before.
    OutboundTicketUsed = "OUTBOUND_TICKET_USED",
        "A ticket is good for one call: ask start-call for a new one.";
    /// Whether Twilio has placed a call is not known yet: its answer was lost, and its list does not show the call.
    OutboundUnknown = "OUTBOUND_UNKNOWN",
        "Ask again with the same requestId in two minutes: nothing is dialled twice.";
    /// A voice parameter that decides the route came more than once, with different values.
    ParameterRepeated = "PARAMETER_REPEATED",
        "A parameter that decides the route came twice, with different values; nothing was dialled.";
    /// A period is none, or longer than can be told at once.
    PeriodInvalid = "PERIOD_INVALID",
        "A period has from and to, dates such as 2026-11-01, from not after to, and 366 days at most.";
    /// A phone number has no country code, and no country was given whose numbers it could be among.
    PhoneCountryMissing = "PHONE_COUNTRY_MISSING",
        "Give the country that the number was typed in, or the number with + and its country code.";
    /// No country has this code.
    PhoneCountryUnknown = "PHONE_COUNTRY_UNKNOWN",
        "No country has this code: a country is an ISO 3166 code such as US, and a number's begins after +.";
    /// A text is no phone number.
    PhoneNotANumber = "PHONE_NOT_A_NUMBER",
        "A phone number has digits, spaces and punctuation; letters stand for digits only after an American area code.";
    /// A phone number has a possible length, but its country has given it to nobody.
    PhoneNotAssigned = "PHONE_NOT_ASSIGNED",
        "The country has no such number: look for a mistyped digit.";
    /// A phone number has more digits than its country's.
    PhoneTooLong = "PHONE_TOO_LONG",
        "The number has too many digits for its country.";
    /// A phone number has fewer digits than its country's; often the area code is missing.
    PhoneTooShort = "PHONE_TOO_SHORT",
        "The number has too few digits for its country: is the area code missing?";
    /// The requester may not read or write a resource that an operation needs.
    RecordForbidden = "RECORD_FORBIDDEN",
        "The requester's access policy does not allow the resource named here.";
    /// A resource that an operation names is not there, or no call of the requester's.
    RecordNotFound = "RECORD_NOT_FOUND",
        "There is no such resource, or no such call of yours.";
    /// The region of an access token is no region's name.
    RegionInvalid = "REGION_INVALID",
        "A region is a short name such as us1, ie1 or au1; leave it out for a key of us1.";
    /// A project secret that is needed is not there.
    SecretMissing = "SECRET_MISSING",
        "Set this project secret in Medplum (Project, Secrets).";
    /// A project secret is empty, or holds nothing that can be used.
    SecretBlank = "SECRET_BLANK",
        "This project secret is there but holds no usable value: set it again.";
    /// `PLUMLINE_SECRET` has less than 32 characters.
    SecretWeak = "SECRET_WEAK",
        "Make PLUMLINE_SECRET of 32 random characters or more: a short one can be guessed from what it seals.";
    /// The signature header names a shared key that is not configured.
    SharedKeyUnknown = "SHARED_KEY_UNKNOWN",
        "The request is signed with a Twilio shared key that is not among the configured ones.";
    /// A SID is not of the kind that is needed, or is no SID.
    SidInvalid = "SID_INVALID",
        "A SID is two letters (AC account, SK API key, AP TwiML App, CR push credential, IS service) and 32 hexadecimal digits.";
    /// The signature fits the body taken without its parameters.
    SignatureBodyIgnored = "SIGNATURE_BODY_IGNORED",
        "The signature covers the URL alone: something added these parameters, or turned a GET into a POST.";
    /// The signature fits a URL with another host.
    SignatureHost = "SIGNATURE_HOST",
        "Twilio called another host name than this URL says: pass the URL in Twilio's console (a bot's PLUMLINE_WEBHOOK_URL).";
    /// No signature header.
    SignatureMissing = "SIGNATURE_MISSING",
        "No X-Twilio-Signature header: not sent by Twilio, or a proxy dropped it.";
    /// The signature fits nothing that was tried.
    SignatureMismatch = "SIGNATURE_MISMATCH",
        "Wrong auth token, a URL other than the one in Twilio's console, or altered parameters.";
    /// The signature fits parameters that were decoded once less.
    SignatureParamsAltered = "SIGNATURE_PARAMS_ALTERED",
        "The parameters were altered on their way (decoded twice): pass them as received.";
    /// The signature fits a URL with another path ending.
    SignaturePath = "SIGNATURE_PATH",
        "Twilio's URL and the webhook URL differ by a trailing slash: make them equal.";
    /// The signature fits a URL with another port.
    SignaturePort = "SIGNATURE_PORT",
        "Twilio called another port than this URL says: pass the URL in Twilio's console (a bot's PLUMLINE_WEBHOOK_URL).";
    /// The signature fits the URL with its query in another order.
    SignatureQuery = "SIGNATURE_QUERY",
        "The query has been taken apart and put together in another order: pass the URL as received.";
    /// The signature fits a URL with the other scheme.
    SignatureScheme = "SIGNATURE_SCHEME",
        "Twilio called http where this URL says https, or the other way round: pass the URL in Twilio's console (a bot's PLUMLINE_WEBHOOK_URL).";
    /// The signature is made with the token of Twilio's documentation.
    SignatureTestToken = "SIGNATURE_TEST_TOKEN",
        "A test tool signed with the token of Twilio's documentation: let it sign with your account's auth token.";
    /// The signature fits a token without the white space around it.
    SignatureTokenSpace = "SIGNATURE_TOKEN_SPACE",
        "The auth token has white space around it, often a line break from a file: trim it.";
    /// A token of the list is empty, or has only white space and characters that cannot be seen.
    TokenBlank = "TOKEN_BLANK",
        "An auth token is blank: an empty key would accept what anyone can sign.";
    /// The list of tokens is empty.
    TokenMissing = "TOKEN_MISSING",
        "Give at least one auth token.";
    /// An access token would live longer than a day, not at all, or end before it begins.
    TtlInvalid = "TTL_INVALID",
        "A token lives from 1 to 86400 whole seconds, and nbf, in seconds since 1970, is before its end.";
    /// Twilio refused what an operation asked of its REST API.
    TwilioRefused = "TWILIO_REFUSED",
        "Twilio refused the request: check the account SID, the API key and its secret, Twilio's debugger, and whether the number may call.";
    /// Twilio's REST API did not answer, or failed.
    TwilioUnavailable = "TWILIO_UNAVAILABLE",
        "Twilio's REST API did not answer in time: try again; what a sweep leaves is done by its next run.";
    /// An element of a TwiML document has an attribute that it does not take there.
    TwimlAttribute = "TWIML_ATTRIBUTE",
        "This element takes no attribute of that name; names are spelled with their capitals.";
    /// An element of a TwiML document lacks an attribute that it cannot do without.
    TwimlAttributeMissing = "TWIML_ATTRIBUTE_MISSING",
        "This element needs the attribute that the path ends with.";
    /// An element of a TwiML tree has an attribute twice.
    TwimlAttributeRepeated = "TWIML_ATTRIBUTE_REPEATED",
        "An element may have an attribute once.";
    /// A text or an attribute of a TwiML tree holds what XML has no way to write.
    TwimlCharacter = "TWIML_CHARACTER",
        "XML has no way to write control characters, U+FFFE and U+FFFF, and half a surrogate pair: take them out.";
    /// A comment of a TwiML tree holds `--`.
    TwimlComment = "TWIML_COMMENT",
        "A comment may not hold two hyphens in a row.";
    /// An element of a TwiML document is empty that says what it is for by what is inside.
    TwimlContent = "TWIML_CONTENT",
        "This element needs a text, or an element inside.";
    /// The XML declaration of a document names another version or encoding.
    TwimlDeclaration = "TWIML_DECLARATION",
        "Twilio reads XML 1.0 in UTF-8: declare that, or nothing.";
    /// A TwiML tree is nested too deep.
    TwimlDepth = "TWIML_DEPTH",
        "A tree may be 64 elements deep: is an element inside itself?";
    /// A document has a document type.
    TwimlDoctype = "TWIML_DOCTYPE",
        "A document type is not read, nor are the entities it defines: take it out.";
    /// A verb for calls stands in a document for messages, or the other way round.
    TwimlDocument = "TWIML_DOCUMENT",
        "A document answers a call or a message; this verb belongs to the other kind.";
    /// A TwiML document has an element that Twilio does not know.
    TwimlElement = "TWIML_ELEMENT",
        "Twilio knows no element of that name; names are spelled with their capitals.";
    /// A document refers to an entity that XML does not define itself.
    TwimlEntity = "TWIML_ENTITY",
        "XML itself knows amp, lt, gt, quot, apos and numbers; write any other character as it is.";
    /// A document is too long to be sent inline, in the parameter `Twiml` of a REST call.
    TwimlInline = "TWIML_INLINE",
        "More than 4000 characters: fetched from a URL this is fine, in a REST call it is refused.";
    /// A text in a TwiML document is longer than Twilio takes.
    TwimlLength = "TWIML_LENGTH",
        "The text is longer than Twilio takes in one element: part it.";
    /// An element or attribute of a TwiML tree has a name that XML does not allow.
    TwimlName = "TWIML_NAME",
        "A name begins with a letter and holds letters, digits, hyphens, dots and colons.";
    /// An element of a TwiML document stands where Twilio does not read it.
    TwimlNesting = "TWIML_NESTING",
        "This element may not stand inside the one around it.";
    /// A number in a TwiML document is none, or out of its range.
    TwimlNumber = "TWIML_NUMBER",
        "The value is not a whole number that Twilio takes here.";
    /// A phone number in a TwiML document is not in E.164 form.
    TwimlPhone = "TWIML_PHONE",
        "A phone number is written as + and digits, country code first; spaces and brackets are left out.";
    /// Something stands before the XML declaration.
    TwimlProlog = "TWIML_PROLOG",
        "Nothing may stand before the XML declaration: no blank, no line, no byte order mark.";
    /// The root of a TwiML document is not `Response`.
    TwimlRoot = "TWIML_ROOT",
        "The root of every document is Response.";
    /// A TwiML document is longer than Twilio reads.
    TwimlSize = "TWIML_SIZE",
        "Twilio reads 64 kB; a longer document goes on by Redirect.";
    /// Text stands in an element of a TwiML document that takes none.
    TwimlText = "TWIML_TEXT",
        "This element takes no text: put it into an element, such as Say.";
    /// A text that was given to a TwiML builder is `null` or an object.
    TwimlTextType = "TWIML_TEXT_TYPE",
        "Text is a string, a number or a boolean: for null the verb would be dropped, and an object could add verbs.";
    /// A TwiML tree is not made of elements, texts and comments.
    TwimlTree = "TWIML_TREE",
        "An element is { name, attributes, children } or { name, attributes, text }; a child may also be { text } or { comment }.";
    /// A URL in a TwiML document is none that Twilio can call.
    TwimlUrl = "TWIML_URL",
        "Not a URL of the kind that stands here: http and https, or relative; wss for streams; sip for SIP.";
    /// A value in a TwiML document is none of the allowed ones.
    TwimlValue = "TWIML_VALUE",
        "The value is not one that Twilio knows here.";
    /// A document is not well-formed XML.
    TwimlXml = "TWIML_XML",
        "Here the document ceases to be XML: an element is not closed, or a character stands where none may.";
    /// A URL to which, or from which, what is said of patients would travel unencrypted.
    UrlInsecure = "URL_INSECURE",
        "This URL is not encrypted: use https. http is for this machine alone (localhost, 127.0.0.1, [::1]).";
    /// The URL has no scheme and host.
    UrlNotAbsolute = "URL_NOT_ABSOLUTE",
        "Pass the absolute URL that Twilio called, scheme and host included.";
    /// The bot could not learn its own URL.
    WebhookUrlUnknown = "WEBHOOK_URL_UNKNOWN",
        "The bot could not read its own address (auth/me): set the project secret PLUMLINE_WEBHOOK_URL.";
    /// A time zone is none that the host knows.
    ZoneUnknown = "ZONE_UNKNOWN",
        "A time zone is an IANA name, such as America/New_York.";
}

/// A [`Code`] with the place it speaks of: the name of a secret, or a path in the config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub code: Code,
    /// Where: a secret's name or a config path such as `greeting.text`; never a value.
    pub at: Option<&'static str>,
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self { code, at: None }
    }
}

impl Problem {
    /// The line for the log.
    #[must_use]
    pub fn line(&self) -> String {
        log_line(self.code, self.at.unwrap_or_default())
    }

    /// A problem with a place.
    #[must_use]
    pub const fn at(code: Code, place: &'static str) -> Self {
        Self { code, at: Some(place) }
    }
}

/// A log line: the code, the place where there is one, the help.
#[must_use]
pub fn log_line(code: Code, place: &str) -> String {
    let at = if place.is_empty() { "" } else { " at " };
    ["plumline: ", code.as_str(), at, place, ": ", code.help()].concat()
}
