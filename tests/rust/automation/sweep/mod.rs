// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The sweep: it stores what lost or late callbacks did not store.

mod copies;
mod list;
mod recordings;
mod tickets;
