//! Fifty queries of each kind, and what 95 of 100 of them need at most.

use std::time::{Duration, Instant};

use spanwright_benches::table::Table;
use spanwright_collector::filter::{Filter, Order, Test, TextTest, ValueTest};
use spanwright_collector::generate::Data;
use spanwright_collector::model::{StatusCode, TraceId};
use spanwright_collector::store::{Read, RedQuery, Search, SearchOrder, Store};

/// When the first trace begins, and how long after it the next one: ten million spans in an hour.
pub const FIRST: u64 = 1_780_000_000_000_000_000;
/// See [`FIRST`].
pub const STEP: u64 = 3_600_000;

const QUERIES: usize = 50;

/// Runs those with `only` in their names, and gives the table.
pub fn run(store: &Store, data: Data, stored: usize, only: &str) -> Table {
    let mut table = Table::new(["query", "median ms", "p95 ms", "goal ms", "found"]);
    let end = FIRST + STEP * (stored as u64 / 10 + 1);
    let latest = |filter: Filter| Search {
        filter,
        time: 0..u64::MAX,
        order: SearchOrder::Latest,
        limit: 20,
    };
    let ids: Vec<TraceId> = (0..QUERIES as u64)
        .flat_map(|number| {
            let start = FIRST + (end - FIRST) * number / QUERIES as u64;
            let search = Search {
                time: start..start + STEP * 40,
                ..latest(Filter::everything())
            };
            store
                .search(&search)
                .expect("readable")
                .hits
                .into_iter()
                .take(1)
                .map(|hit| hit.trace_id)
        })
        .collect();
    let mut add = |name: &str, goal: u32, ask: &dyn Fn(usize) -> usize| {
        if !name.contains(only) {
            return;
        }
        let mut times = Vec::new();
        let mut found = 0;
        for number in 0..QUERIES {
            let began = Instant::now();
            found = ask(number);
            times.push(began.elapsed());
        }
        times.sort_unstable();
        let millis = |time: Duration| format!("{:.1}", time.as_secs_f64() * 1e3);
        let row = [
            name.into(),
            millis(times[QUERIES / 2]),
            millis(times[QUERIES * 95 / 100]),
            goal.to_string(),
        ];
        table.row(row.into_iter().chain([found.to_string()]).collect());
    };
    let hits = |search: &Search| store.search(search).expect("readable").hits.len();
    add("trace by id", 10, &|number| {
        let trace = store.trace(ids[number % ids.len()]).expect("readable");
        trace.map_or(0, |trace| trace.spans.len())
    });
    add("trace by id, absent", 10, &|number| {
        let id = TraceId((number as u128 + 1).to_be_bytes());
        store
            .trace(id)
            .expect("readable")
            .map_or(0, |trace| trace.spans.len())
    });
    let services = ["gateway", "chat", "models", "ledger"];
    let names = ["authorize", "chat.handle", "llm.call", "INSERT messages"];
    add("service + operation, latest 20", 20, &|number| {
        hits(&latest(
            service(services[number % 4]).and(name(names[number % 4])),
        ))
    });
    let attribute = |key: &str, value: String| is(Test::Attribute(key.into(), ValueTest::Equals(value)));
    add("attribute, common", 100, &|number| {
        hits(&latest(attribute(
            "persona",
            ["noor", "maestro", "tutor"][number % 3].into(),
        )))
    });
    add("attribute, rare", 100, &|number| {
        hits(&latest(attribute(
            "gen_ai.usage.input_tokens",
            (10 + number * 70).to_string(),
        )))
    });
    add("attribute, absent", 100, &|number| {
        hits(&latest(attribute("persona", format!("nobody {number}"))))
    });
    add("two attributes and an error", 100, &|number| {
        let filter = attribute("persona", "noor".into())
            .and(attribute("session.shard", (number % 64).to_string()))
            .and(is(Test::Status(StatusCode::Error)));
        hits(&latest(filter))
    });
    add("duration > 3 s", 100, &|number| {
        hits(&latest(is(Test::Duration(
            Order::Greater,
            3_000_000_000 + number as u64,
        ))))
    });
    add("duration, absent", 100, &|number| {
        hits(&latest(is(Test::Duration(
            Order::Greater,
            60_000_000_000 + number as u64,
        ))))
    });
    add("service + duration", 100, &|number| {
        let duration = is(Test::Duration(Order::Greater, 3_000_000_000));
        hits(&latest(service(services[number % 4]).and(duration)))
    });
    add("slowest 20", 100, &|number| {
        let filter = if number % 2 == 0 {
            Filter::everything()
        } else {
            service(services[number % 4])
        };
        hits(&Search {
            order: SearchOrder::Slowest,
            ..latest(filter)
        })
    });
    add("number > x, no hit", 500, &|number| {
        let test = ValueTest::Number(Order::Greater, 5000.0 + number as f64);
        hits(&latest(is(Test::Attribute(
            "gen_ai.usage.input_tokens".into(),
            test,
        ))))
    });
    add("text, absent", 1000, &|number| {
        hits(&latest(is(Test::Anywhere(format!("zzzyzx{number}")))))
    });
    add("text, common", 1000, &|_| {
        hits(&latest(is(Test::Anywhere("upstream".into()))))
    });
    add("services", 100, &|_| store.services().expect("readable").len());
    add("operations", 100, &|_| {
        store.operations(None).expect("readable").len()
    });
    // As the page of a service asks: an hour, in minutes.
    let minute = 60_000_000_000;
    add("RED of a service, by operation", 100, &|number| {
        let query = RedQuery {
            services: vec![services[number % 4].into()],
            kinds: Vec::new(),
            by_operation: true,
            time: end.saturating_sub(60 * minute)..end,
            step: minute,
            window: minute,
            quantile: 0.95,
        };
        store.red(&query).expect("readable").len()
    });
    add("dependencies of an hour", 100, &|_| {
        let time = end.saturating_sub(60 * minute)..end;
        store.dependencies(time).expect("readable").len()
    });
    if data == Data::Rich {
        add("UUID, absent", 100, &|number| {
            hits(&latest(attribute(
                "request.id",
                format!("00000000-0000-0000-0000-{number:012}"),
            )))
        });
    }
    table
}

fn is(test: Test) -> Filter {
    Filter::Is(test)
}

fn service(name: &str) -> Filter {
    is(Test::Service(TextTest::Equals(name.into())))
}

fn name(name: &str) -> Filter {
    is(Test::Name(TextTest::Equals(name.into())))
}
