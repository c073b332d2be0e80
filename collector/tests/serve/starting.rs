//! What prevents a collector from starting, and commands from answering, is said so that a person can act.

use std::net::TcpListener;
use std::process::Stdio;

use crate::running::{ANY_PORTS, Running, complained, nowhere, said, spanwright};

#[test]
fn a_folder_has_one_collector_and_many_readers() {
    let first = Running::serve();
    let problem = complained(first.ask("serve", &ANY_PORTS));
    assert!(
        problem.contains("is in use by another collector")
            && problem.contains(first.folder().to_str().unwrap()),
        "{problem}"
    );
    assert_eq!(said(first.ask("search", &["*"])), "");
    assert_eq!(first.end().0.code(), Some(0));
}

#[test]
fn a_taken_port_is_named_with_the_flag_that_changes_it() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for flag in ["--listen", "--otlp-http", "--otlp-grpc"] {
        let (_folder, path) = nowhere();
        let mut arguments = ANY_PORTS;
        let at = arguments.iter().position(|word| *word == flag).unwrap();
        arguments[at + 1] = &address;
        let serve = spanwright(&["serve", "--data-dir"])
            .arg(&path)
            .args(arguments)
            .output()
            .unwrap();
        let problem = complained(serve);
        assert!(problem.contains(&address) && problem.contains(flag), "{problem}");
        assert!(!path.exists(), "it left a folder behind");
    }
}

#[test]
fn readers_say_what_is_missing() {
    let (_folder, path) = nowhere();
    let ask = |words: &[&str]| complained(spanwright(words).arg("--data-dir").arg(&path).output().unwrap());
    assert!(ask(&["search", "*"]).contains("spanwright serve"));
    let line = ask(&["search", "duration>fast"]);
    assert!(line.contains('^'), "{line}");
    assert!(!ask(&["show", "not an id"]).is_empty());

    let collector = Running::serve();
    let absent = complained(collector.ask("show", &["00000000000000000000000000000001"]));
    assert!(absent.contains("there is no trace 0"), "{absent}");
}

#[test]
fn nobody_who_reads_is_no_problem() {
    let collector = Running::serve();
    let url = format!("http://{}", collector.address("OTLP over HTTP"));
    let sent = spanwright(&["generate", "--traces", "20", "--to", &url]).output();
    assert!(sent.unwrap().status.success());
    let mut child = spanwright(&["search", "--data-dir"])
        .arg(collector.folder())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{:?} {}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
}
