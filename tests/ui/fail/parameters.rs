//! `#[capture]` on a parameter.

use spanwright::traced;

#[traced]
fn mode(#[capture(lenght)] text: &str) {
    let _ = text;
}

#[traced]
fn two_modes(#[capture(len, hash)] text: &str) {
    let _ = text;
}

#[traced]
fn two_keys(#[capture("a", "b")] text: &str) {
    let _ = text;
}

#[traced]
fn value(#[capture(len = 7)] text: &str) {
    let _ = text;
}

#[traced]
fn name_value(#[capture = "text"] text: &str) {
    let _ = text;
}

#[traced]
fn pattern(#[capture] (a, b): (u8, u8)) {
    let _ = (a, b);
}

#[traced]
fn skip(#[capture(skip)] text: &str) {
    let _ = text;
}

#[traced]
fn no_length(#[capture(len)] number: u8) {
    let _ = number;
}

fn main() {}
