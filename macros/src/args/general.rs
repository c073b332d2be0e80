//! The options that all four attributes share.

use proc_macro2::Span;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, LitStr, Path, Token};

use super::attribute::{self, Attr, Key, Propagated};
use super::list::{self, Entry, Value};
use super::value::{self, Switch, Word};
use crate::crate_path;
use crate::errors::Errors;

/// Their names, in the order the documentation gives them.
pub(crate) const KEYS: &[&str] = &[
    "name",
    "kind",
    "level",
    "target",
    "capture",
    "fields",
    "parent",
    "links",
    "new_root",
    "err",
    "ret",
    "sample",
    "metrics",
    "items",
    "stream",
    "future",
    "propagate",
    "skip",
    "skip_all",
    "follows_from",
    "prefix",
    "crate",
];

#[derive(Clone, Default)]
pub(crate) struct General {
    pub(crate) krate: Option<Path>,
    pub(crate) name: Option<Expr>,
    pub(crate) prefix: Option<LitStr>,
    pub(crate) kind: Option<Word>,
    pub(crate) level: Option<Word>,
    pub(crate) target: Option<Expr>,
    pub(crate) attrs: Vec<Attr>,
    pub(crate) declared: Vec<Key>,
    pub(crate) parent: Option<Expr>,
    pub(crate) links: Vec<Expr>,
    pub(crate) new_root: Option<NewRoot>,
    pub(crate) err: Option<ErrArg>,
    pub(crate) ret: Vec<Ret>,
    pub(crate) sample: Option<Expr>,
    pub(crate) metrics: Option<Switch>,
    pub(crate) items: Option<Switch>,
    pub(crate) stream: Option<Switch>,
    pub(crate) future: Option<Switch>,
    pub(crate) propagate: Vec<Propagated>,
    pub(crate) skip: Vec<Ident>,
    /// `skip` alone: in an annotated block, the method is left as it is.
    pub(crate) skip_method: Option<Span>,
}

#[derive(Clone, Copy)]
pub(crate) struct NewRoot {
    pub(crate) link: bool,
    pub(crate) span: Span,
}

/// How a returned error is read.
#[derive(Clone)]
pub(crate) struct ErrArg {
    pub(crate) on: bool,
    pub(crate) debug: bool,
    pub(crate) ignore: Option<Expr>,
    pub(crate) span: Span,
    /// Came from the block around the method, so that it may be beside the point here.
    pub(crate) inherited: bool,
}

/// One attribute read from the returned value; the value itself without a closure.
#[derive(Clone)]
pub(crate) struct Ret {
    pub(crate) closure: Option<Expr>,
    pub(crate) key: Key,
    pub(crate) span: Span,
}

impl General {
    /// Takes an entry that is one of [`KEYS`]; gives back any other.
    pub(crate) fn take(&mut self, entry: Entry, errors: &mut Errors) -> Option<Entry> {
        let span = entry.span();
        match entry.key.to_string().as_str() {
            "crate" => {
                self.krate =
                    value::expr(entry, errors).and_then(|path| errors.keep(crate_path::check(&path)));
            }
            "name" => {
                self.name = value::expr(entry, errors).and_then(|name| text_or_expr(name, "name", errors))
            }
            "target" => {
                self.target =
                    value::expr(entry, errors).and_then(|target| text_or_expr(target, "target", errors));
            }
            "prefix" => self.prefix = value::string(entry, errors),
            "kind" => {
                let kinds = ["internal", "server", "client", "producer", "consumer"];
                self.kind = value::word(entry, &kinds, errors);
            }
            "level" => self.level = value::level(entry, errors),
            "capture" => {
                if let Some(tokens) = value::list(entry, errors) {
                    self.attrs.extend(attribute::captures(tokens, errors));
                }
            }
            "fields" => {
                if let Some(tokens) = value::list(entry, errors) {
                    let (attrs, declared) = attribute::fields(tokens, errors);
                    self.attrs.extend(attrs);
                    self.declared.extend(declared);
                }
            }
            "parent" => match value::expr(entry, errors) {
                // `parent = None` is `tracing`'s way to say it.
                Some(none) if value::ends_with(&none, "None") => {
                    self.new_root = Some(NewRoot { link: false, span })
                }
                parent => self.parent = parent,
            },
            "links" | "follows_from" => self.links.extend(value::expr(entry, errors)),
            "new_root" => self.new_root = new_root(entry, errors).or(self.new_root),
            "err" => self.err = err(entry, errors),
            "ret" => self.ret = ret(entry, errors),
            "sample" => self.sample = sample(entry, errors),
            "metrics" => self.metrics = value::switch(entry, errors),
            "items" => self.items = value::switch(entry, errors),
            "stream" => self.stream = value::switch(entry, errors),
            "future" => self.future = value::switch(entry, errors),
            "propagate" => {
                if let Some(tokens) = value::list(entry, errors) {
                    self.propagate = attribute::propagated(tokens, errors);
                }
            }
            "skip" if matches!(entry.value, Value::Flag) => self.skip_method = Some(span),
            "skip" => self.skip = skip(entry, errors),
            "skip_all" => drop(value::switch(entry, errors)),
            _ => return Some(entry),
        }
        None
    }

