//! Traces that look like real ones: the same seed, the same traces.

use super::maker::{Maker, int, text};
use crate::model::{Event, Kind, Link, LogRecord, Nanos, SpanId, Trace, Value};

/// A moment for tests.
pub(in crate::web) const NOW: Nanos = 1_790_000_000_000_000_000;
const MS: Nanos = 1_000_000;

/// `count` traces of the hours before `now`.
pub(in crate::web) fn sample_traces(now: Nanos, count: u64) -> Vec<Trace> {
    (1..=count)
        .map(|number| {
            let start = now - number * number * 900 * MS - 2_000 * MS;
            match number % 4 {
                0 => login(number, start),
                _ => chat(number, start),
            }
        })
        .collect()
}

fn login(number: u64, start: Nanos) -> Trace {
    let mut maker = Maker::new(number);
    let took = (8 + maker.random(40)) * MS;
    let root = maker.span(None, "web", "POST /login", Kind::Server, start, took);
    maker.with(
        root,
        vec![
            text("http.request.method", "POST"),
            int("http.response.status_code", 200),
        ],
    );
    let query = maker.span(
        Some(root),
        "web",
        "SELECT users",
        Kind::Client,
        start + 2 * MS,
        took / 3,
    );
    maker.with(
        query,
        vec![
            text("db.system.name", "postgresql"),
            text("db.query.text", "SELECT id, hash FROM users WHERE email = ?"),
        ],
    );
    let mail = maker.span(
        Some(root),
        "mailer",
        "send mail",
        Kind::Consumer,
        start + took + 300 * MS,
        120 * MS,
    );
    maker.with(mail, vec![text("messaging.system", "nats")]);
    maker.done()
}

/// A question to an assistant: about 60 spans, in five services.
fn chat(number: u64, start: Nanos) -> Trace {
    let mut maker = Maker::new(number);
    let slow = 1 + maker.random(9) * maker.random(3);
    let took = (900 + maker.random(600)) * slow * MS;
    let root = maker.span(
        None,
        "web",
        "POST /chat/{conversation}",
        Kind::Server,
        start,
        took + 60 * MS,
    );
    maker.with(
        root,
        vec![
            text("http.request.method", "POST"),
            text("url.path", "/chat/7f3a"),
            int(
                "http.response.status_code",
                if number.is_multiple_of(7) { 502 } else { 200 },
            ),
            ("user.signed_in".to_owned(), Value::Bool(true)),
        ],
    );
    let call = maker.span(
        Some(root),
        "web",
        "POST",
        Kind::Client,
        start + 4 * MS,
        took + 50 * MS,
    );
    // Its clock is 70 ms behind.
    let skew = 70 * MS;
    let chat = maker.span(
        Some(call),
        "josoor-backend",
        "chat.answer",
        Kind::Server,
        start + 10 * MS - skew,
        took,
    );
    maker.with(
        chat,
        vec![
            text("persona", if number.is_multiple_of(2) { "noor" } else { "sami" }),
            text("session.id", "s-1882"),
        ],
    );
    let base = start + 10 * MS - skew;
    memory(&mut maker, chat, base);
    let mut at = base + 60 * MS;
    let step = took / 6;
    for round in 0..4 {
        let llm = maker.span(Some(chat), "josoor-backend", "llm.call", Kind::Client, at, step);
        maker.with(
            llm,
            vec![
                text("gen_ai.provider.name", "anthropic"),
                text("gen_ai.request.model", "large-3"),
                int("gen_ai.usage.input_tokens", 1_800 + round * 411),
                int("gen_ai.usage.output_tokens", 240),
                ("gen_ai.request.temperature".to_owned(), Value::Double(0.7)),
                (
                    "gen_ai.response.finish_reasons".to_owned(),
                    Value::Array(vec![Value::Text("tool_use".to_owned())]),
                ),
            ],
        );
        let span = &mut maker.trace.spans[llm];
        span.events.push(Event {
            time: at + step / 3,
            name: "first chunk".to_owned(),
            attributes: vec![int("gen_ai.chunk", 1)],
            dropped_attributes: 0,
        });
        tools(&mut maker, chat, at + step, step / 2);
        at += step + step / 2;
        if at + step > base + took {
            break;
        }
    }
    finish(&mut maker, chat, number);
    maker.done()
}

fn memory(maker: &mut Maker, chat: usize, base: Nanos) {
    let recall = maker.span(
        Some(chat),
        "josoor-backend",
        "memory.recall",
        Kind::Internal,
        base + 2 * MS,
        50 * MS,
    );
    for part in 0..5 {
        let wait = maker.random(8);
        let query = maker.span(
            Some(recall),
            "josoor-backend",
            "SELECT memories",
            Kind::Client,
            base + (3 + wait) * MS,
            (20 + part * 5) * MS,
        );
        maker.with(
            query,
            vec![
                text("db.system.name", "postgresql"),
                text(
                    "db.query.text",
                    "SELECT text, score FROM memories WHERE user_id = ? ORDER BY embedding <-> ? LIMIT 8",
                ),
                int("db.response.returned_rows", 8),
            ],
        );
    }
}

