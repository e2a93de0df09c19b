// SPDX-License-Identifier: Apache-2.0 OR MIT

//! `set-override`, `clear-override` and `get-override`: staff close a line, divert its calls or replace its greeting
//! until a time.

use super::clinic_settings::config_of;
use super::requester::{Requester, read, reference, written};
use super::{TIMEOUT, invalid_argument, text_of};
use crate::bots::override_store::{MAX_OVERRIDES, OverrideStore};
use crate::dialplan::config::Config;
use crate::dialplan::overrides::greeting_of;
use crate::dialplan::{Override, OverrideScope};
use crate::error::{Code, Problem};
use crate::fhir::element::is;
use crate::fhir::reference::is_reference;
use crate::json::Json;
use crate::outbound::SealingKeys;
use crate::runtime::{BotEvent, Host, HostRequest, HostResponse, Reply, Secret, Secrets};
use crate::time::{instant, parse_instant};

/// The number of attempts to write the resource.
const ATTEMPTS: u32 = 3;

/// Sets an override. It replaces the one for the same calls. Returns what [`get_override`] returns.
pub(super) async fn set_override(event: &BotEvent, host: &Host) -> Result<Json, Reply> {
    let config = config_of(event)?;
    let rules = config.overrides.as_ref().ok_or(disabled(None))?;
    let keys = keys(event)?;
    let mut new = Override {
        scope: scope(event, &config)?.unwrap_or(OverrideScope::All),
        close: closes(event)?,
        divert: text_of(&event.input, "divert")?.map(str::to_owned),
        greeting: greeting(event, &config)?,
        since: event.now,
        until: end(event, rules.max_duration())?,
        by: String::new(),
    };
    match &new.divert {
        Some(_) if new.close => return Err(invalid_argument("close")),
        Some(_) if rules.divert_to.is_empty() => return Err(disabled(Some("divert"))),
        Some(action) if !rules.divert_to.contains(action) => {
            return Err(Reply::Invalid(Problem::at(Code::OverrideAction, "divert")));
        }
        None if new.close && rules.close.is_empty() => return Err(disabled(Some("close"))),
        None if !new.close && new.greeting.is_none() => return Err(invalid_argument("close")),
        _ => {}
    }
    let (requester, answers) = Requester::who_may_override(event, rules, vec![OverrideStore::search()], host).await?;
    new.by = requester.reference;
    let change = |overrides: &mut Vec<Override>| {
        overrides.retain(|item| item.scope != new.scope);
        overrides.push(new.clone());
    };
    OverrideChange { event, config: &config, keys: &keys }.write(&change, answers, host).await
}

/// Ends the override for a number or a dialplan, or all overrides. Returns what [`get_override`] returns.
pub(super) async fn clear_override(event: &BotEvent, host: &Host) -> Result<Json, Reply> {
    let config = config_of(event)?;
    let rules = config.overrides.as_ref().ok_or(disabled(None))?;
    let keys = keys(event)?;
    let scope = scope(event, &config)?;
    let (_, answers) = Requester::who_may_override(event, rules, vec![OverrideStore::search()], host).await?;
    let change = |overrides: &mut Vec<Override>| match &scope {
        Some(scope) => overrides.retain(|item| item.scope != *scope),
        None => overrides.clear(),
    };
    OverrideChange { event, config: &config, keys: &keys }.write(&change, answers, host).await
}

/// Returns `{ overrides, hasInvalid? }`: the overrides that have not ended, each with `number` or `dialplan`, what it
/// changes, `since`, `until` and `by`. `hasInvalid` says that the chart has others, which are ignored.
pub(super) async fn get_override(event: &BotEvent, host: &Host) -> Result<Json, Reply> {
    reference(event)?;
    let config = config_of(event)?;
    if config.overrides.is_none() {
        return Err(disabled(None));
    }
    let keys = keys(event)?;
    let answer = host.send(HostRequest::Fhir(OverrideStore::search()), Some(TIMEOUT)).await;
    let store = store_of(answer, &config, &keys)?;
    Ok(OverrideChange { event, config: &config, keys: &keys }.answer(&store.overrides, store.has_invalid))
}

/// A change of the overrides.
struct OverrideChange<'a> {
    event: &'a BotEvent,
    config: &'a Config,
    keys: &'a SealingKeys,
}

