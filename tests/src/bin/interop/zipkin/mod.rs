//! Zipkin's spans into a real Zipkin: sent by the destination, read back by `/api/v2/trace/{id}`, compared.

mod server;
mod span;

use crate::Protocol;
use crate::observed::{self, Observed};
use crate::span::Span;
use serde_json::Value;
use server::Zipkin;
use span::ZipkinSpan;
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::time::{Duration, Instant};

/// How long Zipkin may take to show what it has accepted.
const SHOWN: Duration = Duration::from_secs(20);

pub(crate) async fn run() -> Result<(), Box<dyn Error>> {
    let began = Instant::now();
    let Some(program) = server::download().await? else {
        return Ok(());
    };
    let zipkin = Zipkin::start(&program).await?;
    println!(
        "Zipkin answers at {} after {:.1} s",
        zipkin.url(),
        began.elapsed().as_secs_f64()
    );
    observed::build_assistant().await?;
    let mut failed = false;
    for program in [Observed::Everything, Observed::Assistant] {
        let made = program.run(Protocol::Zipkin, &zipkin.url()).await?;
        failed |= !check(program, &made, &zipkin).await?;
    }
    zipkin.stop().await?;
    if failed {
        return Err("what Zipkin shows is not what was made".into());
    }
    println!("all as made, in {:.1} s", began.elapsed().as_secs_f64());
    Ok(())
}

/// Compares what was made with what Zipkin shows; prints the result. Says whether they are the same.
async fn check(program: Observed, made: &[Span], zipkin: &Zipkin) -> Result<bool, Box<dyn Error>> {
    let traces: BTreeSet<&str> = made.iter().map(|span| span.trace_id.as_str()).collect();
    let deadline = Instant::now() + SHOWN;
    let read = loop {
        let read = read(zipkin, &traces).await?;
        if read.len() >= made.len() || Instant::now() > deadline {
            break read;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    let expected: Vec<_> = made.iter().map(ZipkinSpan::expected).collect();
    let mut found = differences(&expected, &read);
    let missing = program.missing(made).into_iter();
    found.extend(missing.map(|what| format!("the program made no {what}")));
    println!(
        "{program:?} over zipkin: {} spans in {} traces made, {} read, {} differences",
        made.len(),
        traces.len(),
        read.len(),
        found.len()
    );
    for difference in &found {
        println!("  {difference}");
    }
    Ok(found.is_empty())
}

async fn read(zipkin: &Zipkin, traces: &BTreeSet<&str>) -> Result<Vec<ZipkinSpan>, Box<dyn Error>> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let mut spans = Vec::new();
    for trace in traces {
        let url = format!("{}/api/v2/trace/{trace}", zipkin.url());
        let reply = client.get(url).send().await?;
        // Not shown yet.
        if reply.status() == reqwest::StatusCode::NOT_FOUND {
            continue;
        }
        let list: Vec<Value> = serde_json::from_slice(&reply.error_for_status()?.bytes().await?)?;
        for span in &list {
            spans.push(ZipkinSpan::read(span)?);
        }
    }
    Ok(spans)
}

/// What differs, a line each; empty where everything made was read, once and as it was made.
fn differences(made: &[ZipkinSpan], read: &[ZipkinSpan]) -> Vec<String> {
    let by_id = |spans: &[ZipkinSpan]| {
        let mut map = BTreeMap::<_, Vec<ZipkinSpan>>::new();
        for span in spans {
            map.entry(span.id.clone()).or_default().push(span.clone());
        }
        map
    };
    let (made, read) = (by_id(made), by_id(read));
    let mut found = Vec::new();
    for (id, made) in &made {
        let read = read.get(id).map(Vec::as_slice).unwrap_or_default();
        match (made.as_slice(), read) {
            ([made], [read]) => found.extend(made.differences(read)),
            _ => found.push(format!(
                "{id}: made {} times, read {} times",
                made.len(),
                read.len()
            )),
        }
    }
    let others = read.keys().filter(|id| !made.contains_key(*id));
    found.extend(others.map(|id| format!("{id}: read, but never made")));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sample() -> ZipkinSpan {
        ZipkinSpan::read(&json!({
            "traceId": "01", "id": "02", "parentId": "03", "name": "n", "kind": "CLIENT", "timestamp": 5, "duration": 7,
            "localEndpoint": {"serviceName": "shop"}, "remoteEndpoint": {"serviceName": "bank"},
            "annotations": [{"timestamp": 6, "value": "\"e\": {\"a\":1}"}], "tags": {"error": "", "key": "[1,2]"}
        }))
        .unwrap()
    }

    /// Each change of one thing is found, and named.
    #[test]
    fn every_part_is_compared() {
        assert_eq!(differences(&[sample()], &[sample()]), [""; 0]);
        type Change = fn(&mut ZipkinSpan);
        let cases: [(&str, Change); 8] = [
            ("parentId", |span| span.parent = None),
            ("name", |span| span.name.push('x')),
            ("kind", |span| span.kind = None),
            ("timestamp", |span| span.timestamp += 1),
            ("duration", |span| span.duration += 1),
            ("localEndpoint", |span| span.local.push('x')),
            ("remoteEndpoint", |span| span.remote = None),
            ("annotations", |span| span.annotations.clear()),
        ];
        for (words, change) in cases {
            let mut read = sample();
            change(&mut read);
            let found = differences(&[sample()], &[read]);
            assert!(found.len() == 1 && found[0].contains(words), "{words}: {found:?}");
        }
        let mut read = sample();
        read.tags.remove("error");
        assert!(differences(&[sample()], &[read])[0].contains("tag error"));
    }

    #[test]
    fn lost_invented_and_doubled_spans_are_found() {
        assert!(differences(&[sample()], &[])[0].contains("read 0 times"));
        assert!(differences(&[], &[sample()])[0].contains("never made"));
        assert!(differences(&[sample()], &[sample(), sample()])[0].contains("read 2 times"));
    }
}
