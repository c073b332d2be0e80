//! Futures, streams and iterators in a return type, known by how it is written.

use syn::{
    AngleBracketedGenericArguments, GenericArgument, PathArguments, PathSegment, Type, TypeParamBound,
};

use crate::errors::Errors;

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

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Traits {
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
pub(crate) fn known(ty: &Type, which: Traits, errors: &mut Errors) -> Option<Returned> {
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

/// Whether an `impl Trait` promises `Unpin`.
pub(crate) fn is_unpin(ty: &Type) -> bool {
    let Type::ImplTrait(opaque) = ty else { return false };
    let mut bounds = opaque.bounds.iter().filter_map(last_segment);
    bounds.any(|last| last.ident == "Unpin")
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

pub(crate) fn type_arguments(segment: &PathSegment) -> impl Iterator<Item = &Type> {
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
pub(crate) fn wrap_of(ty: &Type) -> Wrap {
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
