//! Suppressions, and how a verdict is written.

use serde_json::{Value, json};
use sse_core::compat::{Allowances, Day, Finding, Format, Options, Rule, Severity, Verdict, compare};

use super::{Event, view};

fn findings() -> Vec<Finding> {
    let text = || json!({ "type": "string" });
    let base = view(vec![Event::new("old", text()), Event::new("a", json!({ "enum": ["x"] }))], json!({}));
    let head = view(
        vec![Event::new("new 100%", text()).of_type("FeedNewEvent"), Event::new("a", json!({ "enum": ["x", "y"] }))],
        json!({}),
    );
    compare(&base, &head, &Options::new()).unwrap()
}

fn verdict(allowances: &str, today: &str) -> Verdict {
    Allowances::parse(allowances).unwrap().apply(findings(), Day::parse(today).unwrap())
}

const ALLOW: &str = r#"
[[allow]]
rule = "event-removed"
at = "Feed/old"
reason = "nobody reads it"
until = "2027-01-31"
"#;

#[test]
fn an_allowance_lasts_until_its_day() {
    let before = verdict(ALLOW, "2027-01-31");
    assert_eq!(before.allowed.len(), 1);
    assert_eq!(before.worst(), Some(Severity::Warn));
    let after = verdict(ALLOW, "2027-02-01");
    assert_eq!((after.allowed.len(), after.expired.len(), after.unused.len()), (0, 1, 0));
    assert_eq!(after.findings.len(), before.findings.len() + 1);
    assert_eq!(after.worst(), Some(Severity::Error));
    // It is an error even if there is nothing left to allow.
    let expired = Allowances::parse(ALLOW).unwrap().apply(Vec::new(), Day::parse("2027-02-01").unwrap());
    assert_eq!(expired.worst(), Some(Severity::Error));
}

#[test]
fn an_allowance_is_for_one_rule_at_one_place() {
    for (from, to) in [("event-removed", "event-added"), ("Feed/old", "Feed"), ("Feed/old", "Feed/old/x")] {
        let verdict = verdict(&ALLOW.replace(from, to), "2026-01-01");
        assert_eq!((verdict.allowed.len(), verdict.unused.len()), (0, 1), "{to}");
        assert_eq!(verdict.worst(), Some(Severity::Error));
    }
}

#[test]
fn a_date_may_be_toml_of_its_own() {
    let date = ALLOW.replace("\"2027-01-31\"", "2027-01-31");
    assert_eq!(Allowances::parse(&date), Allowances::parse(ALLOW));
    assert_eq!(Allowances::parse(""), Ok(Allowances::default()));
}

#[test]
fn what_an_allowance_lacks_is_said() {
    for (from, to, problem) in [
        ("event-removed", "event-remove", "there is no rule `event-remove`: did you mean `event-removed`?"),
        ("nobody reads it", " ", "`event-removed` at `Feed/old` is allowed for no reason: say why"),
        ("2027-01-31", "2027-02-30", "`2027-02-30` is no day: write `2027-01-31`"),
        ("\"2027-01-31\"", "2027-01-31T00:00:00Z", "`2027-01-31T00:00:00Z` is no day: write `2027-01-31`"),
        ("\"2027-01-31\"", "20270131", "a day: 2027-01-31"),
        ("reason", "because", "unknown field `because`"),
        ("until = \"2027-01-31\"", "", "missing field `until`"),
        ("[[allow]]", "[[allows]]", "unknown field `allows`"),
        ("[[allow]]", "[[allow", "TOML parse error"),
    ] {
        let error = Allowances::parse(&ALLOW.replace(from, to)).unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
    }
}

const FURTHER: &str = r#"
[[allow]]
rule = "property-removed"
at = "Feed/a/b"
reason = "is gone"
until = "2026-11-01"

[[allow]]
rule = "type-changed"
at = "Feed/a"
reason = "100 % sure"
until = "2027-11-01"
"#;

