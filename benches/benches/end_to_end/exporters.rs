//! The systems, each with its defaults, over OTLP/HTTP with protobuf.

use fastrace::local::LocalSpan;
use fastrace::prelude::{Span, SpanContext};
use fastrace_opentelemetry::OpenTelemetryReporter;
use opentelemetry::InstrumentationScope;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use spanwright::destination::Otlp;
use spanwright::{DropReason, Guard, Health, traced};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::error::Error;
use std::hint::black_box;
use std::time::Duration;
use tracing::instrument;
use tracing_subscriber::layer::SubscriberExt;

const CHILDREN: i64 = 10;
const USER: &str = "user-4711";
const QUERY: &str = "orders by customer";
const BYTES: i64 = 65_536;
const DEADLINE: Duration = Duration::from_secs(30);

/// A running system.
pub(crate) enum Exporter {
    Ours(Guard),
    TracingOpentelemetry(SdkTracerProvider),
    Fastrace,
}

pub(crate) fn start(system: &str, port: u16) -> Result<Exporter, Box<dyn Error>> {
    let root = format!("http://127.0.0.1:{port}");
    match system {
        "spanwright" => {
            let builder = spanwright::builder("benches").destination(Otlp::http(root));
            Ok(Exporter::Ours(builder.install_subscriber(false).init()?))
        }
        "tracing-opentelemetry" => {
            let provider = SdkTracerProvider::builder()
                .with_batch_exporter(exporter(&root)?)
                .build();
            let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("benches"));
            // Its HTTP client and its own events are not to be traced.
            let filter = tracing_subscriber::filter::Targets::new()
                .with_target("end_to_end", tracing::level_filters::LevelFilter::INFO);
            let subscriber =
                tracing_subscriber::registry().with(tracing_subscriber::Layer::with_filter(layer, filter));
            tracing::subscriber::set_global_default(subscriber)?;
            Ok(Exporter::TracingOpentelemetry(provider))
        }
        "fastrace" => {
            let reporter = OpenTelemetryReporter::new(
                exporter(&root)?,
                Cow::Owned(Resource::builder().build()),
                InstrumentationScope::builder("benches").build(),
            );
            fastrace::set_reporter(reporter, fastrace::collector::Config::default());
            Ok(Exporter::Fastrace)
        }
        other => Err(format!("no system {other}").into()),
    }
}

fn exporter(root: &str) -> Result<SpanExporter, Box<dyn Error>> {
    Ok(SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{root}/v1/traces"))
        .build()?)
}

impl Exporter {
    pub(crate) fn requests(&self, count: u64) {
        for _ in 0..count {
            match self {
                Self::Ours(_) => request(USER, QUERY, BYTES),
                Self::TracingOpentelemetry(_) => instrumented_request(USER, QUERY, BYTES),
                Self::Fastrace => fast_request(USER, QUERY, BYTES),
            }
        }
    }

    /// Shuts it down, and says what it knows to be lost; `None` where it does not say.
    pub(crate) fn finish(self) -> Result<Option<BTreeMap<String, u64>>, Box<dyn Error>> {
        match self {
            Self::Ours(guard) => Ok(Some(lost(&guard.shutdown(DEADLINE).health))),
            Self::TracingOpentelemetry(provider) => {
                provider.shutdown()?;
                Ok(None)
            }
            Self::Fastrace => {
                fastrace::flush();
                Ok(None)
            }
        }
    }
}

fn lost(health: &Health) -> BTreeMap<String, u64> {
    let mut lost = BTreeMap::new();
    let mut add = |(reason, count): (&DropReason, &u64)| {
        *lost.entry(reason.as_str().to_owned()).or_default() += count;
    };
    health.dropped.iter().for_each(&mut add);
    for destination in &health.destinations {
        destination.dropped.iter().for_each(&mut add);
    }
    lost
}

#[traced]
#[inline(never)]
fn request(user: &str, query: &str, bytes: i64) {
    for items in 0..CHILDREN {
        child(user, query, items, bytes);
    }
}

#[traced(capture(user, query, items, bytes))]
#[inline(never)]
pub(crate) fn child(user: &str, query: &str, items: i64, bytes: i64) {
    black_box(items);
}

#[instrument(skip_all)]
#[inline(never)]
fn instrumented_request(user: &str, query: &str, bytes: i64) {
    for items in 0..CHILDREN {
        instrumented_child(user, query, items, bytes);
    }
}

#[instrument(skip_all, fields(user = user, query = query, items = items, bytes = bytes))]
#[inline(never)]
fn instrumented_child(user: &str, query: &str, items: i64, bytes: i64) {
    black_box(items);
}

#[inline(never)]
fn fast_request(user: &'static str, query: &'static str, bytes: i64) {
    let root = Span::root("request", SpanContext::random());
    let _guard = root.set_local_parent();
    for items in 0..CHILDREN {
        fast_child(user, query, items, bytes);
    }
}

#[inline(never)]
fn fast_child(user: &'static str, query: &'static str, items: i64, bytes: i64) {
    let _span = LocalSpan::enter_with_local_parent("child").with_properties(|| {
        [
            ("user", Cow::Borrowed(user)),
            ("query", Cow::Borrowed(query)),
            ("items", Cow::Owned(items.to_string())),
            ("bytes", Cow::Owned(bytes.to_string())),
        ]
    });
    black_box(items);
}
