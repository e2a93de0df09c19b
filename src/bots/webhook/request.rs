// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A verified request.

use std::cell::RefCell;

use crate::bots::instance_cache::LocalTimeCache;
use crate::dialplan::{Call, CallbackUrl, Clinic};

/// A request that Twilio signed, and its callback URL.
pub(super) struct WebhookRequest<'v, 'a> {
    /// The parameters, as received. In a browser's call, the browser may add any names and values.
    pub(super) pairs: &'v [(&'a str, &'a str)],
    /// The call that the parameters describe.
    pub(super) call: &'v Call<'a>,
    /// The clinic's settings.
    pub(super) clinic: &'v Clinic<'a>,
    /// Which callback URL was requested.
    pub(super) step: CallbackUrl<'a>,
    /// The webhook's URL without its fragment.
    pub(super) url: &'a str,
    /// Milliseconds since 1970.
    pub(super) now: u64,
    /// The cached local times.
    pub(super) local_times: &'v RefCell<LocalTimeCache>,
}

impl WebhookRequest<'_, '_> {
    /// The base of our extension URLs.
    pub(super) fn base(&self) -> &str {
        self.clinic.config.extension_base()
    }
}
