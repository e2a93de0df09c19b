// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The dialplan at work: what a clinic's config does with a call.
//!
//! A request goes to a [`Step`], of which there is a closed set. Step and parameters make a [`Turn`]; the turn has
//! [`wants`], which the story behind the door finds out from the chart and from clocks; with these [`Facts`] it is played
//! as TwiML. Nothing is kept between two requests: what has to be remembered stands in the URL, or in the chart.

mod conference;
mod dial;
mod facts;
mod hours;
mod menu;
mod needs;
mod outcome;
mod people;
mod play;
mod queue;
mod rules;
mod said;
mod say;
mod step;
mod turn;
mod voicemail;

#[cfg(feature = "flows")]
pub(crate) use conference::{most_participants, room};
pub use facts::{Facts, Known, Want, zone_of};
pub use hours::{Wall, are_open, is_available};
pub(crate) use menu::{heard, words};
pub use needs::wants;
pub use outcome::Outcome;
pub use people::{IDENTITY, MOST_POINTS, Patient, Person, Ring};
pub(crate) use play::MOST_HOPS;
pub use play::{Played, play};
pub use queue::is_spoken;
pub use said::{Caller, Said};
#[cfg(feature = "flows")]
pub(crate) use say::{in_english, say};
pub use step::{AGAIN, Kind, MOST_STEPS, Step, all_steps, decides, retries, steps};
pub use turn::{Next, Plan, Turn};