impl OverrideChange<'_> {
    /// Writes the overrides after `change`. Those that have ended or are not valid are dropped. `answers` has the answer
    /// to the search for the resource.
    async fn write(
        &self,
        change: &dyn Fn(&mut Vec<Override>),
        answers: Vec<HostResponse>,
        host: &Host,
    ) -> Result<Json, Reply> {
        let mut answer = answers.into_iter().next().unwrap_or(HostResponse::Failed);
        for _ in 0..ATTEMPTS {
            let store = store_of(answer, self.config, self.keys)?;
            let mut overrides = store.overrides.clone();
            overrides.retain(|item| self.is_current(item));
            change(&mut overrides);
            if overrides.len() > MAX_OVERRIDES {
                return Err(invalid_argument("number"));
            }
            if overrides.is_empty() && store.is_empty() {
                return Ok(self.answer(&overrides, false));
            }
            let write = store.write(&overrides, self.keys).ok_or(Reply::Broken(Code::ChartRefused.into()))?;
            let creates = write.method == "POST";
            match host.send(HostRequest::Fhir(write), Some(TIMEOUT)).await {
                // Another request created or changed the resource at the same time.
                HostResponse::Done { status: 409 | 412, .. } => {}
                HostResponse::Done { status: 200, .. } if creates => {}
                other => {
                    written(other, "Basic")?;
                    return Ok(self.answer(&overrides, false));
                }
            }
            answer = host.send(HostRequest::Fhir(OverrideStore::search()), Some(TIMEOUT)).await;
        }
        Err(Reply::Conflict(Code::ChartConflict.into()))
    }

    fn is_current(&self, item: &Override) -> bool {
        self.event.now < item.end(self.config) && item.is_allowed(self.config)
    }

    fn answer(&self, overrides: &[Override], has_invalid: bool) -> Json {
        let list = overrides.iter().filter(|item| self.is_current(item)).map(|item| self.shown(item)).collect();
        let mut answer = Json::object([("overrides", Json::List(list))]);
        if has_invalid || overrides.iter().any(|item| !item.is_allowed(self.config)) {
            answer.set("hasInvalid", Json::Bool(true));
        }
        answer
    }

    fn shown(&self, item: &Override) -> Json {
        let mut shown = Json::object([]);
        match &item.scope {
            OverrideScope::All => {}
            OverrideScope::Dialplan(name) => shown.set("dialplan", Json::of(name)),
            OverrideScope::Number(number) => shown.set("number", Json::of(number)),
        }
        if item.close {
            shown.set("close", Json::Bool(true));
        }
        if let Some(action) = &item.divert {
            shown.set("divert", Json::of(action));
        }
        if let Some(greeting) = item.greeting.as_deref().and_then(|greeting| Json::parse(greeting).ok()) {
            shown.set("greeting", greeting);
        }
        shown.set("since", Json::of(&instant(item.since)));
        shown.set("until", Json::of(&instant(item.end(self.config))));
        shown.set(if is_reference(&item.by, "Practitioner") { "by" } else { "callSid" }, Json::of(&item.by));
        shown
    }
}

fn store_of(answer: HostResponse, config: &Config, keys: &SealingKeys) -> Result<OverrideStore, Reply> {
    let bundle = read(answer, "Basic")?;
    let resources = bundle.take("entry").into_elements().into_iter().map(|entry| entry.take("resource"));
    let found = resources.filter(|resource| is(resource, "resourceType", "Basic")).collect();
    Ok(OverrideStore::read(found, config.extension_base(), keys))
}

fn keys(event: &BotEvent) -> Result<SealingKeys, Reply> {
    let secret = event.require(Secret::SealingKeys).map_err(Reply::Broken)?;
    SealingKeys::read(secret).map_err(|code| Reply::Broken(Problem::at(code, Secret::SealingKeys.name())))
}

/// The calls that the input names. `None` if it names none.
fn scope(event: &BotEvent, config: &Config) -> Result<Option<OverrideScope>, Reply> {
    match (text_of(&event.input, "number")?, text_of(&event.input, "dialplan")?) {
        (None, None) => Ok(None),
        (Some(number), None) if config.numbers.get(number).is_some() => {
            Ok(Some(OverrideScope::Number(number.to_owned())))
        }
        (None, Some(name)) if config.dialplans.get(name).is_some() => {
            Ok(Some(OverrideScope::Dialplan(name.to_owned())))
        }
        (None, Some(_)) => Err(invalid_argument("dialplan")),
        (Some(_), _) => Err(invalid_argument("number")),
    }
}

fn closes(event: &BotEvent) -> Result<bool, Reply> {
    match event.input.get("close") {
        None | Some(Json::Null) => Ok(false),
        Some(Json::Bool(close)) => Ok(*close),
        Some(_) => Err(invalid_argument("close")),
    }
}

/// The greeting in the input, as JSON.
fn greeting(event: &BotEvent, config: &Config) -> Result<Option<String>, Reply> {
    let Some(given) = event.input.get("greeting").filter(|given| **given != Json::Null) else { return Ok(None) };
    if !config.has_replaceable_greeting() {
        return Err(disabled(Some("greeting")));
    }
    let json = given.write();
    if greeting_of(&json, config).is_none() {
        return Err(invalid_argument("greeting"));
    }
    Ok(Some(json))
}

/// `until`, as Unix time in milliseconds.
fn end(event: &BotEvent, longest: u64) -> Result<u64, Reply> {
    let until = text_of(&event.input, "until")?.and_then(parse_instant);
    let fits = |until: &u64| event.now < *until && *until <= event.now.saturating_add(longest);
    until.filter(fits).ok_or(Reply::Invalid(Problem::at(Code::OverrideUntil, "until")))
}

const fn disabled(at: Option<&'static str>) -> Reply {
    Reply::Invalid(Problem { code: Code::OverrideDisabled, at })
}
