//! Attributes that are known when the span starts, evaluated only while it is recorded.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;

use super::operand::Operand;
use super::{at, domain, site};
use crate::args::Domain;
use crate::args::attribute::{Attr, Mode, Propagated};
use crate::args::value::literal;
use crate::model::Traced;

/// `if recording(&__span) { … }`; nothing where nothing is to be recorded.
pub(super) fn record(traced: &Traced) -> Option<TokenStream> {
    let p = &traced.private;
    let general = &traced.args.general;
    let mut lines = domain::record(traced);
    for attr in &general.attrs {
        let twin = general
            .propagate
            .iter()
            .find(|item| Some(item.key.value()) == attr.key.text());
        lines.extend(match twin {
            Some(twin) => shared(p, attr, twin),
            None => one(p, attr, &Operand(&attr.expr)),
        });
    }
    for item in &general.propagate {
        if !general
            .attrs
            .iter()
            .any(|attr| attr.key.text() == Some(item.key.value()))
        {
            lines.extend(flow(p, item, &Operand(&item.expr)));
        }
    }
    if let Some(name) = &general.name
        // A domain names its span itself, so a name given must come after it.
        && (literal(name).is_none() || !matches!(traced.args.domain, Domain::None))
    {
        let operand = Operand(name);
        lines.extend(quote_spanned!(at(name.span())=> #p::name(&mut __span, &#operand);));
    }
    if lines.is_empty() {
        return None;
    }
    Some(quote_spanned!(Span::mixed_site()=> if __span.recording() { #lines }))
}

/// One call, at the user's expression: there the compiler says that it is no `Capture`.
fn one(p: &TokenStream, attr: &Attr, expr: &impl ToTokens) -> TokenStream {
    let (cfg, key) = (&attr.cfg, site::key(attr));
    let span = at(attr.expr.span());
    let function = match &attr.mode {
        Mode::Value => "attr",
        Mode::Debug => "attr_debug",
        Mode::Display => "attr_display",
        Mode::Len => "attr_len",
        Mode::Hash => "attr_hash",
        Mode::Mask => "attr_mask",
        Mode::Json => "attr_json",
        Mode::With(path) => {
            return quote_spanned!(span=> #(#cfg)* #p::attr_with(&mut __span, #key, &#expr, #path););
        }
    };
    let function = syn::Ident::new(function, span);
    quote_spanned!(span=> #(#cfg)* #p::#function(&mut __span, #key, &#expr);)
}

fn flow(p: &TokenStream, item: &Propagated, expr: &impl ToTokens) -> TokenStream {
    let (key, baggage) = (&item.key, item.baggage);
    quote_spanned!(at(item.expr.span())=> #p::propagate(&mut __span, #key, &#expr, #baggage);)
}

/// An attribute that also flows down: its expression is evaluated once.
fn shared(p: &TokenStream, attr: &Attr, twin: &Propagated) -> TokenStream {
    let (cfg, expr) = (&attr.cfg, &attr.expr);
    let (span, operand) = (at(expr.span()), Operand(expr));
    let value = quote_spanned!(span=> *__value);
    let (record, flow) = (
        one(
            p,
            &Attr {
                cfg: Vec::new(),
                ..attr.clone()
            },
            &value,
        ),
        flow(p, twin, &value),
    );
    quote_spanned!(span=> #(#cfg)* match &#operand { __value => { #record #flow } })
}
