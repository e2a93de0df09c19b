// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `sip`: calls that arrive by SIP, from the clinic's phone system or its carrier.

use std::borrow::Cow;

use crate::dialplan::address::SipAddress;
use crate::json::{Map, members};
use crate::phone::{E164, E164Text};

/// `sip`. Calls that arrive by SIP. They are always calls to the clinic: Plumline dials no number for a SIP phone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "schema",
    derive(serde::Deserialize, schemars::JsonSchema),
    schemars(rename = "Sip"),
    serde(rename_all = "camelCase", deny_unknown_fields, default)
)]
pub struct Sip {
    /// The SIP domains of the Twilio account that ring the clinic, such as `clinic.sip.twilio.com`. A call to
    /// `sip:+15550100011@clinic.sip.twilio.com` is a call to the number. Other SIP domains are not in service.
    #[cfg_attr(feature = "schema", schemars(inner(regex(pattern = "^[A-Za-z0-9-]{1,63}(\\.[A-Za-z0-9-]{1,63})*$"))))]
    pub domains: Vec<String>,
    /// The hosts, such as `pbx.example`, whose caller IDs are trusted: the number in `sip:+15550100151@pbx.example` is
    /// the caller's. A SIP caller from another host has no number.
    #[cfg_attr(feature = "schema", schemars(inner(regex(pattern = "^[A-Za-z0-9-]{1,63}(\\.[A-Za-z0-9-]{1,63})*$"))))]
    pub trusted: Vec<String>,
    /// What a SIP phone dials instead of a number, such as `201` or `front`, and the clinic's number (E.164) for it.
    pub extensions: Map<String>,
}

members!(Sip {
    domains: optional "domains",
    trusted: optional "trusted",
    extensions: optional "extensions",
});

impl Sip {
    /// The number in a `To`: the number itself, or the number for the user of a SIP address. `None` if the
    /// address is not at one of `domains`.
    #[must_use]
    pub fn called_number<'a>(&'a self, to: &'a str) -> Option<E164Text<'a>> {
        let Some(address) = SipAddress::parse(to) else { return E164Text::parse(to) };
        if !address.is_at(&self.domains) {
            return None;
        }
        let by_name = self.extensions.get(&address.user.to_ascii_lowercase()).map(String::as_str);
        E164Text::parse(by_name.map_or(address.user, Cow::Borrowed))
    }

    /// Which of the clinic's numbers a `To` calls.
    #[must_use]
    pub fn own_number<'n>(&self, to: &str, numbers: &[E164<'n>]) -> Option<E164<'n>> {
        let called = self.called_number(to)?;
        numbers.iter().find(|number| number.as_str() == called.number().as_str()).copied()
    }

    /// The number in a `From`: the number itself, or the user of a SIP address if it is a number and the host is
    /// trusted. Anyone can write any number before a host of their own.
    #[must_use]
    pub fn caller_number<'a>(&self, from: &'a str) -> Option<E164Text<'a>> {
        match SipAddress::parse(from) {
            Some(address) => self.trusts(&address).then_some(address.user).and_then(E164Text::parse),
            None => E164Text::parse(from),
        }
    }

    /// Whether the user of a caller's address is the caller's number, if it is a number.
    #[must_use]
    pub fn trusts(&self, address: &SipAddress<'_>) -> bool {
        address.is_at(&self.trusted)
    }
}
