//! Jaeger's APIs: every address, its parameters, its errors.
#![allow(clippy::unwrap_used, reason = "a test may")]

mod legacy;
mod metrics;
mod store;
mod traces;
mod v3;

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use serde_json::Value;
use spanwright_collector::{jaeger, web};
use tower_service::Service;

use store::Stored;

/// An answer.
struct Answer {
    status: u16,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

async fn send(request: Request<Body>, store: Stored) -> Answer {
    let mut router = web::guarded(jaeger::router(store.store.clone()), web::WebConfig::default());
    let response = router.call(request).await.unwrap();
    let headers = response.headers();
    assert_eq!(headers["content-type"], "application/json", "{headers:?}");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert!(!headers.contains_key("access-control-allow-origin"));
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    Answer {
        status,
        body: String::from_utf8(body.to_vec()).unwrap(),
    }
}

async fn ask_of(store: Stored, address: &str) -> Answer {
    let request = Request::get(address)
        .header("host", "localhost")
        .body(Body::empty())
        .unwrap();
    send(request, store).await
}

async fn ask(address: &str) -> Answer {
    ask_of(Stored::sample(), address).await
}

/// The answer to a good question.
async fn get(address: &str) -> Value {
    let answer = ask(address).await;
    assert_eq!(answer.status, 200, "{address}: {}", answer.body);
    answer.json()
}

#[tokio::test]
async fn a_request_under_a_foreign_name_is_refused() {
    let mut router = web::guarded(jaeger::router(Stored::sample().store), web::WebConfig::default());
    let request = Request::get("/api/services")
        .header("host", "evil.example")
        .body(Body::empty());
    assert_eq!(router.call(request.unwrap()).await.unwrap().status(), 421);
}

#[tokio::test]
async fn an_address_that_is_none_is_said_in_the_form_of_its_api() {
    let legacy = ask("/api/nothing/here").await;
    assert_eq!(
        (legacy.status, &legacy.json()["errors"][0]["code"]),
        (404, &404.into())
    );
    let v3 = ask("/api/v3/nothing").await;
    assert_eq!((v3.status, &v3.json()["error"]["httpCode"]), (404, &404.into()));
}
