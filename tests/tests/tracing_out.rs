//! The annotations under a stock `tracing-opentelemetry` layer, without `init()`: what arrives, and what does not.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may")]

use opentelemetry::Value;
use opentelemetry::trace::{SpanId, SpanKind, Status, TracerProvider};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use spanwright::{Capture, traced};
use std::sync::{Arc, Mutex};
use tracing_subscriber::prelude::*;

#[derive(Clone, Debug, Default)]
struct Spans(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Spans {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().unwrap().extend(batch);
        Ok(())
    }
}

impl Spans {
    /// Runs `body` with a subscriber that has nothing but a `tracing-opentelemetry` layer.
    fn of(body: impl FnOnce()) -> Self {
        let spans = Self::default();
        let provider = SdkTracerProvider::builder()
            .with_simple_exporter(spans.clone())
            .build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), body);
        provider.force_flush().unwrap();
        spans
    }

    #[track_caller]
    fn get(&self, name: &str) -> SpanData {
        let spans = self.0.lock().unwrap();
        let found: Vec<_> = spans.iter().filter(|span| span.name == name).collect();
        assert_eq!(found.len(), 1, "spans named {name} in {spans:#?}");
        found[0].clone()
    }

    fn names(&self) -> Vec<String> {
        let spans = self.0.lock().unwrap();
        spans.iter().map(|span| span.name.to_string()).collect()
    }
}

#[track_caller]
fn attribute(span: &SpanData, key: &str) -> Option<Value> {
    let all: Vec<_> = span
        .attributes
        .iter()
        .filter(|attribute| attribute.key.as_str() == key)
        .collect();
    assert!(all.len() < 2, "{key} is there twice: {all:?}");
    all.first().map(|attribute| attribute.value.clone())
}

fn text(value: &str) -> Option<Value> {
    Some(Value::String(value.to_owned().into()))
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
        .block_on(future)
}

#[traced(kind = client, capture(count, unsigned, huge, ratio, on, name, list, some, none))]
#[allow(clippy::too_many_arguments)]
fn typed(
    count: i32,
    unsigned: u64,
    huge: u64,
    ratio: f64,
    on: bool,
    name: &str,
    list: &[&str],
    some: Option<u8>,
    none: Option<u8>,
) {
}

