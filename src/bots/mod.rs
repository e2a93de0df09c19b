// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The bots, their settings, and what an instance caches.

mod automation;
mod call_people;
mod instance_cache;
mod operations;
mod override_store;
mod settings;
mod webhook;

pub use automation::automation;
pub use instance_cache::{InstanceCache, ParamNames, SharedCache};
pub use operations::operations;
pub use settings::Settings;
pub use webhook::{StatusCallback, status, webhook};
