//! The finisher: what is read from the returned value when the span ends.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::Type;
use syn::spanned::Spanned;

use super::{at, body};
use crate::args::Domain;
use crate::model::Traced;
use crate::returned::{Returned, peel};
use crate::shape::{is_generic, is_plain};

/// How the finisher learns the type it reads.
#[derive(Clone, Copy)]
pub(super) enum Tag<'a> {
    /// By its name.
    Type(&'a Type),
    /// From the value `__r`: for a type that has no name.
    Value,
}

impl Tag<'_> {
    fn tokens(self, p: &TokenStream) -> TokenStream {
        match self {
            Tag::Type(ty) => {
                let ty = body::erased(ty);
                quote_spanned!(at(ty.span())=> #p::tag::<#ty>())
            }
            Tag::Value => quote_spanned!(Span::mixed_site()=> #p::Tag::of(__r)),
        }
    }
}

/// What ends the span of a function.
pub(super) enum Finish {
    /// The tag of a result from which nothing but an error is read, in the usual way: it ends the span itself, which
    /// costs the compiler less.
    Tag(TokenStream),
    Reader(TokenStream),
}

/// The end for a value of type `ty`; nothing where there is nothing to read.
pub(super) fn finish(traced: &Traced, ty: Option<&Type>, tag: Tag<'_>) -> Option<Finish> {
    let usual = traced
        .args
        .general
        .err
        .as_ref()
        .is_none_or(|err| !err.debug && err.ignore.is_none());
    let reader = reader(traced, ty, tag)?;
    let alone = usual
        && matches!(
            (tag, &traced.args.domain),
            (Tag::Type(_), Domain::None | Domain::Tool(_))
        )
        && !reads_value(traced);
    Some(match alone {
        true => Finish::Tag(tag.tokens(&traced.private)),
        false => Finish::Reader(reader),
    })
}

/// The finisher for a value of type `ty`; nothing where there is nothing to read.
pub(super) fn reader(traced: &Traced, ty: Option<&Type>, tag: Tag<'_>) -> Option<TokenStream> {
    let ty = ty.filter(|ty| !matches!(peel(ty), Type::Never(_)));
    let reads_error = ty.is_some_and(|ty| reads_error(traced, ty));
    let values = value_reads(traced);
    let auto = ty.is_some_and(|ty| reads_llm_response(traced, ty));
    if !reads_error && values.is_empty() && !auto {
        return None;
    }
    let p = &traced.private;
    let span = Span::mixed_site();
    let tag = tag.tokens(p);
    let mut finish = base(traced, reads_error, &tag);
    if auto {
        finish = quote_spanned!(span=> #p::llm::auto(#finish, { use #p::llm::read::*; (&&#tag).llm() }));
    }
    if !values.is_empty() {
        finish = on_ok(p, &finish, &tag, &values);
    }
    Some(finish)
}

/// The finisher of what the returned future, stream or iterator gives.
pub(super) fn inner(traced: &Traced, returned: &Returned) -> TokenStream {
    let inner = returned.inner.as_ref();
    let finish = inner.and_then(|ty| reader(traced, inner, Tag::Type(ty)));
    finish.unwrap_or_else(|| no_read(&traced.private))
}

/// The finisher that reads nothing.
pub(super) fn no_read(p: &TokenStream) -> TokenStream {
    quote_spanned!(Span::mixed_site()=> #p::NoRead)
}

/// Whether anything but an error is read.
pub(super) fn reads_value(traced: &Traced) -> bool {
    !value_reads(traced).is_empty()
}

/// The finisher of an LLM stream's chunks, beside the one that reads errors.
pub(super) fn chunk(traced: &Traced, item: &Type) -> TokenStream {
    let p = &traced.private;
    let tag = Tag::Type(item).tokens(p);
    let none = quote_spanned!(Span::mixed_site()=> #p::NoRead);
    match &traced.args.domain {
        Domain::Llm(llm) if llm.response.is_some() => {
            let reads: Vec<TokenStream> = llm
                .response
                .iter()
                .map(|read| apply(p, read, "llm", "chunk"))
                .collect();
            on_ok(p, &none, &tag, &reads)
        }
        _ => {
            quote_spanned!(Span::mixed_site()=> #p::llm::auto(#none, { use #p::llm::read::*; (&&#tag).llm() }))
        }
    }
}

/// The part that reads errors alone.
pub(super) fn errors_only(traced: &Traced, ty: &Type) -> TokenStream {
    let tag = Tag::Type(ty).tokens(&traced.private);
    base(traced, reads_error(traced, ty), &tag)
}

fn base(traced: &Traced, reads_error: bool, tag: &TokenStream) -> TokenStream {
    let p = &traced.private;
    let span = Span::mixed_site();
    if !reads_error {
        return quote_spanned!(span=> #p::NoRead);
    }
    let err = traced.args.general.err.as_ref();
    let debug = err.is_some_and(|err| err.debug);
    let reader = syn::Ident::new(if debug { "reader_debug" } else { "reader" }, span);
    let mut base = quote_spanned!(span=> #tag.#reader());
    if let Some(ignore) = err.and_then(|err| err.ignore.as_ref()) {
        base = quote_spanned!(at(ignore.span())=> #p::ignore(#base, #ignore));
    }
    if let Domain::Db(_) = &traced.args.domain {
        base = quote_spanned!(span=> #p::db::finish(#base, { use #p::db::read::*; (&&#tag).db_error() }));
    }
    base
}

/// Whether the type may be a `Result`, and its error is wanted.
fn reads_error(traced: &Traced, ty: &Type) -> bool {
    let wanted = traced.args.general.err.as_ref().is_none_or(|err| err.on);
    wanted && !is_plain(ty) && !is_generic(ty, &traced.item.sig)
}

/// Whether the response is left to the return type to tell.
fn reads_llm_response(traced: &Traced, ty: &Type) -> bool {
    let Domain::Llm(llm) = &traced.args.domain else {
        return false;
    };
    let unit = matches!(peel(ty), Type::Tuple(tuple) if tuple.elems.is_empty());
    llm.response.is_none() && !unit && !is_generic(ty, &traced.item.sig) && !body::is_opaque(ty)
}

/// What is read from the value of a success.
fn value_reads(traced: &Traced) -> Vec<TokenStream> {
    let p = &traced.private;
    let mut reads = Vec::new();
    match &traced.args.domain {
        Domain::Llm(llm) => reads.extend(llm.response.iter().map(|read| apply(p, read, "llm", "response"))),
        Domain::Db(db) => reads.extend(db.rows.iter().map(|read| apply(p, read, "db", "rows"))),
        Domain::Tool(tool) => reads.extend(tool.result.iter().map(|read| apply(p, read, "tool", "result"))),
        Domain::None => {}
    }
    for ret in &traced.args.general.ret {
        let key = &ret.key;
        reads.push(match &ret.closure {
            Some(closure) => {
                quote_spanned!(at(closure.span())=> #p::end_attr(__end, #key, &#p::apply(__v, #closure)))
            }
            None => quote_spanned!(at(super::super::shape::output_span(&traced.item.sig))=> #p::end_attr(__end, #key, __v)),
        });
    }
    reads
}

fn apply(p: &TokenStream, closure: &syn::Expr, module: &str, function: &str) -> TokenStream {
    let span = at(closure.span());
    let (module, function) = (syn::Ident::new(module, span), syn::Ident::new(function, span));
    quote_spanned!(span=> #p::#module::#function(__end, #p::apply(__v, #closure)))
}

fn on_ok(p: &TokenStream, inner: &TokenStream, tag: &TokenStream, reads: &[TokenStream]) -> TokenStream {
    let span = Span::mixed_site();
    let read = match reads {
        [one] => one.clone(),
        many => quote_spanned!(span=> { #(#many;)* }),
    };
    quote_spanned!(span=> #p::on_ok(#inner, #tag.ok_value(), |__v, __end| #read))
}
