//! `init()` and the builder.

use super::delivery::Delivery;
use super::destinations;
use super::endings::Endings;
use super::error::InitError;
use super::guard::{self, Guard};
use crate::config::{Content, ExceptionSignal, GivenService, ProcessFacts, Settings};
use crate::context::SpanContext;
use crate::destination::{Destination, IntoDestination};
use crate::id::TraceId;
use crate::limits::Limits;
use crate::llm;
use crate::pipeline::{self, Hook, Plan, Preparation};
use crate::propagate::{self, Format, Propagators};
use crate::record::{Kind, SpanRecord};
use crate::recorder::{self, Decide, Mode};
use crate::redact::Redactor;
use crate::sampler::{Keep, SampleRequest, Sampler};
use crate::site::{self, Filter};
use crate::value::{Key, Value};
use std::sync::{Arc, Mutex, PoisonError};

/// Starts Spanwright as the environment says (`docs/environment.md`). With nothing said, spans are shown as a tree
/// on stderr where that is a terminal.
///
/// A variable with a value that cannot be used is reported once on stderr, by name, and the default holds.
///
/// # Errors
/// When it runs already, or a destination that the environment asks for cannot be built.
pub fn init() -> Result<Guard, InitError> {
    Builder::new(None).init()
}

/// Starts Spanwright with this service name; the environment is obeyed for all that is not said here.
///
/// ```no_run
/// # fn main() -> Result<(), spanwright::InitError> {
/// let guard = spanwright::builder("checkout").version(env!("CARGO_PKG_VERSION")).init()?;
/// # drop(guard);
/// # Ok(())
/// # }
/// ```
pub fn builder(service_name: impl Into<String>) -> Builder {
    Builder::new(Some(service_name.into()))
}

/// How Spanwright starts; from [`builder`].
#[must_use = "nothing starts before `init()` is called"]
pub struct Builder {
    service: GivenService,
    destinations: Vec<Box<dyn Destination>>,
    errors: Vec<InitError>,
    sampler: Option<Sampler>,
    redactor: Redactor,
    limits: Option<Limits>,
    hooks: Vec<Hook>,
    filter: Option<Filter>,
    propagators: Option<Propagators>,
    legacy_names: Option<bool>,
    backtraces: Option<bool>,
    content: Option<Content>,
    pub(super) delivery: Delivery,
    pub(super) endings: Endings,
    tracing_spans: bool,
    #[cfg(feature = "subscriber")]
    subscriber: crate::bridge::Subscriber,
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder")
            .field("service", &self.service.name)
            .finish_non_exhaustive()
    }
}

impl Builder {
    fn new(name: Option<String>) -> Self {
        Self {
            service: GivenService {
                name,
                ..GivenService::default()
            },
            destinations: Vec::new(),
            errors: Vec::new(),
            sampler: None,
            redactor: Redactor::default(),
            limits: None,
            hooks: Vec::new(),
            filter: None,
            propagators: None,
            legacy_names: None,
            backtraces: None,
            content: None,
            delivery: Delivery::default(),
            endings: Endings::default(),
            tracing_spans: false,
            #[cfg(feature = "subscriber")]
            subscriber: crate::bridge::Subscriber::default(),
        }
    }

