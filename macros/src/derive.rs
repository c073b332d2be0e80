//! `#[derive(Capture)]`: each field an attribute under the value's key.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Fields, Generics, Ident, Item, LitStr, Type, parse_quote_spanned};

use crate::args::attribute::Mode;
use crate::args::param::{self, Capture};
use crate::crate_path;
use crate::errors::Errors;

/// One field that is captured.
struct Captured {
    /// Its position among the fields.
    index: usize,
    key: LitStr,
    mode: Mode,
    ty: Type,
    /// The expression that refers to it.
    place: TokenStream,
    span: Span,
}

/// Expands the derive.
pub(crate) fn expand(tokens: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let Some(item) = errors.keep(syn::parse2::<Item>(tokens)) else {
        return errors.finish();
    };
    let (ident, generics, body, types) = match &item {
        Item::Struct(item) => {
            let p = private(&item.attrs, &mut errors);
            let (body, types) = structure(&p, &item.ident, &item.fields, &mut errors);
            (&item.ident, &item.generics, body, (p, types))
        }
        Item::Enum(item) => {
            let p = private(&item.attrs, &mut errors);
            let (body, types) = enumeration(&p, item, &mut errors);
            (&item.ident, &item.generics, body, (p, types))
        }
        other => {
            errors.on(other, "`Capture` can be derived for structs and enums");
            return errors.finish();
        }
    };
    if !errors.is_empty() {
        return errors.finish();
    }
    let (p, types) = types;
    let bounded = bounds(&p, generics, &types);
    let (impl_generics, _, where_clause) = bounded.split_for_impl();
    let (_, type_generics, _) = generics.split_for_impl();
    quote_spanned! {Span::mixed_site()=>
        impl #impl_generics #p::Capture for #ident #type_generics #where_clause {
            fn capture(&self, __out: &mut #p::Captured<'_>) {
                #body
            }
        }
    }
}

/// The runtime's path; `#[capture(crate = path)]` on the type changes it.
fn private(attrs: &[Attribute], errors: &mut Errors) -> TokenStream {
    let mut krate = None;
    for attr in ours(attrs) {
        let parsed = attr.parse_nested_meta(|meta| {
            if !meta.path.is_ident("crate") {
                return Err(meta.error("on a type, `#[capture]` takes `crate = path` alone"));
            }
            krate = Some(crate_path::check(&meta.value()?.parse()?)?);
            Ok(())
        });
        errors.keep(parsed);
    }
    crate_path::private(krate.as_ref())
}

