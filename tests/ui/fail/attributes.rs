//! Attributes that are recorded, and how their keys are given.

use spanwright::traced;

#[traced(fields(user))]
fn bare_field(user: u8) {
    let _ = user;
}

#[traced(capture(user.len()))]
fn no_key(user: &str) {
    let _ = user;
}

#[traced(capture(user), fields(user = 7))]
fn twice(user: u8) {
    let _ = user;
}

#[traced(propagate(luggage: user))]
fn prefix(user: u8) {
    let _ = user;
}

#[traced(skip(usr))]
fn skip_unknown(user: u8) {
    let _ = user;
}

#[traced(skip)]
fn skip_alone() {}

struct Opaque;

#[traced(capture(opaque))]
fn not_capture(opaque: Opaque) {
    let _ = opaque;
}

#[traced(fields(?opaque))]
fn not_debug(opaque: Opaque) {
    let _ = opaque;
}

fn main() {}
