// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Twilio's REST API for the sweep: recordings, and a list of calls in pages, newest first. The list shows new calls
//! late.

use plumline::json::Json;
use plumline::runtime::{HostResponse, HttpRequest};
use plumline::time::parse_instant;

use crate::fault::answer_with;
use crate::form::pairs;
use crate::twilio::{rfc2822, sid};

/// A leg in the list of calls.
#[derive(Clone)]
pub(crate) struct Leg {
    pub(crate) sid: String,
    pub(crate) parent: Option<String>,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) direction: &'static str,
    pub(crate) start: u64,
    pub(crate) end: u64,
    /// The final status.
    pub(crate) status: &'static str,
    /// The time from which on the list shows the leg, in Unix milliseconds.
    pub(crate) listed: u64,
}

/// A recording in the list of recordings.
#[derive(Clone)]
pub(crate) struct Recorded {
    pub(crate) sid: String,
    pub(crate) call: String,
    pub(crate) created: u64,
    pub(crate) seconds: u64,
    pub(crate) source: &'static str,
}

#[derive(Clone, Default)]
pub(crate) struct Twilio {
    pub(crate) legs: Vec<Leg>,
    /// The list of recordings.
    pub(crate) recorded: Vec<Recorded>,
    /// The number of requests for list pages.
    pub(crate) lists: usize,
    pub(crate) recordings: Vec<String>,
    /// The number of deleted recordings.
    pub(crate) deleted: usize,
    /// The number of requests to delete a recording.
    pub(crate) deletions: usize,
    /// Recordings that cannot be deleted, and the status of the response. `*` matches any recording.
    pub(crate) undeletable: Vec<(String, u16)>,
    /// If not 0, the status of each request for the audio of a recording.
    pub(crate) audio_status: u16,
    /// The maximum number of legs in a page.
    pub(crate) page: Option<usize>,
    /// Whether lists contain each leg twice.
    pub(crate) twice: bool,
    /// The parameters of each request to place a call.
    pub(crate) placed: Vec<Vec<(String, String)>>,
    /// How long each placed call takes, in milliseconds.
    pub(crate) placed_takes: u64,
    /// Phones that Twilio refuses to call.
    pub(crate) refused: Vec<&'static str>,
}

impl Leg {
    pub(crate) fn json(&self, now: u64) -> Json {
        let over = now >= self.end;
        let seconds = (self.end - self.start) / 1_000;
        let text = |text: &Option<String>| text.as_deref().map_or(Json::Null, Json::of);
        let mut json = Json::object([
            ("sid", Json::of(&self.sid)),
            ("parent_call_sid", text(&self.parent)),
            ("from", Json::of(&self.from)),
            ("to", Json::of(&self.to)),
            ("direction", Json::of(self.direction)),
            ("start_time", Json::of(&rfc2822(self.start))),
            ("status", Json::of(if over { self.status } else { "in-progress" })),
        ]);
        if over {
            json.set("end_time", Json::of(&rfc2822(self.end)));
            json.set("duration", Json::of(&if self.status == "completed" { seconds } else { 0 }.to_string()));
        }
        json
    }
}

impl Recorded {
    fn json(&self, now: u64) -> Json {
        let over = self.created + self.seconds * 1_000 <= now;
        Json::object([
            ("sid", Json::of(&self.sid)),
            ("call_sid", if self.call.is_empty() { Json::Null } else { Json::of(&self.call) }),
            ("date_created", Json::of(&rfc2822(self.created))),
            ("duration", Json::of(&if over { self.seconds.to_string() } else { "-1".to_owned() })),
            ("source", Json::of(self.source)),
            ("status", Json::of(if over { "completed" } else { "processing" })),
        ])
    }
}

impl Twilio {
    pub(crate) fn answer(&mut self, request: &HttpRequest, now: u64) -> HostResponse {
        assert_eq!(request.headers[0], ("Authorization", "Basic U0sxOmludmVudGVk".to_owned()));
        let path = request.url.strip_prefix("https://api.twilio.com/2010-04-01/Accounts/AC1").expect("the API");
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        if let Some(sid) = path.strip_prefix("/Recordings/").and_then(|path| path.strip_suffix(".json")) {
            if request.method == "GET" {
                let known = self.recordings.iter().any(|known| known == sid);
                let item = self.recorded.iter().find(|item| item.sid == sid);
                let unlisted = || Json::object([("sid", Json::of(sid)), ("date_created", Json::of(&rfc2822(0)))]);
                let body = item.map_or_else(unlisted, |item| item.json(now));
                return if known { answer_with(200, body) } else { answer_with(404, Json::Null) };
            }
            assert_eq!(request.method, "DELETE");
            self.deletions += 1;
            if let Some((_, status)) =
                self.undeletable.iter().find(|(undeletable, _)| undeletable == sid || undeletable == "*")
            {
                return answer_with(*status, Json::Null);
            }
            let at = self.recordings.iter().position(|known| known == sid);
            self.deleted += usize::from(at.is_some());
            return answer_with(if at.map(|at| self.recordings.remove(at)).is_some() { 204 } else { 404 }, Json::Null);
        }
        if request.method == "POST" {
            assert_eq!(path, "/Calls.json");
            return self.place(&request.body, now);
        }
        assert_eq!(request.method, "GET");
        if let Some(sid) = path.strip_prefix("/Calls/").and_then(|path| path.strip_suffix(".json")) {
            let leg = self.legs.iter().find(|leg| leg.sid == sid);
            return leg.map_or_else(|| answer_with(404, Json::Null), |leg| answer_with(200, leg.json(now)));
        }
        self.lists += 1;
        if path == "/Recordings.json" {
            return answer_with(200, self.list_recorded(query, now));
        }
        assert_eq!(path, "/Calls.json");
        answer_with(200, self.list(query, now))
    }

