//! The user's body, and what stands in front of it once it is wrapped.

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, GenericArgument, Ident, PathArguments, ReturnType, Type};

use super::at;
use crate::params::Param;
use crate::returned::peel;

/// Braces of our own at the place of the user's: theirs would count as needless ones.
pub(super) fn braces(tokens: TokenStream, place: Span) -> Group {
    let mut group = Group::new(Delimiter::Brace, tokens);
    group.set_span(at(place));
    group
}

/// The body as a nested block.
pub(super) fn block(group: &Group) -> Group {
    braces(group.stream(), group.span())
}

/// The body that owns all parameters, in an order in which they drop as without us: a closure or an `async`
/// block captures in order of first use, drops in order of capture, and a function drops its last parameter first.
pub(super) fn owning(params: &[Param], group: &Group) -> TokenStream {
    with_preamble(uses(params), group)
}

/// The same where the body has no return type of its own (an `async` block, or a closure whose type has no name):
/// it is told, so that the compiler blames the same line as without us. Nothing for `!`, which is no type argument.
pub(super) fn owning_typed(
    params: &[Param],
    p: &TokenStream,
    output: &ReturnType,
    group: &Group,
) -> TokenStream {
    let mut preamble = uses(params);
    match output {
        ReturnType::Default => {
            preamble.extend(quote_spanned!(Span::mixed_site()=> return #p::returns::<()>();))
        }
        ReturnType::Type(_, ty) if matches!(peel(ty), Type::Never(_)) => {}
        ReturnType::Type(_, ty) => {
            let ty = erased(ty);
            preamble.extend(quote_spanned!(at(ty.span())=> return #p::returns::<#ty>();));
        }
    }
    with_preamble(preamble, group)
}

/// The body in a closure that is called where it stands, and not in a function of ours: the compiler bounds how deep one
/// generic function may stand below itself on a path of calls.
pub(super) fn called(p: &TokenStream, returned: Option<&Type>, body: &TokenStream) -> TokenStream {
    let span = Span::mixed_site();
    let returned = returned.map(|ty| quote_spanned!(span=> -> #ty));
    quote_spanned! {span=> {
        let __once = #p::Once;
        (move || #returned { let __moved = __once; #body })()
    }}
}

fn with_preamble(preamble: TokenStream, group: &Group) -> TokenStream {
    let preamble =
        (!preamble.is_empty()).then(|| quote_spanned!(Span::mixed_site()=> if false { #preamble }));
    let body = block(group);
    quote_spanned!(Span::mixed_site()=> #preamble #body)
}

/// `let _ = (&last, …, &first);`, apart for each parameter under a `#[cfg]`.
pub(super) fn uses(params: &[Param]) -> TokenStream {
    let mut uses = TokenStream::new();
    let mut plain: Vec<&Ident> = Vec::new();
    for param in params.iter().rev() {
        if param.cfg.is_empty() {
            plain.extend(&param.names);
            continue;
        }
        uses.extend(used(&[], &std::mem::take(&mut plain)));
        uses.extend(used(&param.cfg, &param.names.iter().collect::<Vec<_>>()));
    }
    uses.extend(used(&[], &plain));
    uses
}

fn used(cfg: &[Attribute], names: &[&Ident]) -> Option<TokenStream> {
    // Clippy's pedantic lints would blame the user for our use of a name that says it has none.
    let blamed = |name: &str| name.starts_with('_') && !name.starts_with("__");
    let underscored = names.iter().any(|name| blamed(&name.to_string()));
    let allow =
        underscored.then(|| quote_spanned!(Span::mixed_site()=> #[allow(clippy::used_underscore_binding)]));
    (!names.is_empty()).then(|| quote_spanned!(Span::mixed_site()=> #(#cfg)* #allow let _ = (#(&#names,)*);))
}

/// The type with `_` for each `impl Trait`, which has no name.
pub(super) fn erased(ty: &Type) -> Type {
    struct Erase;
    impl VisitMut for Erase {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            if let Type::ImplTrait(opaque) = ty {
                let span = opaque.impl_token.span;
                *ty = Type::Verbatim(quote_spanned!(span=> _));
            } else {
                visit_mut::visit_type_mut(self, ty);
            }
        }
    }
    let mut ty = ty.clone();
    Erase.visit_type_mut(&mut ty);
    ty
}

/// Whether the error of a `Result` has no name.
pub(super) fn has_opaque_error(ty: &Type) -> bool {
    let Type::Path(path) = peel(ty) else { return false };
    let Some(PathArguments::AngleBracketed(arguments)) =
        path.path.segments.last().map(|last| &last.arguments)
    else {
        return false;
    };
    arguments.args.iter().skip(1).any(|argument| match argument {
        GenericArgument::Type(ty) => is_opaque(ty),
        _ => false,
    })
}

/// Whether `impl Trait` occurs in the type.
pub(super) fn is_opaque(ty: &Type) -> bool {
    struct Find(bool);
    impl VisitMut for Find {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            self.0 |= matches!(ty, Type::ImplTrait(_));
            visit_mut::visit_type_mut(self, ty);
        }
    }
    let mut find = Find(false);
    find.visit_type_mut(&mut ty.clone());
    find.0
}
