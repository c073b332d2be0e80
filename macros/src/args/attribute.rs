//! Attributes a user names: `capture(…)`, `fields(…)`, `propagate(…)`, `ret(…)`.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};
use syn::ext::IdentExt;
use syn::parse::{End, ParseStream};
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprPath, Ident, LitStr, Member, Path, Token, braced, token};

use super::list::{each, skip_to_comma};
use super::value;
use crate::errors::Errors;

/// An attribute's key.
#[derive(Clone)]
pub(crate) enum Key {
    Text(LitStr),
    /// `{ PATH }`: a constant.
    Const(Box<Expr>),
}

impl Key {
    pub(crate) fn new(text: &str, span: Span) -> Key {
        Key::Text(LitStr::new(text, span))
    }

    /// The key's text where the source shows it.
    pub(crate) fn text(&self) -> Option<String> {
        match self {
            Key::Text(text) => Some(text.value()),
            Key::Const(_) => None,
        }
    }

    pub(crate) fn span(&self) -> Span {
        match self {
            Key::Text(text) => text.span(),
            Key::Const(path) => path.span(),
        }
    }
}

impl ToTokens for Key {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Key::Text(text) => text.to_tokens(tokens),
            Key::Const(path) => path.to_tokens(tokens),
        }
    }
}

/// How a value becomes an attribute.
#[derive(Clone)]
pub(crate) enum Mode {
    Value,
    Debug,
    Display,
    Len,
    Hash,
    Mask,
    Json,
    With(Box<Path>),
}

/// One attribute: a key and the expression whose value it takes.
#[derive(Clone)]
pub(crate) struct Attr {
    pub(crate) key: Key,
    pub(crate) expr: Expr,
    pub(crate) mode: Mode,
    /// The `#[cfg]`s of the parameter it is read from.
    pub(crate) cfg: Vec<Attribute>,
}

/// An attribute that flows to the spans below.
#[derive(Clone)]
pub(crate) struct Propagated {
    pub(crate) key: LitStr,
    pub(crate) expr: Expr,
    pub(crate) baggage: bool,
}

/// `a, b as "key", c.d as "key", ?e, %f`.
pub(crate) fn captures(tokens: TokenStream, errors: &mut Errors) -> Vec<Attr> {
    each(tokens, errors, |input, _| {
        let mode = sigil(input)?.unwrap_or(Mode::Value);
        let (expr, key) = keyed(input)?;
        let key = match key {
            Some(key) => key,
            None => default_key(&expr)?,
        };
        Ok(Attr {
            key: Key::Text(key),
            expr,
            mode,
            cfg: Vec::new(),
        })
    })
}

/// `key = expr`, `key = ?expr`, `?x`, `%y`, and `key = field::Empty`, which only declares the key.
pub(crate) fn fields(tokens: TokenStream, errors: &mut Errors) -> (Vec<Attr>, Vec<Key>) {
    let mut declared = Vec::new();
    let attrs = each(tokens, errors, |input, _| {
        if let Some(mode) = sigil(input)? {
            let (expr, key) = keyed(input)?;
            let key = match key {
                Some(key) => key,
                None => default_key(&expr)?,
            };
            return Ok(Some(Attr {
                key: Key::Text(key),
                expr,
                mode,
                cfg: Vec::new(),
            }));
        }
        let key = key(input)?;
        if !input.peek(Token![=]) {
            let name = key.text().unwrap_or_default();
            let message = format!(
                "`fields({name})` does not capture a value; write `capture({name})`, or `{name} = …`"
            );
            skip_to_comma(input)?;
            return Err(syn::Error::new(key.span(), message));
        }
        input.parse::<Token![=]>()?;
        let mode = sigil(input)?.unwrap_or(Mode::Value);
        let expr: Expr = input.parse()?;
        if value::ends_with(&expr, "Empty") {
            declared.push(key);
            return Ok(None);
        }
        Ok(Some(Attr {
            key,
            expr,
            mode,
            cfg: Vec::new(),
        }))
    });
    (attrs.into_iter().flatten().collect(), declared)
}

/// `tenant.id`, `x as "key"`, `key = expr`, each with `baggage:` before it to cross services.
pub(crate) fn propagated(tokens: TokenStream, errors: &mut Errors) -> Vec<Propagated> {
    each(tokens, errors, |input, _| {
        let baggage = input.peek(Ident) && input.peek2(Token![:]) && !input.peek2(Token![::]);
        if baggage {
            let word: Ident = input.parse()?;
            if word != "baggage" {
                return Err(syn::Error::new(
                    word.span(),
                    format!("unknown prefix `{word}:`; did you mean `baggage:`?"),
                ));
            }
            input.parse::<Token![:]>()?;
        }
        let ahead = input.fork();
        if key(&ahead).is_ok() && ahead.peek(Token![=]) && !ahead.peek(Token![==]) {
            let key = key(input)?;
            input.parse::<Token![=]>()?;
            return match key {
                Key::Text(key) => Ok(Propagated {
                    key,
                    expr: input.parse()?,
                    baggage,
                }),
                Key::Const(path) => Err(syn::Error::new(path.span(), "`propagate` takes a literal key")),
            };
        }
        let (expr, key) = keyed(input)?;
        let key = match key {
            Some(key) => key,
            None => default_key(&expr)?,
        };
        Ok(Propagated { key, expr, baggage })
    })
}

