//! Redaction as a whole: what share of planted secrets it finds in every field and on every way out, what share of
//! harmless values it touches, and that hostile values and rules neither hang nor change the program.
//!
//! `docs/redaction.md` has the rates that are asserted and printed here.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may")]

mod benign;
mod fields;
mod generator;
mod hostile;
#[path = "../otlp/mod.rs"]
mod otlp;
mod planted;
mod sinks;
mod spooled;

use fields::{everything_of, record};
use planted::{Known, Planted};
use spanwright::testing::TestTraces;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Characters of a secret that are as bad as all of it; no secret has fewer.
const PART: usize = 10;

/// The planted secrets of which a part stands in this text.
fn leaked<'a>(planted: &'a [Planted], text: &str) -> Vec<&'a Planted> {
    let mut parts: HashMap<&[u8], usize> = HashMap::new();
    for (number, planted) in planted.iter().enumerate() {
        let windows = planted.secret.as_bytes().windows(PART);
        parts.extend(windows.map(|part| (part, number)));
    }
    let found: BTreeSet<usize> = text
        .as_bytes()
        .windows(PART)
        .filter_map(|part| parts.get(part).copied())
        .collect();
    found.into_iter().map(|number| &planted[number]).collect()
}

fn has_leaked(planted: &Planted, text: &str) -> bool {
    !leaked(std::slice::from_ref(planted), text).is_empty()
}

/// Asserts the shares that must be found, and prints them.
#[track_caller]
fn assert_found(sink: &str, planted: &[Planted], leaked: &[&Planted]) {
    let count = |by_key: bool, all: &mut dyn Iterator<Item = &Planted>| {
        all.filter(|planted| (planted.known == Known::ByKey) == by_key)
            .count()
    };
    for by_key in [true, false] {
        let all = count(by_key, &mut planted.iter());
        let lost = count(by_key, &mut leaked.iter().copied());
        let how = if by_key {
            "named by a key"
        } else {
            "known by their shape"
        };
        println!("{sink}: {} of {all} secrets {how} were found", all - lost);
        let most = if by_key { 0 } else { all / 100 };
        assert!(lost <= most, "{sink}: {lost} of {all} {how} leaked: {leaked:#?}");
    }
}

#[test]
fn planted_secrets_are_found_in_every_field() {
    let planted = planted::planted();
    assert!(planted.len() >= 300, "{}", planted.len());
    let leaked: Vec<_> = planted
        .iter()
        .filter(|planted| {
            let traces = TestTraces::start();
            record(planted);
            has_leaked(planted, &everything_of(&traces))
        })
        .collect();
    assert_found("every field", &planted, &leaked);
}

#[test]
fn nothing_of_a_secret_is_left_at_the_limit() {
    let planted = planted::planted();
    let limit = 4096;
    let mut leaked = Vec::new();
    for (number, planted) in planted.iter().enumerate() {
        let traces = TestTraces::start();
        // The cut goes through the secret, at another place each time.
        let before = limit - 1 - number % planted.text.len().min(limit);
        let text = format!("{} {}", "x".repeat(before.saturating_sub(1)), planted.text);
        spanwright::in_span("work", || {
            spanwright::current().set("note", &text);
        });
        if has_leaked(planted, &everything_of(&traces)) {
            leaked.push(planted);
        }
    }
    assert_found("the limit of 4,096 characters", &planted, &leaked);
}

#[test]
fn harmless_values_stay() {
    let values = benign::benign(40_000);
    assert_eq!(
        benign::SHARES.iter().map(|(_, share, _)| share).sum::<u64>(),
        1000
    );
    let traces = TestTraces::start();
    let mut touched: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut count = 0;
    for values in values.chunks(100) {
        spanwright::in_span("work", || {
            for (at, (_, text)) in values.iter().enumerate() {
                spanwright::current().set(&format!("value.{at}"), text.as_str());
            }
        });
        let span = traces.spans().pop().unwrap();
        traces.clear();
        for (at, (kind, text)) in values.iter().enumerate() {
            count += 1;
            if span.attribute(&format!("value.{at}")).unwrap().as_str() != Some(text) {
                touched.entry(kind).or_default().push(text);
            }
        }
    }
    let cards = touched
        .remove("sixteen-digit id")
        .map_or(0, |values| values.len());
    let ids = values
        .iter()
        .filter(|(kind, _)| *kind == "sixteen-digit id")
        .count();
    let others = count - ids;
    let wrong: usize = touched.values().map(Vec::len).sum();
    println!(
        "{wrong} of {others} harmless values were touched; of {ids} sixteen-digit ids, {cards} as cards"
    );
    assert!(count >= 20_000 && ids * 50 <= count);
    assert!(wrong * 1000 <= others, "{touched:#?}");
    // One in ten passes the check digit, and of these those that begin as an issuer's do.
    assert!(cards * 20 <= ids, "{cards} of {ids}");
}
