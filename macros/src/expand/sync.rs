//! Functions that run when they are called.

use proc_macro2::{Group, Span, TokenStream};
use quote::quote_spanned;

use super::finish::{self, Tag};
use super::{Run, body};
use crate::model::Traced;
use crate::params;
use crate::shape::{Returned, Wrap};

/// Input:  `fn f(a: A) -> T { BODY }`
/// Output: `let __scope = scope(__span); { BODY }` where nothing is read from the value, else
///         `call(__span, FINISH, move || -> T { BODY })`: by a bound on `FnOnce`, for a closure that is called
///         where it stands counts as `FnMut` and could not return what a `&mut` parameter lends.
pub(super) fn run(traced: &Traced, group: &Group) -> Run {
    let p = &traced.private;
    let span = Span::mixed_site();
    let output = traced.output();
    let opaque = output.is_some_and(body::is_opaque);
    // An error's type has a name even where the value's has none; what reads the value must see it.
    let by_value = opaque && finish::reads_value(traced);
    let tag = match output {
        Some(ty) if !by_value => Tag::Type(ty),
        _ => Tag::Value,
    };
    let finish = finish::finish(traced, output, tag).filter(|_| !keeps_its_caller(traced));
    let mut sig = traced.item.sig.clone();
    let Some(finish) = finish else {
        let body = body::block(group);
        let tokens = quote_spanned!(span=> let __scope = #p::scope(__span); #body);
        return Run { sig, tokens };
    };
    let params = params::name_all(&mut sig);
    let body = match opaque {
        true => body::owning_typed(&params, p, &sig.output, group),
        false => body::owning(&params, group),
    };
    let tokens = match output {
        Some(ty) if !opaque => quote_spanned!(span=> #p::call(__span, #finish, move || -> #ty { #body })),
        Some(_) if by_value => {
            quote_spanned!(span=> #p::call_value(__span, move || { #body }, |__r| #finish))
        }
        _ => quote_spanned!(span=> #p::call(__span, #finish, move || { #body })),
    };
    Run { sig, tokens }
}

/// Input:  `fn f() -> impl Iterator<Item = T> { BODY }` with `items`
/// Output: `items(__span, FINISH, once(move || BODY))`
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
    let p = &traced.private;
    let span = Span::mixed_site();
    match traced.output() {
        Some(ty) if returned.wrap != Wrap::Opaque => {
            quote_spanned!(span=> #p::once(move || -> #ty { #body }))
        }
        _ => quote_spanned!(span=> #p::once(move || { #body })),
    }
}

/// In a closure `Location::caller()` would be the closure's own place, so the body must stay where it is.
fn keeps_its_caller(traced: &Traced) -> bool {
    traced
        .item
        .attrs
        .iter()
        .any(|attr| attr.path().is_ident("track_caller"))
}