    /// Places a call that no one answers.
    fn place(&mut self, body: &str, now: u64) -> HostResponse {
        let params = pairs(body);
        let param = |name: &str| params.iter().find(|(known, _)| known == name).unwrap().1.clone();
        let (to, from) = (param("To"), param("From"));
        self.placed.push(params);
        if self.refused.contains(&&*to) {
            return answer_with(400, Json::Null);
        }
        let leg = Leg {
            sid: sid("CA", 900 + self.placed.len() as u64),
            parent: None,
            from,
            to,
            direction: "outbound-api",
            start: now,
            end: now + self.placed_takes,
            status: "no-answer",
            listed: now,
        };
        let answer = leg.json(now);
        self.legs.push(leg);
        answer_with(201, answer)
    }

    fn list_recorded(&self, query: &str, now: u64) -> Json {
        let params = pairs(query);
        let param = |name: &str| params.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let bound = |name: &str| param(name).map(|text| parse_instant(text).expect("an instant")).unwrap();
        let (low, high) = (bound("DateCreated>"), bound("DateCreated<"));
        let mut found: Vec<&Recorded> = self.recorded.iter().filter(|item| item.created <= now).collect();
        found.retain(|item| (low..=high).contains(&item.created));
        found.sort_by_key(|item| std::cmp::Reverse(item.created));
        let size = param("PageSize").map_or(50, |size| size.parse().unwrap()).min(self.page.unwrap_or(1_000));
        let page: usize = param("Page").map_or(0, |page| page.parse().unwrap());
        let more = found.len() > (page + 1) * size;
        let next = format!(
            "/2010-04-01/Accounts/AC1/Recordings.json?{}&Page={}",
            query.split("&Page=").next().unwrap(),
            page + 1
        );
        let written = found.into_iter().skip(page * size).take(size).map(|item| item.json(now));
        Json::Object(vec![
            ("recordings".into(), Json::List(written.collect())),
            ("next_page_uri".into(), if more { Json::of(&next) } else { Json::Null }),
        ])
    }

    fn list(&self, query: &str, now: u64) -> Json {
        let params = pairs(query);
        let param = |name: &str| params.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let bound = |name: &str| param(name).map(|text| parse_instant(text).expect("an instant"));
        let mut legs: Vec<&Leg> = self.legs.iter().filter(|leg| leg.listed <= now).collect();
        legs.retain(|leg| bound("StartTime>").is_none_or(|low| leg.start >= low));
        legs.retain(|leg| bound("StartTime<").is_none_or(|high| leg.start <= high));
        legs.retain(|leg| {
            param("To").is_none_or(|to| leg.to == to) && param("From").is_none_or(|from| leg.from == from)
        });
        legs.retain(|leg| param("ParentCallSid").is_none_or(|parent| leg.parent.as_deref() == Some(parent)));
        legs.sort_by_key(|leg| (leg.start, leg.sid.as_str()));
        legs.reverse();
        let size = param("PageSize").map_or(50, |size| size.parse().unwrap()).min(self.page.unwrap_or(1_000));
        if let Some(after) = param("After") {
            let at = legs.iter().position(|leg| leg.sid == after).unwrap();
            legs.drain(..=at);
        }
        let more = legs.len() > size;
        legs.truncate(size);
        let next = legs.last().filter(|_| more).map(|last| {
            let filtered: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("After=")).collect();
            format!("/2010-04-01/Accounts/AC1/Calls.json?{}&After={}", filtered.join("&"), last.sid)
        });
        let again = if self.twice { legs.clone() } else { Vec::new() };
        let calls = legs.into_iter().chain(again).map(|leg| leg.json(now)).collect();
        Json::Object(vec![
            ("calls".into(), Json::List(calls)),
            ("next_page_uri".into(), next.map_or(Json::Null, |next| Json::of(&next))),
        ])
    }
}