#[test]
fn text_is_for_people() {
    let text = verdict("", "2026-11-22").render(Format::Text);
    assert_eq!(
        text,
        "error  event-removed                Feed/old: the event is no longer sent\n\
         \x20                                   renamed to `new 100%`?\n\
         warn   enum-value-added             Feed/a: the value \"y\" is new\n\
         info   event-added                  Feed/new 100%: the event is new\n\
         incompatible: 1 breaking, 1 risky, 1 harmless\n"
    );
    let text = verdict(&format!("{ALLOW}{FURTHER}"), "2026-11-22").render(Format::Text);
    assert_eq!(
        text,
        "warn   enum-value-added             Feed/a: the value \"y\" is new\n\
         info   event-added                  Feed/new 100%: the event is new\n\
         error  allowance expired: property-removed Feed/a/b until 2026-11-01: is gone\n\
         info   nothing to allow: type-changed Feed/a until 2027-11-01: 100 % sure\n\
         allowed event-removed Feed/old until 2027-01-31: nobody reads it\n\
         incompatible: 1 risky, 1 harmless, 1 allowed, 1 expired, 1 unused\n"
    );
    assert!(
        verdict("", "2026-11-22").render(Format::ColouredText).starts_with("\u{1b}[31merror \u{1b}[0m event-removed")
    );
}

