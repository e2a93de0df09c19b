// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The settings of the config that determine how a call record is written.

use crate::dialplan::config::Config;
use crate::fhir::systems::EXTENSION_BASE;

/// How a call record is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordFormat<'a> {
    /// The base URL of the extension.
    pub extension_base: &'a str,
    /// The system of a second coding in `category`, with the same code, for the searches of other applications.
    pub category_system: Option<&'a str>,
}

impl Default for RecordFormat<'_> {
    fn default() -> Self {
        EXTENSION_BASE.into()
    }
}

/// The format with this base URL and without a second coding.
impl<'a> From<&'a str> for RecordFormat<'a> {
    fn from(extension_base: &'a str) -> Self {
        Self { extension_base, category_system: None }
    }
}

impl<'a> From<&'a Config> for RecordFormat<'a> {
    fn from(config: &'a Config) -> Self {
        Self { extension_base: config.extension_base(), category_system: config.chart.category_system.as_deref() }
    }
}
