//! A collector in the test's own process. In: OTLP over HTTP as JSON. Out: the spans, each with its service.

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// A span as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) service: String,
    pub(crate) body: Value,
}

#[derive(Clone, Default)]
pub(crate) struct Collector(Arc<Mutex<Vec<Span>>>);

impl Span {
    pub(crate) fn text(&self, field: &str) -> &str {
        self.body[field].as_str().unwrap_or_default()
    }

    pub(crate) fn attribute(&self, key: &str) -> Option<&Value> {
        let attributes = self.body["attributes"].as_array()?;
        Some(&attributes.iter().find(|attribute| attribute["key"] == key)?["value"])
    }

    pub(crate) fn events(&self) -> Vec<&str> {
        let events = self.body["events"].as_array().into_iter().flatten();
        events.filter_map(|event| event["name"].as_str()).collect()
    }
}

impl Collector {
    /// Listens on a free port of loopback for as long as the runtime lives.
    pub(crate) async fn start() -> (Self, SocketAddr) {
        let collector = Self::default();
        let app = Router::new()
            .route("/v1/traces", post(receive))
            .with_state(collector.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await });
        (collector, address)
    }

    pub(crate) fn spans(&self) -> Vec<Span> {
        self.0.lock().unwrap().clone()
    }
}

async fn receive(State(collector): State<Collector>, Json(request): Json<Value>) -> Json<Value> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    for resource in list(&request["resourceSpans"]) {
        let attributes = list(&resource["resource"]["attributes"]);
        let name = attributes
            .iter()
            .find(|attribute| attribute["key"] == "service.name");
        let service = name.and_then(|name| name["value"]["stringValue"].as_str());
        let service = service.unwrap_or_default();
        for body in list(&resource["scopeSpans"])
            .iter()
            .flat_map(|scope| list(&scope["spans"]))
        {
            let service = service.to_owned();
            collector.0.lock().unwrap().push(Span { service, body });
        }
    }
    Json(json!({}))
}
