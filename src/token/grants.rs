// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The grants of a token: checks the options of each grant, and writes them as claims.

use crate::error::{Code, Problem};
use crate::json::Json;

/// The type of an option.
enum Rule {
    /// `true` or `false`. Only `true` is written, as an object.
    Incoming,
    /// The parameters of an outgoing call, written together with its application.
    Params,
    /// The TwiML App of outgoing calls.
    Application,
    /// A non-empty text.
    Text,
    /// A SID of this kind.
    Sid(&'static str),
    /// A Sync service: its SID, or `default`.
    Service,
}

struct Member {
    name: &'static str,
    /// The path of the option in an error.
    at: &'static str,
    claim: &'static str,
    rule: Rule,
}

struct GrantKind {
    name: &'static str,
    at: &'static str,
    claim: &'static str,
    /// The options in the order in which they are written.
    members: &'static [Member],
}

macro_rules! kind {
    ($name:literal, $claim:literal $(, $member:literal = $written:literal, $rule:expr)*) => {
        GrantKind {
            name: $name,
            at: concat!("grants.", $name),
            claim: $claim,
            members: &[$(Member {
                name: $member,
                at: concat!("grants.", $name, ".", $member),
                claim: $written,
                rule: $rule,
            }),*],
        }
    };
}

/// The names are those of Twilio's Node library. The claims are those that Twilio reads.
static KINDS: [GrantKind; 6] = [
    kind!(
        "voice",
        "voice",
        "incomingAllow" = "incoming",
        Rule::Incoming,
        "outgoingApplicationSid" = "outgoing",
        Rule::Application,
        "outgoingApplicationParams" = "params",
        Rule::Params,
        "pushCredentialSid" = "push_credential_sid",
        Rule::Sid("CR"),
        "endpointId" = "endpoint_id",
        Rule::Text
    ),
    kind!(
        "chat",
        "chat",
        "serviceSid" = "service_sid",
        Rule::Sid("IS"),
        "endpointId" = "endpoint_id",
        Rule::Text,
        "deploymentRoleSid" = "deployment_role_sid",
        Rule::Sid("RL"),
        "pushCredentialSid" = "push_credential_sid",
        Rule::Sid("CR")
    ),
    kind!("video", "video", "room" = "room", Rule::Text),
    kind!("sync", "data_sync", "serviceSid" = "service_sid", Rule::Service, "endpointId" = "endpoint_id", Rule::Text),
    kind!(
        "taskRouter",
        "task_router",
        "workspaceSid" = "workspace_sid",
        Rule::Sid("WS"),
        "workerSid" = "worker_sid",
        Rule::Sid("WK"),
        "role" = "role",
        Rule::Text
    ),
    // Its only option is the claim itself, as Twilio's API returned it.
    kind!("playback", "player"),
];

const PLAYBACK: &str = "playback";

/// The claims of an access token, one for each grant.
pub(super) fn claims(grants: &Json) -> Result<Vec<(String, Json)>, Problem> {
    let Json::Object(grants) = grants else {
        return Err(Problem::at(Code::GrantInvalid, "grants"));
    };
    let mut claims = Vec::with_capacity(grants.len());
    for (index, (name, options)) in grants.iter().enumerate() {
        let known = KINDS.iter().find(|kind| kind.name == name);
        let repeated = grants.iter().take(index).any(|(before, _)| before == name);
        let Some(kind) = known.filter(|_| !repeated) else {
            return Err(Problem::at(Code::GrantInvalid, "grants"));
        };
        if !matches!(options, Json::Object(_)) {
            return Err(Problem::at(Code::GrantInvalid, kind.at));
        }
        let claim = if kind.name == PLAYBACK { playback(options, kind.at)? } else { grant(kind, options)? };
        claims.push((kind.claim.to_owned(), claim));
    }
    Ok(claims)
}

fn grant(kind: &GrantKind, options: &Json) -> Result<Json, Problem> {
    if options.members().iter().any(|(name, _)| kind.members.iter().all(|member| member.name != name)) {
        return Err(Problem::at(Code::GrantInvalid, kind.at));
    }
    let mut members = Vec::new();
    for item in kind.members {
        // If an option is repeated, the last one applies, as in `JSON.parse`.
        let given = options.members().iter().rev().find(|(name, _)| name == item.name);
        if let Some((_, value)) = given
            && let Some(claim) = claim(item, value, options)?
        {
            members.push((item.claim.to_owned(), claim));
        }
    }
    Ok(Json::Object(members))
}

/// The claim of an option. `None` if the option adds no claim.
fn claim(item: &Member, value: &Json, options: &Json) -> Result<Option<Json>, Problem> {
    Ok(match (&item.rule, value) {
        (Rule::Incoming, Json::Bool(true)) => Some(Json::object([("allow", Json::Bool(true))])),
        (Rule::Incoming, Json::Bool(false)) => None,
        // `Rule::Application` writes the parameters.
        (Rule::Params, Json::Object(_)) if options.get("outgoingApplicationSid").is_some() => None,
        (Rule::Application, Json::Text(text)) => {
            super::check_sid(text, "AP", item.at)?;
            let mut members = vec![("application_sid".to_owned(), Json::of(text))];
            if let Some(params) = options.get("outgoingApplicationParams") {
                members.push(("params".to_owned(), params.clone()));
            }
            Some(Json::Object(members))
        }
        (Rule::Sid(kind), Json::Text(text)) => {
            super::check_sid(text, kind, item.at)?;
            Some(Json::of(text))
        }
        (Rule::Service, Json::Text(text)) => {
            if text != "default" {
                super::check_sid(text, "IS", item.at)?;
            }
            Some(Json::of(text))
        }
        (Rule::Text, Json::Text(text)) if !text.is_empty() => Some(Json::of(text)),
        _ => return Err(Problem::at(Code::GrantInvalid, item.at)),
    })
}

fn playback(options: &Json, at: &'static str) -> Result<Json, Problem> {
    match options.members() {
        [] => Ok(Json::Object(Vec::new())),
        [(name, grant @ Json::Object(_))] if name == "grant" => Ok(grant.clone()),
        _ => Err(Problem::at(Code::GrantInvalid, at)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(grants: &str) -> Result<String, Problem> {
        claims(&Json::parse(grants).unwrap()).map(|claims| Json::Object(claims).write())
    }

    #[test]
    fn claims_are_written_in_twilios_order() {
        for (grants, claims) in [
            ("{}", "{}"),
            (r#"{"chat":{},"voice":{"incomingAllow":false}}"#, r#"{"chat":{},"voice":{}}"#),
            (
                r#"{"voice":{"endpointId":"e","outgoingApplicationParams":{"a":[1,{"b":null}],"é":"\"\n"},
                "outgoingApplicationSid":"AP00000000000000000000000000000003","incomingAllow":true}}"#,
                concat!(
                    r#"{"voice":{"incoming":{"allow":true},"outgoing":{"application_sid":"AP0000000000000000000000000"#,
                    r#"0000003","params":{"a":[1,{"b":null}],"é":"\"\n"}},"endpoint_id":"e"}}"#
                ),
            ),
            (r#"{"sync":{"serviceSid":"default"}}"#, r#"{"data_sync":{"service_sid":"default"}}"#),
            (r#"{"playback":{"grant":{"x":[true,1.5e3]}}}"#, r#"{"player":{"x":[true,1.5e3]}}"#),
            (r#"{"playback":{},"taskRouter":{"role":"worker"}}"#, r#"{"player":{},"task_router":{"role":"worker"}}"#),
        ] {
            assert_eq!(written(grants).as_deref(), Ok(claims), "{grants}");
        }
    }

    #[test]
    fn the_error_names_the_place_in_the_grants() {
        for (grants, at) in [
            ("[]", "grants"),
            (r#"{"fax":{}}"#, "grants"),
            (r#"{"voice":{},"voice":{}}"#, "grants"),
            (r#"{"voice":true}"#, "grants.voice"),
            (r#"{"voice":{"incoming":true}}"#, "grants.voice"),
            (r#"{"voice":{"incomingAllow":"true"}}"#, "grants.voice.incomingAllow"),
            (r#"{"voice":{"outgoingApplicationParams":{"a":"b"}}}"#, "grants.voice.outgoingApplicationParams"),
            (r#"{"voice":{"endpointId":""}}"#, "grants.voice.endpointId"),
            (r#"{"video":{"room":null}}"#, "grants.video.room"),
            (r#"{"playback":{"grant":"x"}}"#, "grants.playback"),
        ] {
            assert_eq!(written(grants), Err(Problem::at(Code::GrantInvalid, at)), "{grants}");
        }
        for (grants, at) in [
            (r#"{"voice":{"outgoingApplicationSid":""}}"#, "grants.voice.outgoingApplicationSid"),
            (r#"{"chat":{"serviceSid":"default"}}"#, "grants.chat.serviceSid"),
            (r#"{"sync":{"serviceSid":"IS1"}}"#, "grants.sync.serviceSid"),
        ] {
            assert_eq!(written(grants), Err(Problem::at(Code::SidInvalid, at)), "{grants}");
        }
    }
}