fn tools(maker: &mut Maker, chat: usize, from: Nanos, took: Nanos) {
    let tools = ["weather.lookup", "calendar.search", "notes.append"];
    let all = maker.span(
        Some(chat),
        "josoor-backend",
        "tools.run",
        Kind::Internal,
        from,
        took,
    );
    for (at, tool) in (0..).zip(tools) {
        let call = maker.span(
            Some(all),
            "josoor-backend",
            &format!("execute_tool {tool}"),
            Kind::Client,
            from + at * MS,
            took - (at + 1) * took / 5,
        );
        maker.with(
            call,
            vec![
                text("gen_ai.tool.name", tool),
                text("mcp.method.name", "tools/call"),
            ],
        );
        let server = maker.span(
            Some(call),
            "mcp-router",
            tool,
            Kind::Server,
            from + (at + 3) * MS,
            took / 2,
        );
        let fetch = maker.span(
            Some(server),
            "mcp-router",
            "GET",
            Kind::Client,
            from + (at + 5) * MS,
            took / 3,
        );
        maker.with(
            fetch,
            vec![
                text("url.full", "https://api.weather.example/v2/forecast?q=amman"),
                int("http.response.status_code", 200),
            ],
        );
        let cache = maker.span(
            Some(server),
            "mcp-router",
            "cache.store",
            Kind::Internal,
            from + took / 3 + (at + 6) * MS,
            took / 12,
        );
        maker.with(cache, vec![("cache.hit".to_owned(), Value::Bool(false))]);
    }
}

fn finish(maker: &mut Maker, chat: usize, number: u64) {
    let (end, id) = (maker.trace.spans[chat].end, maker.trace.spans[chat].span_id);
    let span = maker.trace.spans[chat].clone();
    maker.trace.logs.push(LogRecord {
        trace_id: span.trace_id,
        span_id: id,
        time: end - 30 * MS,
        severity: 13,
        severity_text: "WARN".to_owned(),
        body: Value::Text("answer was cut at 4,096 tokens".to_owned()),
        attributes: vec![int("tokens", 4096)],
        dropped_attributes: 0,
        event_name: String::new(),
        resource: span.resource.clone(),
        scope: span.scope.clone(),
    });
    let save = maker.span(
        Some(chat),
        "josoor-backend",
        "conversation.save",
        Kind::Internal,
        end - 40 * MS,
        30 * MS,
    );
    maker.trace.spans[save].links.push(Link {
        trace_id: Maker::new(4).trace.id,
        span_id: SpanId([0xa0, 0, 0, 0, 0, 0x40, 0, 1]),
        attributes: vec![text("reason", "same session")],
        ..Link::default()
    });
    if number.is_multiple_of(7) {
        maker.fail(
            save,
            "josoor::llm::CallError",
            "the model answered 529: overloaded, try again",
        );
        maker.fail(
            chat,
            "josoor::llm::CallError",
            "the model answered 529: overloaded, try again",
        );
    }
    if number.is_multiple_of(5) {
        let lost = maker.span(
            None,
            "billing",
            "usage.record",
            Kind::Server,
            end + 5 * MS,
            12 * MS,
        );
        maker.trace.spans[lost].parent_id = Some(SpanId([0xee; 8]));
    }
}

/// One trace of `count` spans.
pub(in crate::web) fn large(now: Nanos, count: usize) -> Trace {
    let mut maker = Maker::new(77);
    let start = now - 3_600_000 * MS;
    let whole = 60_000 * MS;
    maker.span(None, "scheduler", "nightly import", Kind::Internal, start, whole);
    let services = [
        "scheduler",
        "importer",
        "parser",
        "postgres-proxy",
        "search-index",
    ];
    while maker.trace.spans.len() < count {
        let made = maker.trace.spans.len() as u64;
        let back = maker.random(40).min(made - 1);
        let parent = usize::try_from(made - 1 - back).expect("a place");
        let (from, took) = (
            maker.trace.spans[parent].start,
            maker.trace.spans[parent].duration(),
        );
        let parent = if took < 100_000 { 0 } else { parent };
        let (from, took) = if parent == 0 { (start, whole) } else { (from, took) };
        let wait = took / 100 * maker.random(80);
        let took = (took - wait) / 100 * (5 + maker.random(85));
        let above = maker.trace.spans[parent].service().to_owned();
        let below = services
            .iter()
            .position(|service| *service == above)
            .expect("one of them")
            + 1;
        let service = if maker.random(3) == 0 {
            services[below.min(4)]
        } else {
            services[below - 1]
        };
        let name = format!("step {}", maker.random(40));
        let at = maker.span(Some(parent), service, &name, Kind::Internal, from + wait, took);
        maker.with(at, vec![int("row", i64::try_from(made).expect("a number"))]);
        if maker.random(300) == 0 {
            maker.fail(at, "ParseError", "unexpected end of line");
        }
    }
    maker.done()
}

/// A trace whose every text tries to be markup or script.
pub(in crate::web) fn hostile(now: Nanos) -> Trace {
    let evil = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}";
    let mut maker = Maker::new(99);
    let root = maker.span(None, evil, evil, Kind::Server, now - 5_000 * MS, 100 * MS);
    maker.with(
        root,
        vec![
            text(evil, evil),
            ("bytes".to_owned(), Value::Bytes(evil.as_bytes().to_vec())),
        ],
    );
    maker.fail(root, evil, evil);
    let child = maker.span(
        Some(root),
        "javascript:alert(1)",
        "</title></script><!--",
        Kind::Client,
        now - 4_990 * MS,
        10 * MS,
    );
    maker.trace.spans[child].trace_state = evil.to_owned();
    let span_id = maker.trace.spans[root].span_id;
    maker.trace.spans[child].links.push(Link {
        trace_id: maker.trace.id,
        span_id,
        attributes: vec![text(evil, evil)],
        ..Link::default()
    });
    let mut trace = maker.done();
    let span = trace.spans[0].clone();
    trace.logs.push(LogRecord {
        trace_id: trace.id,
        span_id: span.span_id,
        time: span.start,
        severity: 17,
        severity_text: evil.to_owned(),
        body: Value::Text(evil.to_owned()),
        attributes: vec![text(evil, evil)],
        dropped_attributes: 1,
        event_name: evil.to_owned(),
        resource: span.resource,
        scope: span.scope,
    });
    trace
}