#[test]
fn values_arrive_typed() {
    let spans = Spans::of(|| typed(-1, 2, u64::MAX, 0.5, true, "a", &["b", "c\"d"], Some(3), None));
    let span = spans.get("typed");
    assert_eq!(span.span_kind, SpanKind::Client);
    assert_eq!(span.status, Status::Unset);
    assert_eq!(span.parent_span_id, SpanId::INVALID);
    assert_eq!(attribute(&span, "count"), Some(Value::I64(-1)));
    assert_eq!(attribute(&span, "unsigned"), Some(Value::I64(2)));
    assert_eq!(attribute(&span, "huge"), text("18446744073709551615"));
    assert_eq!(attribute(&span, "ratio"), Some(Value::F64(0.5)));
    assert_eq!(attribute(&span, "on"), Some(Value::Bool(true)));
    assert_eq!(attribute(&span, "name"), text("a"));
    assert_eq!(attribute(&span, "list"), text(r#"["b","c\"d"]"#));
    assert_eq!(attribute(&span, "some"), Some(Value::I64(3)));
    assert_eq!(attribute(&span, "none"), None);
    assert_eq!(attribute(&span, "spanwright.site"), None);
    assert_eq!(
        attribute(&span, "code.file.path"),
        text(file!()),
        "the site's own place, not the runtime's"
    );
}

#[derive(Capture)]
struct Account {
    id: u32,
    plan: &'static str,
}

#[traced(capture(account))]
fn derived(account: &Account) {}

#[test]
fn keys_of_derived_values_are_declared_as_they_come() {
    let spans = Spans::of(|| derived(&Account { id: 1, plan: "free" }));
    let span = spans.get("derived");
    assert_eq!(attribute(&span, "account.id"), Some(Value::I64(1)));
    assert_eq!(attribute(&span, "account.plan"), text("free"));
}

#[derive(Debug)]
struct Declined;

impl std::fmt::Display for Declined {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("card declined, password=hunter2-planted")
    }
}

impl std::error::Error for Declined {}

#[traced]
async fn fails() -> Result<(), Declined> {
    tokio::task::yield_now().await;
    Err(Declined)
}

#[test]
fn an_error_is_the_status() {
    let spans = Spans::of(|| block_on(async { fails().await.unwrap_err() }).to_string().clear());
    let span = spans.get("fails");
    let Status::Error { description } = &span.status else {
        panic!("{:?}", span.status)
    };
    assert!(description.starts_with("card declined"), "{description}");
    assert!(!description.contains("hunter2-planted"));
    let error_type = attribute(&span, "error.type").unwrap().to_string();
    assert!(error_type.ends_with("Declined"), "{error_type}");
}

#[traced(name = format!("job {number}"))]
async fn cancelled(number: u8) {
    std::future::pending::<()>().await
}

#[test]
fn a_dropped_future_is_cancelled_and_has_its_name() {
    let spans = Spans::of(|| {
        block_on(async {
            let future = cancelled(7);
            let _ = tokio::time::timeout(std::time::Duration::ZERO, future).await;
        })
    });
    let span = spans.get("job 7");
    assert_eq!(attribute(&span, "spanwright.outcome"), text("cancelled"));
    assert_eq!(span.status, Status::Unset);
}

#[traced]
fn outer() {
    tracing::info_span!("theirs").in_scope(inner);
    std::thread::scope(|scope| {
        let context = spanwright::Context::current();
        let dispatch = tracing::dispatcher::get_default(Clone::clone);
        scope.spawn(move || {
            tracing::dispatcher::with_default(&dispatch, || context.in_scope(elsewhere));
        });
    });
}

#[traced]
fn inner() {
    detached();
}

#[traced]
fn elsewhere() {}

#[traced(new_root)]
fn detached() {}

#[test]
fn parents_hold_in_both_directions_and_across_threads() {
    let spans = Spans::of(|| tracing::info_span!("above").in_scope(outer));
    let parent_of = |name| spans.get(name).parent_span_id;
    let id_of = |name| spans.get(name).span_context.span_id();
    assert_eq!(parent_of("above"), SpanId::INVALID);
    assert_eq!(parent_of("outer"), id_of("above"));
    assert_eq!(parent_of("theirs"), id_of("outer"));
    assert_eq!(parent_of("inner"), id_of("theirs"));
    assert_eq!(parent_of("elsewhere"), id_of("outer"));
    assert_eq!(parent_of("detached"), SpanId::INVALID);
    assert_ne!(
        spans.get("detached").span_context.trace_id(),
        spans.get("outer").span_context.trace_id()
    );
}

#[traced(fields(known = field::Empty))]
fn late() {
    tracing::Span::current().record("known", 1);
    spanwright::current().set("unknown", &2);
}

#[traced(fields(known = field::Empty))]
fn late_by_hand() {
    spanwright::current().set("known", &1);
}

#[test]
fn late_attributes_arrive_where_they_are_declared() {
    let spans = Spans::of(|| {
        late();
        late_by_hand();
    });
    assert_eq!(attribute(&spans.get("late"), "known"), Some(Value::I64(1)));
    assert_eq!(attribute(&spans.get("late"), "unknown"), None);
    assert_eq!(
        attribute(&spans.get("late_by_hand"), "known"),
        Some(Value::I64(1))
    );
}

#[traced(capture(authorization, body, nested), fields(api_key = key))]
fn secrets(authorization: &str, body: &str, nested: &[&str], key: &str) {
    spanwright::current().set("body", &format!("{body} again"));
}

#[test]
fn no_planted_secret_passes() {
    const PLANTED: [&str; 4] = [
        "planted-basic",
        "sk-proj-planted0planted0planted0planted0planted0",
        "ghp_planted0planted0planted0planted0plan",
        "planted-key",
    ];
    let spans = Spans::of(|| {
        spanwright::span!("named").in_scope(|| {
            spanwright::current().name(&format!("call with {}", PLANTED[2]));
        });
        secrets(
            &format!("Basic {}", PLANTED[0]),
            &format!("use {} here", PLANTED[1]),
            &["fine", PLANTED[2]],
            PLANTED[3],
        );
    });
    let seen = format!("{:?}", spans.0.lock().unwrap());
    for secret in PLANTED {
        assert!(!seen.contains(secret), "{secret} in {seen}");
    }
    assert!(seen.contains("fine"));
    assert_eq!(attribute(&spans.get("secrets"), "api_key"), text("[REDACTED]"));
}

#[traced(level = "debug")]
fn detail() {}

#[test]
fn a_filter_of_the_subscriber_holds() {
    let spans = Spans::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(spans.clone())
        .build();
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("test"))
        .with_filter(tracing_subscriber::filter::LevelFilter::INFO);
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
        detail();
        inner();
    });
    assert_eq!(spans.names(), ["detached", "inner"]);
}
