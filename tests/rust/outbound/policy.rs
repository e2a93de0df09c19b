// SPDX-License-Identifier: Apache-2.0 OR MIT

//! The numbers that a call may dial, compared with an independent implementation of the rules, and tickets, which
//! cannot be forged.

use plumline::dialplan::{Call, Clinic, Config, Direction, Route, route};
use plumline::error::Code;
use plumline::outbound::{LIFETIME, SealingKeys};
use plumline::phone::E164;
use plumline::policy::{Outbound, Policy, Refusal};

use crate::constants::NOW;
use crate::random::Random;
use crate::world::{AMBER_IDENTITY, SECRET};

fn outbound(config: &str) -> Outbound {
    serde_json::from_str(config).unwrap()
}

fn verdict(config: &str, own: &[&str], number: &str) -> Result<String, Refusal> {
    let numbers: Vec<E164<'_>> = own.iter().map(|number| E164::parse(number).unwrap()).collect();
    Policy::new(&outbound(config), &numbers).allows(number)
}

#[test]
fn decides_for_every_kind_of_number() {
    use Refusal::{Blocked, Country, Emergency, NumberInvalid, OwnNumber};
    // The clinic has a number in North America and a number in the United Kingdom.
    let own = ["+15550100001", "+442079460001"];
    for (number, expected) in [
        ("+15550100123", Ok(())),
        ("+12125550123", Ok(())),
        ("+18005550199", Ok(())),
        ("+447400123456", Ok(())),
        ("+442079460002", Ok(())),
        ("+448081570123", Ok(())),
        ("+14165550123", Err(Country)),
        ("+18765550123", Err(Country)),
        ("+12423250123", Err(Country)),
        ("+12425550123", Err(NumberInvalid)),
        ("+493023125123", Err(Country)),
        ("+881612345678", Err(Blocked)),
        ("+870773123456", Err(Blocked)),
        ("+883510012345", Err(Blocked)),
        ("+979123456789", Err(Blocked)),
        ("+80812345678", Err(Blocked)),
        ("+19005550199", Err(Blocked)),
        ("+19765550199", Err(Blocked)),
        ("+12129765550", Err(Blocked)),
        // A trunk prefix does not change the result.
        ("+112129765550", Err(Blocked)),
        ("+119005550199", Err(Blocked)),
        ("+449098790123", Err(Blocked)),
        ("+448719876543", Err(Blocked)),
        ("+448449876543", Err(Blocked)),
        ("+447012345678", Err(Blocked)),
        ("+15550100001", Err(OwnNumber)),
        ("+442079460001", Err(OwnNumber)),
        ("+4402079460001", Err(OwnNumber)),
        ("911", Err(Emergency)),
        ("112", Err(Emergency)),
        ("999", Err(Emergency)),
        ("000", Err(Emergency)),
        ("9-1-1", Err(Emergency)),
        (" 911 ", Err(Emergency)),
        ("+911", Err(Emergency)),
        ("+1911", Err(Emergency)),
        ("1911", Err(Emergency)),
        ("+44999", Err(Emergency)),
        ("+44112", Err(Emergency)),
        ("+61000", Err(Emergency)),
        ("", Err(NumberInvalid)),
        ("client:bob", Err(NumberInvalid)),
        ("(212) 555-0123", Err(NumberInvalid)),
        ("+19115550100", Err(NumberInvalid)),
        ("+14115550100", Err(NumberInvalid)),
        ("+10125550100", Err(NumberInvalid)),
        ("+1555010012", Err(NumberInvalid)),
        ("+155501001234", Err(NumberInvalid)),
        ("+9991234567", Err(NumberInvalid)),
        ("+15550100123,,1", Err(NumberInvalid)),
    ] {
        assert_eq!(verdict("{}", &own, number).map(|_| ()), expected, "{number}");
    }
}

