// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The codes that leave Plumline: stable names, and what to do about each.
//!
//! A code never carries data. No phone number, name, token or message text is part of one, so it may be logged
//! and sent to strangers as it is. `docs/errors.md` lists them all; a test holds the two together.

/// Declares [`Code`] together with its text forms, so that a code cannot lack its help; last, where only builds with
/// some feature have the code, that feature.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $text:literal, $help:literal $(, $feature:literal)?;)+) => {
        /// Why something was refused or could not be done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[cfg(feature = $feature)])? $(#[doc = $doc])+ $variant,)+
        }

        impl Code {
            /// Every code, in alphabetical order.
            pub const ALL: &'static [Self] = &[$($(#[cfg(feature = $feature)])? Self::$variant,)+];

            /// The stable spelling, SCREAMING_SNAKE.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $($(#[cfg(feature = $feature)])? Self::$variant => $text,)+ }
            }

            /// What whoever reads the log should do.
            #[must_use]
            pub const fn help(self) -> &'static str {
                match self { $($(#[cfg(feature = $feature)])? Self::$variant => $help,)+ }
            }
        }
    };
}

codes! {
    /// `AccountSid` of a genuine request is not `TWILIO_ACCOUNT_SID`.
    AccountMismatch = "ACCOUNT_MISMATCH",
        "The request comes from another Twilio account than TWILIO_ACCOUNT_SID names.";
    /// `ApplicationSid` of a browser call is not `TWILIO_TWIML_APP_SID`.
    ApplicationMismatch = "APPLICATION_MISMATCH",
        "The browser call comes from another TwiML App than TWILIO_TWIML_APP_SID names.";
    /// A function of the npm package was called without an argument that it needs, or with one of another type.
    ArgumentInvalid = "ARGUMENT_INVALID",
        "The argument named here is missing or of the wrong type.", "library";
    /// `bodySHA256` of the URL is not the hash of the body.
    BodyHashMismatch = "BODY_HASH_MISMATCH",
        "Hash the raw bytes as received: JSON that was parsed and written again has another hash.";
    /// A body was given, but the URL has no `bodySHA256`.
    BodyHashMissing = "BODY_HASH_MISSING",
        "Twilio adds bodySHA256 to the URL of a JSON or text post: pass the URL with its whole query.";
    /// `bodySHA256` stands in the URL twice.
    BodyHashRepeated = "BODY_HASH_REPEATED",
        "A URL with two bodySHA256 is refused: libraries disagree on which of them counts.";
    /// A JSON post reached a bot that gets only parsed JSON.
    BodyNotRaw = "BODY_NOT_RAW",
        "A JSON post can be verified only over its raw bytes: set Bot.rawBody (Medplum 5.2 and later).";
    /// `PLUMLINE_CONFIG` is not what the schema says; the default plan is used.
    ConfigInvalid = "CONFIG_INVALID",
        "PLUMLINE_CONFIG is wrong at the path given here; calls take the default route until it is mended.";
    /// The host forbids to compile WebAssembly.
    CoreForbidden = "CORE_FORBIDDEN",
        "This host compiles no WebAssembly: give init of plumline/slim a compiled module, or allow 'wasm-unsafe-eval'.", "library";
    /// What `init` was given is not the core.
    CoreInvalid = "CORE_INVALID",
        "Give init the plumline.wasm of this very version: a module, its bytes, a Response or a URL.", "library";
    /// A function of `plumline/slim` was called before `init` had ended.
    CoreNotLoaded = "CORE_NOT_LOADED",
        "Call init of plumline/slim with plumline.wasm, and await it, before any other function.", "library";
    /// The wasm trapped, as it does where memory ends. The next call has a new instance.
    CoreTrapped = "CORE_TRAPPED",
        "The core ran out of memory or met a bug of its own: report it if the input was of ordinary size.", "library";
    /// The event that the host handed over cannot be read.
    EventInvalid = "EVENT_INVALID",
        "The host and the core are of different versions: deploy one bundle, built whole.";
    /// A message or another request that is no call.
    NotACall = "NOT_A_CALL",
        "This webhook answers voice calls: in Twilio's console set another URL for messages.";
    /// A voice parameter that decides the route came more than once, with different values.
    ParameterRepeated = "PARAMETER_REPEATED",
        "A parameter that decides the route came twice, with different values; nothing was dialled.";
    /// A project secret that is needed is not there.
    SecretMissing = "SECRET_MISSING",
        "Set this project secret in Medplum (Project, Secrets).";
    /// A project secret is empty, or holds nothing that can be used.
    SecretBlank = "SECRET_BLANK",
        "This project secret is there but holds no usable value: set it again.";
    /// The signature header names a shared key that is not configured.
    SharedKeyUnknown = "SHARED_KEY_UNKNOWN",
        "The request is signed with a Twilio shared key that is not among the configured ones.";
    /// The signature fits the body taken without its parameters.
    SignatureBodyIgnored = "SIGNATURE_BODY_IGNORED",
        "The signature covers the URL alone: something added these parameters, or turned a GET into a POST.";
    /// The signature fits a URL with another host.
    SignatureHost = "SIGNATURE_HOST",
        "Twilio called another host name than the webhook URL says: set PLUMLINE_WEBHOOK_URL to the URL in Twilio's console.";
    /// No signature header.
    SignatureMissing = "SIGNATURE_MISSING",
        "No X-Twilio-Signature header: not sent by Twilio, or a proxy dropped it.";
    /// The signature fits nothing that was tried.
    SignatureMismatch = "SIGNATURE_MISMATCH",
        "Wrong auth token, a URL other than the one in Twilio's console, or altered parameters.";
    /// The signature fits parameters that were decoded once less.
    SignatureParamsAltered = "SIGNATURE_PARAMS_ALTERED",
        "The parameters were altered on their way (decoded twice, or white space trimmed): pass them as received.";
    /// The signature fits a URL with another path ending.
    SignaturePath = "SIGNATURE_PATH",
        "Twilio's URL and the webhook URL differ by a trailing slash: make them equal.";
    /// The signature fits a URL with another port.
    SignaturePort = "SIGNATURE_PORT",
        "Twilio called another port than the webhook URL says: set PLUMLINE_WEBHOOK_URL to the URL in Twilio's console.";
    /// The signature fits a URL with the other scheme.
    SignatureScheme = "SIGNATURE_SCHEME",
        "Twilio called http where the webhook URL says https, or the other way round: set PLUMLINE_WEBHOOK_URL.";
    /// A token of the list is empty or white space.
    TokenBlank = "TOKEN_BLANK",
        "An auth token is empty: an empty key would accept what anyone can sign.";
    /// The list of tokens is empty.
    TokenMissing = "TOKEN_MISSING",
        "Give at least one auth token.";
    /// An element of a TwiML tree has an attribute twice.
    TwimlAttributeRepeated = "TWIML_ATTRIBUTE_REPEATED",
        "An element may have an attribute once.", "library";
    /// A text or an attribute of a TwiML tree holds what XML has no way to write.
    TwimlCharacter = "TWIML_CHARACTER",
        "XML has no way to write control characters, U+FFFE and U+FFFF, and half a surrogate pair: take them out.", "library";
    /// A comment of a TwiML tree holds `--`.
    TwimlComment = "TWIML_COMMENT",
        "A comment may not hold two hyphens in a row.", "library";
    /// A TwiML tree is nested too deep.
    TwimlDepth = "TWIML_DEPTH",
        "A tree may be 64 elements deep: is an element inside itself?", "library";
    /// An element or attribute of a TwiML tree has a name that XML does not allow.
    TwimlName = "TWIML_NAME",
        "A name begins with a letter and holds letters, digits, hyphens, dots and colons.", "library";
    /// A TwiML tree is not made of elements, texts and comments.
    TwimlTree = "TWIML_TREE",
        "An element is { name, attributes, children } or { name, attributes, text }; a child may also be { text } or { comment }.", "library";
    /// The URL has no scheme and host.
    UrlNotAbsolute = "URL_NOT_ABSOLUTE",
        "Pass the absolute URL that Twilio called, scheme and host included.";
    /// The bot could not learn its own URL.
    WebhookUrlUnknown = "WEBHOOK_URL_UNKNOWN",
        "The bot could not read its own address (auth/me): set the project secret PLUMLINE_WEBHOOK_URL.";
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
