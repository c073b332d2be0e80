//! One trace: ten spans of five services.

use fastrand::Rng;

use super::Data;
use super::attribute::Attribute;
use crate::model::Nanos;
use crate::wire::Message;

/// Spans of a trace.
pub(super) const SPANS: usize = 10;

const SERVICES: [&str; 5] = ["gateway", "chat", "retrieval", "models", "ledger"];
const PERSONAS: [&str; 6] = ["noor", "maestro", "concierge", "analyst", "tutor", "critic"];
const MODELS: [&str; 4] = ["gpt-4o", "claude-sonnet", "llama-3-70b", "mistral-small"];
const ROUTES: [&str; 8] = [
    "/chat",
    "/chat/stream",
    "/sessions",
    "/tools",
    "/search",
    "/upload",
    "/feedback",
    "/health",
];
const TABLES: [&str; 6] = [
    "messages",
    "sessions",
    "accounts",
    "documents",
    "embeddings",
    "invoices",
];
const REGIONS: [&str; 3] = ["eu-west-1", "us-east-1", "ap-south-1"];

/// The spans of each service, as `ScopeSpans` holds them.
#[derive(Default)]
pub(super) struct Services([Message; SERVICES.len()]);

impl Services {
    /// The request of all spans.
    pub(super) fn request(&self) -> Vec<u8> {
        let mut request = Message::default();
        for (name, spans) in SERVICES
            .iter()
            .zip(&self.0)
            .filter(|(_, spans)| !spans.0.is_empty())
        {
            let mut resource = Message::default();
            resource
                .attribute(1, "service.name", &Attribute::Text(name))
                .attribute(1, "service.version", &Attribute::Text("1.4.2"))
                .attribute(1, "deployment.environment.name", &Attribute::Text("demo"));
            let mut scope = Message::default();
            let mut library = Message::default();
            library.bytes(1, b"spanwright.generate").bytes(2, b"1");
            scope.message(1, &library);
            scope.0.extend_from_slice(&spans.0);
            let mut all = Message::default();
            all.message(1, &resource).message(2, &scope);
            request.message(1, &all);
        }
        request.0
    }
}

