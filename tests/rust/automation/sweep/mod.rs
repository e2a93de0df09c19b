// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The sweep: what callbacks have lost or delayed is in the chart in the end.

mod list;
mod recordings;
mod tickets;
