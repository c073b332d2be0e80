//! Checks across arguments and signature, each reported at the token to change.

use std::collections::HashSet;

use syn::Expr;
use syn::visit_mut::{self, VisitMut};

use crate::args::Domain;
use crate::args::attribute::Mode;
use crate::args::value::text;
use crate::errors::{Errors, did_you_mean};
use crate::item::Body;
use crate::model::Traced;
use crate::params;
use crate::shape::{Shape, is_plain, output_span, returns_nothing};

pub(crate) fn check(traced: &Traced, errors: &mut Errors) {
    let attribute = traced.which.name();
    let sig = &traced.item.sig;
    if let Some(token) = &sig.constness {
        errors.at(
            token.span,
            format_args!("`#[{attribute}]` cannot trace a `const fn`: it may run at compile time"),
        );
    }
    if let Body::Missing(semicolon) = &traced.item.body {
        let message =
            format!("`#[{attribute}]` needs a body; annotate the implementations, or give a default body");
        errors.on(semicolon, message);
    }
    skipped(traced, errors);
    keys(traced, errors);
    recorded(traced, errors);
    parents(traced, errors);
    returned(traced, errors);
}

fn skipped(traced: &Traced, errors: &mut Errors) {
    let general = &traced.args.general;
    if let Some(span) = general.skip_method {
        let message = "`skip` alone leaves out a method of an annotated block; to leave out a parameter write `skip(name)`";
        errors.at(span, message);
    }
    if general.skip.is_empty() {
        return;
    }
    let names: Vec<String> = params::names(&traced.item.sig)
        .iter()
        .map(ToString::to_string)
        .collect();
    for skipped in &general.skip {
        let word = skipped.to_string();
        if names.contains(&word) {
            continue;
        }
        let known: Vec<&str> = names.iter().map(String::as_str).collect();
        let hint = did_you_mean(&word, &known)
            .map(|near| format!("; did you mean `{near}`?"))
            .unwrap_or_default();
        errors.at(
            skipped.span(),
            format_args!("`skip` names `{word}`, but the function has no such parameter{hint}"),
        );
    }
}

fn keys(traced: &Traced, errors: &mut Errors) {
    let mut seen = HashSet::new();
    let general = &traced.args.general;
    for attr in &general.attrs {
        if let Some(key) = attr.key.text() {
            let key = if matches!(attr.mode, Mode::Len) {
                format!("{key}.len")
            } else {
                key
            };
            if !seen.insert(key.clone()) {
                errors.at(
                    attr.key.span(),
                    format_args!("the attribute `{key}` is given more than once"),
                );
            }
        }
    }
    for key in general
        .declared
        .iter()
        .chain(general.ret.iter().map(|ret| &ret.key))
    {
        if let Some(text) = key.text()
            && !seen.insert(text.clone())
        {
            errors.at(
                key.span(),
                format_args!("the attribute `{text}` is given more than once"),
            );
        }
    }
}

/// What is recorded only where somebody wants it must not decide what the function does.
fn recorded(traced: &Traced, errors: &mut Errors) {
    struct Leaves<'a>(&'a mut Errors);
    impl VisitMut for Leaves<'_> {
        fn visit_expr_mut(&mut self, expr: &mut Expr) {
            let place = match expr {
                Expr::Try(inner) => Some(inner.question_token.span),
                Expr::Return(inner) => Some(inner.return_token.span),
                // What leaves these stays inside them.
                Expr::Closure(_) | Expr::Async(_) => return,
                _ => None,
            };
            if let Some(place) = place {
                let message = "this would leave the function, and only where the span is recorded; \
                               record a value that needs no such way out";
                self.0.at(place, message);
            }
            visit_mut::visit_expr_mut(self, expr);
        }
    }
    let general = &traced.args.general;
    let attributes = general.attrs.iter().map(|attr| &attr.expr);
    for expr in attributes
        .chain(&general.name)
        .chain(&general.parent)
        .chain(&general.links)
    {
        Leaves(errors).visit_expr_mut(&mut expr.clone());
    }
}

fn parents(traced: &Traced, errors: &mut Errors) {
    let general = &traced.args.general;
    if let (Some(root), Some(_)) = (&general.new_root, &general.parent) {
        errors.at(root.span, "`new_root` and `parent` exclude each other");
    }
}

fn returned(traced: &Traced, errors: &mut Errors) {
    let general = &traced.args.general;
    let sig = &traced.item.sig;
    let at_once = matches!(traced.shape, Shape::Sync | Shape::Async);
    if let Some(err) = general.err.as_ref().filter(|err| err.on && !err.inherited)
        && at_once
        && (returns_nothing(&sig.output) || traced.output().is_some_and(is_plain))
    {
        let found = traced
            .output()
            .map_or_else(|| "nothing".to_owned(), |ty| format!("`{}`", text(ty)));
        errors.at(
            err.span,
            format_args!("`err` has no error to read: the function returns {found}"),
        );
    }
    let streams = !at_once && !matches!(traced.shape, Shape::Future(_));
    for ret in &general.ret {
        if streams {
            let message = "`ret` reads one value, and this function returns many; \
                           set an attribute from inside instead: `spanwright::current().set(…)`";
            errors.at(ret.span, message);
        } else if at_once && returns_nothing(&sig.output) {
            errors.at(
                ret.span,
                "`ret` has nothing to read: the function returns no value",
            );
        }
    }
    let reads = match &traced.args.domain {
        Domain::Db(db) => db.rows.as_ref().map(|rows| ("rows", rows)),
        Domain::Llm(llm) => llm.response.as_ref().map(|response| ("response", response)),
        Domain::Tool(tool) => tool.result.as_ref().map(|result| ("result", result)),
        Domain::None => None,
    };
    let Some((key, expr)) = reads else { return };
    if at_once && returns_nothing(&sig.output) {
        errors.at(
            output_span(sig),
            format_args!("`{key}` has nothing to read: the function returns no value"),
        );
    } else if streams && key != "response" {
        errors.on(
            expr,
            format_args!("`{key}` reads one value, and this function returns many"),
        );
    }
}
