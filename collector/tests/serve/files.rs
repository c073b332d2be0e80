//! Traces from files and to files, by the command.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::{FileTypeExt, symlink};
use std::path::Path;
use std::process::{Command, Output};

use serde_json::json;
use spanwright_collector::store::{Store, StoreConfig};

use crate::running::{Running, complained, said, spanwright};

/// A line of OTLP's JSON with one span.
fn line(trace: u64) -> String {
    json!({"resourceSpans": [{
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]},
        "scopeSpans": [{"spans": [{
            "traceId": format!("{trace:032x}"), "spanId": format!("{:016x}", 1), "name": "buy",
            "startTimeUnixNano": "1700000000000000000", "endTimeUnixNano": "1700000000000002000"}]}]}]})
    .to_string()
}

/// A folder, and a file in it with so many traces.
fn file(traces: u64) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("traces.jsonl");
    let lines: Vec<String> = (1..=traces).map(line).collect();
    std::fs::write(&path, lines.join("\n")).unwrap();
    (folder, path.to_str().unwrap().to_owned())
}

fn import(folder: &Path, file: &str) -> Output {
    spanwright(&["import", file, "--data-dir"])
        .arg(folder)
        .output()
        .unwrap()
}

/// What it told of its progress; it must have succeeded.
fn told(output: Output) -> String {
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{told}");
    told
}

#[test]
fn an_export_streams_into_a_pipe_and_leaves_it_there() {
    let (folder, file) = file(3);
    let data = folder.path().join("data");
    told(import(&data, &file));
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // Open to write, too, so that opening does not wait; three traces fit into the pipe.
    let mut reader = File::options().read(true).write(true).open(&pipe).unwrap();
    let export = spanwright(&["export", "--to", pipe.to_str().unwrap(), "--data-dir"])
        .arg(&data)
        .output();
    assert!(told(export.unwrap()).contains("3 traces written"));
    let kind = std::fs::symlink_metadata(&pipe).unwrap().file_type();
    assert!(kind.is_fifo(), "it is a {kind:?} now");
    let mut written = vec![0; 64 << 10];
    let count = reader.read(&mut written).unwrap();
    assert_eq!(written[..count].iter().filter(|byte| **byte == b'\n').count(), 3);
}

#[test]
fn an_export_follows_links() {
    let (folder, file) = file(2);
    let data = folder.path().join("data");
    told(import(&data, &file));
    let export = |to: &Path| {
        let command = &["export", "--to", to.to_str().unwrap(), "--data-dir"];
        spanwright(command).arg(&data).output().unwrap()
    };
    let (out, link) = (folder.path().join("out"), folder.path().join("link"));
    symlink("/proc/self/fd/1", &out).unwrap();
    let output = export(&out);
    assert_eq!(output.stdout.iter().filter(|byte| **byte == b'\n').count(), 2);
    told(output);
    assert!(out.is_symlink());

    let real = folder.path().join("real.jsonl");
    std::fs::write(&real, "older").unwrap();
    symlink(&real, &link).unwrap();
    told(export(&link));
    assert!(link.is_symlink());
    assert_eq!(std::fs::read_to_string(&real).unwrap().lines().count(), 2);
}

#[test]
fn an_import_reaches_the_collector_that_writes_the_folder() {
    let (_folder, file) = file(2);
    let (one, other) = (Running::serve(), Running::serve());
    assert!(told(import(one.folder(), &file)).contains("2 spans"));
    assert_eq!(said(one.ask("search", &["service=shop"])).lines().count(), 2);
    assert_eq!(said(other.ask("search", &["service=shop"])), "");
    let id = format!("{:032x}", 2);
    let (status, answer) = one.page(&format!("/?q={id}"));
    assert!(
        status == 303 && answer.contains(&format!("/trace/{id}")),
        "{answer}"
    );
    assert_eq!(other.page(&format!("/?q={id}")).0, 200);

    // Of a collector that was killed nothing misleads.
    let kept = one.kill();
    assert!(told(import(kept.folder(), &file)).contains("2 spans"));
    assert_eq!(said(kept.ask("search", &["service=shop"])).lines().count(), 2);
}

#[test]
fn an_import_into_a_folder_that_another_command_writes_says_so() {
    let (folder, file) = file(1);
    let data = folder.path().join("data");
    let store = Store::open(StoreConfig::new(&data)).unwrap();
    let problem = complained(import(&data, &file));
    assert!(
        problem.contains(data.to_str().unwrap()) && problem.contains("--to"),
        "{problem}"
    );
    assert!(!problem.contains("4318"), "{problem}");
    store.close();
}

