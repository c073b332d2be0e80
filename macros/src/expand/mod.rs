//! Model to tokens. All generated tokens are hygienic; the user's own go out as they came in.

mod attributes;
mod body;
mod domain;
mod finish;
mod future;
mod opened;
mod operand;
mod site;
mod start;
mod sync;

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Signature};

use crate::item::Body;
#[cfg(any(feature = "off", test))]
use crate::item::FnItem;
use crate::model::Traced;
#[cfg(any(feature = "off", test))]
use crate::params;
use crate::shape::Shape;

/// What a form of running contributes: a signature in which all has a name, and the statements that run it.
struct Run {
    sig: Signature,
    tokens: TokenStream,
}

/// Writes the annotated function.
///
/// ```text
/// Input:  #[traced] fn load(id: u64) -> u64 { BODY }
/// Output: fn load(id: u64) -> u64 {
///             let __scope = ::spanwright::__private::enter({ static SITE: … ; &SITE });
///             { BODY }
///         }
/// ```
pub(crate) fn function(traced: &Traced) -> TokenStream {
    let Body::Block(group) = &traced.item.body else {
        return traced.item.to_token_stream();
    };
    let (inner, group) = split_inner_attributes(group);
    let record = attributes::record(traced);
    let recorded = record.is_some();
    let start = match traced.shape {
        Shape::Sync => start::enter(traced, record),
        // A local that was lent to anyone stays in the future until its end, moved or not; this one is not lent.
        Shape::Async | Shape::Opened(_) if recorded => {
            let start = start::start(traced, true);
            quote_spanned!(Span::mixed_site()=> let __span = { #start #record __span };)
        }
        _ => {
            let start = start::start(traced, recorded);
            quote_spanned!(Span::mixed_site()=> #start #record)
        }
    };
    let run = match &traced.shape {
        Shape::Sync => sync::run(traced, &group),
        Shape::Async => future::run_async(traced, &group),
        Shape::Future(returned) => future::run_returned(traced, returned, &group),
        Shape::Stream(returned) => future::run_stream(traced, returned, &group),
        Shape::Items(returned) => sync::run_items(traced, returned, &group),
        Shape::Opened(stream) if traced.item.sig.asyncness.is_some() => {
            opened::run_async(traced, stream, &group)
        }
        Shape::Opened(stream) => opened::run(traced, stream, &group),
        Shape::OpenedLater(returned, stream) => opened::run_returned(traced, returned, stream, &group),
    };
    let (attrs, vis, defaultness) = (&traced.item.attrs, &traced.item.vis, &traced.item.defaultness);
    let (sig, run) = (&run.sig, &run.tokens);
    let block = body::braces(
        quote_spanned!(Span::mixed_site()=> #(#inner)* #start #run),
        group.span(),
    );
    quote_spanned!(Span::mixed_site()=> #(#attrs)* #vis #defaultness #sig #block)
}

/// Writes the function as it was, for the feature `off`. What only the annotation reads is not unused for that.
///
/// ```text
/// Input:  #[traced(args(id))] fn load(id: u64) { BODY }
/// Output: fn load(id: u64) { let _ = (&id,); BODY }
/// ```
#[cfg(any(feature = "off", test))]
pub(crate) fn untouched(mut item: FnItem) -> TokenStream {
    item.take_parameter_attributes();
    if let Body::Block(group) = &item.body {
        let (inner, body) = split_inner_attributes(group);
        let (uses, body) = (body::uses(&params::named(&item.sig)), body.stream());
        let whole = quote_spanned!(Span::mixed_site()=> #(#inner)* #uses #body);
        item.body = Body::Block(body::braces(whole, group.span()));
    }
    item.into_token_stream()
}

/// `#![…]` is only allowed at the start of a function's own body.
fn split_inner_attributes(group: &Group) -> (Vec<Attribute>, Group) {
    let may_have =
        matches!(group.stream().into_iter().next(), Some(TokenTree::Punct(first)) if first.as_char() == '#');
    if !may_have {
        return (Vec::new(), group.clone());
    }
    let parser =
        |input: ParseStream| Ok((input.call(Attribute::parse_inner)?, input.parse::<TokenStream>()?));
    match parser.parse2(group.stream()) {
        Ok((attrs, body)) if !attrs.is_empty() => {
            let mut rest = Group::new(group.delimiter(), body);
            rest.set_span(group.span());
            (attrs, rest)
        }
        _ => (Vec::new(), group.clone()),
    }
}

/// Our hygiene, at the place of the user's token that an error should point at.
fn at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}
