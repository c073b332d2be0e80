//! What Phoenix shows: its REST API, and GraphQL for what that lacks.

use super::expected::{Happened, Shown};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::error::Error;

async fn get(url: String) -> Result<reqwest::Response, Box<dyn Error>> {
    // Loopback is never behind a proxy.
    let client = reqwest::Client::builder().no_proxy().build()?;
    Ok(client.get(url).send().await?.error_for_status()?)
}

async fn json_of(url: String) -> Result<Value, Box<dyn Error>> {
    Ok(serde_json::from_slice(&get(url).await?.bytes().await?)?)
}

/// The server's version, by a header of all its answers.
pub(super) async fn version(url: &str) -> Result<String, Box<dyn Error>> {
    let reply = get(format!("{url}/v1/projects")).await?;
    let version = reply.headers().get("x-phoenix-server-version");
    Ok(version
        .ok_or("it does not tell its version")?
        .to_str()?
        .to_owned())
}

/// All spans of a project; none where there is no such project yet.
pub(super) async fn spans(url: &str, project: &str) -> Result<Vec<Shown>, Box<dyn Error>> {
    let mut spans = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = format!("{url}/v1/projects/{project}/spans?limit=500{cursor}");
        let Ok(page) = json_of(page).await else {
            return Ok(spans);
        };
        for span in page["data"].as_array().into_iter().flatten() {
            spans.push(of_span(span)?);
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(spans),
        }
    }
}

fn text(value: &Value) -> Result<String, Box<dyn Error>> {
    Ok(value
        .as_str()
        .ok_or_else(|| format!("{value} is no text"))?
        .to_owned())
}

fn micros(value: &Value) -> Result<i64, Box<dyn Error>> {
    Ok(text(value)?.parse::<Timestamp>()?.as_microsecond())
}

fn of_span(span: &Value) -> Result<Shown, Box<dyn Error>> {
    let event = |event: &Value| {
        Ok::<_, Box<dyn Error>>(Happened {
            name: text(&event["name"])?,
            time_us: micros(&event["timestamp"])?,
            attributes: attributes(&event["attributes"]),
        })
    };
    Ok(Shown {
        node: text(&span["id"])?,
        id: (
            text(&span["context"]["trace_id"])?,
            text(&span["context"]["span_id"])?,
        ),
        parent: span["parent_id"].as_str().map(str::to_owned),
        name: text(&span["name"])?,
        kind: text(&span["span_kind"])?,
        start_us: micros(&span["start_time"])?,
        end_us: micros(&span["end_time"])?,
        status: text(&span["status_code"])?,
        message: text(&span["status_message"])?,
        attributes: attributes(&span["attributes"]),
        events: span["events"]
            .as_array()
            .into_iter()
            .flatten()
            .map(event)
            .collect::<Result<_, _>>()?,
    })
}

fn attributes(value: &Value) -> super::expected::Attributes {
    let members = value.as_object().cloned().unwrap_or_default();
    members.into_iter().collect()
}

/// Tokens and cost of one span.
pub(super) struct Summary {
    pub(super) prompt: u64,
    pub(super) completion: u64,
    pub(super) total: u64,
    pub(super) cost: f64,
    /// Tokens by the buckets that are priced.
    pub(super) details: Vec<(String, u64)>,
}

const SUMMARY: &str = "query ($id: ID!) { node(id: $id) { ... on Span {
    tokenCountPrompt tokenCountCompletion tokenCountTotal
    costSummary { total { cost } }
    costDetailSummaryEntries { tokenType value { tokens } }
} } }";

/// What the page of a span shows of it.
pub(super) async fn summary(url: &str, node: &str) -> Result<Summary, Box<dyn Error>> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let query = json!({ "query": SUMMARY, "variables": { "id": node } });
    let reply = client.post(format!("{url}/graphql")).json(&query).send().await?;
    let reply: Value = serde_json::from_slice(&reply.error_for_status()?.bytes().await?)?;
    let span = &reply["data"]["node"];
    let count = |name: &str| span[name].as_u64().ok_or_else(|| format!("no {name}: {reply}"));
    let details = span["costDetailSummaryEntries"].as_array().into_iter().flatten();
    Ok(Summary {
        prompt: count("tokenCountPrompt")?,
        completion: count("tokenCountCompletion")?,
        total: count("tokenCountTotal")?,
        cost: span["costSummary"]["total"]["cost"]
            .as_f64()
            .ok_or_else(|| format!("no cost: {reply}"))?,
        details: details
            .filter_map(|entry| {
                let tokens = entry["value"]["tokens"].as_f64()?;
                Some((entry["tokenType"].as_str()?.to_owned(), tokens as u64))
            })
            .collect(),
    })
}

/// A project's sessions: id, traces, tokens.
pub(super) async fn sessions(url: &str, project: &str) -> Result<Vec<(String, usize, u64)>, Box<dyn Error>> {
    let page = json_of(format!("{url}/v1/projects/{project}/sessions")).await?;
    page["data"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|session| {
            Ok((
                text(&session["session_id"])?,
                session["traces"].as_array().map_or(0, Vec::len),
                session["token_count_total"].as_u64().unwrap_or(0),
            ))
        })
        .collect()
}
