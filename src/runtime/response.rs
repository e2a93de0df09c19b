// SPDX-License-Identifier: Apache-2.0 OR MIT

//! How a story ends: a reply, and log lines.

use crate::dialplan::config::Config;
use crate::dialplan::{Route, answer, apology};
use crate::error::{Code, Problem};
use crate::json::Json;

/// What the door answers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reply {
    /// 200 without anything to say.
    Accepted,
    /// 500: something on our side, with the code.
    Broken(Problem),
    /// 403: the request is not what it claims to be.
    Forbidden(Problem),
    /// 200 and a TwiML document.
    Twiml(String),
    /// 400: what was asked for makes no sense.
    Invalid(Problem),
    /// 404.
    NotFound(Problem),
    /// 409: not as things stand.
    Conflict(Problem),
    /// 200 and JSON, for whoever asked by `$execute`.
    Value(Json),
}

/// The end of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The answer.
    pub reply: Reply,
    /// Lines for the log: a code, a place, a help text; never a number, a name, a token or a message.
    pub log: Vec<String>,
}

impl Response {
    /// Performs `route` as [`answer`] does, with a line for the log where there is something to say. What cannot be
    /// written is an apology.
    #[must_use]
    pub fn route(route: &Route<'_>, code: Option<Code>, config: &Config, status: Option<&str>) -> Self {
        let mut response = Self::from(Reply::Twiml(answer(route, config, status).unwrap_or_else(|_| apology())));
        if let Some(code) = code {
            response.log(&Problem::from(code));
        }
        response
    }

    /// An apology, and `code` in the log.
    #[must_use]
    pub fn apology(code: Code) -> Self {
        let mut response = Self::from(Reply::Twiml(apology()));
        response.log(&Problem::from(code));
        response
    }

    /// Logs `problem`.
    pub fn log(&mut self, problem: &Problem) {
        self.log.push(problem.line());
    }
}

impl From<Reply> for Response {
    /// A reply that tells of a problem is logged too.
    fn from(reply: Reply) -> Self {
        let log = match &reply {
            Reply::Broken(problem)
            | Reply::Forbidden(problem)
            | Reply::Invalid(problem)
            | Reply::NotFound(problem)
            | Reply::Conflict(problem) => vec![problem.line()],
            Reply::Accepted | Reply::Twiml(_) | Reply::Value(_) => Vec::new(),
        };
        Self { reply, log }
    }
}
