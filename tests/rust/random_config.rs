// SPDX-License-Identifier: Apache-2.0 OR MIT

//! Random configs that are always valid.
//!
//! Without caller input, an action leads only to a later one, so every path ends.

use serde_json::{Map, Value, json};

use crate::random::Random;

/// The clinic's numbers. A config uses some of them in `numbers`, `callerId` and similar members.
pub(crate) const CLINIC_NUMBER: [&str; 3] = ["+15550100001", "+15550100002", "+442079460003"];
/// Numbers that do not belong to the clinic.
pub(crate) const OTHERS: [&str; 4] = ["+15550100101", "+15550100102", "+442079460104", "+15550190105"];
/// The languages that a caller can switch to.
pub(crate) const LANGUAGES: [&str; 2] = ["es-US", "fr-CA"];
const ZONES: [&str; 4] = ["America/New_York", "Europe/London", "Asia/Kolkata", "UTC"];
const TEXTS: [&str; 5] = ["Hello.", "Please hold & wait.", "¿En qué podemos ayudarle?", "1 < 2", "Drücken Sie \"1\"."];
const SSML: [&str; 3] = [
    "One moment <break time=\"1s\"/> please.",
    "<p><s>First.</s><s>Second &amp; last.</s></p>",
    "<say-as interpret-as=\"telephone\">5550100</say-as>",
];
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const VERIFICATIONS: [&str; 4] = ["full", "partial", "failed", "none"];
const DIALED: [&str; 7] = ["answered", "busy", "no-answer", "declined", "failed", "canceled", "unavailable"];
const QUEUED: [&str; 5] = ["answered", "failed", "canceled", "queue-full", "left"];
const TRIGGERS: [&str; 5] = ["missed", "failed", "voicemail", "callback", "emergency"];

/// A random config without errors, as JSON.
pub(crate) fn random_config(random: &mut Random) -> Value {
    let count = 1 + random.below(10);
    let mut plan = DialplanInput {
        random,
        names: (0..count).map(|n| format!("a{n}")).collect(),
        hours: 0,
        lists: 0,
        diverts: Vec::new(),
    };
    plan.config()
}

struct DialplanInput<'c> {
    random: &'c mut Random,
    /// The names of the actions.
    names: Vec<String>,
    hours: usize,
    lists: usize,
    /// The actions to which staff may divert calls. Empty if the config has no `override`.
    diverts: Vec<String>,
}

