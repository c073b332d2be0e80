//! What Jaeger holds, by its newer API: `/api/v3/traces` in, which answers OTLP's JSON, spans out.

use super::made;
use super::span::Span;
use serde_json::Value;
use std::collections::BTreeSet;
use std::error::Error;

/// All traces in which one of these services takes part.
pub(crate) async fn read_traces(api: &str, services: &BTreeSet<&str>) -> Result<Vec<Span>, Box<dyn Error>> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let mut seen = BTreeSet::new();
    let mut spans = Vec::new();
    for service in services {
        let mut url = reqwest::Url::parse(&format!("{api}/api/v3/traces"))?;
        url.query_pairs_mut()
            .append_pair("query.service_name", service)
            .append_pair("query.start_time_min", "2020-01-01T00:00:00Z")
            .append_pair("query.start_time_max", "2100-01-01T00:00:00Z")
            .append_pair("query.num_traces", "10000")
            .append_pair("query.search_depth", "10000")
            .append_pair("query.raw_traces", "true");
        let reply = client.get(url).send().await?;
        // Nothing was found.
        if reply.status() == reqwest::StatusCode::NOT_FOUND {
            continue;
        }
        let body = reply.error_for_status()?.bytes().await?;
        // One object, or one for each trace.
        for answer in serde_json::Deserializer::from_slice(&body).into_iter::<Value>() {
            for span in made::request(&answer?["result"])? {
                if seen.insert((span.trace_id.clone(), span.span_id.clone())) {
                    spans.push(span);
                }
            }
        }
    }
    Ok(spans)
}
