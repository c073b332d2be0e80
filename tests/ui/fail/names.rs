//! Names in an argument that the function does not know, and a body that does not compile.

use spanwright::traced;

#[traced(capture(nobody))]
fn unknown_name() {}

#[traced]
fn unknown_in_the_body() -> Result<u8, String> {
    Ok(nobody)
}

#[traced]
async fn borrowed() -> Result<&'static str, String> {
    let text = String::new();
    Ok(&text)
}

fn main() {}
