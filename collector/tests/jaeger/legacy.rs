//! The legacy API's lists, searches and errors.

use axum::http::Request;
use serde_json::{Value, json};

use crate::store::{NOW, Stored};
use crate::{ask, ask_of, get, send};

/// The time of the sample, as parameters.
fn when() -> String {
    format!("start={}&end={}", NOW / 1000 - 1, NOW / 1000 + 1_000_000)
}

async fn found(parameters: &str) -> Vec<String> {
    let answer = get(&format!("/api/traces?{}&{parameters}", when())).await;
    assert_eq!(answer["total"], 0);
    assert_eq!(answer["errors"], Value::Null);
    let traces = answer["data"].as_array().unwrap().iter();
    traces
        .map(|trace| {
            trace["traceID"]
                .as_str()
                .unwrap()
                .trim_start_matches('0')
                .to_owned()
        })
        .collect()
}

#[tokio::test]
async fn services_and_operations_are_listed() {
    let envelope = |data: Value, total: usize| json!({"data": data, "total": total, "limit": 0, "offset": 0, "errors": null});
    assert_eq!(get("/api/services").await, envelope(json!(["bank", "shop"]), 2));
    assert_eq!(
        get("/api/services/shop/operations").await,
        envelope(json!(["buy", "look", "pay"]), 3)
    );
    assert_eq!(get("/api/services/none/operations").await, envelope(json!([]), 0));
    assert_eq!(
        get("/api/operations?service=shop&spanKind=client").await,
        envelope(json!([{"name": "pay", "spanKind": "client"}]), 1)
    );
    assert_eq!(
        get("/api/operations?service=shop&spanKind=none").await["total"],
        0
    );
    assert_eq!(
        get("/api/dependencies?endTs=1767225600001&lookback=1000&service=bank").await,
        envelope(json!([{"parent": "shop", "child": "bank", "callCount": 1}]), 0)
    );
    assert_eq!(
        get("/api/dependencies?endTs=1767225600001&service=other").await["data"],
        json!([])
    );
}

#[tokio::test]
async fn searches_find_by_every_parameter() {
    assert_eq!(found("service=shop").await, ["2", "1"]);
    assert_eq!(found("service=shop&limit=1").await, ["2"]);
    assert_eq!(found("service=bank").await, ["1"]);
    assert_eq!(found("service=shop&operation=look").await, ["2"]);
    assert_eq!(
        found("service=shop&tag=persona:noor&tag=http.status_code:200").await,
        ["1"]
    );
    assert_eq!(
        found("service=shop&tag=persona:noor&operation=pay").await,
        [""; 0]
    );
    assert_eq!(
        found("service=shop&tags=%7B%22error%22%3A%22true%22%7D").await,
        ["1"]
    );
    assert_eq!(found("service=shop&tag=error:perhaps").await, [""; 0]);
    assert_eq!(found("service=shop&tag=span.kind:client").await, ["1"]);
    assert_eq!(found("service=bank&tag=resource.host.name:b").await, ["1"]);
    assert_eq!(
        found("service=shop&minDuration=500us&maxDuration=0.6ms").await,
        ["2"]
    );
    assert_eq!(found("service=shop&minDuration=-1s").await, ["2", "1"]);
    assert_eq!(found("service=shop&maxDuration=-1s").await, [""; 0]);
    let micros = NOW / 1000;
    let exactly = get(&format!("/api/traces?service=shop&start={micros}&end={micros}")).await;
    assert_eq!(exactly["data"][0]["spans"][0]["operationName"], "buy");
    let later = get(&format!("/api/traces?service=shop&start={}", micros + 1_000_000)).await;
    assert_eq!(later["data"], json!([]));
}

#[tokio::test]
async fn traces_that_are_named_are_found_and_the_others_are_errors() {
    let answer = get("/api/traces?traceID=2&traceID=abc").await;
    assert_eq!(answer["data"].as_array().unwrap().len(), 1);
    assert_eq!(
        answer["errors"],
        json!([{"msg": "trace not found", "traceID": "0000000000000abc"}])
    );
}

