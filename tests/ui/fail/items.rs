//! What an attribute cannot stand on.

use spanwright::{trace_llm_call, traced};

#[traced]
const fn at_compile_time() -> u8 {
    7
}

#[traced]
struct Account;

#[trace_llm_call]
mod module {}

#[traced]
const LIMIT: u8 = 7;

trait Store {
    #[traced]
    fn without_a_body(&self);
}

#[traced(name = "all")]
impl Account {
    fn one(&self) {}
}

impl Account {
    fn plain(&self) {}
}

#[traced(skip)]
impl Account {
    fn two(&self) {}
}

#[traced(prefix = "A")]
impl Account {
    #[traced(nmae = "x")]
    fn three(&self) {}
    #[traced]
    const fn four(&self) -> u8 {
        4
    }
}

fn main() {
    // The items are still there, so that nothing but the mistakes is reported.
    Account.one();
    Account.two();
    Account.three();
    Account.plain();
    let _ = (at_compile_time(), Account.four(), LIMIT);
}
