// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The result of a flow: a reply and log lines.

use crate::dialplan::config::Config;
use crate::dialplan::{Route, apology, write_route};
use crate::error::{Code, Problem};
use crate::json::Json;

/// The reply of a bot.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reply {
    /// 200 without a value.
    Accepted,
    /// 500: the bot could not process the request.
    Broken(Problem),
    /// 403: the request is not allowed.
    Forbidden(Problem),
    /// 200 and a TwiML document.
    Twiml(String),
    /// 400: the request is invalid.
    Invalid(Problem),
    /// 404.
    NotFound(Problem),
    /// 409: the request conflicts with the current state.
    Conflict(Problem),
    /// 200 and JSON, for `$execute`.
    Value(Json),
}

/// The result of a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The reply.
    pub reply: Reply,
    /// The log lines. Each has a code, a path and a help. They contain no phone numbers, names, tokens or messages.
    pub log: Vec<String>,
}

impl Response {
    /// Answers `route` as [`write_route`] does, and logs `code`. The reply is an apology if the document cannot be
    /// written.
    #[must_use]
    pub fn route(route: &Route<'_>, code: Option<Code>, config: &Config, status: Option<&str>) -> Self {
        let mut response = Self::from(Reply::Twiml(write_route(route, config, status).unwrap_or_else(|_| apology())));
        if let Some(code) = code {
            response.log(&Problem::from(code));
        }
        response
    }

    /// An apology, with `code` in the log.
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
    /// A response with this reply. If the reply has a problem, the response logs the problem.
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