#[test]
fn spans_at_the_end_of_all_time_are_found_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("late.jsonl");
    let at = |trace: u64, nanos: u64| line(trace).replace("1700000000000000000", &nanos.to_string());
    let at = |trace, nanos: u64| at(trace, nanos).replace("1700000000000002000", &nanos.to_string());
    let latest = i64::MAX.unsigned_abs();
    let lines = [at(1, latest), at(2, latest + 1), at(3, u64::MAX)];
    std::fs::write(&path, lines.join("\n")).unwrap();
    let collector = Running::serve();
    for output in [
        import(folder.path(), path.to_str().unwrap()),
        spanwright(&["import", path.to_str().unwrap(), "--to"])
            .arg(format!("http://{}", collector.address("OTLP over HTTP")))
            .output()
            .unwrap(),
    ] {
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains("1 span and") && told.contains("2262"), "{told}");
    }
    for data in [folder.path(), collector.folder()] {
        let ask = |arguments: &[&str]| {
            spanwright(arguments)
                .arg("--data-dir")
                .arg(data)
                .output()
                .unwrap()
        };
        assert_eq!(said(ask(&["search"])).lines().count(), 1);
        let exported = ask(&["export", "--to", "-"]);
        assert_eq!(String::from_utf8(exported.stdout).unwrap().lines().count(), 1);
    }
}

#[test]
fn all_of_a_trace_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("whole.jsonl");
    let text = |key: &str, value: &str| json!({"key": key, "value": {"stringValue": value}});
    let id = format!("{:032x}", 7);
    let span = json!({"traceId": id, "spanId": "00000000000000a1", "name": "buy", "kind": 2,
        "startTimeUnixNano": "1700000000000000000", "endTimeUnixNano": "1700000000000002000",
        "traceState": "vendor=state", "droppedAttributesCount": 5,
        "attributes": [text("cart", "full")],
        "events": [{"name": "paid", "timeUnixNano": "1700000000000001000", "attributes": [text("by", "card")]}],
        "links": [{"traceId": format!("{:032x}", 0xbeef), "spanId": "00000000000000b2", "attributes": [text("why", "retry")]}],
        "status": {"code": 2, "message": "out of stock"}});
    let resource = json!({"attributes": [text("service.name", "shop"), text("host.name", "pluto")]});
    let spans = json!({"resourceSpans": [{"resource": resource,
        "scopeSpans": [{"scope": {"name": "tiller", "version": "1.2", "attributes": [text("build", "fast")]}, "spans": [span]}]}]});
    let log = |span: &str, body: &str| {
        json!({"traceId": id, "spanId": span, "timeUnixNano": "1700000000000001500", "severityNumber": 13,
            "severityText": "WARN", "body": {"stringValue": body}, "attributes": [text("shelf", "nine")]})
    };
    let logs = json!({"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords":
        [log("00000000000000a1", "nothing left"), log("00000000000000ff", "of a span that is not here")]}]}]});
    let mut file = File::create(&path).unwrap();
    write!(file, "{spans}\n{logs}\n").unwrap();
    told(import(folder.path(), path.to_str().unwrap()));
    let shown = spanwright(&["show", &id, "--attributes", "--data-dir"])
        .arg(folder.path())
        .output();
    let shown = said(shown.unwrap());
    for expected in [
        "cart = full",
        "host.name = pluto",
        "tiller",
        "1.2",
        "build = fast",
        "event = paid",
        "by = card",
        "000000000000beef",
        "00000000000000b2",
        "why = retry",
        "out of stock",
        "nothing left",
        "WARN",
        "shelf = nine",
        "of a span that is not here",
        "vendor=state",
        "server",
        "00000000000000a1",
        "2023-11-14T22:13:20",
    ] {
        assert!(shown.contains(expected), "no {expected:?} in\n{shown}");
    }
}

#[test]
fn what_is_no_otlp_endpoint_is_told_in_a_line() {
    let (_folder, file) = file(1);
    let collector = Running::serve();
    let web = format!("http://{}", collector.address("traces"));
    for command in [&["import", &file, "--to", &web][..], &["generate", "--to", &web]] {
        let output = spanwright(command).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(
            told.contains("is no OTLP endpoint") && told.contains("404") && told.contains(&web),
            "{told}"
        );
        assert!(!told.contains('<') && told.len() < 400, "{told}");
    }
    let plain = format!("{}", collector.address("OTLP over HTTP"));
    assert!(
        told(spanwright(&["import", &file, "--to", &plain]).output().unwrap())
            .contains("1 span and 0 log records")
    );
}

#[test]
fn a_line_that_ends_early_is_named_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.jsonl");
    let whole = line(1);
    std::fs::write(&path, format!("{whole}\n{}\n", &whole[..100])).unwrap();
    let output = import(folder.path(), path.to_str().unwrap());
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("line 2: ") && told.contains("column 100"), "{told}");
    assert!(!told.contains("line 1"), "{told}");
}

#[test]
fn the_id_of_a_trace_finds_it() {
    let (folder, file) = file(2);
    told(import(folder.path(), &file));
    let search = |line: &str| {
        let command = &["search", line, "--data-dir"];
        spanwright(command).arg(folder.path()).output().unwrap()
    };
    let id = format!("{:032x}", 2);
    let found = said(search(&id));
    assert!(found.starts_with(&id) && found.lines().count() == 1, "{found}");
    assert_eq!(said(search(&format!("{:032x}", 3))), "");
    assert_eq!(said(search("service='shop'")).lines().count(), 2);
    for (line, expected) in [
        (format!("trace_id={id}"), "spanwright show"),
        ("a&&b".to_owned(), "AND"),
    ] {
        let problem = complained(search(&line));
        assert!(problem.contains('^') && problem.contains(expected), "{problem}");
    }
}