#[tokio::test]
async fn errors_have_jaeger_s_words() {
    for (address, status, message) in [
        ("/api/operations", 400, "parameter 'service' is required"),
        ("/api/traces", 400, "parameter 'service' is required"),
        (
            "/api/traces?service=a&start=x",
            400,
            "unable to parse param 'start': strconv.ParseInt: parsing \"x\": invalid syntax",
        ),
        (
            "/api/traces?service=a&limit=x",
            400,
            "strconv.ParseInt: parsing \"x\": invalid syntax",
        ),
        (
            "/api/traces?service=a&limit=0",
            400,
            "search depth must be greater than 0 and less than max traces (10000)",
        ),
        (
            "/api/traces?service=a&minDuration=5",
            400,
            "unable to parse param 'minDuration': time: missing unit in duration \"5\"",
        ),
        (
            "/api/traces?service=a&minDuration=2s&maxDuration=1s",
            400,
            "'maxDuration' should be greater than 'minDuration'",
        ),
        (
            "/api/traces?service=a&tag=b",
            400,
            "malformed 'tag' parameter, expecting key:value, received: b",
        ),
        (
            "/api/traces?service=a&raw=x",
            400,
            "unable to parse param 'raw': strconv.ParseBool: parsing \"x\": invalid syntax",
        ),
        (
            "/api/traces?traceID=x",
            400,
            "cannot parse traceID param: strconv.ParseUint: parsing \"x\": invalid syntax",
        ),
        (
            "/api/traces/x",
            400,
            "strconv.ParseUint: parsing \"x\": invalid syntax",
        ),
        (
            "/api/traces/1?end=x",
            400,
            "unable to parse param 'end': strconv.ParseInt: parsing \"x\": invalid syntax",
        ),
        ("/api/traces/ff", 404, "trace not found"),
        ("/api/traces/0", 404, "trace not found"),
        (
            "/api/dependencies?endTs=x",
            400,
            "unable to parse param 'endTs': strconv.ParseInt: parsing \"x\": invalid syntax",
        ),
        (
            "/api/dependencies?lookback=-1",
            400,
            "end time must be greater than start time",
        ),
    ] {
        let answer = ask(address).await;
        let error = json!({"code": status, "msg": message});
        let envelope = json!({"data": null, "total": 0, "limit": 0, "offset": 0, "errors": [error]});
        assert_eq!((answer.status, answer.json()), (status, envelope), "{address}");
    }
    let answer = ask("/api/traces?service=a&tags=%7B").await;
    let message = answer.json()["errors"][0]["msg"].to_string();
    assert!(
        message.contains("malformed 'tags' parameter, cannot unmarshal JSON: "),
        "{message}"
    );
}

#[tokio::test]
async fn a_store_that_cannot_be_read_is_said_and_not_half_an_answer() {
    for address in ["/api/traces?traceID=1&traceID=2", "/api/traces/1"] {
        let answer = ask_of(Stored::broken(), address).await;
        assert_eq!(answer.status, 500);
        let message = answer.json()["errors"][0]["msg"].to_string();
        assert!(message.contains("the store cannot be read"), "{message}");
    }
}

#[tokio::test]
async fn a_person_gets_an_indent() {
    let pretty = ask("/api/services?prettyPrint=true").await.body;
    assert!(
        pretty.starts_with("{\n    \"data\": [\n        \"bank\","),
        "{pretty}"
    );
    assert!(!ask("/api/services?prettyPrint=false").await.body.contains('\n'));
}

#[tokio::test]
async fn an_uploaded_file_becomes_traces_and_is_not_stored() {
    let json = json!({"resourceSpans": [{"scopeSpans": [{"spans": [
        {"traceId": format!("{:032x}", 9), "spanId": format!("{:016x}", 1), "name": "b", "startTimeUnixNano": "2000", "endTimeUnixNano": "5000"},
        {"traceId": format!("{:032x}", 8), "spanId": format!("{:016x}", 1), "name": "a"},
        {"traceId": format!("{:032x}", 9), "spanId": "00", "name": "wrong"},
    ]}]}]});
    let post = |body: String| {
        let request = Request::post("/api/transform").header("host", "localhost");
        send(request.body(body.into()).unwrap(), Stored::empty())
    };
    let answer = post(json.to_string()).await.json();
    assert_eq!(answer["data"][0]["traceID"], "0000000000000009");
    assert_eq!(answer["data"][0]["spans"][0]["startTime"], 2);
    assert_eq!(answer["data"][1]["traceID"], "0000000000000008");
    assert!(
        answer["errors"][0]["msg"]
            .as_str()
            .unwrap()
            .starts_with("1 spans are left out")
    );
    let wrong = post("{".to_owned()).await;
    assert_eq!(wrong.status, 400);
    assert!(
        wrong.json()["errors"][0]["msg"]
            .as_str()
            .unwrap()
            .starts_with("cannot unmarshal OTLP : ")
    );
}
