//! Runs the program, and reads its table.

use std::process::Command;

#[test]
fn the_table_has_all_but_the_health_checks() {
    let output = Command::new(env!("CARGO_BIN_EXE_own-destination"))
        .env_clear()
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(
        text.contains("| order | 6 | 2 |") && text.contains("| pay | 6 | 2 |"),
        "{text}"
    );
    assert!(!text.contains("health_check"), "{text}");
}
