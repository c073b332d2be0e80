// One function of each form of output.

use core::future::Future;
use core::pin::Pin;
use spanwright::{Capture, traced};

#[traced]
fn plain(number: u8) -> u8 {
    number
}

#[traced(capture(number), ret(|kept| *kept as "kept"))]
fn result(#[capture("text.key")] text: &str, number: u8) -> Result<u8, String> {
    if text.is_empty() {
        return Err(text.to_owned());
    }
    Ok(number)
}

#[traced(capture(number), name = text)]
fn for_the_span_alone(number: u8, text: &str, _unused: Vec<u8>) -> Result<(), String> {
    Ok(())
}

#[traced(name = format_args!("later {number}"), sample = 0.5)]
async fn later(number: u8) -> Result<u8, String> {
    Ok(number)
}

#[traced]
async fn unit() {}

#[traced]
fn boxed(number: u8) -> Pin<Box<dyn Future<Output = u8> + Send>> {
    Box::pin(async move { number })
}

#[traced]
fn opaque(number: u8) -> impl Future<Output = Result<u8, String>> {
    // Code before the block, which is why this is no `async fn`.
    let more = number.saturating_add(1);
    async move { Ok(more) }
}

#[derive(Debug, Clone, Capture)]
pub(crate) struct Held {
    number: u8,
    #[capture(len)]
    text: String,
}

#[derive(Debug, Clone, Capture)]
pub(crate) enum Kind {
    Bare,
    Full { number: u8 },
}

#[traced(level = "debug")]
impl Held {
    fn number(&self) -> u8 {
        self.number
    }
    fn try_number(&mut self) -> Result<&mut u8, Kind> {
        if self.text.is_empty() {
            return Err(Kind::Full { number: self.number });
        }
        if self.number == 1 {
            return Err(Kind::Bare);
        }
        Ok(&mut self.number)
    }
}

pub(crate) fn run() -> (u8, bool, Result<u8, String>) {
    drop((later(1), unit(), boxed(1), opaque(1)));
    let mut held = Held { number: plain(7), text: String::new() };
    let number = held.number();
    (number, held.try_number().is_err(), result("", 1))
}
