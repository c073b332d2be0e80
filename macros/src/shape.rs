//! Tells from a signature alone how a function runs and what its return value can tell.

use proc_macro2::Span;
use quote::quote;
use syn::spanned::Spanned;
use syn::{
    AngleBracketedGenericArguments, GenericArgument, PathArguments, PathSegment, ReturnType, Signature, Type,
    TypeParamBound,
};

use crate::args::general::General;
use crate::args::value::{Switch, text};
use crate::errors::Errors;

/// How a function runs.
pub(crate) enum Shape {
    Sync,
    Async,
    Future(Returned),
    Stream(Returned),
    Items(Returned),
}

/// A future, stream or iterator that is returned.
pub(crate) struct Returned {
    /// In what it is returned.
    pub(crate) wrap: Wrap,
    /// Its output or item.
    pub(crate) inner: Option<Type>,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Wrap {
    Opaque,
    PinBox,
    Box,
}

/// Bounds that hold for our wrapper whenever they hold for what it wraps.
const FORWARDED: [&str; 5] = ["Send", "Sync", "Unpin", "UnwindSafe", "RefUnwindSafe"];

/// Classifies a function; `private` is the path to the runtime's private module.
pub(crate) fn classify(
    sig: &Signature,
    general: &General,
    private: &proc_macro2::TokenStream,
    errors: &mut Errors,
) -> Shape {
    let on = |switch: Option<Switch>| switch.filter(|switch| switch.on).map(|switch| switch.span);
    let off = |switch: Option<Switch>| switch.is_some_and(|switch| !switch.on);
    let (stream, future, items) = (on(general.stream), on(general.future), on(general.items));
    contradictions(sig, stream, future, items, errors);
    if sig.asyncness.is_some() {
        return Shape::Async;
    }
    let ReturnType::Type(_, ty) = &sig.output else {
        return Shape::Sync;
    };
    let ty = peel(ty);
    if stream.is_some() {
        let inner = known(ty, Traits::Stream, errors).and_then(|found| found.inner);
        let item = inner.unwrap_or_else(|| Type::Verbatim(quote!(<#ty as #private::Stream>::Item)));
        return Shape::Stream(Returned {
            wrap: wrap_of(ty),
            inner: Some(item),
        });
    }
    if future.is_some() {
        let inner = known(ty, Traits::Future, errors).and_then(|found| found.inner);
        let output = inner.unwrap_or_else(|| Type::Verbatim(quote!(<#ty as ::core::future::Future>::Output)));
        return Shape::Future(Returned {
            wrap: wrap_of(ty),
            inner: Some(output),
        });
    }
    if !off(general.stream)
        && let Some(found) = known(ty, Traits::Stream, errors)
    {
        return Shape::Stream(found);
    }
    if !off(general.future)
        && let Some(found) = known(ty, Traits::Future, errors)
    {
        return Shape::Future(found);
    }
    if let Some(span) = items {
        return match known(ty, Traits::Iterator, errors) {
            Some(found) => Shape::Items(found),
            None => {
                errors.at(
                    span,
                    "`items` needs a function that returns `impl Iterator` or `Box<dyn Iterator>`",
                );
                Shape::Sync
            }
        };
    }
    Shape::Sync
}

fn contradictions(
    sig: &Signature,
    stream: Option<Span>,
    future: Option<Span>,
    items: Option<Span>,
    errors: &mut Errors,
) {
    let given = [("stream", stream), ("future", future), ("items", items)];
    let given: Vec<(&str, Span)> = given
        .into_iter()
        .filter_map(|(name, span)| Some((name, span?)))
        .collect();
    if let [first, second, ..] = given.as_slice() {
        errors.at(
            second.1,
            format_args!("`{}` and `{}` exclude each other", first.0, second.0),
        );
    }
    let Some((name, span)) = given.first() else { return };
    if sig.asyncness.is_some() {
        let what = format_args!("`{name}` is for a function that returns it at once; this one is `async`");
        errors.at(*span, what);
    } else if *name != "items" && plainly_a_value(&sig.output) {
        let found = match &sig.output {
            ReturnType::Default => "nothing".to_owned(),
            ReturnType::Type(_, ty) => format!("`{}`", text(ty)),
        };
        errors.at(
            *span,
            format_args!("`{name}`: the function returns {found}, which is no {name}"),
        );
    }
}

/// A return type that is neither a stream, a future nor an alias of one.
fn plainly_a_value(output: &ReturnType) -> bool {
    match output {
        ReturnType::Default => true,
        ReturnType::Type(_, ty) => !matches!(peel(ty), Type::ImplTrait(_)) && is_plain(peel(ty)),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Traits {
    Stream,
    Future,
    Iterator,
}

impl Traits {
    fn name(self) -> &'static str {
        match self {
            Traits::Stream => "Stream",
            Traits::Future => "Future",
            Traits::Iterator => "Iterator",
        }
    }

    fn associated(self) -> &'static str {
        if self == Traits::Future { "Output" } else { "Item" }
    }

    /// Traits over this one, which our wrapper does not have.
    fn narrower(self) -> &'static [&'static str] {
        match self {
            Traits::Stream => &["FusedStream", "TryStream"],
            Traits::Future => &["FusedFuture", "TryFuture"],
            Traits::Iterator => &["ExactSizeIterator", "DoubleEndedIterator", "FusedIterator"],
        }
    }
}

/// Finds the trait in `impl Trait`, `Pin<Box<dyn Trait>>` and the well-known aliases.
fn known(ty: &Type, which: Traits, errors: &mut Errors) -> Option<Returned> {
    match ty {
        Type::ImplTrait(opaque) => {
            let inner = among(opaque.bounds.iter(), which)?;
            unforwardable(opaque.bounds.iter(), which, errors);
            Some(Returned {
                wrap: Wrap::Opaque,
                inner,
            })
        }
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            let alias = match which {
                Traits::Stream => last.ident == "BoxStream" || last.ident == "LocalBoxStream",
                Traits::Future => last.ident == "BoxFuture" || last.ident == "LocalBoxFuture",
                Traits::Iterator => false,
            };
            if alias && let Some(inner) = type_arguments(last).last() {
                return Some(Returned {
                    wrap: Wrap::PinBox,
                    inner: Some(inner.clone()),
                });
            }
            let (wrap, boxed) = boxed(last, which)?;
            let Type::TraitObject(object) = peel(boxed) else {
                return None;
            };
            let inner = among(object.bounds.iter(), which)?;
            unforwardable(object.bounds.iter(), which, errors);
            Some(Returned { wrap, inner })
        }
        _ => None,
    }
}

/// The type inside `Pin<Box<…>>`, or inside `Box<…>` for an iterator.
fn boxed(last: &PathSegment, which: Traits) -> Option<(Wrap, &Type)> {
    let argument = type_arguments(last).next();
    if which == Traits::Iterator {
        return (last.ident == "Box").then_some((Wrap::Box, argument?));
    }
    let Type::Path(inner) = peel((last.ident == "Pin").then_some(argument?)?) else {
        return None;
    };
    let inner = inner.path.segments.last().filter(|inner| inner.ident == "Box")?;
    Some((Wrap::PinBox, type_arguments(inner).next()?))
}

/// The output or item that a bound on the trait names; `None` inside where it names none.
fn among<'a>(mut bounds: impl Iterator<Item = &'a TypeParamBound>, which: Traits) -> Option<Option<Type>> {
    bounds.find_map(|bound| {
        let last = last_segment(bound)?;
        let named = last.ident == which.name() || which.narrower().iter().any(|name| last.ident == name);
        named.then(|| associated(last, which.associated()))
    })
}

fn associated(segment: &PathSegment, name: &str) -> Option<Type> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(assoc) if assoc.ident == name => Some(assoc.ty.clone()),
        _ => None,
    })
}

fn unforwardable<'a>(bounds: impl Iterator<Item = &'a TypeParamBound>, which: Traits, errors: &mut Errors) {
    for bound in bounds {
        let Some(last) = last_segment(bound) else { continue };
        if last.ident == which.name() || FORWARDED.iter().any(|name| last.ident == name) || maybe(bound) {
            continue;
        }
        let flag = match which {
            Traits::Stream => "write `stream = false` to time the call alone",
            Traits::Future => "write `future = false` to time the call alone",
            Traits::Iterator => "leave `items` out to time the call alone",
        };
        errors.at(
            last.ident.span(),
            format_args!(
                "the bound `{}` would be lost by wrapping the returned {}; {flag}",
                last.ident,
                which.name()
            ),
        );
    }
}

