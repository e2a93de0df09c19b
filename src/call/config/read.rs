// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Reading a config document.

use super::{Config, ConfigError};
use crate::json::decimal;
use crate::phone::E164;

impl Config {
    /// Reads and checks a config document.
    ///
    /// # Errors
    /// [`ConfigError`] with the place; nothing of a wrong config is used.
    pub fn read(text: &str) -> Result<Self, ConfigError> {
        let config: Self = serde_json::from_str(text).map_err(|err| {
            let (line, column) = (decimal(err.line() as u64), decimal(err.column() as u64));
            ConfigError(["line ", &line, ", column ", &column].concat())
        })?;
        match &config.outbound.caller_id {
            Some(number) if E164::parse(number).is_none() => Err(ConfigError("outbound.callerId".to_owned())),
            _ => Ok(config),
        }
    }
}
