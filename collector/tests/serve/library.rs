//! From an annotated function by the library's own OTLP to the command line and the web page.

use std::time::Duration;

use serde_json::Value;
use spanwright::destination::Otlp;
use spanwright::traced;

use crate::running::{PATIENCE, Running, said};

#[traced(capture(id as "order.id"))]
fn order(id: u64) -> Result<u64, OutOfStock> {
    spanwright::current().event("stock_checked", |_| {});
    if id == 13 {
        let span = spanwright::current().span_id().to_string();
        return Err(OutOfStock { span });
    }
    Ok(price(id))
}

#[traced]
fn price(id: u64) -> u64 {
    std::thread::sleep(Duration::from_millis(2));
    id * 3
}

#[derive(Debug, thiserror::Error)]
#[error("out of <b>stock</b>")]
struct OutOfStock {
    span: String,
}

/// What `search --json` found.
fn found(output: &str) -> Vec<Value> {
    output
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn annotated_functions_are_found_while_it_runs_and_after_it_ended() {
    let collector = Running::serve();
    let url = format!("http://{}", collector.address("OTLP over HTTP"));
    let guard = spanwright::builder("shop")
        .destination(Otlp::http(url))
        .init()
        .unwrap();
    assert_eq!(order(7).ok(), Some(21));
    let failed_span = order(13).unwrap_err().span;
    guard.shutdown(PATIENCE).into_result().unwrap();

    let all = said(collector.ask("search", &["--json", r#"service="shop""#]));
    assert_eq!(found(&all).len(), 2, "{all}");
    let seven = r#"service="shop" AND order.id=7 AND duration>1ms"#;
    let one = found(&said(collector.ask("search", &["--json", seven])));
    assert_eq!(one.len(), 1, "{one:?}");
    assert_eq!(
        (&one[0]["operation"], &one[0]["spans"], &one[0]["errors"]),
        (&"order".into(), &2.into(), &0.into())
    );
    let id = one[0]["trace_id"].as_str().unwrap();
    let tree = said(collector.ask("show", &["--attributes", id]));
    for expected in [
        "shop order  ",
        "\n  shop price  ",
        "order.id = 7",
        "event = stock_checked",
    ] {
        assert!(tree.contains(expected), "no {expected:?} in {tree}");
    }
    check_pages(&collector, id, &failed_span);

    let (status, kept) = collector.end();
    assert_eq!(status.code(), Some(0));
    let failed = found(&said(kept.ask("search", &["--json", "error=true"])));
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert_ne!(failed[0]["trace_id"], id);
    assert_eq!(said(kept.ask("show", &["--attributes", id])), tree);
}

fn check_pages(collector: &Running, id: &str, failed_span: &str) {
    let (status, page) = collector.page("/?q=order.id%3D7");
    assert_eq!(status, 200);
    assert!(page.contains(&format!("/trace/{id}")), "{page}");
    let (status, page) = collector.page(&format!("/trace/{id}"));
    assert_eq!(status, 200);
    assert!(page.contains("order") && page.contains("price"), "{page}");
    // The other trace has hostile text: it is shown, and is no markup.
    let (_, list) = collector.page("/?q=error%3Dtrue");
    let (_, rest) = list.split_once("/trace/").unwrap();
    let (status, details) = collector.page(&format!("/trace/{}?span={failed_span}", &rest[..32]));
    assert_eq!(status, 200);
    assert!(
        details.contains("out of &lt;b&gt;stock") && !details.contains("<b>stock"),
        "{details}"
    );
    let absent = collector.page("/trace/00000000000000000000000000000001");
    assert_eq!(absent.0, 404);
}