fn maybe(bound: &TypeParamBound) -> bool {
    matches!(bound, TypeParamBound::Trait(bound) if bound.maybe.is_some())
}

fn last_segment(bound: &TypeParamBound) -> Option<&PathSegment> {
    match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last(),
        _ => None,
    }
}

fn type_arguments(segment: &PathSegment) -> impl Iterator<Item = &Type> {
    let arguments = match &segment.arguments {
        PathArguments::AngleBracketed(AngleBracketedGenericArguments { args, .. }) => Some(args.iter()),
        _ => None,
    };
    arguments
        .into_iter()
        .flatten()
        .filter_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        })
}

/// An alias named by a flag is taken to be boxed; `impl Trait` never is.
fn wrap_of(ty: &Type) -> Wrap {
    if matches!(ty, Type::ImplTrait(_)) {
        Wrap::Opaque
    } else {
        Wrap::PinBox
    }
}

/// The type without parentheses and invisible groups.
pub(crate) fn peel(ty: &Type) -> &Type {
    match ty {
        Type::Paren(inner) => peel(&inner.elem),
        Type::Group(inner) => peel(&inner.elem),
        other => other,
    }
}

/// Whether a type is known to be no `Result` by its look.
pub(crate) fn is_plain(ty: &Type) -> bool {
    const PLAIN: [&str; 21] = [
        "bool", "char", "str", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128",
        "isize", "f32", "f64", "String", "Vec", "Option", "PathBuf",
    ];
    match peel(ty) {
        Type::Never(_) | Type::Reference(_) | Type::Tuple(_) | Type::Array(_) | Type::Slice(_) => true,
        Type::Ptr(_) | Type::FnPtr(_) | Type::ImplTrait(_) => true,
        Type::Path(path) if path.qself.is_none() => path
            .path
            .segments
            .last()
            .is_some_and(|last| PLAIN.contains(&last.ident.to_string().as_str())),
        _ => false,
    }
}

/// Whether a type is one of the function's own bare type parameters.
pub(crate) fn is_generic(ty: &Type, sig: &Signature) -> bool {
    let Type::Path(path) = peel(ty) else { return false };
    let Some(name) = path.path.get_ident() else {
        return false;
    };
    sig.generics.type_params().any(|param| param.ident == *name)
}

/// Whether the function returns nothing, or never.
pub(crate) fn returns_nothing(output: &ReturnType) -> bool {
    match output {
        ReturnType::Default => true,
        ReturnType::Type(_, ty) => match peel(ty) {
            Type::Never(_) => true,
            Type::Tuple(tuple) => tuple.elems.is_empty(),
            _ => false,
        },
    }
}

/// Where to point when the return type is meant.
pub(crate) fn output_span(sig: &Signature) -> Span {
    match &sig.output {
        ReturnType::Default => sig.ident.span(),
        ReturnType::Type(_, ty) => ty.span(),
    }
}
