//! The program that is observed: two processes of one trace, and spans with everything that a span can hold.
//!
//! `interop emit shop PROTOCOL ENDPOINT FOLDER` sends its spans to ENDPOINT and writes them to a file in FOLDER; it
//! runs `interop emit stock …` as the second service, with the trace's headers as further arguments.

use super::Protocol;
use spanwright::destination::File;
use spanwright::propagate::{Baggage, Propagators};
use spanwright::{Context, Guard, Status, Value, current, trace_db_query, trace_llm_call, traced};
use std::error::Error;
use std::future::Future;
use std::path::Path;
use std::pin::pin;
use std::process::Command;
use std::task::{Poll, Waker};
use std::time::Duration;

/// More than a batch.
const MANY: u32 = 200;
const BATCH: usize = 64;

/// What was said on the command line after `emit`.
pub(crate) struct Arguments<'a> {
    pub(crate) service: &'a str,
    pub(crate) protocol: Protocol,
    pub(crate) endpoint: &'a str,
    pub(crate) folder: &'a Path,
    pub(crate) headers: &'a [String],
}

pub(crate) fn run(arguments: &Arguments<'_>) -> Result<(), Box<dyn Error>> {
    let guard = start(arguments)?;
    match arguments.service {
        "shop" => shop(arguments)?,
        "stock" => stock(arguments.headers),
        other => return Err(format!("there is no service {other}").into()),
    }
    guard.shutdown(Duration::from_secs(20)).into_result()?;
    Ok(())
}

fn start(arguments: &Arguments<'_>) -> Result<Guard, Box<dyn Error>> {
    let file = arguments.folder.join(format!("{}.jsonl", arguments.service));
    let guard = spanwright::builder(arguments.service)
        .version("1.2.3")
        .attribute("deployment.environment.name", "interop")
        .attribute("shop.shelves", vec![Value::Int(1), Value::Int(2)])
        .destination(arguments.protocol.destination(arguments.endpoint)?)
        .destination(File::create(file)?)
        .batch_spans(BATCH)
        .hook(|span| {
            if span.name == "confirm" {
                span.status = Status::Ok;
                (span.dropped_attributes, span.dropped_events, span.dropped_links) = (1, 2, 3);
            }
            for link in &mut span.links {
                link.attributes.push(("why".into(), "published".into()));
                link.attributes.push(("shelf".into(), Value::Int(17)));
            }
            true
        })
        .install_subscriber(false)
        .init()?;
    Ok(guard)
}

fn shop(arguments: &Arguments<'_>) -> Result<(), Box<dyn Error>> {
    checkout(arguments)?;
    let traceparent = format!("00-{}-00f067aa0ba902b7-01", spanwright::TraceId::random());
    let headers = [
        ("traceparent", traceparent.as_str()),
        ("tracestate", "vendor=a1,other=b2"),
    ];
    from_outside(&Propagators::default().extract(&headers).span.unwrap_or_default());
    Ok(())
}

#[derive(Debug, thiserror::Error)]
#[error("the card was declined")]
struct Declined {
    source: std::num::ParseIntError,
}

#[traced(kind = server, name = "POST /checkout")]
fn checkout(arguments: &Arguments<'_>) -> Result<(), Box<dyn Error>> {
    set_every_type();
    tell_events();
    let _ = charge("12x");
    let published = publish();
    consume(&published);
    in_one_trace_with_stock(arguments)?;
    (0..MANY).for_each(step);
    confirm();
    complete("What is left on the shelf?");
    end_in_every_way();
    Ok(())
}

