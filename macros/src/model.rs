//! One annotated function with everything decided: what the expansion is written from.

use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::{Attribute, Expr, FnArg, Ident, Pat, ReturnType, Type};

use crate::args::attribute::{Attr, Key, Mode};
use crate::args::value::literal;
use crate::args::{Args, Domain, Macro, param};
use crate::crate_path;
use crate::errors::Errors;
use crate::item::FnItem;
use crate::params;
use crate::shape::{self, Shape};

pub(crate) struct Traced {
    pub(crate) which: Macro,
    pub(crate) item: FnItem,
    pub(crate) args: Args,
    pub(crate) shape: Shape,
    /// `function`, or `Type::method`.
    pub(crate) default_name: String,
    /// The path to the runtime's private module.
    pub(crate) private: TokenStream,
}

/// The type around a method, where the attribute stands on the whole block.
pub(crate) type Owner<'a> = Option<&'a str>;

impl Traced {
    /// Decides what the signature and the arguments leave open. `item` has lost its own attributes by now;
    /// those of its parameters are `captures`.
    pub(crate) fn new(
        which: Macro,
        item: FnItem,
        captures: &[(usize, Attribute)],
        mut args: Args,
        owner: Owner<'_>,
        errors: &mut Errors,
    ) -> Traced {
        let private = crate_path::private(args.general.krate.as_ref());
        for (index, attr) in captures {
            if let Some(attr) = parameter(&item.sig.inputs[*index], attr, errors) {
                args.general.attrs.push(attr);
            }
        }
        let mut shape = shape::classify(&item.sig, &args.general, &private, errors);
        let in_place = item.attrs.iter().any(|attr| attr.path().is_ident("track_caller"));
        if in_place && item.sig.asyncness.is_none() && matches!(shape, Shape::Opened(_)) {
            // In a closure `Location::caller()` would be another place.
            shape = Shape::Sync;
        }
        let function = item.sig.ident.unraw().to_string();
        let prefix = args.general.prefix.as_ref().map(|prefix| prefix.value());
        let default_name = match prefix.as_deref().or(owner) {
            Some(prefix) => format!("{prefix}::{function}"),
            None => function,
        };
        Traced {
            which,
            item,
            args,
            shape,
            default_name,
            private,
        }
    }

    /// The return type; nothing where there is none.
    pub(crate) fn output(&self) -> Option<&Type> {
        match &self.item.sig.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some(ty),
        }
    }

    /// The name given, where it is a literal.
    pub(crate) fn literal_name(&self) -> Option<String> {
        self.args
            .general
            .name
            .as_ref()
            .and_then(literal)
            .map(|name| name.value())
    }

    /// The name the site has before it runs.
    pub(crate) fn site_name(&self) -> String {
        if let Some(name) = self.literal_name() {
            return name;
        }
        let text = |expr: &Option<Expr>| expr.as_ref().and_then(literal).map(|text| text.value());
        match &self.args.domain {
            Domain::None => self.default_name.clone(),
            Domain::Llm(llm) => llm
                .operation
                .as_ref()
                .map_or_else(|| "chat".to_owned(), |text| text.value()),
            Domain::Db(db) => match (text(&db.operation), text(&db.collection)) {
                (Some(operation), Some(collection)) => format!("{operation} {collection}"),
                (Some(one), None) | (None, Some(one)) => one,
                (None, None) => "db".to_owned(),
            },
            Domain::Tool(tool) => match &tool.tool {
                None => format!("execute_tool {}", self.item.sig.ident.unraw()),
                given => match text(given) {
                    Some(name) => format!("execute_tool {name}"),
                    None => "execute_tool".to_owned(),
                },
            },
        }
    }
}

/// `#[capture] id: u64`.
fn parameter(argument: &FnArg, attr: &Attribute, errors: &mut Errors) -> Option<Attr> {
    let capture = param::parse(attr, false, errors);
    let (name, attrs) = match argument {
        FnArg::Receiver(receiver) => (Ident::new("self", receiver.self_token.span), &receiver.attrs),
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(pat) => (pat.ident.clone(), &typed.attrs),
            pat => {
                errors.on(
                    pat,
                    "`#[capture]` needs a parameter with a plain name; use `capture(…)` on the function",
                );
                return None;
            }
        },
    };
    let key = capture
        .key
        .unwrap_or_else(|| syn::LitStr::new(&name.unraw().to_string(), name.span()));
    let expr = syn::parse_quote!(#name);
    Some(Attr {
        key: Key::Text(key),
        expr,
        mode: capture.mode.unwrap_or(Mode::Value),
        cfg: params::cfgs(attrs),
    })
}
