//! Starts the span.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;

use super::operand::Operand;
use super::{at, site};
use crate::model::Traced;

/// `let __span = start(SITE);`, or the longer form where the span's place in the trace is given.
pub(super) fn start(traced: &Traced, recorded: bool) -> TokenStream {
    let span = Span::mixed_site();
    let p = &traced.private;
    let site = site::site(traced);
    let mutability = recorded.then(|| quote_spanned!(span=> mut));
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
