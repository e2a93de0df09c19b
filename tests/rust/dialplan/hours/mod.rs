// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Opening hours and holidays.

mod rules;
mod times;