fn set_every_type() {
    current()
        .set("int.least", &i64::MIN)
        .set("int.most", &i64::MAX)
        .set("int.small", &-7_i8)
        .set("int.too.wide", &u64::MAX)
        .set("float", &0.1_f64)
        .set("float.whole", &3.0_f64)
        .set("float.large", &1.5e300_f64)
        .set("bool", &true)
        .set("text", "käse <&> \"🧀\"\n\ttab")
        .set("text.empty", "")
        .set("text.number", "42")
        .set("absent", &None::<i64>)
        .set("present", &Some(5_i64))
        .set("ints", &[1_i64, -2, i64::MAX])
        .set("floats", &[0.5_f64, 2.0])
        .set("bools", &[true, false])
        .set("texts", &["a", "<b>", ""])
        .set("none", &Vec::<i64>::new())
        .set("bytes", &Value::Bytes(vec![0, 1, 0xfb, 0xff]))
        .set(
            "map",
            &Value::Map(vec![
                ("a".into(), Value::Int(1)),
                (
                    "b".into(),
                    Value::Array(vec![Value::Bool(true), Value::Float(0.25)]),
                ),
            ]),
        );
}

fn tell_events() {
    current().event("cache_miss", |_| {}).event("retry", |event| {
        event
            .set("attempt", &2)
            .set("wait", &0.75_f64)
            .set("final", &false)
            .set("reasons", &["slow", "busy"]);
    });
}

#[traced(kind = client, capture(amount), name = "charge 💳")]
fn charge(amount: &str) -> Result<u32, Declined> {
    amount.parse().map_err(|source| Declined { source })
}

/// Returns its own context, for the consumer to link to.
#[traced(kind = producer)]
fn publish() -> Context {
    Context::current()
}

#[traced(kind = consumer, new_root(link), links = [published.clone()])]
fn consume(published: &Context) {
    step(MANY);
}

#[traced(capture(number))]
fn step(number: u32) {}

/// A hook sets its status to OK, and says that the limits left something out.
#[traced]
fn confirm() {}

#[trace_llm_call(provider = "openai", model = "small", prompt = prompt, request(temperature = 0.2, max_tokens = 64))]
fn complete(prompt: &str) -> String {
    prompt.to_uppercase()
}

#[trace_db_query(system = "sqlite", query = "SELECT name FROM shelf WHERE id = 7", rows = |rows| rows.len())]
fn query() -> Vec<&'static str> {
    vec!["cheese", "bread"]
}

#[traced(kind = server, parent = outside)]
fn from_outside(outside: &spanwright::SpanContext) {
    query();
}

/// Cancelled and panicked; error and OK are elsewhere.
fn end_in_every_way() {
    #[traced]
    async fn wait_for_ever() {
        std::future::pending::<()>().await;
    }
    #[traced]
    fn fall_over() {
        std::panic::panic_any("on purpose");
    }
    {
        let mut future = pin!(wait_for_ever());
        let mut context = std::task::Context::from_waker(Waker::noop());
        assert!(matches!(future.as_mut().poll(&mut context), Poll::Pending));
    }
    // The panic is a part of the program, and no news.
    std::panic::set_hook(Box::new(|_| {}));
    let caught = std::panic::catch_unwind(fall_over);
    let _ = std::panic::take_hook();
    assert!(caught.is_err(), "the function panics");
}

#[traced(kind = client, name = "reserve")]
fn in_one_trace_with_stock(arguments: &Arguments<'_>) -> Result<(), Box<dyn Error>> {
    let mut headers: Vec<(String, String)> = Vec::new();
    Propagators::default().inject(&current().span_context(), &Baggage::default(), &mut headers);
    let status = Command::new(std::env::current_exe()?)
        .args(["emit", "stock", arguments.protocol.as_str(), arguments.endpoint])
        .arg(arguments.folder)
        .args(headers.iter().map(|(name, value)| format!("{name}={value}")))
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("the second service ended with {status}").into())
    }
}

fn stock(headers: &[String]) {
    let headers: Vec<(&str, &str)> = headers.iter().filter_map(|line| line.split_once('=')).collect();
    let caller = Propagators::default().extract(&headers).span.unwrap_or_default();
    handle(&caller);
}

#[traced(kind = server, name = "POST /reserve", parent = caller)]
fn handle(caller: &spanwright::SpanContext) {
    current().set("shelf", &17);
    query();
}
