// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The dialplan as a graph: the actions, and the edges from one action to another.
//!
//! Each verb lists its own edges ([`DialplanVerb::edges`](super::verbs::DialplanVerb::edges)). The checks, the size
//! limits and the look-ups use them.

use super::check::ConfigPath;
use super::config::Config;
use super::verbs::Verb;

/// The maximum number of actions that one document performs in sequence.
pub const MAX_HOPS: usize = 16;

/// An edge to an action.
#[derive(Clone, Copy, Debug)]
pub struct Edge<'a> {
    /// The name of the action.
    pub to: &'a str,
    /// What must happen before a call follows the edge.
    pub trigger: Trigger,
    /// The verb and the member of its config: `menu.otherwise`.
    pub member: &'static str,
}

/// What must happen before a call follows an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// Nothing: both actions are in one document.
    Immediate,
    /// Only time must pass: silence, or a call that no one answers.
    Unattended,
    /// A person must act: press a key, answer, or hang up.
    Person,
}

/// Receives each edge and its path in the config.
pub type Visit<'v, 'a> = &'v mut dyn FnMut(Edge<'a>, &ConfigPath<'_>);

/// The edges of an action, in the order of its verbs.
pub fn edges_of<'a>(verbs: &'a [Verb], mut visit: impl FnMut(Edge<'a>)) {
    let nowhere = ConfigPath::root("");
    for verb in verbs {
        verb.edges(&nowhere, &mut |edge, _| visit(edge));
    }
}

/// The final verb of an action. Later verbs are never performed.
#[must_use]
pub fn final_verb(verbs: &[Verb]) -> Option<&Verb> {
    verbs.iter().find(|verb| verb.is_final())
}

/// The actions that a caller can reach after a verb that announces a recording. Staff transfer only callers with whom
/// they spoke, so a caller reaches the actions of a transfer after the announcement.
#[must_use]
pub fn actions_after_announcement(config: &Config) -> Vec<&str> {
    let transfer = config.transfer.as_ref();
    let is_transferred =
        |name: &str| transfer.is_some_and(|transfer| transfer.otherwise == name || transfer.allows(name));
    let mut reached: Vec<&str> = Vec::new();
    let mut open: Vec<&[Verb]> = Vec::new();
    for (name, verbs) in config.actions.iter() {
        if is_transferred(name) {
            reached.push(name);
            open.push(verbs);
        } else if verbs.iter().any(Verb::announces_recording) {
            open.push(verbs);
        }
    }
    while let Some(verbs) = open.pop() {
        edges_of(verbs, |edge| {
            if let Some((name, next)) = config.actions.position(edge.to).and_then(|index| config.actions.at(index))
                && !reached.contains(&name)
            {
                reached.push(name);
                open.push(next);
            }
        });
    }
    reached
}

/// Whether the document of an action only plays or says something and ends. Such an action can run while the caller
/// waits in a queue.
#[must_use]
pub fn can_run_in_queue(config: &Config, action: &str) -> bool {
    every_verb(config, action, Verb::fits_queue)
}

/// Whether the document of an action hangs up before the caller hears anything.
#[must_use]
pub fn hangs_up_silently(config: &Config, action: &str) -> bool {
    every_verb(config, action, Verb::is_silent)
}

/// Whether `test` is true for every verb that the document of an action may contain, including later actions in the
/// same document.
fn every_verb(config: &Config, action: &str, test: impl Fn(&Verb) -> bool) -> bool {
    let mut seen: Vec<&str> = Vec::new();
    let mut actions = vec![action];
    while let Some(action) = actions.pop() {
        if seen.contains(&action) {
            continue;
        }
        seen.push(action);
        let Some(verbs) = config.actions.get(action) else { return false };
        let end = verbs.iter().position(Verb::is_final).map_or(verbs.len(), |last| last + 1);
        let performed = verbs.get(..end).unwrap_or_default();
        if !performed.iter().all(&test) {
            return false;
        }
        edges_of(performed, |edge| {
            if edge.trigger == Trigger::Immediate {
                actions.push(edge.to);
            }
        });
    }
    true
}
