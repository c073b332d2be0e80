//! Expansions of the main shapes. Re-bless with `UPDATE_EXPECT=1 cargo test -p spanwright-macros`.

mod derives;
mod domains;
mod functions;
mod futures;
mod items;

use expect_test::Expect;
use proc_macro2::TokenStream;

use crate::args::Macro;
use crate::attribute;

fn pretty(tokens: TokenStream) -> String {
    match syn::parse2(tokens.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        Err(error) => panic!("the expansion does not parse: {error}\n{tokens}"),
    }
}

#[track_caller]
fn check(which: Macro, args: TokenStream, item: TokenStream, expected: Expect) -> String {
    let text = pretty(attribute::expand(which, args, item));
    expected.assert_eq(&text);
    text
}
