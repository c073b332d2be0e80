//! Functions that run when they are called.

use proc_macro2::{Group, Span, TokenStream};
use quote::{ToTokens, quote_spanned};

use super::finish::{self, Finish, Tag};
use super::{Run, body};
use crate::model::Traced;
use crate::params;
use crate::returned::{Returned, Wrap};

/// Input:  `fn f(a: A) -> T { BODY }`
/// Output: `{ BODY }` where nothing is read from the value, else
///         `tag::<T>().end_span(__scope, { let __once = Once; (move || -> T { BODY })() })`
pub(super) fn run(traced: &Traced, group: &Group) -> Run {
    let p = &traced.private;
    let span = Span::mixed_site();
    let output = traced.output();
    let opaque = output.is_some_and(body::is_opaque);
    // An error's type mostly has a name even where the value's has none; what reads the value must see it.
    let by_value = opaque && (finish::reads_value(traced) || output.is_some_and(body::has_opaque_error));
    let tag = match output {
        Some(ty) if !by_value => Tag::Type(ty),
        _ => Tag::Value,
    };
    let finish = finish::finish(traced, output, tag).filter(|_| !keeps_its_caller(traced));
    let mut sig = traced.item.sig.clone();
    let Some(finish) = finish else {
        let tokens = body::block(group).into_token_stream();
        return Run { sig, tokens };
    };
    let params = params::name_all(&mut sig);
    let body = match opaque {
        true => body::owning_typed(&params, p, &sig.output, group),
        false => body::owning(&params, group),
    };
    let value = body::called(p, output.filter(|_| !opaque), &body);
    let tokens = match finish {
        Finish::Tag(tag) => quote_spanned!(span=> #tag.end_span(__scope, #value)),
        Finish::Reader(reader) if by_value => {
            quote_spanned!(span=> #p::end_value(__scope, #value, |__r| #reader))
        }
        Finish::Reader(reader) => quote_spanned!(span=> #p::end(__scope, #reader, #value)),
    };
    Run { sig, tokens }
}

/// Input:  `fn f() -> impl Iterator<Item = T> { BODY }` with `items`
/// Output: `items(__span, FINISH, { let __once = Once; (move || BODY)() })`
pub(super) fn run_items(traced: &Traced, returned: &Returned, group: &Group) -> Run {
    let p = &traced.private;
    let span = Span::mixed_site();
    let mut sig = traced.item.sig.clone();
    let params = params::name_all(&mut sig);
    let body = body::owning(&params, group);
    let finish = finish::inner(traced, returned);
    let once = once(traced, returned, &body);
    let items = quote_spanned!(span=> #p::items(__span, #finish, #once));
    let tokens = if returned.wrap == Wrap::Box {
        quote_spanned!(span=> #p::Box::new(#items))
    } else {
        items
    };
    Run { sig, tokens }
}

/// The call that makes the future, stream or iterator: its set-up code belongs to the span as well.
pub(super) fn once(traced: &Traced, returned: &Returned, body: &TokenStream) -> TokenStream {
    let named = traced.output().filter(|_| returned.wrap != Wrap::Opaque);
    body::called(&traced.private, named, body)
}

/// In a closure `Location::caller()` would be the closure's own place, so the body must stay where it is.
fn keeps_its_caller(traced: &Traced) -> bool {
    traced
        .item
        .attrs
        .iter()
        .any(|attr| attr.path().is_ident("track_caller"))
}