/// `id, name = expr`: a value and its name.
pub(crate) fn named(tokens: TokenStream, errors: &mut Errors) -> Vec<(LitStr, Expr)> {
    each(tokens, errors, |input, _| {
        let ahead = input.fork();
        if key(&ahead).is_ok() && ahead.peek(Token![=]) && !ahead.peek(Token![==]) {
            return match (key(input)?, input.parse::<Token![=]>()?) {
                (Key::Text(key), _) => Ok((key, input.parse()?)),
                (Key::Const(path), _) => Err(syn::Error::new(path.span(), "a literal name is expected here")),
            };
        }
        let (expr, key) = keyed(input)?;
        match key {
            Some(key) => Ok((key, expr)),
            None => Ok((default_key(&expr)?, expr)),
        }
    })
}

/// `closure as "key"`, several of them.
pub(crate) fn closures(tokens: TokenStream, errors: &mut Errors) -> Vec<(Expr, Option<LitStr>)> {
    each(tokens, errors, |input, _| keyed(input))
}

fn sigil(input: ParseStream) -> syn::Result<Option<Mode>> {
    if input.parse::<Option<Token![?]>>()?.is_some() {
        return Ok(Some(Mode::Debug));
    }
    Ok(input.parse::<Option<Token![%]>>()?.map(|_| Mode::Display))
}

/// `dotted.name`, `"any text"` or `{ CONST }`.
fn key(input: ParseStream) -> syn::Result<Key> {
    if input.peek(LitStr) {
        return Ok(Key::Text(input.parse()?));
    }
    if input.peek(token::Brace) {
        let content;
        braced!(content in input);
        return Ok(Key::Const(content.parse()?));
    }
    let first = input.call(Ident::parse_any)?;
    let mut text = first.unraw().to_string();
    while input.peek(Token![.]) {
        input.parse::<Token![.]>()?;
        text.push('.');
        text.push_str(&input.call(Ident::parse_any)?.unraw().to_string());
    }
    Ok(Key::new(&text, first.span()))
}

/// `expr` or `expr as "key"`. Rust reads `as` as a cast, so the tokens are cut before it first.
fn keyed(input: ParseStream) -> syn::Result<(Expr, Option<LitStr>)> {
    // A bare name is most of what is captured, and needs no parser of expressions.
    if input.peek(Ident) && (input.peek2(Token![,]) || input.peek2(End)) {
        let name: Path = input.parse::<Ident>()?.into();
        let (attrs, qself) = (Vec::new(), None);
        return Ok((
            Expr::Path(ExprPath {
                attrs,
                qself,
                path: name,
            }),
            None,
        ));
    }
    let mut tokens = TokenStream::new();
    let mut failed: Option<syn::Error> = None;
    loop {
        let at_key = |input: ParseStream| input.peek(Token![as]) && input.peek2(LitStr);
        while !(input.is_empty() || input.peek(Token![,]) || at_key(input)) {
            tokens.append(input.parse::<TokenTree>()?);
        }
        if tokens.is_empty() {
            return Err(input.error("expected an expression"));
        }
        match syn::parse2::<Expr>(tokens.clone()) {
            Ok(expr) => {
                let key = match input.parse::<Option<Token![as]>>()? {
                    Some(_) => Some(input.parse()?),
                    None => None,
                };
                return Ok((expr, key));
            }
            // A comma inside the expression (`f::<A, B>()`, `|a, b| …`) is no end of it.
            Err(error) if input.peek(Token![,]) => {
                tokens.append(input.parse::<TokenTree>()?);
                failed.get_or_insert(error);
            }
            Err(error) => return Err(failed.unwrap_or(error)),
        }
    }
}

/// The key of a value that has no `as "key"`: its own name, without `self.`.
fn default_key(expr: &Expr) -> syn::Result<LitStr> {
    fn name(expr: &Expr) -> Option<String> {
        match expr {
            Expr::Path(path) => path.path.get_ident().map(|ident| ident.unraw().to_string()),
            Expr::Field(field) => {
                let member = match &field.member {
                    Member::Named(ident) => ident.unraw().to_string(),
                    Member::Unnamed(index) => index.index.to_string(),
                };
                match name(&field.base)?.as_str() {
                    "self" => Some(member),
                    base => Some(format!("{base}.{member}")),
                }
            }
            Expr::Reference(inner) => name(&inner.expr),
            Expr::Paren(inner) => name(&inner.expr),
            Expr::Group(inner) => name(&inner.expr),
            _ => None,
        }
    }
    match name(expr) {
        Some(name) => Ok(LitStr::new(&name, expr.span())),
        None => Err(syn::Error::new_spanned(
            expr,
            "this expression needs a key: write `… as \"key\"`",
        )),
    }
}
