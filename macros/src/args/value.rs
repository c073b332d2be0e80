//! Reads one value of the kind an argument asks for, or says what was expected.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Expr, Lit, LitStr};

use super::list::{Entry, Value};
use crate::errors::{Errors, unknown};

/// A word from a fixed list, and where it stands.
#[derive(Clone)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// A flag, or its explicit `= true` or `= false`.
#[derive(Clone, Copy)]
pub(crate) struct Switch {
    pub(crate) on: bool,
    pub(crate) span: Span,
}

/// `key = expression`.
pub(crate) fn expr(entry: Entry, errors: &mut Errors) -> Option<Expr> {
    match entry.value {
        Value::Expr(expr) => Some(*expr),
        Value::Flag | Value::List(_) => {
            errors.at(
                entry.key.span(),
                format_args!("`{0}` needs a value: `{0} = …`", entry.key),
            );
            None
        }
    }
}

/// `key = "literal"`.
pub(crate) fn string(entry: Entry, errors: &mut Errors) -> Option<LitStr> {
    let key = entry.key.clone();
    let expr = expr(entry, errors)?;
    match literal(&expr) {
        Some(text) => Some(text.clone()),
        None => {
            errors.on(
                expr,
                format_args!("`{key}` takes a string literal: `{key} = \"…\"`"),
            );
            None
        }
    }
}

/// `key(…)`.
pub(crate) fn list(entry: Entry, errors: &mut Errors) -> Option<TokenStream> {
    match entry.value {
        Value::List(tokens) => Some(tokens),
        Value::Flag | Value::Expr(_) => {
            errors.at(
                entry.key.span(),
                format_args!("`{0}` takes a list: `{0}(…)`", entry.key),
            );
            None
        }
    }
}

/// `key`, `key = true` or `key = false`.
pub(crate) fn switch(entry: Entry, errors: &mut Errors) -> Option<Switch> {
    let span = entry.key.span();
    match &entry.value {
        Value::Flag => return Some(Switch { on: true, span }),
        Value::Expr(expr) => {
            if let Expr::Lit(lit) = &**expr
                && let Lit::Bool(flag) = &lit.lit
            {
                return Some(Switch { on: flag.value, span });
            }
            errors.on(
                expr,
                format_args!("`{}` is a flag; it takes `true`, `false` or nothing", entry.key),
            );
        }
        Value::List(_) => errors.at(span, format_args!("`{}` is a flag and takes no list", entry.key)),
    }
    None
}

/// A word of `known`, written bare, as a string, or as the end of a path, in any case.
pub(crate) fn word(entry: Entry, known: &[&str], errors: &mut Errors) -> Option<Word> {
    let key = entry.key.clone();
    let expr = expr(entry, errors)?;
    let (text, span) = match &expr {
        Expr::Path(path) => path
            .path
            .segments
            .last()
            .map(|last| (last.ident.to_string(), last.ident.span())),
        other => literal(other).map(|text| (text.value(), text.span())),
    }
    .or_else(|| {
        let list: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
        errors.on(&expr, format_args!("`{key}` takes one of {}", list.join(", ")));
        None
    })?;
    let text = text.to_ascii_lowercase();
    if known.contains(&text.as_str()) {
        return Some(Word { text, span });
    }
    errors.at(span, unknown(&format!("{key}"), &text, known));
    None
}

/// A `level`: a word as in `tracing`, or its number from 1 (error... is 5 there: trace is 1).
pub(crate) fn level(entry: Entry, errors: &mut Errors) -> Option<Word> {
    const LEVELS: [&str; 5] = ["trace", "debug", "info", "warn", "error"];
    if let Value::Expr(expr) = &entry.value
        && let Expr::Lit(lit) = &**expr
        && let Lit::Int(number) = &lit.lit
    {
        return match number.base10_parse::<usize>() {
            Ok(number @ 1..=5) => Some(Word {
                text: LEVELS[number - 1].to_owned(),
                span: lit.span(),
            }),
            _ => {
                errors.on(number, "`level` as a number is 1 (trace) to 5 (error)");
                None
            }
        };
    }
    word(entry, &LEVELS, errors)
}

/// The string literal an expression is, if it is one.
pub(crate) fn literal(expr: &Expr) -> Option<&LitStr> {
    match expr {
        Expr::Lit(lit) => match &lit.lit {
            Lit::Str(text) => Some(text),
            _ => None,
        },
        Expr::Group(group) => literal(&group.expr),
        Expr::Paren(paren) => literal(&paren.expr),
        _ => None,
    }
}

/// Reads `"200ms"` and the like as nanoseconds.
pub(crate) fn duration(text: &LitStr) -> syn::Result<u64> {
    let value = text.value();
    let digits = value
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(value.len());
    let (number, unit) = value.split_at(digits);
    let scale = match unit.trim() {
        "ns" => 1.0,
        "us" | "µs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        "m" | "min" => 60e9,
        _ => return Err(bad_duration(text)),
    };
    match number.parse::<f64>() {
        Ok(number) if number * scale < 9e18 => Ok((number * scale) as u64),
        _ => Err(bad_duration(text)),
    }
}

fn bad_duration(text: &LitStr) -> syn::Error {
    syn::Error::new(
        text.span(),
        "expected a duration such as \"200ms\", \"1.5s\" or \"2m\" (ns, us, ms, s, m)",
    )
}

/// Whether an expression is the path that ends with `name`.
pub(crate) fn ends_with(expr: &Expr, name: &str) -> bool {
    match expr {
        Expr::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == name),
        _ => false,
    }
}

/// An expression's text without spaces, for a key or a message.
pub(crate) fn text(tokens: impl ToTokens) -> String {
    tokens.to_token_stream().to_string().split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proc_macro2::Span;

    fn nanos(text: &str) -> Option<u64> {
        duration(&LitStr::new(text, Span::call_site())).ok()
    }

    #[test]
    fn durations_read_as_nanoseconds() {
        assert_eq!(nanos("200ms"), Some(200_000_000));
        assert_eq!(nanos("1.5s"), Some(1_500_000_000));
        assert_eq!(nanos("2m"), Some(120_000_000_000));
        assert_eq!(nanos("7 us"), Some(7_000));
        for bad in ["", "200", "ms", "1h", "-1s", "1.2.3s", "99999999999999999s"] {
            assert_eq!(nanos(bad), None, "{bad}");
        }
    }
}
