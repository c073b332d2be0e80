//! Forks of a program whose spans are mirrored to `tracing`: the child waits for none of the lists that this takes.
//!
//! The program is this one, started again for an ignored test.

#![allow(clippy::unwrap_used, reason = "a test may")]

use spanwright::{Batch, Delivered, DeliveryError, Destination, in_span};
use std::borrow::Cow;
use std::process::Command;
use std::time::{Duration, Instant};
use tracing_subscriber::prelude::*;

struct Nowhere;

impl Destination for Nowhere {
    fn name(&self) -> Cow<'static, str> {
        "nowhere".into()
    }

    fn deliver(&mut self, _: &Batch) -> Result<Delivered, DeliveryError> {
        Ok(Delivered::default())
    }

    fn for_child(&self) -> Option<Box<dyn Destination>> {
        Some(Box::new(Self))
    }
}

#[test]
#[ignore = "a program that another test starts"]
fn program() {
    tracing_subscriber::registry()
        .with(tracing_subscriber::fmt::layer().with_writer(std::io::sink))
        .init();
    let guard = spanwright::builder("forks")
        .destination(Nowhere)
        .install_subscriber(false)
        .tracing_spans(true)
        .init()
        .unwrap();
    for _ in 0..3 {
        std::thread::spawn(|| {
            loop {
                in_span("in another thread", || ());
            }
        });
    }
    let mut guard = Some(guard);
    for _ in 0..200 {
        match fork::fork().unwrap() {
            fork::Fork::Child => {
                in_span("in the child", || ());
                let report = guard.take().unwrap().shutdown(Duration::from_secs(5));
                std::process::exit(i32::from(!report.complete));
            }
            fork::Fork::Parent(child) => assert_eq!(status_of(child), Some(0), "a child hangs"),
        }
    }
    println!("all ended");
    std::process::exit(0);
}

/// How a child ended; one that does not is killed.
fn status_of(child: i32) -> Option<i32> {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(10) {
        if let Some(status) = fork::waitpid_nohang(child).unwrap() {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    let _ = Command::new("kill").args(["-9", &child.to_string()]).status();
    let _ = fork::waitpid(child);
    None
}

#[test]
fn a_child_waits_for_no_list_of_mirrored_spans() {
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "program",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("all ended"),
        "{output:?}"
    );
}
