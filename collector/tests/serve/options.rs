//! Options that cannot be are refused at once, with the option's name and how it may be.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::running::{ANY_PORTS, Running, complained, said, spanwright};

/// What `serve` says to options that it does not take.
fn refused(folder: &Path, options: &[&str]) -> String {
    // At a port that is taken it ends even where it takes them.
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut at = ANY_PORTS;
    let address = taken.local_addr().unwrap().to_string();
    at[1] = &address;
    let output = spanwright(&["serve", "--data-dir"])
        .arg(folder)
        .args(at)
        .args(options)
        .output()
        .unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn options_that_cannot_be_are_refused_by_name_and_with_an_example() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("file"));
    fs::write(&file, "").unwrap();
    fs::create_dir(&data).unwrap();
    let same = data.join(".");
    let (file, same) = (file.to_str().unwrap(), same.to_str().unwrap());
    for (option, value, said) in [
        ("--retention-hours", "0", "24"),
        ("--max-size", "0", "10240"),
        ("--max-size", "18446744073709551615", "10240"),
        ("--allow-host", "http://foo:80/", "traces.example"),
        ("--allow-host", "foo:80", "traces.example"),
        ("--allow-host", "", "traces.example"),
        ("--allow-origin", "foo", "https://shop.example"),
        ("--allow-origin", "https://shop.example/", "https://shop.example"),
        ("--zipkin", "elsewhere", "localhost:"),
        ("--archive", file, "folder"),
        ("--archive", same, "--data-dir"),
    ] {
        let problem = refused(&data, &[option, value]);
        assert!(
            problem.contains(option) && problem.contains(said) && !problem.contains("cannot be listened on"),
            "{option} {value}: {problem}"
        );
    }
    assert_eq!(
        fs::read_dir(&data).unwrap().count(),
        0,
        "it left something behind"
    );
}

#[test]
fn options_that_can_be_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    for options in [
        ["--allow-host", "traces.example"],
        ["--allow-host", "[fe80::1]"],
        ["--allow-origin", "*"],
        ["--allow-origin", "https://*.shop.example"],
        ["--allow-origin", "http://localhost:*"],
        ["--zipkin", "localhost:0"],
        ["--max-size", "1"],
        ["--archive", folder.path().join("new").to_str().unwrap()],
    ] {
        let problem = refused(folder.path(), &options);
        assert!(
            problem.contains("cannot be listened on"),
            "{options:?}: {problem}"
        );
    }
}

#[test]
fn a_listener_may_be_at_localhost_and_an_empty_variable_says_nothing() {
    let at = [
        "--listen",
        "localhost:0",
        "--otlp-http",
        "localhost:0",
        "--otlp-grpc",
        "localhost:0",
    ];
    let collector = Running::start("serve", &at);
    assert!(collector.address("traces").ip().is_loopback());

    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join("spanwright")).unwrap();
    let ask = |command: &str| -> Output {
        spanwright(&[command])
            .env("XDG_DATA_HOME", home.path())
            .env("SPANWRIGHT_DATA_DIR", "")
            .env("TRACE_RETENTION_HOURS", "")
            .output()
            .unwrap()
    };
    assert_eq!(said(ask("search")), "");
    assert!(ask("forget").status.success());
    let mut serve = spanwright(&["serve", "--retention-hours", "0"]);
    assert_eq!(serve.output().unwrap().status.code(), Some(2));
}

#[test]
fn a_file_is_no_folder() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("afile");
    fs::write(&file, "").unwrap();
    let path = file.to_str().unwrap();
    let mut serve = vec!["serve"];
    serve.extend(ANY_PORTS);
    for command in [
        &serve[..],
        &["search"],
        &["show", "1"],
        &["export", "--to", "-"],
        &["import", path],
        &["forget"],
    ] {
        let problem = complained(spanwright(command).args(["--data-dir", path]).output().unwrap());
        assert!(
            problem.contains(path)
                && problem.contains("is a file, and no folder")
                && problem.contains("--data-dir"),
            "{command:?}: {problem}"
        );
    }
}
