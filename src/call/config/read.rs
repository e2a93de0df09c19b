// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Reading a config document.

use super::{Config, ConfigError};
use crate::json::{Json, decimal};
use crate::phone::E164;

impl Config {
    /// Reads and checks a config document.
    ///
    /// # Errors
    /// [`ConfigError`] with the place; nothing of a wrong config is used.
    pub fn read(text: &str) -> Result<Self, ConfigError> {
        let json = Json::parse(text).map_err(|place| {
            let (line, column) = (decimal(place.line.into()), decimal(place.column.into()));
            ConfigError(["line ", &line, ", column ", &column].concat())
        })?;
        let config: Self = json.fit().map_err(|misfit| {
            let place = if misfit.path.is_empty() { "the document" } else { &misfit.path };
            ConfigError([if misfit.is_member { "an unknown or repeated member of " } else { "" }, place].concat())
        })?;
        match &config.outbound.caller_id {
            Some(number) if E164::parse(number).is_none() => Err(ConfigError("outbound.callerId".to_owned())),
            _ => Ok(config),
        }
    }
}
