//! Where the output finds the runtime: `::spanwright`, or what `crate = …` says.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, Path};

/// Checks that `crate = …` is a path which means the same in every module.
pub(crate) fn check(value: &Expr) -> syn::Result<Path> {
    let Expr::Path(path) = value else {
        return Err(syn::Error::new_spanned(
            value,
            "`crate` takes a path, for example `crate = ::spanwright`",
        ));
    };
    let path = &path.path;
    let absolute = path.leading_colon.is_some()
        || path
            .segments
            .first()
            .is_some_and(|first| first.ident == "crate" || first.ident == "$crate");
    if absolute {
        return Ok(path.clone());
    }
    let text: String = quote!(#path).to_string().split_whitespace().collect();
    Err(syn::Error::new_spanned(
        path,
        format!("`crate` takes an absolute path; write `crate = ::{text}`"),
    ))
}

/// The one module the output names.
pub(crate) fn private(krate: Option<&Path>) -> TokenStream {
    let span = Span::mixed_site();
    match krate {
        Some(path) => {
            let path = path.to_token_stream();
            quote_spanned!(span=> #path::__private)
        }
        None => quote_spanned!(span=> ::spanwright::__private),
    }
}
