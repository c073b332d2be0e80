//! The `static` that stands for the annotated place.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::LitStr;

use crate::args::Domain;
use crate::args::attribute::{Attr, Mode};
use crate::model::Traced;

/// `{ static SITE: Site = …; &SITE }`: in a block, since items are not hygienic.
pub(super) fn site(traced: &Traced) -> TokenStream {
    let span = Span::mixed_site();
    let p = &traced.private;
    let general = &traced.args.general;
    let name = LitStr::new(&traced.site_name(), span);
    let target = match &general.target {
        Some(target) => target.to_token_stream(),
        None => quote_spanned!(span=> ::core::module_path!()),
    };
    let mut builders = TokenStream::new();
    let kind = match (&general.kind, &traced.args.domain) {
        (Some(kind), _) => Some((capitalised(&kind.text), kind.span)),
        (None, Domain::None) => None,
        (None, Domain::Tool(tool)) if !tool.is_mcp() => None,
        (None, _) => Some(("Client".to_owned(), span)),
    };
    if let Some((kind, place)) = kind {
        let kind = syn::Ident::new(&kind, super::at(place));
        builders.extend(quote_spanned!(span=> .kind(#p::Kind::#kind)));
    }
    if let Some(level) = &general.level {
        let level = syn::Ident::new(&level.text.to_ascii_uppercase(), super::at(level.span));
        builders.extend(quote_spanned!(span=> .level(#p::Level::#level)));
    }
    let keys = keys(traced);
    let site = match keys.is_empty() {
        true => quote_spanned!(span=> #p::site(#name, #target)),
        false => quote_spanned!(span=> #p::site_with(#name, #target, &[#(#keys),*])),
    };
    if general.metrics.is_some_and(|metrics| metrics.on) {
        builders.extend(quote_spanned!(span=> .metrics()));
    }
    if !general.declared.is_empty() {
        builders.extend(quote_spanned!(span=> .tracing_span()));
    }
    let domain = match &traced.args.domain {
        Domain::None => None,
        Domain::Llm(_) => Some("Llm"),
        Domain::Db(_) => Some("Db"),
        Domain::Tool(_) => Some("Tool"),
    };
    if let Some(domain) = domain {
        let domain = syn::Ident::new(domain, span);
        builders.extend(quote_spanned!(span=> .domain(#p::Domain::#domain)));
    }
    quote_spanned!(span=> {
        static SITE: #p::Site = #site #builders;
        &SITE
    })
}

/// All keys that the source shows: `tracing` wants them before the first value.
fn keys(traced: &Traced) -> Vec<TokenStream> {
    let general = &traced.args.general;
    let attrs = general.attrs.iter().map(|attr| {
        let (cfg, key) = (&attr.cfg, key(attr));
        quote_spanned!(Span::mixed_site()=> #(#cfg)* #key)
    });
    let named = |attr: &str| {
        general
            .attrs
            .iter()
            .any(|own| own.key.text().as_deref() == Some(attr))
    };
    let propagated = general.propagate.iter().filter(|item| !named(&item.key.value()));
    attrs
        .chain(propagated.map(|item| item.key.to_token_stream()))
        .chain(general.declared.iter().map(ToTokens::to_token_stream))
        .chain(general.ret.iter().map(|ret| ret.key.to_token_stream()))
        .collect()
}

/// The key under which an attribute is recorded.
pub(super) fn key(attr: &Attr) -> TokenStream {
    match (&attr.mode, attr.key.text()) {
        (Mode::Len, Some(text)) => LitStr::new(&format!("{text}.len"), attr.key.span()).to_token_stream(),
        _ => attr.key.to_token_stream(),
    }
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_ascii_uppercase().to_string() + chars.as_str()
    })
}
