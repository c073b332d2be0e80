//! What stands there before the first trace: how to send one.

use maud::{Markup, html};

pub(super) fn welcome() -> Markup {
    html! {
        div.message.welcome {
            h2 { "Waiting for the first trace" }
            p { "Tell any program with OpenTelemetry where to send its traces, and start it:" }
            pre { code { "export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318" } }
            p { "In a Rust program, with Spanwright:" }
            pre { code { (EXAMPLE) } }
            p { "Then " a href="/" { "look again" } ", or watch spans " a href="/live" { "arrive" } "." }
        }
    }
}

const EXAMPLE: &str = r#"use spanwright::traced;

#[traced]
fn greet(name: &str) {
    println!("Hello, {name}");
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let _guard = spanwright::init()?;
    greet("world");
    Ok(())
}"#;