    /// Fills what this one leaves open from the block's defaults.
    pub(crate) fn inherit(&mut self, defaults: &General) {
        macro_rules! or {
            ($($field:ident)*) => {$( if self.$field.is_none() { self.$field = defaults.$field.clone(); } )*};
        }
        or!(krate prefix kind level target new_root sample metrics items stream future);
        if self.parent.is_none() && self.new_root.is_none() {
            self.parent = defaults.parent.clone();
        }
        if self.err.is_none() {
            self.err = defaults.err.clone().map(|err| ErrArg {
                inherited: true,
                ..err
            });
        }
        let mut attrs = defaults.attrs.clone();
        attrs.retain(|attr| {
            !self
                .attrs
                .iter()
                .any(|own| own.key.text().is_some() && own.key.text() == attr.key.text())
        });
        attrs.append(&mut self.attrs);
        self.attrs = attrs;
        self.declared.extend(defaults.declared.iter().cloned());
        self.links.extend(defaults.links.iter().cloned());
        self.propagate.extend(defaults.propagate.iter().cloned());
        if self.ret.is_empty() {
            self.ret = defaults.ret.clone();
        }
    }
}

/// A name or a target: text or any expression but a number or another literal.
fn text_or_expr(expr: Expr, key: &str, errors: &mut Errors) -> Option<Expr> {
    if matches!(expr, Expr::Lit(_)) && value::literal(&expr).is_none() {
        errors.on(
            expr,
            format_args!("`{key}` takes a string literal: `{key} = \"…\"`"),
        );
        return None;
    }
    Some(expr)
}

fn new_root(entry: Entry, errors: &mut Errors) -> Option<NewRoot> {
    let span = entry.span();
    let Value::List(tokens) = entry.value else {
        return value::switch(entry, errors)
            .filter(|flag| flag.on)
            .map(|_| NewRoot { link: false, span });
    };
    let words = list::parse(tokens, "option of `new_root`", &["link"], errors);
    let link = words
        .into_iter()
        .any(|word| value::switch(word, errors).is_some_and(|flag| flag.on));
    Some(NewRoot { link, span })
}

fn err(entry: Entry, errors: &mut Errors) -> Option<ErrArg> {
    let span = entry.span();
    let mut parsed = ErrArg {
        on: true,
        debug: false,
        ignore: None,
        span,
        inherited: false,
    };
    let Value::List(tokens) = entry.value else {
        parsed.on = value::switch(entry, errors)?.on;
        return Some(parsed);
    };
    let mut display = false;
    for option in list::parse(tokens, "option of `err`", &["Display", "Debug", "ignore"], errors) {
        match option.key.to_string().as_str() {
            "Debug" => parsed.debug = value::switch(option, errors).is_some_and(|flag| flag.on),
            "Display" => display = value::switch(option, errors).is_some_and(|flag| flag.on),
            _ => parsed.ignore = value::expr(option, errors),
        }
    }
    if display && parsed.debug {
        errors.at(span, "`err` takes `Display` or `Debug`, not both");
    }
    Some(parsed)
}

fn ret(entry: Entry, errors: &mut Errors) -> Vec<Ret> {
    let span = entry.span();
    let Value::List(tokens) = entry.value else {
        let on = value::switch(entry, errors).is_some_and(|flag| flag.on);
        let whole = Ret {
            closure: None,
            key: Key::new("return", span),
            span,
        };
        return if on { vec![whole] } else { Vec::new() };
    };
    let mut read = Vec::new();
    for (closure, key) in attribute::closures(tokens, errors) {
        if value::ends_with(&closure, "Debug") || value::ends_with(&closure, "Display") {
            errors.on(
                closure,
                "`ret` takes a closure: `ret(|value| format!(\"{value:?}\") as \"return\")`",
            );
            continue;
        }
        let key = key.map_or_else(|| Key::new("return", span), Key::Text);
        read.push(Ret {
            closure: Some(closure),
            key,
            span,
        });
    }
    read
}

/// A share from 0 to 1, `always` or `never`.
fn sample(entry: Entry, errors: &mut Errors) -> Option<Expr> {
    let expr = value::expr(entry, errors)?;
    if value::ends_with(&expr, "always") {
        return Some(syn::parse_quote!(1.0));
    }
    if value::ends_with(&expr, "never") {
        return Some(syn::parse_quote!(0.0));
    }
    let negative = matches!(expr, Expr::Unary(_));
    let Expr::Lit(lit) = &expr else {
        if negative {
            errors.on(
                expr,
                "`sample` takes a share from 0.0 to 1.0, `always` or `never`",
            );
            return None;
        }
        return Some(expr);
    };
    let number = match &lit.lit {
        syn::Lit::Float(float) => float.base10_parse::<f64>().ok(),
        syn::Lit::Int(int) => int.base10_parse::<f64>().ok(),
        _ => None,
    };
    match number {
        Some(share) if (0.0..=1.0).contains(&share) => {
            let mut share = proc_macro2::Literal::f64_unsuffixed(share);
            share.set_span(lit.lit.span());
            Some(syn::parse_quote!(#share))
        }
        _ => {
            errors.on(
                expr,
                "`sample` takes a share from 0.0 to 1.0, `always` or `never`",
            );
            None
        }
    }
}

fn skip(entry: Entry, errors: &mut Errors) -> Vec<Ident> {
    let Some(tokens) = value::list(entry, errors) else {
        return Vec::new();
    };
    let names = Punctuated::<Name, Token![,]>::parse_terminated.parse2(tokens);
    errors
        .keep(names)
        .map(|names| names.into_iter().map(|name| name.0).collect())
        .unwrap_or_default()
}

/// A parameter's name; `self` is one too.
struct Name(Ident);

impl syn::parse::Parse for Name {
    fn parse(input: syn::parse::ParseStream) -> syn::Result<Name> {
        use syn::ext::IdentExt;
        input.call(Ident::parse_any).map(Name)
    }
}