#[test]
fn a_config_allows_or_blocks_more_numbers() {
    let own = ["+15550100001"];
    let caribbean = r#"{"countries":["jm","UK"],"blocked":["+18769","+4420"]}"#;
    assert!(verdict(caribbean, &own, "+18765550123").is_ok());
    assert_eq!(verdict(caribbean, &own, "+18769550123"), Err(Refusal::Blocked));
    assert_eq!(verdict(caribbean, &own, "+442079460002"), Err(Refusal::Blocked));
    assert!(verdict(caribbean, &own, "+447400123456").is_ok());
    assert_eq!(verdict(caribbean, &own, "+15550100123"), Err(Refusal::Country));
    assert_eq!(verdict(r#"{"countries":[]}"#, &own, "+15550100123"), Err(Refusal::Country));
    // All countries of North America share the toll-free numbers.
    assert!(verdict(r#"{"countries":["CA"]}"#, &["+14165550100"], "+18005550199").is_ok());
    // No config can allow a number without a country or a premium-rate number.
    assert_eq!(verdict(r#"{"blocked":["+4420"]}"#, &own, "+4402079460002"), Err(Refusal::Blocked));
    assert_eq!(verdict(r#"{"blocked":["+1212"]}"#, &own, "+112125550123"), Err(Refusal::Blocked));
    assert_eq!(verdict(r#"{"countries":["001","US"]}"#, &own, "+881612345678"), Err(Refusal::Blocked));
}

#[test]
fn the_default_dialplan_uses_only_the_clinics_numbers_as_caller_id() {
    let params = [("CallSid", "CA1"), ("From", "client:amber"), ("To", "+15550100123")];
    let call = Call::read(&params).unwrap();
    let numbers = ["+15550100001", "+15550100002"].map(|number| E164::parse(number).unwrap());
    let direction = Direction::of(&call, &numbers, &Config::default().sip);
    for (caller_id, shown) in [("+15550100002", "+15550100002"), ("+15550100099", "+15550100001")] {
        let config = Config::read(&format!(r#"{{"outbound":{{"callerId":"{caller_id}"}}}}"#)).unwrap();
        let clinic = Clinic { numbers: &numbers, application: None, config: &config };
        let (Route::Dial { caller_id, .. }, None) = route(&call, &direction, &clinic) else { panic!() };
        assert_eq!(caller_id.as_str(), shown);
    }
}

#[test]
fn reads_numbers_in_the_national_format() {
    let numbers = [E164::parse("+12125550100").unwrap()];
    let config = Outbound::default();
    let policy = Policy::new(&config, &numbers);
    for (typed, expected) in [
        ("(212) 555-0123", Ok("+12125550123")),
        ("1-212-555-0123", Ok("+12125550123")),
        ("+1 (555) 010-0123", Ok("+15550100123")),
        ("555-010-0123", Ok("+15550100123")),
        ("1 555 010 0123", Ok("+15550100123")),
        ("011 44 20 7946 0001", Err(Refusal::Country)),
        ("1 (900) 555-0199", Err(Refusal::Blocked)),
        ("(911) 555-0100", Err(Refusal::NumberInvalid)),
        ("9 1 1", Err(Refusal::Emergency)),
        ("24555", Err(Refusal::NumberInvalid)),
        ("call me", Err(Refusal::NumberInvalid)),
        ("😀", Err(Refusal::NumberInvalid)),
    ] {
        assert_eq!(policy.allows_typed(typed).as_deref(), expected.as_ref().copied(), "{typed}");
    }
}

/// Whether a number is cheap and in a nearby country. It does not use the numbering plans.
fn is_harmless(number: &str) -> bool {
    const CARIBBEAN: [&str; 27] = [
        "242", "246", "264", "268", "284", "340", "345", "441", "473", "649", "658", "664", "670", "671", "684", "721",
        "758", "767", "784", "787", "809", "829", "849", "868", "869", "876", "939",
    ];
    const CANADA: [&str; 8] = ["204", "226", "306", "403", "416", "514", "604", "905"];
    let Some(national) = number.strip_prefix("+1") else { return false };
    let area = national.get(..3).unwrap_or_default();
    national.len() == 10
        && national.bytes().all(|byte| byte.is_ascii_digit())
        && !national.starts_with(['0', '1'])
        && !area.ends_with("11")
        && area != "900"
        && national.get(3..6) != Some("976")
        && area != "976"
        && !CARIBBEAN.contains(&area)
        && !CANADA.contains(&area)
        && number != "+15550100001"
        && !number.starts_with("+1206")
}

#[test]
fn every_permitted_number_is_harmless() {
    const STARTS: [&str; 30] = [
        "+1",
        "+1",
        "+1",
        "+1212",
        "+1900",
        "+1876",
        "+1242",
        "+1976",
        "+1212976",
        "+1416",
        "+1206",
        "+44",
        "+4490",
        "+881",
        "+882",
        "+870",
        "+979",
        "+808",
        "+371",
        "+252",
        "+675",
        "+",
        "",
        "1",
        "00",
        "911",
        "+1911",
        "+1411",
        "client:",
        "+1555010000",
    ];
    let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
    let mut dialed = 0;
    for case in 0..4_000 {
        let mut number = (*random.pick(&STARTS)).to_owned();
        // Most numbers have the length of a North American number.
        let length = if random.one_in(4) { random.below(18) } else { 12_usize.saturating_sub(number.len()) };
        for _ in 0..length {
            let digit = if random.one_in(200) { "٣ +-x" } else { "0123456789" };
            let at = random.below(digit.chars().count());
            number.extend(digit.chars().nth(at));
        }
        if let Ok(callee) = verdict(r#"{"blocked":["+1206"]}"#, &["+15550100001"], &number) {
            assert!(is_harmless(&callee), "case {case}: {number} -> {callee}");
            dialed += 1;
        }
    }
    assert!(dialed > 200, "{dialed}");
}

fn sealing(secret: &str) -> SealingKeys {
    SealingKeys::read(secret).unwrap()
}

#[test]
fn a_ticket_is_valid_for_its_owner_until_it_expires() {
    let sealing = sealing(SECRET);
    for id in ["5e0b9c1d-8a44-4a57-9a53-2f6c1f1f7d02", "a.b.c", "1"] {
        let ticket = sealing.make_ticket(id, AMBER_IDENTITY, NOW);
        let open = |identity, now| sealing.open(&ticket, identity, now);
        assert_eq!(open(AMBER_IDENTITY, NOW), Ok(id));
        assert_eq!(open(AMBER_IDENTITY, NOW + LIFETIME * 1_000 - 1), Ok(id));
        assert_eq!(open(AMBER_IDENTITY, NOW + LIFETIME * 1_000), Err(Refusal::TicketExpired));
        assert_eq!(open("somebody_else", NOW), Err(Refusal::TicketInvalid));
        // Only the owner gets the error that the ticket has expired.
        assert_eq!(open("somebody_else", NOW + 10_000_000), Err(Refusal::TicketInvalid));
    }
}

#[test]
fn secrets_have_a_minimum_length_and_can_be_rotated() {
    assert_eq!(SealingKeys::read("").err(), Some(Code::SecretBlank));
    assert_eq!(SealingKeys::read(" , ").err(), Some(Code::SecretBlank));
    assert_eq!(SealingKeys::read(&"\u{200b}".repeat(40)).err(), Some(Code::SecretBlank));
    assert_eq!(SealingKeys::read(&"\0".repeat(40)).err(), Some(Code::SecretBlank));
    assert_eq!(SealingKeys::read(&SECRET[..31]).err(), Some(Code::SecretWeak));
    // If there is a strong secret, a short one is ignored.
    assert!(SealingKeys::read(&[SECRET, ",short"].concat()).is_ok());
    assert!(SealingKeys::read(&SECRET[..32]).is_ok());
    assert_eq!(format!("{:?}", sealing(SECRET)), "[redacted]");
    let other = "another-invented-secret-of-40-characters";
    let old = sealing(SECRET).make_ticket("a", "b", NOW);
    let both = sealing(&[other, ", ", SECRET].concat());
    assert_eq!(both.open(&old, "b", NOW), Ok("a"));
    assert_eq!(sealing(other).open(&old, "b", NOW), Err(Refusal::TicketInvalid));
    assert_eq!(sealing(other).open(&both.make_ticket("a", "b", NOW), "b", NOW), Ok("a"));
}

#[test]
fn an_altered_ticket_is_invalid() {
    let sealing = sealing(SECRET);
    let ticket = sealing.make_ticket("5e0b9c1d-8a44-4a57-9a53-2f6c1f1f7d02", "nurse_1", NOW);
    let mut random = Random::new(7);
    for case in 0..50_000 {
        let mut bytes = ticket.clone().into_bytes();
        match random.below(4) {
            0 => {
                let at = random.below(bytes.len());
                bytes[at] ^= 1 << random.below(7);
            }
            1 => bytes.truncate(random.below(bytes.len())),
            2 => bytes.insert(random.below(bytes.len() + 1), b"=.0aA-_+ "[random.below(9)]),
            _ => {
                let (item, other) = (random.below(bytes.len()), random.below(bytes.len()));
                bytes.swap(item, other);
            }
        }
        let forged = String::from_utf8_lossy(&bytes).into_owned();
        let opened = sealing.open(&forged, "nurse_1", NOW);
        assert!(opened == Err(Refusal::TicketInvalid) || forged == ticket, "case {case}: {forged}");
    }
    // The parts of two tickets do not form a valid ticket.
    let [item, two] = ["a", "b"].map(|id| sealing.make_ticket(id, "nurse_1", NOW));
    let late = sealing.make_ticket("a", "nurse_1", NOW + 60_000);
    let mac = |ticket: &str| ticket.rsplit_once('.').unwrap().1.to_owned();
    for (ticket, other) in [(&item, &two), (&item, &late), (&late, &item)] {
        let mixed = ticket.replace(&mac(ticket), &mac(other));
        assert_eq!(sealing.open(&mixed, "nurse_1", NOW), Err(Refusal::TicketInvalid));
    }
    // An identity cannot imitate the parts before it.
    let sly = sealing.make_ticket("a", "1\nnurse", NOW);
    assert_eq!(sealing.open(&sly, "nurse", NOW), Err(Refusal::TicketInvalid));
    for text in ["", ".", "..", "...", "a..b", "../x.1.y", &"a.".repeat(5_000), "a.18446744073709551616.x", "\u{0}.1.é"]
    {
        assert_eq!(sealing.open(text, "nurse_1", NOW), Err(Refusal::TicketInvalid), "{text}");
    }
}