#[test]
fn json_is_a_line_for_each() {
    let json = verdict(&format!("{ALLOW}{FURTHER}"), "2026-11-22").render(Format::Json);
    let lines: Vec<Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<_> = lines.iter().map(|line| line["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["finding", "finding", "allowed", "expired", "unused"]);
    assert_eq!(
        lines[2],
        json!({
            "kind": "allowed", "stream": "Feed", "at": "Feed/old", "rule": "event-removed", "severity": "error",
            "message": "the event is no longer sent", "hint": "renamed to `new 100%`?", "also": [], "more": 0,
            "reason": "nobody reads it", "until": "2027-01-31",
        })
    );
    assert_eq!(
        lines[3],
        json!({
            "kind": "expired", "rule": "property-removed", "at": "Feed/a/b", "reason": "is gone", "until": "2026-11-01",
        })
    );
}

#[test]
fn github_is_annotated() {
    let text = verdict(FURTHER, "2026-11-22").render(Format::Github);
    assert_eq!(
        text,
        "::error title=event-removed::Feed/old: the event is no longer sent (renamed to `new 100%25`?)\n\
         ::warning title=enum-value-added::Feed/a: the value \"y\" is new\n\
         ::notice title=event-added::Feed/new 100%25: the event is new\n\
         ::error title=allowance expired::property-removed Feed/a/b until 2026-11-01: is gone\n\
         ::notice title=nothing to allow::type-changed Feed/a until 2027-11-01: 100 %25 sure\n\
         incompatible: 1 breaking, 1 risky, 1 harmless, 1 expired, 1 unused\n"
    );
}

#[test]
fn findings_are_worst_first() {
    let order: Vec<_> = findings().iter().map(|finding| (finding.severity, finding.rule)).collect();
    assert_eq!(
        order,
        [
            (Severity::Error, Rule::EventRemoved),
            (Severity::Warn, Rule::EnumValueAdded),
            (Severity::Info, Rule::EventAdded),
        ]
    );
}

fn entry(at: &str) -> String {
    format!("[[allow]]\nrule = \"type-changed\"\nat = \"{at}\"\nreason = \"so\"\nuntil = 2027-01-31\n")
}

/// What is left if the change is allowed at these places.
fn left(found: &[Finding], places: &[&str]) -> Verdict {
    let text: String = places.iter().map(|at| entry(at)).collect();
    Allowances::parse(&text).unwrap().apply(found.to_vec(), Day::parse("2026-11-22").unwrap())
}

fn object(name: &str, schema: Value) -> Value {
    json!({ "type": "object", "properties": { name: schema }, "required": [name] })
}

#[test]
fn an_entry_allows_no_place_of_a_type_of_a_type_but_its_own() {
    let view = |kind: &str| {
        let event = |name, data: &str| Event::new(name, json!({ "$ref": format!("#/$defs/{data}") }));
        let money = object("cents", json!({ "type": kind }));
        let side = object("price", json!({ "$ref": "#/$defs/Money" }));
        view(vec![event("a", "Money"), event("b", "Side"), event("c", "Side")], json!({ "Money": money, "Side": side }))
    };
    let found = compare(&view("integer"), &view("string"), &Options::new()).unwrap();
    let verdict = left(&found, &["Feed/a/cents", "Feed/b/price/cents"]);
    assert_eq!((verdict.allowed.len(), verdict.worst()), (2, Some(Severity::Error)));
    assert_eq!(verdict.findings[0].at, "Feed/c/price/cents");
    assert_eq!(left(&found, &["Feed/a/cents", "Feed/b/price/cents", "Feed/c/price/cents"]).worst(), None);
}

#[test]
fn places_that_are_not_named_are_not_allowed() {
    let view = |kind: &str| {
        let names = (0..70).map(|n| &*format!("e{n:02}").leak());
        let events = names.map(|name| Event::new(name, json!({ "$ref": "#/$defs/Money" })));
        view(events.collect(), json!({ "Money": object("cents", json!({ "type": kind })) }))
    };
    let found = compare(&view("integer"), &view("string"), &Options::new()).unwrap();
    let [finding] = &found[..] else { panic!("{found:?}") };
    assert_eq!((finding.also.len(), finding.more), (64, 5));
    assert!(finding.to_string().ends_with(" Feed/e08/cents, and 61 more)"), "{finding}");

    let named: Vec<&str> = [&finding.at].into_iter().chain(&finding.also).map(|at| &**at).collect();
    let some = left(&found, &named[..60]);
    assert_eq!(
        (some.findings[0].at.as_str(), some.findings[0].also.len(), some.findings[0].more),
        ("Feed/e60/cents", 4, 5)
    );
    let all = left(&found, &named);
    assert_eq!((all.allowed.len(), all.worst()), (65, Some(Severity::Error)));
    assert!(all.allowed.iter().all(|(finding, _)| finding.more == 0));
    assert_eq!(left(&found, &["Feed/**"]).worst(), None);
    for other in ["Feed/e0/**", "Feed", "Feed/e00/**", "Other/**", "**", "/**"] {
        assert_eq!(left(&found, &[other]).worst(), Some(Severity::Error), "{other}");
    }
    let text = all.render(Format::Text);
    assert!(text.contains("\n                                    also at 5 more places\n"), "{text}");
    let json: Value = serde_json::from_str(all.render(Format::Json).lines().next().unwrap()).unwrap();
    assert_eq!((&json["at"], &json["also"], &json["more"]), (&json!("Feed/e00/cents"), &json!([]), &json!(5)));
    let github = all.render(Format::Github);
    assert!(github.contains("Feed/e00/cents: it was integer, and is string (also at 5 more places)\n"), "{github}");
}

#[test]
fn an_entry_allows_its_own_place_of_a_type_that_is_used_in_several() {
    let view = |kind: &str| {
        let event = |name| Event::new(name, json!({ "$ref": "#/$defs/Money" }));
        let money = json!({ "type": "object", "properties": { "cents": { "type": kind } }, "required": ["cents"] });
        view(vec![event("a"), event("b"), event("c")], json!({ "Money": money }))
    };
    let found = compare(&view("integer"), &view("string"), &Options::new()).unwrap();
    let some = left(&found, &["Feed/a/cents", "Feed/c/cents", "Feed/d/cents"]);
    let [b] = &some.findings[..] else { panic!("{some:?}") };
    assert_eq!((b.at.as_str(), b.also.len()), ("Feed/b/cents", 0));
    assert_eq!((some.allowed.len(), some.unused.len(), some.unused[0].at.as_str()), (2, 1, "Feed/d/cents"));
    let below = left(&found, &["Feed/b/**"]);
    assert_eq!((&*below.findings[0].at, &*below.findings[0].also), ("Feed/a/cents", &["Feed/c/cents".to_owned()][..]));
    let all = left(&found, &["Feed/b/cents", "Feed/a/cents", "Feed/c/cents"]);
    assert_eq!((all.findings.len(), all.allowed.len(), all.worst()), (0, 3, None));
}