/// Where a span stands: service, parent, name, OTLP's kind, and which part of the parent's time it has, in percent.
struct Step(usize, Option<usize>, &'static str, u64, u64, u64);

const STEPS: [Step; SPANS] = [
    Step(0, None, "POST", 2, 0, 100),
    Step(0, Some(0), "authorize", 1, 1, 6),
    Step(1, Some(0), "chat.handle", 2, 8, 98),
    Step(1, Some(2), "session.load", 3, 2, 10),
    Step(2, Some(2), "retrieve", 2, 10, 30),
    Step(2, Some(4), "SELECT", 3, 10, 90),
    Step(3, Some(2), "llm.call", 3, 32, 88),
    Step(3, Some(6), "tokenize", 1, 0, 5),
    Step(1, Some(2), "execute_tool", 1, 88, 94),
    Step(4, Some(2), "INSERT", 3, 94, 99),
];

/// Adds a trace. Gives how many spans it has.
pub(super) fn add(services: &mut Services, random: &mut Rng, data: Data, start: Nanos) -> usize {
    let trace: [u8; 16] = random.u128(1..).to_be_bytes();
    // Most take milliseconds, few take seconds.
    let whole = (2e6 * 10_f64.powf(random.f64() * 3.3)) as u64;
    let failed = random.u8(..) < 5;
    let ids: [u64; SPANS] = std::array::from_fn(|_| random.u64(1..));
    let mut times = [(start, whole); SPANS];
    for (place, Step(service, parent, name, kind, from, to)) in STEPS.iter().enumerate() {
        let (of, length) = parent.map_or((start, whole), |parent| times[parent]);
        let begin = of + length * from / 100 + random.u64(..1000);
        let end = of + length * to / 100;
        times[place] = (begin, end.saturating_sub(begin));
        let mut span = Message::default();
        span.bytes(1, &trace).bytes(2, &ids[place].to_be_bytes());
        if let Some(parent) = parent {
            span.bytes(4, &ids[*parent].to_be_bytes());
        }
        let route = ROUTES[random.usize(..ROUTES.len())];
        let name = match place {
            0 => format!("POST {route}"),
            5 | 9 => format!("{name} {}", TABLES[random.usize(..TABLES.len())]),
            _ => (*name).to_owned(),
        };
        span.bytes(5, name.as_bytes())
            .varint(6, *kind)
            .fixed64(7, begin)
            .fixed64(8, end.max(begin));
        attributes(&mut span, random, data, route, place);
        if failed && matches!(place, 0 | 2 | 6) {
            failure(&mut span, data, end);
        }
        services.0[*service].message(2, &span);
    }
    SPANS
}

fn attributes(span: &mut Message, random: &mut Rng, data: Data, route: &str, place: usize) {
    let pick = |random: &mut Rng, from: &[&'static str]| from[random.usize(..from.len())];
    span.attribute(9, "persona", &Attribute::Text(pick(random, &PERSONAS)))
        .attribute(9, "cloud.region", &Attribute::Text(pick(random, &REGIONS)))
        .attribute(9, "http.route", &Attribute::Text(route))
        .attribute(
            9,
            "http.response.status_code",
            &Attribute::Int(if random.u8(..) < 6 { 500 } else { 200 }),
        )
        .attribute(9, "session.shard", &Attribute::Int(random.i64(0..64)))
        .attribute(9, "cache.hit", &Attribute::Bool(random.bool()))
        .attribute(9, "retry.count", &Attribute::Int(random.i64(0..3)))
        .attribute(9, "gen_ai.request.model", &Attribute::Text(pick(random, &MODELS)))
        .attribute(
            9,
            "gen_ai.usage.input_tokens",
            &Attribute::Int(random.i64(10..4000)),
        )
        .attribute(
            9,
            "gen_ai.request.temperature",
            &Attribute::Double(f64::from(random.u8(0..11)) / 10.0),
        );
    if data == Data::Rich {
        rich(span, random, place);
    }
}

fn rich(span: &mut Message, random: &mut Rng, place: usize) {
    span.attribute(9, "request.id", &Attribute::Text(&uuid(random)));
    if place.is_multiple_of(3) {
        span.attribute(9, "session.id", &Attribute::Text(&uuid(random)));
    }
    if matches!(place, 5 | 9) {
        let table = TABLES[random.usize(..TABLES.len())];
        let statement = format!(
            "SELECT id, body, created_at FROM {table} WHERE account_id = ? AND created_at > ? ORDER BY created_at \
             DESC LIMIT {}",
            random.u8(1..100)
        );
        span.attribute(9, "db.query.text", &Attribute::Text(&statement));
    }
}

fn uuid(random: &mut Rng) -> String {
    let hex = format!("{:032x}", random.u128(..));
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

/// An error's status, and for rich data the exception with its stack.
fn failure(span: &mut Message, data: Data, time: Nanos) {
    let mut status = Message::default();
    status.bytes(2, b"upstream timed out").varint(3, 2);
    span.message(15, &status);
    if data == Data::Rich {
        let stack: String = (0..12)
            .map(|line| {
                format!(
                    "   {line}: chat::handlers::step_{line}\n             at src/handlers.rs:{}\n",
                    line * 17
                )
            })
            .collect();
        let mut event = Message::default();
        event
            .fixed64(1, time)
            .bytes(2, b"exception")
            .attribute(3, "exception.type", &Attribute::Text("UpstreamTimeout"))
            .attribute(3, "exception.message", &Attribute::Text("upstream timed out"))
            .attribute(3, "exception.stacktrace", &Attribute::Text(&stack));
        span.message(11, &event);
    }
}
