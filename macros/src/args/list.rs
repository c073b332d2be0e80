//! Parses `key`, `key = value` and `key(…)` lists; every bad entry is reported and skipped.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Ident, Token, parenthesized, token};

use crate::errors::{Errors, unknown};

/// One entry of an argument list.
pub(crate) struct Entry {
    pub(crate) key: Ident,
    pub(crate) value: Value,
}

pub(crate) enum Value {
    Flag,
    Expr(Box<Expr>),
    List(TokenStream),
}

impl Entry {
    pub(crate) fn span(&self) -> Span {
        self.key.span()
    }
}

/// Reads the whole list. `what` names the thing whose keys these are, for messages.
pub(crate) fn parse(tokens: TokenStream, what: &str, known: &[&str], errors: &mut Errors) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    each(tokens, errors, |input, errors| {
        let entry = entry(input)?;
        admit(entry, what, known, &mut entries, errors);
        Ok(())
    });
    entries
}

/// Reads a comma-separated list, reporting each bad entry and going on.
pub(super) fn each<T>(
    tokens: TokenStream,
    errors: &mut Errors,
    mut read: impl FnMut(ParseStream, &mut Errors) -> syn::Result<T>,
) -> Vec<T> {
    let mut values = Vec::new();
    let parser = |input: ParseStream| {
        while !input.is_empty() {
            match read(input, errors) {
                Ok(value) => values.push(value),
                Err(error) => {
                    errors.push(error);
                    skip_to_comma(input)?;
                }
            }
            if !input.is_empty() {
                comma(input, errors)?;
            }
        }
        Ok(())
    };
    if let Err(error) = parser.parse2(tokens) {
        errors.push(error);
    }
    values
}

fn admit(entry: Entry, what: &str, known: &[&str], entries: &mut Vec<Entry>, errors: &mut Errors) {
    let word = entry.key.to_string();
    if !known.contains(&word.as_str()) {
        errors.at(entry.span(), unknown(what, &word, known));
    } else if entries.iter().any(|earlier| earlier.key == word) {
        errors.at(entry.span(), format_args!("`{word}` specified more than once"));
    } else {
        entries.push(entry);
    }
}

fn entry(input: ParseStream) -> syn::Result<Entry> {
    let key = input
        .call(Ident::parse_any)
        .map_err(|error| syn::Error::new(error.span(), "expected an argument name"))?;
    let value = if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        Value::Expr(input.parse()?)
    } else if input.peek(token::Paren) {
        let content;
        parenthesized!(content in input);
        Value::List(content.parse()?)
    } else {
        Value::Flag
    };
    Ok(Entry { key, value })
}

/// Expects the comma between two entries; reports a missing one and goes on behind it.
pub(crate) fn comma(input: ParseStream, errors: &mut Errors) -> syn::Result<()> {
    if input.parse::<Token![,]>().is_err() {
        errors.at(input.span(), "expected `,`");
        skip_to_comma(input)?;
        input.parse::<Option<Token![,]>>()?;
    }
    Ok(())
}

pub(crate) fn skip_to_comma(input: ParseStream) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}
