//! A user's expression behind a `&`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

/// An expression whose tokens can follow `&`: one that binds less tightly is put in parentheses, with a span that
/// lints leave alone.
pub(super) struct Operand<'a>(pub(super) &'a Expr);

impl ToTokens for Operand<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let expr = self.0;
        let tight = matches!(
            expr,
            Expr::Array(_)
                | Expr::Block(_)
                | Expr::Call(_)
                | Expr::Field(_)
                | Expr::Index(_)
                | Expr::Lit(_)
                | Expr::Macro(_)
                | Expr::MethodCall(_)
                | Expr::Paren(_)
                | Expr::Path(_)
                | Expr::Struct(_)
                | Expr::Tuple(_)
                | Expr::Unary(_)
        );
        if tight {
            expr.to_tokens(tokens);
        } else {
            let span = Span::mixed_site().located_at(expr.span());
            tokens.extend(quote_spanned!(span=> (#expr)));
        }
    }
}
