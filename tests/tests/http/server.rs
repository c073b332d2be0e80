//! A server's span: names, attributes, outcomes, trust, what is skipped.

use super::{fetch, fetch_with, hello, int, only, plain, serve, text, wait_for};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Router, middleware};
use spanwright::http::{Route, TraceLayer};
use spanwright::propagate::Trust;
use spanwright::testing::TestTraces;
use spanwright::{Kind, Outcome, Status, Value, in_span};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SENDER: &str = "00f067aa0ba902b7";
const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_is_a_span_with_its_route() {
    let traces = TestTraces::start();
    let handler = |Path(id): Path<u32>| async move { in_span("load", || id.to_string()) };
    let router = Router::new()
        .route("/users/{id}", get(handler))
        .layer(TraceLayer::new());
    let address = serve(router).await;
    let request = plain()
        .get(format!("http://{address}/users/7?sig=s3cr3t&page=2"))
        .header("user-agent", "test/1");
    assert_eq!(request.send().await.unwrap().text().await.unwrap(), "7");

    let spans = wait_for(&traces, 2).await;
    let (load, server) = (&spans[0], &spans[1]);
    assert_eq!(
        (server.name.as_ref(), server.kind, server.status.clone()),
        ("GET /users/{id}", Kind::Server, Status::Unset)
    );
    assert_eq!(load.parent_span_id, Some(server.span_id));
    assert_eq!(server.outcome, Outcome::Ok);
    let expected = [
        ("http.request.method", "GET"),
        ("http.route", "/users/{id}"),
        ("url.path", "/users/7"),
        ("url.query", "sig=REDACTED&page=2"),
        ("url.scheme", "http"),
        ("server.address", "127.0.0.1"),
        ("client.address", "127.0.0.1"),
        ("network.peer.address", "127.0.0.1"),
        ("network.protocol.version", "1.1"),
        ("user_agent.original", "test/1"),
    ];
    for (key, value) in expected {
        assert_eq!(text(server, key).as_deref(), Some(value), "{key}");
    }
    assert_eq!(int(server, "http.response.status_code"), Some(200));
    assert_eq!(int(server, "server.port"), Some(address.port().into()));
    assert_eq!(server.attribute("error.type"), None);
    assert_eq!(server.attribute("http.request.method_original"), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nested_and_route_layers_know_the_route() {
    let traces = TestTraces::start();
    let users = || Router::new().route("/users/{id}", get(|| async { "Ada" }));
    let outside = Router::new().nest("/api", users()).layer(TraceLayer::new());
    assert_eq!(fetch(serve(outside).await, "/api/users/7").await, 200);
    assert_eq!(only(&traces).await.name, "GET /api/users/{id}");
    traces.clear();
    let routes = serve(users().route_layer(TraceLayer::new())).await;
    assert_eq!(fetch(routes, "/nowhere").await, 404);
    assert_eq!(fetch(routes, "/users/7").await, 200);
    assert_eq!(only(&traces).await.name, "GET /users/{id}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_5xx_is_the_servers_error() {
    let traces = TestTraces::start();
    let router = Router::new()
        .route("/broken", get(|| async { StatusCode::SERVICE_UNAVAILABLE }))
        .layer(TraceLayer::new());
    let address = serve(router).await;
    assert_eq!(fetch(address, "/nowhere").await, 404);
    let not_found = only(&traces).await;
    assert_eq!(
        (not_found.name.as_ref(), &not_found.status),
        ("GET", &Status::Unset)
    );
    assert_eq!(not_found.attribute("error.type"), None);
    assert_eq!(not_found.attribute("http.route"), None);
    assert_eq!(int(&not_found, "http.response.status_code"), Some(404));
    traces.clear();

    assert_eq!(fetch(address, "/broken").await, 503);
    let broken = only(&traces).await;
    assert_eq!(broken.outcome, Outcome::Error);
    assert!(
        matches!(&broken.status, Status::Error(description) if description.is_empty()),
        "{:?}",
        broken.status
    );
    assert_eq!(text(&broken, "error.type").as_deref(), Some("503"));
    assert!(broken.events.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_that_panics_is_seen() {
    let traces = TestTraces::start();
    let router = Router::new()
        .route(
            "/",
            get(|| async { std::panic::resume_unwind(Box::new("gone")) as &str }),
        )
        .layer(TraceLayer::new());
    let address = serve(router).await;
    assert!(plain().get(format!("http://{address}/")).send().await.is_err());
    assert_eq!(only(&traces).await.outcome, Outcome::Panicked);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_inbound_trace_goes_as_far_as_it_is_trusted() {
    let headers = [("traceparent", PARENT), ("baggage", "tenant=acme")];
    for trust in [
        Trust::Continue,
        Trust::IgnoreSampled,
        Trust::LinkOnly,
        Trust::Drop,
    ] {
        let traces = TestTraces::start();
        let handler = || async {
            let context = spanwright::Context::current();
            context
                .baggage()
                .and_then(|baggage| baggage.get("tenant").map(str::to_owned))
                .unwrap_or_default()
        };
        let router = Router::new()
            .route("/", get(handler))
            .layer(TraceLayer::new().trust(trust));
        let address = serve(router).await;
        let request = plain().get(format!("http://{address}/"));
        let request = headers
            .iter()
            .fold(request, |request, (name, value)| request.header(*name, *value));
        let tenant = request.send().await.unwrap().text().await.unwrap();
        let span = only(&traces).await;

        let continued = matches!(trust, Trust::Continue | Trust::IgnoreSampled);
        assert_eq!(span.trace_id.to_string() == TRACE, continued, "{trust:?}");
        let parent = span.parent_span_id.map(|id| id.to_string());
        assert_eq!(parent.as_deref(), continued.then_some(SENDER), "{trust:?}");
        assert_eq!(tenant == "acme", continued, "{trust:?}");
        let links: Vec<_> = span.links.iter().map(|link| link.span_id.to_string()).collect();
        let expected: &[&str] = if trust == Trust::LinkOnly { &[SENDER] } else { &[] };
        assert_eq!(links, expected, "{trust:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trace_that_is_not_sampled_stays_so() {
    let traces = TestTraces::start();
    let address = serve(hello(TraceLayer::new())).await;
    let unsampled = "00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-00f067aa0ba902b7-00";
    fetch_with(address, &[("traceparent", unsampled)]).await;
    fetch_with(address, &[("traceparent", PARENT)]).await;
    let spans = wait_for(&traces, 2).await;
    assert!(spans.iter().all(|span| span.trace_id.to_string() == TRACE));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_that_is_not_valid_starts_a_new_trace_and_is_kept() {
    let traces = TestTraces::start();
    let address = serve(hello(TraceLayer::new())).await;
    fetch_with(address, &[("X-Trace-Id", "abc123"), ("X-Span-Id", "def456")]).await;
    let spans = wait_for(&traces, 2).await;
    let server = spans.iter().find(|span| span.kind == Kind::Server).unwrap();
    assert_eq!(server.parent_span_id, None);
    assert!(server.trace_id.is_valid());
    assert_eq!(text(server, "legacy.trace_id").as_deref(), Some("abc123"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn skipped_paths_leave_nothing() {
    let traces = TestTraces::start();
    let work = || async { in_span("work", || "ok") };
    let router = |layer| {
        Router::new()
            .route("/health", get(work))
            .route("/static/app.js", get(work))
            .route("/internal/a", get(work))
            .layer(layer)
    };
    let address = serve(router(TraceLayer::new())).await;
    fetch(address, "/health").await;
    fetch(address, "/static/app.js").await;
    fetch(address, "/internal/a").await;
    let spans = wait_for(&traces, 2).await;
    assert!(spans.iter().any(|span| span.name == "GET /internal/a"));
    traces.clear();

    let address = serve(router(TraceLayer::new().skip(["/internal/*"]))).await;
    fetch(address, "/internal/a").await;
    fetch(address, "/health").await;
    assert!(
        wait_for(&traces, 2)
            .await
            .iter()
            .any(|span| span.name == "GET /health")
    );
    traces.clear();

    let address = serve(router(TraceLayer::new().skip_none())).await;
    fetch(address, "/health").await;
    wait_for(&traces, 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn named_headers_are_recorded() {
    let traces = TestTraces::start();
    let layer = TraceLayer::new()
        .forwarded(true)
        .request_headers(["X-Tenant", "authorization"])
        .response_headers(["content-type", "x-absent"]);
    let address = serve(hello(layer)).await;
    let headers = [
        ("x-tenant", "acme"),
        ("authorization", "Bearer 0123456789abcdef"),
        ("x-forwarded-for", "203.0.113.7, 10.0.0.1"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "shop.test"),
    ];
    fetch_with(address, &headers).await;
    let spans = wait_for(&traces, 2).await;
    let server = spans.last().unwrap();
    let list = |text: &str| Value::from(vec![text.to_owned()]);
    assert_eq!(
        server.attribute("http.request.header.x-tenant"),
        Some(&list("acme"))
    );
    let content_type = server.attribute("http.response.header.content-type");
    assert_eq!(content_type, Some(&list("text/plain; charset=utf-8")));
    assert_eq!(server.attribute("http.response.header.x-absent"), None);
    assert!(!format!("{server:?}").contains("0123456789abcdef"));
    assert_eq!(text(server, "client.address").as_deref(), Some("203.0.113.7"));
    assert_eq!(text(server, "url.scheme").as_deref(), Some("https"));
    assert_eq!(text(server, "server.address").as_deref(), Some("shop.test"));
    assert_eq!(int(server, "server.port"), Some(443));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_route_may_be_told_by_the_response() {
    let traces = TestTraces::start();
    let tell = |request: axum::extract::Request, next: middleware::Next| async move {
        let mut response = next.run(request).await;
        response.extensions_mut().insert(Route("/files/{*path}".into()));
        response
    };
    let router = Router::new()
        .fallback(|| async { "file" })
        .layer(middleware::from_fn(tell))
        .layer(TraceLayer::new());
    let address = serve(router).await;
    fetch(address, "/files/a/b").await;
    let span = only(&traces).await;
    assert_eq!(span.name, "GET /files/{*path}");
    assert_eq!(text(&span, "http.route").as_deref(), Some("/files/{*path}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn methods_of_ones_own_do_not_name_spans() {
    let traces = TestTraces::start();
    let address = serve(hello(TraceLayer::new())).await;
    let method = reqwest::Method::from_bytes(b"PURGE").unwrap();
    plain()
        .request(method, format!("http://{address}/"))
        .send()
        .await
        .unwrap();
    let span = only(&traces).await;
    assert_eq!(span.name, "HTTP /");
    assert_eq!(text(&span, "http.request.method").as_deref(), Some("_OTHER"));
    assert_eq!(
        text(&span, "http.request.method_original").as_deref(),
        Some("PURGE")
    );
}
