//! A secret cannot be captured, in whatever way.

use spanwright::{Capture, Secret, traced};

#[traced(capture(password))]
fn by_name(password: Secret<String>) {}

#[traced]
fn by_attribute(#[capture] password: &Secret<String>) {}

#[traced(fields(token = password))]
fn by_expression(password: &Secret<&'static str>) {}

#[traced(capture(%password))]
fn by_display(password: &Secret<String>) {}

#[traced]
fn by_hash(#[capture(hash)] password: &Secret<String>) {}

#[traced(ret)]
fn by_return() -> Secret<String> {
    Secret::new(String::new())
}

#[derive(Capture)]
struct Login {
    user: String,
    password: Secret<String>,
}

#[traced(capture(key))]
fn another_crates(key: &secrecy::SecretString) {}

fn main() {
    spanwright::current().set("password", &Secret::new(1));
}