fn structure(
    p: &TokenStream,
    name: &Ident,
    fields: &Fields,
    errors: &mut Errors,
) -> (TokenStream, Vec<Type>) {
    let captured = read(
        fields,
        errors,
        |member, _| quote_spanned!(Span::mixed_site()=> &self.#member),
    );
    match fields {
        Fields::Unit => {
            let name = LitStr::new(&name.unraw().to_string(), name.span());
            (quote_spanned!(Span::mixed_site()=> __out.str(#name);), Vec::new())
        }
        // A newtype is captured as what it holds, unless its field says how.
        Fields::Unnamed(fields)
            if fields.unnamed.len() == 1 && ours(&fields.unnamed[0].attrs).next().is_none() =>
        {
            let place = captured.first().map(|field| (&field.place, field.span));
            let body = place.map(|(place, span)| {
                quote_spanned!(Span::mixed_site().located_at(span)=> #p::Capture::capture(#place, __out);)
            });
            (body.unwrap_or_default(), value_types(&captured))
        }
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
            (newtype(p, &captured), value_types(&captured))
        }
        _ => (lines(p, &captured), value_types(&captured)),
    }
}

/// A newtype whose field says how it is written: the value itself has that form.
fn newtype(p: &TokenStream, captured: &[Captured]) -> TokenStream {
    let Some(field) = captured.first() else {
        return TokenStream::new();
    };
    let place = &field.place;
    let span = Span::mixed_site().located_at(field.span);
    let method = match &field.mode {
        Mode::Debug => "debug",
        Mode::Display => "display",
        Mode::Hash => "hash",
        Mode::Mask => "mask",
        Mode::Json => "json",
        Mode::With(path) => return quote_spanned!(span=> #p::Capture::capture(&#path(#place), __out);),
        Mode::Len => return quote_spanned!(span=> #p::Capture::capture(&#p::Length::length(#place), __out);),
        Mode::Value => return lines(p, captured),
    };
    let method = Ident::new(method, span);
    quote_spanned!(span=> __out.#method(#place);)
}

fn enumeration(p: &TokenStream, item: &syn::ItemEnum, errors: &mut Errors) -> (TokenStream, Vec<Type>) {
    let span = Span::mixed_site();
    if item.variants.is_empty() {
        return (quote_spanned!(span=> match *self {}), Vec::new());
    }
    let mut types = Vec::new();
    let mut arms = TokenStream::new();
    for variant in &item.variants {
        for attr in ours(&variant.attrs) {
            errors.on(attr, "`#[capture]` belongs on a field of the variant");
        }
        let ident = &variant.ident;
        let name = LitStr::new(&ident.unraw().to_string(), ident.span());
        if matches!(variant.fields, Fields::Unit) {
            arms.extend(quote_spanned!(span=> Self::#ident => __out.str(#name),));
            continue;
        }
        let captured = read(&variant.fields, errors, |_, index| {
            binding(index).into_token_stream()
        });
        let bound = variant.fields.iter().enumerate().filter_map(|(index, field)| {
            let place = binding(index);
            let used = captured.iter().any(|field| field.index == index);
            let member = member(field, index);
            used.then(|| quote_spanned!(span=> #member: #place))
        });
        let lines = lines(p, &captured);
        arms.extend(quote_spanned!(span=> Self::#ident { #(#bound,)* .. } => {
            __out.field("variant", &#name);
            #lines
        }));
        types.extend(value_types(&captured));
    }
    (quote_spanned!(span=> match self { #arms }), types)
}

fn binding(index: usize) -> Ident {
    format_ident!("__field{index}", span = Span::mixed_site())
}

fn member(field: &syn::Field, index: usize) -> TokenStream {
    match &field.ident {
        Some(ident) => ident.to_token_stream(),
        None => syn::Index {
            index: u32::try_from(index).unwrap_or(u32::MAX),
            span: field.span(),
        }
        .to_token_stream(),
    }
}

/// The fields to capture, `place` telling how each is reached.
fn read(
    fields: &Fields,
    errors: &mut Errors,
    place: impl Fn(&TokenStream, usize) -> TokenStream,
) -> Vec<Captured> {
    let mut captured = Vec::new();
    for (index, field) in fields.iter().enumerate() {
        let mut asked = Capture::default();
        for attr in ours(&field.attrs) {
            let more = param::parse(attr, true, errors);
            asked.skip |= more.skip;
            asked.key = asked.key.or(more.key);
            asked.mode = asked.mode.or(more.mode);
        }
        if asked.skip {
            if asked.key.is_some() || asked.mode.is_some() {
                errors.on(
                    field,
                    "`skip` stands alone: a field left out has neither key nor mode",
                );
            }
            continue;
        }
        let name = field
            .ident
            .as_ref()
            .map_or_else(|| index.to_string(), |ident| ident.unraw().to_string());
        let span = field.ty.span();
        captured.push(Captured {
            index,
            key: asked.key.unwrap_or_else(|| LitStr::new(&name, span)),
            mode: asked.mode.unwrap_or(Mode::Value),
            ty: field.ty.clone(),
            place: place(&member(field, index), index),
            span,
        });
    }
    captured
}

fn lines(p: &TokenStream, captured: &[Captured]) -> TokenStream {
    let mut lines = TokenStream::new();
    for field in captured {
        let (key, place) = (&field.key, &field.place);
        let span = Span::mixed_site().located_at(field.span);
        let method = match &field.mode {
            Mode::Value => "field",
            Mode::Debug => "field_debug",
            Mode::Display => "field_display",
            Mode::Hash => "field_hash",
            Mode::Mask => "field_mask",
            Mode::Json => "field_json",
            Mode::With(path) => {
                lines.extend(quote_spanned!(span=> __out.field(#key, &#path(#place));));
                continue;
            }
            Mode::Len => {
                let key = LitStr::new(&format!("{}.len", key.value()), key.span());
                lines.extend(quote_spanned!(span=> __out.field(#key, &#p::Length::length(#place));));
                continue;
            }
        };
        let method = Ident::new(method, span);
        lines.extend(quote_spanned!(span=> __out.#method(#key, #place);));
    }
    lines
}

fn value_types(captured: &[Captured]) -> Vec<Type> {
    captured
        .iter()
        .filter(|field| matches!(field.mode, Mode::Value))
        .map(|field| field.ty.clone())
        .collect()
}

/// Adds `T: Capture` for each parameter that occurs in a captured field's type.
fn bounds(p: &TokenStream, generics: &Generics, types: &[Type]) -> Generics {
    let mut bounded = generics.clone();
    for param in generics.type_params() {
        let ident = &param.ident;
        if types.iter().any(|ty| mentions(ty.to_token_stream(), ident)) {
            let predicate = parse_quote_spanned!(Span::mixed_site()=> #ident: #p::Capture);
            bounded.make_where_clause().predicates.push(predicate);
        }
    }
    bounded
}

fn mentions(tokens: TokenStream, ident: &Ident) -> bool {
    tokens.into_iter().any(|tree| match tree {
        proc_macro2::TokenTree::Ident(word) => word == *ident,
        proc_macro2::TokenTree::Group(group) => mentions(group.stream(), ident),
        _ => false,
    })
}

fn ours(attrs: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attrs.iter().filter(|attr| attr.path().is_ident("capture"))
}
