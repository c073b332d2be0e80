//! Starts the span.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;

use super::operand::Operand;
use super::{at, site};
use crate::model::Traced;

/// `let __scope = enter(SITE);`, or where more than that is said, the span first, what is recorded on it, and then its
/// scope.
pub(super) fn enter(traced: &Traced, record: Option<TokenStream>) -> TokenStream {
    let span = Span::mixed_site();
    let p = &traced.private;
    let options = options(traced);
    if record.is_none() && options.is_empty() {
        let site = site::site(traced);
        return quote_spanned!(span=> let __scope = #p::enter(#site););
    }
    let start = start(traced, record.is_some());
    quote_spanned!(span=> #start #record let __scope = #p::scope(__span);)
}

/// `let __span = start(SITE);`, or the longer form where the span's place in the trace is given.
pub(super) fn start(traced: &Traced, recorded: bool) -> TokenStream {
    let span = Span::mixed_site();
    let p = &traced.private;
    let site = site::site(traced);
    let mutability = recorded.then(|| quote_spanned!(span=> mut));
    let options = options(traced);
    if options.is_empty() {
        return quote_spanned!(span=> let #mutability __span = #p::start(#site););
    }
    quote_spanned! {span=>
        let __site = #site;
        let #mutability __span = if #p::on(__site) {
            #p::start_with(__site, #p::Start::new() #options)
        } else {
            #p::Span::none()
        };
    }
}

/// What is said of the span's place in the trace.
fn options(traced: &Traced) -> TokenStream {
    let span = Span::mixed_site();
    let general = &traced.args.general;
    let mut options = TokenStream::new();
    if let Some(parent) = &general.parent {
        let operand = Operand(parent);
        options.extend(quote_spanned!(at(parent.span())=> .parent(&#operand)));
    }
    for links in &general.links {
        options.extend(quote_spanned!(at(links.span())=> .links(#links)));
    }
    if let Some(root) = &general.new_root {
        let link = root.link;
        options.extend(quote_spanned!(span=> .new_root(#link)));
    }
    if let Some(share) = &general.sample {
        options.extend(quote_spanned!(at(share.span())=> .sample(#share)));
    }
    options
}
