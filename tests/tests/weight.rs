//! How many crates `spanwright` brings with it.

use std::collections::BTreeSet;
use std::process::Command;

/// `spanwright` itself and everything that it is built from, in the versions of `Cargo.lock`.
fn crates(options: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--offline",
            "-p",
            "spanwright",
            "-e",
            "normal",
        ])
        .args(["--prefix", "none", "--format", "{p}"])
        .args(options)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    // `name version (path or mark)`; a crate that occurs again is marked `(*)`.
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "))
        .collect()
}

#[track_caller]
fn assert_at_most(most: usize, options: &[&str]) {
    let crates = crates(options);
    assert!(
        crates.iter().any(|name| name.starts_with("spanwright-macros ")),
        "{crates:?}"
    );
    assert!(
        crates.len() <= most,
        "{} crates are more than {most}: {crates:#?}",
        crates.len()
    );
}

#[test]
fn an_application_gets_at_most_fifty_crates() {
    assert_at_most(50, &[]);
}

#[test]
fn a_library_gets_at_most_twelve() {
    assert_at_most(12, &["--no-default-features"]);
}
