// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The config: its reader, its checks, its schema.

mod check;
mod examples;
mod random;
mod schema;
mod speed;
mod when;
