//! Functions whose stream is there when they, or the futures they return, are done: the span goes on with the stream.

use proc_macro2::{Group, Span, TokenStream};
use quote::quote_spanned;

use super::{Run, body, finish, future};
use crate::model::Traced;
use crate::params;
use crate::returned::{Returned, Wrap};
use crate::shape::Opened;

/// Input:  `async fn f(a: A) -> Result<BoxStream<T>, E> { BODY }`
/// Output: `let (__result, __span) = opening(__span, FINISH, async move { BODY }).await;
///         match __result { Ok(__stream) => Ok(Box::pin(opened(__span, FINISH, __stream))), Err(__error) => Err(__error) }`
pub(super) fn run_async(traced: &Traced, opened: &Opened, group: &Group) -> Run {
    let p = &traced.private;
    let mut sig = traced.item.sig.clone();
    let params = params::name_all(&mut sig);
    let body = body::owning_typed(&params, p, &sig.output, group);
    let (errors, rest) = (errors(traced), rest(traced, opened));
    let tokens = quote_spanned! {Span::mixed_site()=>
        let (__result, __span) = #p::opening(__span, #errors, async move { #body }).await;
        #rest
    };
    Run { sig, tokens }
}

/// Input:  `fn f(a: A) -> impl Future<Output = Result<BoxStream<T>, E>> { BODY }`
/// Output: as above in an `async` block; the span begins at its first poll
pub(super) fn run_returned(traced: &Traced, returned: &Returned, opened: &Opened, group: &Group) -> Run {
    let p = &traced.private;
    let (sig, once) = future::call(traced, returned, group);
    let (errors, rest) = (inner_errors(traced, returned), rest(traced, opened));
    let whole = quote_spanned! {Span::mixed_site()=> {
        let __future = #p::returned_opening(__span, #errors, #once);
        async move {
            let (__result, __span) = __future.await;
            #rest
        }
    }};
    let tokens = future::boxed(p, returned, whole);
    Run { sig, tokens }
}

/// Input:  `fn f(a: A) -> Result<BoxStream<T>, E> { BODY }`
/// Output: as above without a future
pub(super) fn run(traced: &Traced, opened: &Opened, group: &Group) -> Run {
    let p = &traced.private;
    let mut sig = traced.item.sig.clone();
    let params = params::name_all(&mut sig);
    let output = traced.output();
    let named = output.filter(|ty| !body::is_opaque(ty));
    let body = match named {
        Some(_) => body::owning(&params, group),
        None => body::owning_typed(&params, p, &sig.output, group),
    };
    let (errors, rest) = (errors(traced), rest(traced, opened));
    let value = body::called(p, named, &body);
    let tokens = quote_spanned! {Span::mixed_site()=>
        let __scope = #p::scope(__span);
        let (__result, __span) = #p::opened_by(__scope, #errors, #value);
        #rest
    };
    Run { sig, tokens }
}

fn errors(traced: &Traced) -> TokenStream {
    let output = traced.output().map(|ty| finish::errors_only(traced, ty));
    output.unwrap_or_else(|| finish::no_read(&traced.private))
}

fn inner_errors(traced: &Traced, returned: &Returned) -> TokenStream {
    let inner = returned.inner.as_ref().map(|ty| finish::errors_only(traced, ty));
    inner.unwrap_or_else(|| finish::no_read(&traced.private))
}

/// From `__result` and `__span` to what the function returns.
fn rest(traced: &Traced, opened: &Opened) -> TokenStream {
    let span = Span::mixed_site();
    let stream = quote_spanned!(span=> __stream);
    let stream = future::in_stream(traced, &opened.stream, "opened", &stream);
    let stream = future::boxed(&traced.private, &opened.stream, stream);
    let ty = &opened.ty;
    // An `async` block does not tell what its end is to be made into.
    let ty = (opened.stream.wrap != Wrap::Opaque).then(|| quote_spanned!(span=> : #ty));
    let stream = quote_spanned!(span=> let __stream #ty = #stream;);
    if !opened.fallible {
        return quote_spanned!(span=> let __stream = __result; #stream __stream);
    }
    quote_spanned! {span=>
        match __result {
            ::core::result::Result::Ok(__stream) => {
                #stream
                ::core::result::Result::Ok(__stream)
            }
            ::core::result::Result::Err(__error) => ::core::result::Result::Err(__error),
        }
    }
}
