//! Tells from a signature alone how a function runs and what its return value can tell.

use proc_macro2::Span;
use quote::quote;
use syn::spanned::Spanned;
use syn::{ReturnType, Signature, Type};

use crate::args::general::General;
use crate::args::value::{Switch, text};
use crate::errors::Errors;
use crate::returned::{Returned, Traits, is_unpin, known, peel, type_arguments, wrap_of};

/// How a function runs.
pub(crate) enum Shape {
    Sync,
    Async,
    Future(Returned),
    Stream(Returned),
    Items(Returned),
    /// A stream that is there when the function is done: `async fn f() -> Result<BoxStream<…>>`, and without `async`.
    Opened(Box<Opened>),
    /// A future of such.
    OpenedLater(Returned, Box<Opened>),
}

/// A stream inside what a function, or the future it returns, gives.
pub(crate) struct Opened {
    pub(crate) stream: Returned,
    /// The stream's own type.
    pub(crate) ty: Type,
    /// Whether it is inside a `Result`.
    pub(crate) fallible: bool,
}

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
    let opens = |ty: &Type, errors: &mut Errors| match off(general.stream) {
        true => None,
        false => opened(ty, stream.is_some(), private, errors),
    };
    let is_async = sig.asyncness.is_some();
    let ReturnType::Type(_, ty) = &sig.output else {
        return if is_async { Shape::Async } else { Shape::Sync };
    };
    let ty = peel(ty);
    if is_async {
        return opens(ty, errors).map_or(Shape::Async, Shape::Opened);
    }
    if result_value(ty).is_some()
        && let Some(opened) = opens(ty, errors)
    {
        return Shape::Opened(opened);
    }
    if !off(general.future)
        && let Some(found) = known(ty, Traits::Future, errors)
    {
        // The future that waits for the stream is none that may be moved.
        let inner = found.inner.as_ref().filter(|_| !is_unpin(ty));
        let opened = inner.and_then(|inner| opens(inner, errors));
        return match opened {
            Some(opened) => Shape::OpenedLater(found, opened),
            None => Shape::Future(found),
        };
    }
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

/// The stream that is `ty`, or the value of a `Result` that is, but for one whose error has no name; `said` where the user says that there is one.
fn opened(
    ty: &Type,
    said: bool,
    private: &proc_macro2::TokenStream,
    errors: &mut Errors,
) -> Option<Box<Opened>> {
    let (ty, fallible) = match result_value(peel(ty)) {
        Some(_) if matches!(result_error(peel(ty)), Some(Type::ImplTrait(_))) => return None,
        Some(value) => (peel(value), true),
        None => (peel(ty), false),
    };
    let stream = match known(ty, Traits::Stream, errors) {
        Some(found) => found,
        None if said && !is_plain(ty) => Returned {
            wrap: wrap_of(ty),
            inner: Some(Type::Verbatim(quote!(<#ty as #private::Stream>::Item))),
        },
        None => return None,
    };
    let ty = ty.clone();
    Some(Box::new(Opened { stream, ty, fallible }))
}

/// What a `Result` holds when all went well.
fn result_value(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    (last.ident == "Result")
        .then(|| type_arguments(last).next())
        .flatten()
}

fn result_error(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    type_arguments(path.path.segments.last()?).nth(1).map(peel)
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
    if sig.asyncness.is_some() && *name != "stream" {
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
        ReturnType::Type(_, ty) => {
            let ty = result_value(peel(ty)).unwrap_or(ty);
            !matches!(peel(ty), Type::ImplTrait(_)) && is_plain(ty)
        }
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
