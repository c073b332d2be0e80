//! Parses `#[capture]` on a parameter or on a field.

use proc_macro2::TokenStream;
use syn::{
    Attribute, Expr, Ident, LitStr, Meta, Path, Token, ext::IdentExt, parse::ParseStream, parse::Parser,
};

use super::attribute::Mode;
use crate::errors::{Errors, unknown};

/// What `#[capture(…)]` asks for.
#[derive(Default)]
pub(crate) struct Capture {
    pub(crate) key: Option<LitStr>,
    pub(crate) mode: Option<Mode>,
    /// `skip`, on a field of a derived type.
    pub(crate) skip: bool,
}

const MODES: &[&str] = &["len", "hash", "mask", "debug", "display", "json", "with"];

/// Reads one attribute; `skip` is known on fields only.
pub(crate) fn parse(attr: &Attribute, on_field: bool, errors: &mut Errors) -> Capture {
    let tokens = match &attr.meta {
        Meta::Path(_) => TokenStream::new(),
        Meta::List(list) => list.tokens.clone(),
        Meta::NameValue(_) => {
            errors.on(attr, "write `#[capture(\"key\")]`");
            return Capture::default();
        }
    };
    let mut capture = Capture::default();
    let read = |input: ParseStream| {
        while !input.is_empty() {
            option(input, on_field, &mut capture)?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    };
    errors.keep(read.parse2(tokens));
    capture
}

fn option(input: ParseStream, on_field: bool, capture: &mut Capture) -> syn::Result<()> {
    if input.peek(LitStr) {
        let key: LitStr = input.parse()?;
        if capture.key.is_some() {
            return Err(syn::Error::new(key.span(), "the key is specified more than once"));
        }
        capture.key = Some(key);
        return Ok(());
    }
    let word = input.call(Ident::parse_any).map_err(|error| {
        syn::Error::new(
            error.span(),
            "`#[capture]` takes a key in quotes or a mode such as `len`",
        )
    })?;
    let mode = match word.to_string().as_str() {
        "len" => Mode::Len,
        "hash" => Mode::Hash,
        "mask" => Mode::Mask,
        "debug" => Mode::Debug,
        "display" => Mode::Display,
        "json" => Mode::Json,
        "with" => {
            input.parse::<Token![=]>()?;
            Mode::With(Box::new(input.parse::<Path>()?))
        }
        "skip" if on_field => {
            capture.skip = true;
            return Ok(());
        }
        other => {
            let mut known = MODES.to_vec();
            if on_field {
                known.push("skip");
            }
            return Err(syn::Error::new(word.span(), unknown("mode", other, &known)));
        }
    };
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        let given: Expr = input.parse()?;
        return Err(syn::Error::new_spanned(given, format!("`{word}` takes no value")));
    }
    if capture.mode.replace(mode).is_some() {
        return Err(syn::Error::new(
            word.span(),
            "a value is captured in one mode only",
        ));
    }
    Ok(())
}
