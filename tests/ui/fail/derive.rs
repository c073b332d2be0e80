//! `#[derive(Capture)]`.

use spanwright::Capture;

struct Opaque;

#[derive(Capture)]
struct Field {
    number: u8,
    opaque: Opaque,
}

#[derive(Capture)]
struct Mode {
    #[capture(lenght)]
    text: String,
}

#[derive(Capture)]
struct Skipped {
    #[capture(skip, len)]
    text: String,
}

#[derive(Capture)]
union Bits {
    a: u8,
}

#[derive(Capture)]
enum Variant {
    #[capture(skip)]
    One,
}

#[derive(Capture)]
#[capture(len)]
struct OnType(u8);

fn main() {}