impl DialplanInput<'_> {
    fn config(&mut self) -> Value {
        let mut config = Map::new();
        let zoned = !self.random.one_in(3);
        if zoned {
            config.insert("timeZone".into(), json!(*self.random.pick(&ZONES)));
        }
        self.hours = self.random.below(3);
        self.lists = self.random.below(3);
        let dialplans = 1 + self.random.below(3);
        let mut numbers = Map::new();
        for number in CLINIC_NUMBER.iter().take(1 + self.random.below(CLINIC_NUMBER.len())) {
            let mut plan = json!({ "name": "Line", "dialplan": format!("d{}", self.random.below(dialplans)) });
            if !zoned || self.random.one_in(3) {
                plan["timeZone"] = json!(*self.random.pick(&ZONES));
            }
            if self.random.one_in(3) {
                plan["language"] = json!(*self.random.pick(&["en-US", "en-GB", "es-US"]));
            }
            numbers.insert((*number).to_owned(), plan);
        }
        let called: Vec<String> = numbers.keys().cloned().collect();
        config.insert("numbers".into(), Value::Object(numbers));
        let dialplans = (0..dialplans).map(|n| (format!("d{n}"), self.rules(&called)));
        config.insert("dialplans".into(), Value::Object(dialplans.collect()));
        let hours = (0..self.hours).map(|n| (format!("h{n}"), self.hours_condition()));
        config.insert("hours".into(), Value::Object(hours.collect()));
        let lists = (0..self.lists).map(|n| (format!("l{n}"), self.list()));
        config.insert("lists".into(), Value::Object(lists.collect()));
        if self.random.one_in(2) {
            self.diverts = vec![self.any_action()];
        }
        let actions = (0..self.names.len()).map(|n| (self.names[n].clone(), self.action(n)));
        config.insert("actions".into(), Value::Object(actions.collect()));
        for (name, value) in [("language", "en-GB"), ("voice", "Polly.Amy-Neural"), ("client", "desk")] {
            if self.random.one_in(2) {
                config.insert(name.into(), json!(value));
            }
        }
        if self.random.one_in(2) {
            config.insert("voices".into(), json!({ "en-GB": "Polly.Amy", "es-US": "Polly.Lupe", "fr": "Polly.Lea" }));
        }
        self.optional_sections(&mut config, zoned);
        Value::Object(config)
    }

    fn optional_sections(&mut self, config: &mut Map<String, Value>, zoned: bool) {
        if self.random.one_in(3) {
            let mut outbound = json!({
                "pool": *self.random.pick(&["sticky", "leastRecentlyUsed", "roundRobin", "random"]),
                "countries": ["US", "GB"], "blocked": ["+1900"], "perHour": 1 + self.random.below(60),
                "answeringMachine": *self.random.pick(&["off", "enable", "detectMessageEnd"])
            });
            if self.random.one_in(2) {
                outbound["callerId"] = json!(*self.random.pick(&CLINIC_NUMBER));
            }
            if zoned && self.random.one_in(2) {
                outbound["hours"] = json!({ "from": "08:00", "to": "21:00", "zones": { "+1212": "America/New_York" } });
            }
            config.insert("outbound".into(), outbound);
        }
        if self.random.one_in(3) {
            let announcement = self.say();
            config.insert("recording".into(), json!({ "inbound": true, "announcement": announcement }));
        }
        if self.random.one_in(2) {
            let sip = json!({
                "domains": ["clinic.sip.twilio.com", "clinic.sip.ashburn.twilio.com"],
                "trusted": ["pbx.example", "10.0.0.7"],
                "extensions": { "201": *self.random.pick(&CLINIC_NUMBER), "front-desk": *self.random.pick(&CLINIC_NUMBER) }
            });
            config.insert("sip".into(), sip);
        }
        if !self.diverts.is_empty() {
            // A line that staff can close has twice as many callback URLs, of which there are at most 512.
            let closed = if self.names.len() > 5 { 0 } else { self.hours };
            let close: Vec<String> = (0..closed).filter(|_| self.random.one_in(2)).map(|n| format!("h{n}")).collect();
            let mut rules = json!({ "practitioners": ["Practitioner/7"], "close": close, "divertTo": self.diverts });
            if self.random.one_in(2) {
                rules["maxHours"] = json!(24 + self.random.below(720));
                rules["roles"] = json!(["receptionist"]);
            }
            config.insert("override".into(), rules);
        }
        if self.random.one_in(3) {
            let emergency = json!({ "digits": "7", "speech": ["chest pain"], "advice": self.say() });
            config.insert("emergency".into(), emergency);
        }
        if self.random.one_in(2) {
            let transfer = json!({
                "otherwise": self.any_action(),
                "timeout": 1 + self.random.below(600),
                "back": self.random.one_in(2),
                "music": "https://media.example.com/hold.mp3",
                "maxHold": 10 + self.random.below(3_000)
            });
            config.insert("transfer".into(), transfer);
        }
        if self.random.one_in(2) {
            config.insert("presence".into(), json!({ "enabled": self.random.one_in(2) }));
        }
        if self.random.one_in(3) {
            config.insert("dispositions".into(), json!({ "booked": "Appointment booked", "other-1": "Other" }));
        }
        if self.random.one_in(2) {
            config.insert("tasks".into(), json!({ "on": [self.random.pick(&TRIGGERS)], "owner": "Organization/7" }));
        }
        if self.random.one_in(3) {
            let alerts = json!({ "url": "https://hooks.example.com/a", "on": [self.random.pick(&TRIGGERS)] });
            config.insert("alerts".into(), alerts);
        }
    }

    fn rules(&mut self, called: &[String]) -> Value {
        let count = self.random.below(5);
        let mut rules: Vec<Value> =
            (0..count).map(|_| json!({ "when": self.when(called), "then": self.any_action() })).collect();
        rules.push(json!({ "then": self.any_action() }));
        Value::Array(rules)
    }

    fn when(&mut self, called: &[String]) -> Value {
        let mut when = match self.random.below(6) {
            0 => json!({ "callers": [*self.random.pick(&OTHERS), "+1900*"] }),
            1 => json!({ "anonymous": true }),
            2 => json!({ "patient": self.random.one_in(2), "verification": [self.random.pick(&VERIFICATIONS)] }),
            3 => json!({ "patientLanguage": ["es", "fr-CA"], "careTeam": ["CareTeam/7"] }),
            4 if self.lists > 0 => json!({ "callers": [format!("l{}", self.random.below(self.lists))] }),
            _ => json!({ "called": [self.random.pick(called)] }),
        };
        if self.hours > 0 && self.random.one_in(2) {
            let name = format!("h{}", self.random.below(self.hours));
            when[*self.random.pick(&["open", "closed"])] = json!(name);
        }
        when
    }

    fn hours_condition(&mut self) -> Value {
        let days = [["mon", "tue"], ["wed", "sun"], ["fri", "sat"]];
        let mut hours = json!({ "weekly": [{
            "days": self.random.pick(&days),
            "from": format!("{:02}:{:02}", self.random.below(24), self.random.below(60)),
            "to": format!("{:02}:{:02}", self.random.below(24), self.random.below(60))
        }] });
        if self.random.one_in(2) {
            hours["holidays"] = (0..self.random.below(6)).map(|_| self.holiday()).collect();
        }
        if self.random.one_in(3) {
            hours["healthcareService"] = json!("HealthcareService/7");
        }
        if self.random.one_in(3) {
            hours["timeZone"] = json!(*self.random.pick(&ZONES));
        }
        hours
    }

    fn holiday(&mut self) -> Value {
        let (month, day) = (1 + self.random.below(12), 1 + self.random.below(28));
        let (weekday, by) = (*self.random.pick(&WEEKDAYS), 1 + self.random.below(6));
        let on = match self.random.below(10) {
            0 => format!("{month:02}-{day:02}"),
            1 => format!("{}-{month:02}-{day:02}", 2020 + self.random.below(20)),
            2 => format!("{month:02}-{day:02} observed"),
            3 => format!("{month:02}-{day:02} sat+2 sun-{by}"),
            4 => format!("{} {weekday} nov+{by}", *self.random.pick(&["1", "4", "last"])),
            5 => format!("{weekday} before {month:02}-{day:02}"),
            6 => format!("{weekday} after {month:02}-{day:02}-{by}"),
            7 => format!("easter-{by}..easter+{}", self.random.below(60) + 1),
            8 => format!("12-{:02}..01-{day:02}", 1 + self.random.below(31)),
            _ => format!("2026-12-{day:02}..2027-{month:02}-{day:02}"),
        };
        if self.random.one_in(2) {
            return json!(on);
        }
        let mut holiday = json!({ "on": on });
        if self.random.one_in(2) {
            let to = *self.random.pick(&["14:00", "24:00", "23:59", "23:59:59", "02:00"]);
            holiday["open"] = json!([{ "from": "08:30", "to": to }]);
        }
        if self.random.one_in(3) {
            holiday["days"] = json!(self.random.pick(&[["mon", "tue"], ["fri", "sun"]]));
        }
        if self.random.one_in(3) {
            holiday["name"] = json!("A holiday");
        }
        holiday
    }

    fn list(&mut self) -> Value {
        json!([*self.random.pick(&OTHERS), format!("+1555{}*", self.random.below(1_000))])
    }

    fn any_action(&mut self) -> String {
        self.random.pick(&self.names).clone()
    }

    /// The name of a random action with a higher index than `after`. `after` is not the last index.
    fn later_action(&mut self, after: usize) -> String {
        let remaining = self.names.len() - after - 1;
        self.names[after + 1 + self.random.below(remaining)].clone()
    }

    fn action(&mut self, index: usize) -> Value {
        let decision = self.decision(index);
        if decision.get("reject").is_some() {
            return json!([decision]);
        }
        let count = self.random.below(3);
        let mut verbs: Vec<Value> = (0..count).map(|_| self.spoken_verb()).collect();
        if decision.get("recordGreeting").is_some() {
            // Without a greeting to replace, nothing would play the recording.
            verbs.push(json!({ "greeting": self.say() }));
        }
        if index + 1 < self.names.len() && self.random.one_in(4) {
            verbs.push(self.branch(index));
        }
        verbs.push(decision);
        Value::Array(verbs)
    }

    fn branch(&mut self, index: usize) -> Value {
        let called: Vec<String> = CLINIC_NUMBER.iter().map(|number| (*number).to_owned()).collect();
        let mut conditions = self.when(&called[..1]);
        if self.random.one_in(3) {
            conditions["language"] = json!([*self.random.pick(&LANGUAGES)]);
        }
        if self.random.one_in(3) {
            conditions["verified"] = json!(self.random.one_in(2));
        }
        json!({ "when": { "if": conditions, "then": self.later_action(index) } })
    }

    fn spoken_verb(&mut self) -> Value {
        match self.random.below(7) {
            6 => json!({ "greeting": self.say() }),
            0 => json!({ "greet": { "patient": self.greeting(), "neutral": *self.random.pick(&TEXTS) } }),
            1 => json!({ "play": { "url": "https://media.example.com/a.mp3", "times": 1 + self.random.below(3) } }),
            2 => json!({ "pause": 1 + self.random.below(5) }),
            3 => json!({ "language": *self.random.pick(&LANGUAGES) }),
            _ => json!({ "say": self.say() }),
        }
    }

    fn greeting(&mut self) -> Value {
        match self.random.below(3) {
            0 => json!("Hello {name}."),
            1 => json!({ "en-US": "Hello {name}.", "es-US": "Hola {name}." }),
            _ => self.say(),
        }
    }

    /// A prompt in one part, or a list of parts.
    fn say(&mut self) -> Value {
        if self.random.one_in(4) {
            let count = 1 + self.random.below(3);
            return Value::Array((0..count).map(|_| self.part()).collect());
        }
        self.part()
    }

    fn part(&mut self) -> Value {
        let mut say = match self.random.below(6) {
            4 => json!({ "play": "https://media.example.com/b.mp3" }),
            5 => {
                json!({ "play": { "en-US": "https://media.example.com/en.mp3", "es-US": "https://media.example.com/es.mp3" } })
            }
            0 => json!({ "ssml": *self.random.pick(&SSML) }),
            1 => json!({ "text": { "en-US": *self.random.pick(&TEXTS), "es-US": "Un momento, por favor." } }),
            _ => json!({ "text": *self.random.pick(&TEXTS) }),
        };
        if self.random.one_in(4) {
            say["voice"] = json!("alice");
            say["times"] = json!(2);
        }
        say
    }

    fn decision(&mut self, index: usize) -> Value {
        let last = index + 1 == self.names.len();
        if !last && !self.diverts.is_empty() && self.random.one_in(8) {
            return self.change_by_phone(index);
        }
        match self.random.below(if last { 5 } else { 18 }) {
            0 => json!({ "hangup": {} }),
            1 => json!({ "reject": { "reason": *self.random.pick(&["busy", "rejected"]) } }),
            2 => json!({ "redirect": { "url": "https://flows.example.com/next" } }),
            3 => json!({ "voicemail": {
                "greeting": self.say(), "maxLength": 2 + self.random.below(300), "transcribe": self.random.one_in(2)
            } }),
            4 => json!({ "conference": { "name": "room", "waitForStaff": true, "then": self.any_action() } }),
            5 | 6 => self.menu(index),
            7..=9 => self.dial(index),
            10 => self.queue(index),
            11 => self.ask(index),
            12 => json!({ "verify": {
                "prompt": self.say(), "invalid": self.say(), "order": *self.random.pick(&["MMDDYYYY", "DDMMYYYY"]),
                "retries": self.random.below(4), "then": self.any_action(), "otherwise": self.later_action(index)
            } }),
            13 => json!({ "nextVisit": {
                "prompt": self.say(), "none": self.say(), "then": self.later_action(index),
                "otherwise": self.later_action(index)
            } }),
            14 => json!({ "task": {
                "text": "Refill", "priority": "urgent", "nextVisit": self.random.one_in(2),
                "code": { "system": "https://clinic.example/requests", "code": "refill" },
                "then": self.later_action(index), "otherwise": self.later_action(index)
            } }),
            15 => self.connect(index),
            16 => json!({ "page": {
                "targets": [{ "available": "Organization/nurses" }, { "number": "+15550100171" }], "text": "Urgent",
                "minutes": 1 + self.random.below(60), "rounds": 1 + self.random.below(5),
                "then": self.later_action(index), "otherwise": self.later_action(index)
            } }),
            _ => json!({ "goto": self.later_action(index) }),
        }
    }

    fn change_by_phone(&mut self, index: usize) -> Value {
        let callers = json!([*self.random.pick(&["+1555*", "+4420*", "+15550100101"])]);
        let (then, otherwise) = (self.later_action(index), self.later_action(index));
        match self.random.below(3) {
            0 => {
                json!({ "changeOverride": { "callers": callers, "clear": true, "then": then, "otherwise": otherwise } })
            }
            1 => json!({ "changeOverride": {
                "callers": callers, "divert": self.diverts[0], "hours": 1 + self.random.below(24), "then": then, "otherwise": otherwise
            } }),
            _ => json!({ "recordGreeting": {
                "callers": callers, "prompt": self.say(), "hours": 1 + self.random.below(24), "then": self.any_action(), "otherwise": otherwise
            } }),
        }
    }

    fn ask(&mut self, index: usize) -> Value {
        let answer = match self.random.below(4) {
            0 => json!({ "format": "number", "max": 10 }),
            1 => json!({ "format": "date", "order": "YYYYMMDD" }),
            2 => json!({ "pattern": "1#" }),
            _ => json!({ "minLength": 1, "maxLength": 4 }),
        };
        let mut ask = json!({
            "prompt": self.say(), "answer": answer, "input": *self.random.pick(&["digits", "both"]),
            "retries": self.random.below(4), "then": self.any_action(), "otherwise": self.later_action(index)
        });
        if self.random.one_in(4) {
            ask["answer"] = json!({ "format": "text" });
            ask["input"] = json!("speech");
        }
        if self.random.one_in(2) {
            ask["confirm"] = json!({ "text": "You entered {answer}." });
        }
        if self.random.one_in(2) {
            ask["question"] =
                json!({ "questionnaire": "https://clinic.example/survey", "linkId": format!("q{index}") });
        }
        json!({ "ask": ask })
    }

    fn menu(&mut self, index: usize) -> Value {
        let keys = ["1", "2", "30", "101", "*", "#"];
        let words = ["desk", "nurse", "billing", "back", "cita", "aide"];
        let count = 1 + self.random.below(keys.len());
        let options: Vec<Value> = (0..count)
            .map(|n| {
                let mut choice = json!({ "digits": keys[n] });
                if self.random.one_in(2) {
                    choice["speech"] = json!([words[n]]);
                }
                if self.random.one_in(4) {
                    choice["language"] = json!(*self.random.pick(&LANGUAGES));
                } else {
                    choice["then"] = json!(self.any_action());
                }
                choice
            })
            .collect();
        json!({ "menu": {
            "prompt": self.say(), "options": options, "invalid": self.say(), "retries": self.random.below(4),
            "otherwise": self.later_action(index)
        } })
    }

    fn dial(&mut self, index: usize) -> Value {
        let count = 1 + self.random.below(4);
        let targets: Vec<Value> = (0..count).map(|_| self.target()).collect();
        let mut dial = json!({
            "targets": targets, "order": *self.random.pick(&["inOrder", "allAtOnce", "huntGroup"]),
            "timeout": 5 + self.random.below(30), "on": self.outcomes(&DIALED, index), "otherwise": self.later_action(index)
        });
        if self.random.one_in(3) {
            dial["callerId"] = json!(*self.random.pick(&CLINIC_NUMBER));
        }
        json!({ "dial": dial })
    }

    fn target(&mut self) -> Value {
        match self.random.below(7) {
            0 => json!({ "number": *self.random.pick(&OTHERS) }),
            1 => json!({ "sip": "sip:desk@pbx.example.com" }),
            2 => json!({ "available": *self.random.pick(&["Organization/7", "PractitionerRole/7"]) }),
            3 => json!({ "generalPractitioner": {} }),
            4 => json!({ "lastToCall": {} }),
            _ => json!({ "client": *self.random.pick(&["desk", "nurse_1", "practitioner_7"]) }),
        }
    }

    fn outcomes(&mut self, known: &[&str], index: usize) -> Value {
        let mut on = Map::new();
        for outcome in known {
            if self.random.one_in(5) {
                on.insert((*outcome).to_owned(), json!(self.later_action(index)));
            }
        }
        Value::Object(on)
    }

    fn queue(&mut self, index: usize) -> Value {
        let mut queue =
            json!({ "name": "nurses", "on": self.outcomes(&QUEUED, index), "otherwise": self.later_action(index) });
        if self.random.one_in(2) {
            queue["position"] = json!({ "text": "You are number {position}." });
            queue["music"] = json!("https://media.example.com/hold.mp3");
        }
        if self.random.one_in(2) {
            queue["expectedWait"] = json!({ "text": "The wait is about {minutes} minutes." });
            queue["repeats"] = json!(self.random.below(4));
        }
        if self.random.one_in(2) {
            queue["callback"] = json!({ "prompt": self.say(), "digit": "1", "then": self.any_action() });
        }
        if self.random.one_in(2) {
            queue["overflow"] = json!({ "size": self.random.below(20), "averageWait": 600, "wait": 900, "then": self.later_action(index) });
        }
        json!({ "queue": queue })
    }

    fn connect(&mut self, index: usize) -> Value {
        let mut connect = json!({ "on": { "nurse": self.any_action(), "failed": self.later_action(index) }, "otherwise": self.later_action(index) });
        let (kind, address) = *self.random.pick(&[
            ("conversationRelay", "wss://agent.example.com/relay"),
            ("stream", "wss://agent.example.com/stream"),
            ("sip", "sip:agent@agent.example.com"),
        ]);
        connect[kind] = json!(address);
        if kind != "sip" && self.random.one_in(2) {
            connect["parameters"] = json!({ "team": "desk & nurses" });
        }
        json!({ "connect": connect })
    }
}
