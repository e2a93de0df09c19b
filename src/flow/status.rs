// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Twilio tells how a call goes on: a status callback, the action of a dial, a recording that is ready.

use super::ask::Host;
use super::chart::{ChartWrite, nothing_else, store};
use super::reply::{Done, Reply};
use crate::call::log::{CallEvent, Context};
use crate::error::{Code, Problem};
use crate::twiml::Document;

/// Stores what a request to one of our callback URLs says of its call; `pairs` are its parameters, found genuine, and
/// `now` is when it came in, milliseconds since 1970. One that names no call has nothing to store.
///
/// Answers an empty document, or 500 with the code where it could not be stored, so that Twilio comes again; `deadline`
/// (milliseconds of a round trip) and `base` are those of [`ChartWrite`].
pub async fn status(host: &Host, pairs: &[(&str, &str)], now: u64, deadline: u32, base: &str) -> Done {
    let mut document = Document::new();
    document.empty("Response", &[]);
    // An element of that name can be written.
    let mut done = Done::from(Reply::Twiml(document.finish().unwrap_or_default()));
    let Some(event) = CallEvent::read(pairs, now) else {
        done.log(&Problem::from(Code::NotACall));
        return done;
    };
    let write = ChartWrite {
        root: event.root().0,
        events: core::slice::from_ref(&event),
        context: &Context::default(),
        chart: None,
        also: &nothing_else,
        base,
        deadline,
    };
    match store(host, write).await {
        Ok(_) => done,
        Err(unstored) => Reply::Broken(unstored.code.into()).into(),
    }
}
