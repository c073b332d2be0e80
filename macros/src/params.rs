//! A function's parameters: the names they bind, and names for what they leave unnamed.

use proc_macro2::Span;
use syn::punctuated::Punctuated;
use syn::{Attribute, FnArg, Ident, Pat, PatIdent, ReceiverKind, Signature, Token, Type};

/// Types without a destructor.
const PRIMITIVE: [&str; 16] = [
    "bool", "char", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize",
    "f32", "f64",
];

/// What one parameter binds, in the order in which it would be dropped.
pub(crate) struct Param {
    pub(crate) cfg: Vec<Attribute>,
    pub(crate) names: Vec<Ident>,
}

/// The names a signature binds, `self` included.
pub(crate) fn names(sig: &Signature) -> Vec<Ident> {
    let mut names = Vec::new();
    for argument in &sig.inputs {
        match argument {
            FnArg::Receiver(receiver) => names.push(Ident::new("self", receiver.self_token.span)),
            FnArg::Typed(typed) => bound(&typed.pat, &mut names),
        }
    }
    names
}

/// What the parameters bind by a name that may not be unused.
#[cfg(any(feature = "off", test))]
pub(crate) fn named(sig: &Signature) -> Vec<Param> {
    let typed = sig.inputs.iter().filter_map(|argument| match argument {
        FnArg::Receiver(_) => None,
        FnArg::Typed(typed) => Some(typed),
    });
    let params = typed.map(|typed| {
        let mut names = Vec::new();
        bound(&typed.pat, &mut names);
        names.retain(|name| !name.to_string().starts_with('_'));
        let cfg = cfgs(&typed.attrs);
        Param { cfg, names }
    });
    params.filter(|param| !param.names.is_empty()).collect()
}

/// Names every part of every parameter, so that a wrapped body can own it all.
///
/// ```text
/// Input:  fn f(&self, (a, _): (A, B), _: C)
/// Output: fn f(&self, (a, __rest0): (A, B), __rest1: C)
/// ```
///
/// Only tuples are taken apart: a struct may have a destructor, which forbids to move its fields out. Parameters that
/// have nothing to drop are left alone: who owns them cannot be told, and naming them costs the compiler time.
pub(crate) fn name_all(sig: &mut Signature) -> Vec<Param> {
    let mut hidden = 0;
    let mut params = Vec::new();
    for argument in &mut sig.inputs {
        let drops = match argument {
            FnArg::Receiver(receiver) => !matches!(receiver.kind, ReceiverKind::Reference(..)),
            FnArg::Typed(typed) => may_drop(&typed.ty),
        };
        if !drops {
            continue;
        }
        let (attrs, names) = match argument {
            FnArg::Receiver(receiver) => (
                &receiver.attrs,
                vec![Ident::new("self", receiver.self_token.span)],
            ),
            FnArg::Typed(typed) => {
                let mut rest = Vec::new();
                name_rest(&mut typed.pat, &mut hidden, &mut rest);
                let mut names = Vec::new();
                bound(&typed.pat, &mut names);
                // Bindings go first, the last one before the others; then what had no name, in order.
                names.retain(|name| !rest.contains(name));
                names.reverse();
                names.extend(rest);
                (&typed.attrs, names)
            }
        };
        let cfg = cfgs(attrs);
        params.push(Param { cfg, names });
    }
    params
}

/// Whether values of the type may have a destructor, by its look.
fn may_drop(ty: &Type) -> bool {
    match ty {
        Type::Paren(inner) => may_drop(&inner.elem),
        Type::Group(inner) => may_drop(&inner.elem),
        Type::Reference(_) | Type::Ptr(_) | Type::FnPtr(_) | Type::Never(_) => false,
        Type::Tuple(tuple) => tuple.elems.iter().any(may_drop),
        Type::Array(array) => may_drop(&array.elem),
        Type::Path(path) => path
            .path
            .get_ident()
            .is_none_or(|name| !PRIMITIVE.contains(&name.to_string().as_str())),
        _ => true,
    }
}

pub(crate) fn cfgs(attrs: &[Attribute]) -> Vec<Attribute> {
    attrs
        .iter()
        .filter(|attr| attr.path().is_ident("cfg"))
        .cloned()
        .collect()
}

fn name_rest(pat: &mut Pat, hidden: &mut usize, rest: &mut Vec<Ident>) {
    match pat {
        Pat::Wild(_) => {
            let ident = Ident::new(&format!("__rest{hidden}"), Span::mixed_site());
            *hidden += 1;
            rest.push(ident.clone());
            let (attrs, by_ref, mutability, subpat) = (Vec::new(), None, None, None);
            *pat = Pat::Ident(PatIdent {
                attrs,
                by_ref,
                mutability,
                ident,
                subpat,
            });
        }
        Pat::Tuple(tuple) => {
            for element in &mut tuple.elems {
                name_rest(element, hidden, rest);
            }
        }
        Pat::Paren(inner) => name_rest(&mut inner.pat, hidden, rest),
        _ => {}
    }
}

fn bound(pat: &Pat, names: &mut Vec<Ident>) {
    fn all(pats: &Punctuated<Pat, Token![,]>, names: &mut Vec<Ident>) {
        for pat in pats {
            bound(pat, names);
        }
    }
    match pat {
        Pat::Ident(ident) => {
            // A capital may be a constant or a unit struct; those bind nothing.
            if !ident.ident.to_string().starts_with(char::is_uppercase) {
                names.push(ident.ident.clone());
            }
            if let Some((_, inner)) = &ident.subpat {
                bound(inner, names);
            }
        }
        Pat::Paren(inner) => bound(&inner.pat, names),
        Pat::Reference(inner) => bound(&inner.pat, names),
        Pat::Slice(slice) => all(&slice.elems, names),
        Pat::Struct(inner) => inner.fields.iter().for_each(|field| bound(&field.pat, names)),
        Pat::Tuple(tuple) => all(&tuple.elems, names),
        Pat::TupleStruct(tuple) => all(&tuple.elems, names),
        Pat::Type(typed) => bound(&typed.pat, names),
        // Every case of an or-pattern binds the same names.
        Pat::Or(or) => or.cases.iter().take(1).for_each(|case| bound(case, names)),
        _ => {}
    }
}
