// SPDX-License-Identifier: Apache-2.0 OR MIT

//! A verified webhook request.

use std::cell::RefCell;

use super::status::StatusCallback;
use crate::bots::instance_cache::LocalTimeCache;
use crate::chart::{Closing, RecordFormat};
use crate::dialplan::{Call, CallbackKind, CallbackUrl, Clinic, Params, is_agent_finished};

/// A request with a valid signature, and what was parsed from it.
pub(super) struct WebhookRequest<'v, 'a> {
    /// The parameters, as received. A browser that places a call may add parameters with any name and value.
    pub(super) pairs: &'v [(&'a str, &'a str)],
    /// The call that the parameters describe.
    pub(super) call: &'v Call<'a>,
    /// The clinic's settings.
    pub(super) clinic: &'v Clinic<'a>,
    /// The callback URL that Twilio requested.
    pub(super) callback: CallbackUrl<'a>,
    /// The webhook's URL without its fragment.
    pub(super) url: &'a str,
    /// When the request arrived, as Unix time in milliseconds.
    pub(super) now: u64,
    /// `PLUMLINE_SECRET`.
    pub(super) secret: Option<&'v str>,
    /// The cached local times.
    pub(super) local_times: &'v RefCell<LocalTimeCache>,
}

impl<'v, 'a> WebhookRequest<'v, 'a> {
    /// The request as a callback that reports an event.
    pub(super) fn status_callback(&self) -> StatusCallback<'v, 'a> {
        StatusCallback {
            pairs: self.pairs,
            now: self.now,
            numbers: self.clinic.numbers,
            mailbox: Some(self.callback.action),
            closing: self.closing(),
            is_screened: self.callback.kind == CallbackKind::ScreenedStatus,
            config: self.clinic.config,
            caller_waits: false,
        }
    }

    /// How the call ended, if a voice agent had the caller until the end.
    fn closing(&self) -> Option<Closing> {
        let had_agent = self.callback.kind == CallbackKind::Agent && is_agent_finished(Params(self.pairs));
        had_agent.then_some(Closing::Agent)
    }

    /// How call records are written.
    pub(super) fn record_format(&self) -> RecordFormat<'_> {
        self.clinic.config.into()
    }
}
