//! Functions whose work is done when what they return is polled.

use proc_macro2::{Group, Span, TokenStream};
use quote::quote_spanned;

use super::finish::{self, Tag};
use super::{Run, body, sync};
use crate::args::Domain;
use crate::model::Traced;
use crate::params;
use crate::returned::{Returned, Wrap};

/// Input:  `async fn f(a: A) -> T { BODY }`
/// Output: `future(__span, FINISH,
///         async move { if false { let _ = (&a,); return returns::<T>(); } BODY }).await`
///
/// and where the error's type has no name, the finisher is picked from the result itself: `|__r| FINISH`.
///
/// One wrapper only: each further `async` block holds its captures a second time.
pub(super) fn run_async(traced: &Traced, group: &Group) -> Run {
    let p = &traced.private;
    let span = Span::mixed_site();
    let mut sig = traced.item.sig.clone();
    let params = params::name_all(&mut sig);
    let body = body::owning_typed(&params, p, &sig.output, group);
    let output = traced.output();
    if output.is_some_and(body::has_opaque_error)
        && let Some(finish) = finish::reader(traced, output, Tag::Value)
    {
        let tokens =
            quote_spanned!(span=> #p::future_by_value(__span, |__r| #finish, async move { #body }).await);
        return Run { sig, tokens };
    }
    let finish = output.and_then(|ty| finish::reader(traced, output, Tag::Type(ty)));
    let finish = finish.unwrap_or_else(|| finish::no_read(p));
    let tokens = quote_spanned!(span=> #p::future(__span, #finish, async move { #body }).await);
    Run { sig, tokens }
}

/// Input:  `fn f(a: A) -> impl Future<Output = T> { BODY }`
/// Output: `returned_future(__span, FINISH, { let __once = Once; (move || { BODY })() })`, in a box where the return type is boxed
pub(super) fn run_returned(traced: &Traced, returned: &Returned, group: &Group) -> Run {
    let p = &traced.private;
    let (sig, once) = call(traced, returned, group);
    let finish = finish::inner(traced, returned);
    let future = quote_spanned!(Span::mixed_site()=> #p::returned_future(__span, #finish, #once));
    Run {
        sig,
        tokens: boxed(p, returned, future),
    }
}

/// Input:  `fn f(a: A) -> impl Stream<Item = T> { BODY }`
/// Output: `stream(__span, FINISH, { let __once = Once; (move || { BODY })() })`, in a box where the return type is boxed
pub(super) fn run_stream(traced: &Traced, returned: &Returned, group: &Group) -> Run {
    let p = &traced.private;
    let (sig, once) = call(traced, returned, group);
    let stream = in_stream(traced, returned, "stream", &once);
    Run {
        sig,
        tokens: boxed(p, returned, stream),
    }
}

/// Hands a stream to the runtime, with what reads its items; `start` is the function that takes the span.
pub(super) fn in_stream(
    traced: &Traced,
    returned: &Returned,
    start: &str,
    stream: &TokenStream,
) -> TokenStream {
    let (p, span) = (&traced.private, Span::mixed_site());
    let start = syn::Ident::new(start, span);
    match (&traced.args.domain, &returned.inner) {
        (Domain::Llm(_), Some(item)) => {
            let (errors, chunk) = (finish::errors_only(traced, item), finish::chunk(traced, item));
            quote_spanned!(span=> #p::llm::#start(__span, #errors, #chunk, #stream))
        }
        _ => {
            let finish = finish::inner(traced, returned);
            quote_spanned!(span=> #p::#start(__span, #finish, #stream))
        }
    }
}

pub(super) fn call(traced: &Traced, returned: &Returned, group: &Group) -> (syn::Signature, TokenStream) {
    let mut sig = traced.item.sig.clone();
    let params = params::name_all(&mut sig);
    let body = body::owning(&params, group);
    (sig, sync::once(traced, returned, &body))
}

pub(super) fn boxed(p: &TokenStream, returned: &Returned, tokens: TokenStream) -> TokenStream {
    match returned.wrap {
        Wrap::Opaque => tokens,
        Wrap::PinBox | Wrap::Box => quote_spanned!(Span::mixed_site()=> #p::Box::pin(#tokens)),
    }
}