    /// `service.version`
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.service.version = Some(version.into());
        self
    }

    /// An attribute of the resource.
    pub fn attribute(mut self, key: impl Into<Key>, value: impl Into<Value>) -> Self {
        self.service.attributes.push((key.into(), value.into()));
        self
    }

    /// Adds a destination. Those that the environment names are added to these; with neither, spans are shown on
    /// stderr where that is a terminal.
    pub fn destination(mut self, destination: impl IntoDestination) -> Self {
        match destination.into_destination() {
            Ok(destination) => self.destinations.push(destination),
            Err(error) => self.errors.push(InitError::Destination {
                name: "in code".into(),
                message: error.to_string(),
            }),
        }
        self
    }

    /// Decides which traces are recorded; default: parents decide, and all new traces are.
    pub fn sampler(mut self, sampler: Sampler) -> Self {
        self.sampler = Some(sampler);
        self
    }

    /// Replaces the redaction rules.
    pub fn redactor(mut self, redactor: Redactor) -> Self {
        self.redactor = redactor;
        self
    }

    /// Replaces the limits, those from the environment too.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = Some(limits);
        self
    }

    /// A hook that sees each ended span before redaction, on the pipeline's thread. It may change the span;
    /// `false` drops it. A hook that panics loses that span, which is counted.
    pub fn hook(mut self, hook: impl Fn(&mut SpanRecord) -> bool + Send + Sync + 'static) -> Self {
        self.hooks.push(Arc::new(hook));
        self
    }

    /// Which sites record, such as `"app::db=off,info"`.
    pub fn trace_filter(mut self, filter: &str) -> Self {
        match filter.parse() {
            Ok(filter) => self.filter = Some(filter),
            Err(error) => self.errors.push(InitError::Filter(error)),
        }
        self
    }

    /// Which headers are read and written; default: `tracecontext` and `baggage`.
    pub fn propagators(mut self, propagators: Propagators) -> Self {
        self.propagators = Some(propagators);
        self
    }

    /// Also writes the names that the systems in `docs/legacy-names.md` use, and their headers.
    pub fn legacy_names(mut self, on: bool) -> Self {
        self.legacy_names = Some(on);
        self
    }

    /// Records a backtrace with each exception; default off.
    pub fn backtraces(mut self, on: bool) -> Self {
        self.backtraces = Some(on);
        self
    }

    /// Whether prompts and answers are captured as attributes of the span; default off.
    pub fn capture_content(mut self, on: bool) -> Self {
        self.content = Some(if on { Content::Span } else { Content::Off });
        self
    }

    /// Makes a `tracing` span for each of ours too, for subscribers that want them; default off once this has
    /// started, since it costs much more than the span itself.
    pub fn tracing_spans(mut self, on: bool) -> Self {
        self.tracing_spans = on;
        self
    }

    /// What is written to stderr of `tracing`'s events; default text, as `RUST_LOG` says.
    #[cfg(feature = "subscriber")]
    pub fn logs(mut self, logs: crate::bridge::Logs) -> Self {
        self.subscriber.logs = logs;
        self
    }

    /// Adds a `tracing` layer of one's own to the subscriber that is installed.
    #[cfg(feature = "subscriber")]
    pub fn layer(
        mut self,
        layer: impl tracing_subscriber::Layer<tracing_subscriber::Registry> + Send + Sync,
    ) -> Self {
        self.subscriber.layers.push(Box::new(layer));
        self
    }

    /// Whether a global `tracing` subscriber is installed where there is none; default on.
    #[cfg(feature = "subscriber")]
    pub fn install_subscriber(mut self, on: bool) -> Self {
        self.subscriber.install = on;
        self
    }

    /// Starts it.
    ///
    /// # Errors
    /// All that is wrong at once: see [`InitError`].
    pub fn init(mut self) -> Result<Guard, InitError> {
        // One at a time: of two that race the second finds the first's pipeline.
        static STARTING: Mutex<()> = Mutex::new(());
        let _one = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        if pipeline::is_running() {
            return Err(InitError::AlreadyInitialised);
        }
        let settings = Settings::from_process();
        let mut errors = std::mem::take(&mut self.errors);
        let sampler = self
            .sampler
            .take()
            .or_else(|| settings.sampler.clone())
            .unwrap_or_default();
        errors.extend(sampler.check().err().map(InitError::Sampler));
        let (destinations, notes) =
            destinations::collect(std::mem::take(&mut self.destinations), &settings, &mut errors);
        let filter = settings.trace_filter.clone().or(self.filter.clone());
        if let Some(error) = InitError::of(errors) {
            return Err(error);
        }
        super::diagnosis::remember(&settings, &notes);
        super::diagnosis::print_problems(&settings, &notes);
        self.set_propagators(&settings);
        if settings.disabled {
            // No spans, but the program's log lines are none of this variable's business.
            #[cfg(feature = "subscriber")]
            crate::bridge::install(self.subscriber);
            recorder::set_mode(Mode::Down);
            return Ok(Guard::inert());
        }
        let plan = self.plan(&settings, sampler.keep());
        self.set_process_wide(&settings, sampler, filter);
        pipeline::start(plan, destinations)?;
        #[cfg(unix)]
        super::forks::watch();
        crate::raw::at_exit(guard::at_exit);
        let endings = self.endings.install();
        #[cfg(feature = "subscriber")]
        crate::bridge::install(self.subscriber);
        let mode = if self.tracing_spans {
            Mode::ActiveWithTracing
        } else {
            Mode::Active
        };
        recorder::set_mode(mode);
        let guard = Guard::armed();
        endings?;
        Ok(guard)
    }

    fn set_propagators(&self, settings: &Settings) {
        let mut propagators = self
            .propagators
            .clone()
            .or(settings.propagators.clone())
            .unwrap_or_default();
        if self.writes_legacy_names(settings) {
            let mut formats = propagators.formats().to_vec();
            if !formats.contains(&Format::Legacy) {
                formats.push(Format::Legacy);
            }
            propagators = Propagators::new(formats);
        }
        propagate::set_propagators(propagators);
    }

    fn writes_legacy_names(&self, settings: &Settings) -> bool {
        self.legacy_names.unwrap_or(settings.semantics.legacy_names)
    }

    fn plan(&self, settings: &Settings, keep: Keep) -> Plan {
        let process = ProcessFacts::detect();
        let mut resource = settings.resource.build(&self.service, &process);
        let _ = self.redactor.redact_resource(&mut resource);
        Plan {
            resource: Arc::new(resource),
            in_child: Arc::new(move |inherited| process.for_child(inherited)),
            preparation: Preparation {
                redactor: self.redactor.clone(),
                limits: self.limits.unwrap_or(settings.limits),
                legacy_names: self.writes_legacy_names(settings),
            },
            hooks: self.hooks.clone(),
            keep,
            delay: self.delivery.delay(&settings.span_batches),
            batch_records: self
                .delivery
                .batch_records
                .unwrap_or(settings.span_batches.batch_records),
            batch_bytes: crate::config::BATCH_BYTES,
            log_delay: self.delivery.delay(&settings.log_batches),
            log_records: settings.log_batches.batch_records,
            queue_bytes: self.delivery.queue_bytes.unwrap_or(settings.queue_bytes),
            policy: self.delivery.policy(settings),
            #[cfg(feature = "spool")]
            spool: self
                .delivery
                .spool
                .clone()
                .or_else(|| super::spool::named(&settings.spool)),
            switched_off: settings.disabled_destinations.clone(),
            metrics: self.delivery.measures(),
            self_metrics: self.delivery.self_metrics.unwrap_or(settings.self_metrics),
            silent: settings.log_level < crate::config::LogLevel::Warn,
            metric_interval: settings.metric_timing.interval,
        }
    }

    fn set_process_wide(&self, settings: &Settings, sampler: Sampler, filter: Option<Filter>) {
        recorder::set_holds(sampler.keep() != Keep::default());
        // What the default says, the recorder knows by itself.
        let asked = (!sampler.is_default()).then(|| Arc::new(Sampling(sampler)) as Arc<dyn Decide>);
        recorder::decide_with(asked);
        crate::bridge::set_redactor(self.redactor.clone());
        recorder::set_backtraces(self.backtraces.unwrap_or(settings.semantics.backtrace));
        recorder::set_exception_signal(match settings.semantics.exceptions {
            ExceptionSignal::Events => recorder::ExceptionSignal::Events,
            ExceptionSignal::Logs => recorder::ExceptionSignal::Logs,
            ExceptionSignal::LogsAndEvents => recorder::ExceptionSignal::Both,
        });
        recorder::set_capture(settings.semantics.capture);
        set_content(
            self.content.unwrap_or(settings.semantics.content),
            settings.semantics.capture,
        );
        if let Some(filter) = filter {
            site::set_filter(filter);
        }
    }
}

/// A sampler behind the recorder's own trait.
struct Sampling(Sampler);

impl Decide for Sampling {
    fn decide(&self, trace_id: TraceId, parent: Option<&SpanContext>, name: &str, kind: Kind) -> bool {
        self.0.sample(&SampleRequest {
            trace_id,
            parent,
            name,
            kind,
        })
    }
}

/// `SPANWRIGHT_CAPTURE=off` forbids content whatever an annotation says.
fn set_content(content: Content, capture: bool) {
    let mode = match content {
        Content::Off => llm::Mode::Off,
        Content::Span => llm::Mode::Attributes,
        Content::Event => llm::Mode::Events,
        Content::SpanAndEvent => llm::Mode::Both,
    };
    llm::set_content_mode(capture.then_some(mode));
}
