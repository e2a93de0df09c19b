// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Instructions: what staff want done with a caller who is on a call. An operation writes the instruction before it
//! redirects the caller, and the webhook reads it to answer the redirected caller.
//!
//! An instruction is a `Communication` of its own, because staff may not write the record of a call that they did not
//! place. Its identifier has the `CallSid` and a number, so two people cannot give an instruction at the same time. A
//! seal covers all values. Staff may edit the chart, but cannot make the webhook dial a number.

use super::ticket::SealingKeys;
use crate::chart::RecordFormat;
use crate::fhir::element::{concept, extension, extension_of, identifier, is, reference};
use crate::fhir::reference::is_reference;
use crate::fhir::search::search_value;
use crate::fhir::systems::{INSTRUCTION, INSTRUCTION_CATEGORY};
use crate::json::{Json, decimal};
use crate::runtime::FhirRequest;
use crate::time::{instant, parse_instant};

/// The last part of the extension URL, after the base URL and a slash.
const EXTENSION: &str = "call-instruction";

/// The maximum number of addresses that ring.
pub const MAX_TARGETS: usize = 4;

/// The maximum number of instructions of a call that are read.
const MAX_READ: usize = 200;

/// What happens to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstructionKind {
    /// Someone else or an action takes the caller.
    Transfer,
    /// The caller hears music.
    Hold,
    /// The person who put the caller on hold takes the call again.
    Resume,
    /// Staff take the caller from a queue.
    Take,
}

impl InstructionKind {
    const ALL: [Self; 4] = [Self::Transfer, Self::Hold, Self::Resume, Self::Take];

    /// The name in the chart.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Transfer => "transfer",
            Self::Hold => "hold",
            Self::Resume => "resume",
            Self::Take => "take",
        }
    }
}

/// An instruction for the caller of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// The `CallSid` of the caller's leg.
    pub call: String,
    /// The number of the instruction within the call, from 0. The greatest one applies.
    pub n: u32,
    /// What happens.
    pub kind: InstructionKind,
    /// `Practitioner/<id>`: who gave the instruction.
    pub who: String,
    /// The SDK identity under which they spoke with the caller.
    pub identity: String,
    /// When, as Unix time in milliseconds.
    pub at: u64,
    /// What rings: `client:<identity>`, a number (E.164) or `sip:…`. At most [`MAX_TARGETS`].
    pub targets: Vec<String>,
    /// An action of the dialplan. For a transfer, it answers the caller. Otherwise, it is the action if no one answers.
    pub action: Option<String>,
}

impl Instruction {
    /// Whether both have the same effect.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        Self { n: other.n, at: other.at, ..self.clone() } == *other
    }

    /// The request that creates the instruction, unless the call already has one with this number. `None` without keys.
    #[must_use]
    pub fn create<'f>(&self, format: impl Into<RecordFormat<'f>>, sealing: &SealingKeys) -> Option<FhirRequest> {
        let format = format.into();
        let seal = sealing.seal_instruction(&self.parts())?;
        let text = |url: &str, text: &str| extension(url, "valueString", Json::of(text));
        let mut parts = vec![
            extension("kind", "valueCode", Json::of(self.kind.word())),
            text("callSid", &self.call),
            extension("number", "valueInteger", Json::of_integer(self.n.into())),
            text("identity", &self.identity),
        ];
        parts.extend(self.targets.iter().map(|target| text("target", target)));
        parts.extend(self.action.as_deref().map(|action| text("action", action)));
        parts.push(text("seal", &seal));
        let url = [format.extension_base, "/", EXTENSION].concat();
        let numbered = self.numbered();
        let resource = Json::object([
            ("resourceType", Json::of("Communication")),
            ("extension", Json::List(vec![extension_of(&url, parts)])),
            ("identifier", Json::List(vec![identifier(INSTRUCTION, &self.call), identifier(INSTRUCTION, &numbered)])),
            ("status", Json::of("completed")),
            ("category", Json::List(vec![concept(INSTRUCTION_CATEGORY.0, INSTRUCTION_CATEGORY.1)])),
            ("sent", Json::of(&instant(self.at))),
            ("sender", reference(&self.who)),
        ]);
        Some(FhirRequest::create(&resource, Some(["identifier=", &criterion(&numbered)].concat())))
    }

    /// Reads the instruction in a resource. `None` if it is not sealed.
    #[must_use]
    pub fn read(resource: &Json, sealing: &SealingKeys) -> Option<Self> {
        let extensions = resource.get("extension")?.elements();
        let own = extensions.iter().find(|item| {
            let url = item.get("url").and_then(Json::text).unwrap_or_default();
            url.strip_suffix(EXTENSION).is_some_and(|base| base.ends_with('/'))
        })?;
        let parts = own.get("extension")?.elements();
        let item = |name: &str| parts.iter().find(|part| is(part, "url", name));
        let text = |name: &str| item(name)?.get("valueString")?.text().map(str::to_owned);
        let word = item("kind")?.get("valueCode")?.text()?;
        let targets = parts.iter().filter(|part| is(part, "url", "target"));
        let targets = targets.filter_map(|part| part.get("valueString")?.text().map(str::to_owned));
        let instruction = Self {
            call: text("callSid")?,
            n: item("number")?.get("valueInteger")?.integer()?,
            kind: InstructionKind::ALL.into_iter().find(|kind| kind.word() == word)?,
            who: resource
                .at(&["sender", "reference"])?
                .text()
                .filter(|who| is_reference(who, "Practitioner"))?
                .to_owned(),
            identity: text("identity")?,
            at: parse_instant(resource.get("sent")?.text()?)?,
            targets: targets.take(MAX_TARGETS).collect(),
            action: text("action"),
        };
        sealing.verifies_instruction(&text("seal")?, &instruction.parts()).then_some(instruction)
    }

    /// What the seal covers.
    fn parts(&self) -> Vec<String> {
        let mut parts = vec![
            self.call.clone(),
            decimal(self.n.into()),
            self.kind.word().to_owned(),
            self.who.clone(),
            self.identity.clone(),
            decimal(self.at),
            self.action.clone().unwrap_or_default(),
        ];
        parts.extend_from_slice(&self.targets);
        parts
    }

    fn numbered(&self) -> String {
        [&self.call, ".", &decimal(self.n.into())].concat()
    }
}

