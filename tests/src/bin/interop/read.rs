//! What Jaeger holds: its `/api/traces` in, spans out.

use super::made::{items, push, text};
use super::span::{Log, Reference, Span, Tag, Tags, Unseen};
use serde_json::Value;
use std::collections::BTreeSet;
use std::error::Error;

/// All traces in which one of these services takes part.
pub(crate) async fn read_traces(api: &str, services: &BTreeSet<&str>) -> Result<Vec<Span>, Box<dyn Error>> {
    // Loopback is never behind a proxy.
    let client = reqwest::Client::builder().no_proxy().build()?;
    let mut seen = BTreeSet::new();
    let mut spans = Vec::new();
    for service in services {
        let mut url = reqwest::Url::parse(&format!("{api}/api/traces"))?;
        // `raw`: as stored, without what the user interface would have it adjusted.
        url.query_pairs_mut()
            .append_pair("service", service)
            .append_pair("limit", "10000")
            .append_pair("raw", "true");
        let reply = client.get(url).send().await?.error_for_status()?;
        let body: Value = serde_json::from_slice(&reply.bytes().await?)?;
        for trace in items(&body["data"]) {
            if seen.insert(text(&trace["traceID"])?) {
                spans.extend(of_trace(trace)?);
            }
        }
    }
    Ok(spans)
}

fn of_trace(trace: &Value) -> Result<Vec<Span>, Box<dyn Error>> {
    items(&trace["spans"])
        .map(|span| of_span(span, &trace["processes"]))
        .collect()
}

fn of_span(span: &Value, processes: &Value) -> Result<Span, Box<dyn Error>> {
    let process = &processes[text(&span["processID"])?];
    let reference = |reference: &Value| {
        Ok::<_, Box<dyn Error>>(Reference {
            kind: text(&reference["refType"])?,
            trace_id: text(&reference["traceID"])?,
            span_id: text(&reference["spanID"])?,
        })
    };
    let log = |log: &Value| {
        Ok::<_, Box<dyn Error>>(Log {
            time_us: number(&log["timestamp"])?,
            fields: tags(&log["fields"])?,
        })
    };
    Ok(Span {
        service: text(&process["serviceName"])?,
        process: tags(&process["tags"])?,
        trace_id: text(&span["traceID"])?,
        span_id: text(&span["spanID"])?,
        name: text(&span["operationName"])?,
        start_us: number(&span["startTime"])?,
        duration_us: number(&span["duration"])?,
        references: items(&span["references"])
            .map(reference)
            .collect::<Result<_, _>>()?,
        tags: tags(&span["tags"])?,
        logs: items(&span["logs"]).map(log).collect::<Result<_, _>>()?,
        unseen: Unseen::default(),
    })
}

fn tags(list: &Value) -> Result<Tags, Box<dyn Error>> {
    let mut tags = Tags::new();
    for item in items(list) {
        push(&mut tags, &text(&item["key"])?, tag(item)?);
    }
    Ok(tags)
}

fn tag(item: &Value) -> Result<Tag, Box<dyn Error>> {
    let value = &item["value"];
    Ok(match text(&item["type"])?.as_str() {
        "string" => Tag::Text(text(value)?),
        "bool" => Tag::Bool(value.as_bool().ok_or("a bool is not a Boolean")?),
        // Text where JavaScript could not hold the number.
        "int64" => Tag::Int(match value.as_i64() {
            Some(number) => number,
            None => text(value)?.parse()?,
        }),
        "float64" => Tag::Float(value.as_f64().ok_or("a float64 is not a number")?),
        "binary" => Tag::Binary(text(value)?),
        other => return Err(format!("{other} is no type of tag").into()),
    })
}

fn number(value: &Value) -> Result<u64, Box<dyn Error>> {
    Ok(value
        .as_u64()
        .ok_or_else(|| format!("{value} is not a whole number"))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_trace_is_read_with_its_types() {
        let trace = json!({
            "traceID": "01",
            "spans": [{
                "traceID": "01", "spanID": "02", "operationName": "n", "startTime": 5, "duration": 7,
                "references": [{"refType": "CHILD_OF", "traceID": "01", "spanID": "03"}],
                "tags": [
                    {"key": "big", "type": "int64", "value": "9223372036854775807"},
                    {"key": "one", "type": "float64", "value": 1}
                ],
                "logs": [{"timestamp": 6, "fields": [{"key": "event", "type": "string", "value": "e"}]}],
                "processID": "p1"
            }],
            "processes": {"p1": {"serviceName": "shop", "tags": []}}
        });
        let span = &of_trace(&trace).unwrap()[0];
        assert_eq!(span.tags["big"], [Tag::Int(i64::MAX)]);
        assert_eq!(span.tags["one"], [Tag::Float(1.0)]);
        assert_eq!(span.parent().unwrap().span_id, "03");
        assert_eq!((span.service.as_str(), span.logs[0].time_us), ("shop", 6));
    }
}
