// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A verified request.

use std::cell::RefCell;

use crate::bots::instance_cache::LocalTimeCache;
use crate::dialplan::{Call, CallbackUrl, Clinic};

/// A request that Twilio signed, and the callback URL that it is to.
pub(super) struct WebhookRequest<'v, 'a> {
    /// Its parameters, as received. Of a browser's call, the browser chose the names and values of its own.
    pub(super) pairs: &'v [(&'a str, &'a str)],
    /// What they say of the call.
    pub(super) call: &'v Call<'a>,
    /// What is ours.
    pub(super) clinic: &'v Clinic<'a>,
    /// Which of our URLs it is to.
    pub(super) step: CallbackUrl<'a>,
    /// The webhook's URL without its fragment.
    pub(super) url: &'a str,
    /// Milliseconds since 1970.
    pub(super) now: u64,
    /// Local times, as far as they are known.
    pub(super) local_times: &'v RefCell<LocalTimeCache>,
}

impl WebhookRequest<'_, '_> {
    /// The base of our extensions' URLs in the chart.
    pub(super) fn base(&self) -> &str {
        self.clinic.config.extension_base()
    }
}