/// The instructions of a call, as far as they are sealed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Instructions {
    /// The instruction that applies: the one with the greatest number.
    pub newest: Option<Instruction>,
    /// The number of the next instruction.
    pub next: u32,
}

impl Instructions {
    /// The search for the instructions of a call.
    #[must_use]
    pub fn search(call: &str) -> FhirRequest {
        FhirRequest::get(["Communication?identifier=", &criterion(call), "&_count=200"].concat())
    }

    /// Reads the result of [`Instructions::search`].
    #[must_use]
    pub fn read(found: &Json, call: &str, sealing: &SealingKeys) -> Self {
        let mut instructions = Self::default();
        let entries = found.get("entry").map(Json::elements).unwrap_or_default();
        for resource in entries.iter().take(MAX_READ).filter_map(|entry| entry.get("resource")) {
            // A resource without a seal may have taken a number.
            let identifiers = resource.get("identifier").map(Json::elements).unwrap_or_default();
            for item in identifiers.iter().filter(|item| is(item, "system", INSTRUCTION)) {
                let number = item.get("value").and_then(Json::text).and_then(|value| value.strip_prefix(call));
                let number = number.and_then(|rest| rest.strip_prefix('.')?.parse::<u32>().ok());
                let next = number.filter(|n| *n < MAX_READ as u32).map_or(0, |n| n + 1);
                instructions.next = instructions.next.max(next);
            }
            let Some(instruction) = Instruction::read(resource, sealing).filter(|found| found.call == call) else {
                continue;
            };
            if instructions.newest.as_ref().is_none_or(|newest| newest.n < instruction.n) {
                instructions.newest = Some(instruction);
            }
        }
        instructions
    }
}

fn criterion(value: &str) -> String {
    search_value(&[INSTRUCTION, "|", value].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialplan::config::Config;

    const CALL: &str = "CA00000000000000000000000000000001";

    fn instruction(n: u32) -> Instruction {
        Instruction {
            call: CALL.to_owned(),
            n,
            kind: InstructionKind::Transfer,
            who: "Practitioner/a".to_owned(),
            identity: "desk".to_owned(),
            at: 1_795_000_000_000,
            targets: vec!["client:b".to_owned(), "+15550100101".to_owned()],
            action: None,
        }
    }

    fn keys() -> SealingKeys {
        SealingKeys::read("an invented secret of 32 letters or more").unwrap()
    }

    fn written(instruction: &Instruction) -> Json {
        Json::parse(instruction.create(&Config::default(), &keys()).unwrap().resource.as_deref().unwrap()).unwrap()
    }

    fn bundle(resources: Vec<Json>) -> Json {
        let entries = resources.into_iter().map(|resource| Json::object([("resource", resource)]));
        Json::object([("resourceType", Json::of("Bundle")), ("entry", Json::List(entries.collect()))])
    }

    #[test]
    fn what_is_written_is_read_again() {
        let known = instruction(3);
        let resource = written(&known);
        assert_eq!(Instruction::read(&resource, &keys()), Some(known));
        let other = SealingKeys::read("another invented secret of 32 letters").unwrap();
        assert_eq!(Instruction::read(&resource, &other), None);
    }

    #[test]
    fn the_newest_sealed_instruction_applies() {
        let found = bundle(vec![written(&instruction(1)), written(&instruction(0))]);
        let read = Instructions::read(&found, CALL, &keys());
        assert_eq!(read, Instructions { newest: Some(instruction(1)), next: 2 });
        let none = Instructions::read(&found, "CA00000000000000000000000000000002", &keys());
        assert_eq!(none, Instructions::default());
    }

    #[test]
    fn an_edited_instruction_is_ignored_but_keeps_its_number() {
        let text = written(&instruction(4)).write();
        for (from, to) in [
            ("+15550100101", "+15550100102"),
            ("client:b", "client:c"),
            ("\"transfer\"", "\"hold\""),
            ("Practitioner/a", "Practitioner/b"),
            ("\"desk\"", "\"door\""),
            ("2026-11", "2026-12"),
        ] {
            let edited = text.replacen(from, to, 1);
            assert_ne!(edited, text, "{from}");
            let read = Instructions::read(&bundle(vec![Json::parse(&edited).unwrap()]), CALL, &keys());
            assert_eq!(read, Instructions { newest: None, next: 5 }, "{from}");
        }
    }
}
