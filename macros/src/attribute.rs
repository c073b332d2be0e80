//! The way of one attribute: parse, model, validate, expand; on any error the item as it was, and the errors.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token, parse_quote};

use crate::args::{Args, Macro};
use crate::errors::Errors;
use crate::expand;
use crate::item::{self, BlockItem, Body, FnItem, Item, Member};
use crate::model::{Owner, Traced};
use crate::validate;

/// Expands one of the four attributes.
pub(crate) fn expand(which: Macro, args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let parsed = match item::parse(item.clone()) {
        Ok(parsed) => parsed,
        Err(error) => {
            errors.push(error);
            return with_errors(item, errors);
        }
    };
    let args = Args::parse(which, args, &mut errors);
    match parsed {
        Item::Fn(item) => one(which, *item, args, None, errors),
        Item::Block(block) => whole_block(which, *block, args, errors),
        Item::Other(tokens, keyword) => {
            let place = keyword.map_or_else(Span::call_site, |word| word.span());
            let message = format!(
                "`#[{}]` works on functions, and on `impl` and `trait` blocks",
                which.name()
            );
            errors.at(place, message);
            with_errors(tokens, errors)
        }
    }
}

/// Leaves the item as it is, for the feature `off`; but no parameter is unused that only the annotation reads.
#[cfg(any(feature = "off", test))]
pub(crate) fn untouched(item: TokenStream) -> TokenStream {
    match item::parse(item.clone()) {
        Ok(Item::Fn(item)) => expand::untouched(*item),
        Ok(Item::Block(block)) => {
            let members = block.members.into_iter().map(|member| match member {
                Member::Fn(mut item) => {
                    item.attrs.retain(|attr| own(attr).is_none());
                    expand::untouched(*item)
                }
                Member::Other(tokens) => tokens,
            });
            let members: Vec<TokenStream> = members.collect();
            in_block(&block.header, &block.inner, &members)
        }
        _ => item,
    }
}

fn one(which: Macro, mut item: FnItem, args: Args, owner: Owner<'_>, mut errors: Errors) -> TokenStream {
    let captures = item.take_parameter_attributes();
    let traced = Traced::new(which, item, &captures, args, owner, &mut errors);
    validate::check(&traced, &mut errors);
    if errors.is_empty() {
        return expand::function(&traced);
    }
    with_errors(traced.item.into_token_stream(), errors)
}

/// Every function of the block with a body, with the block's arguments as defaults.
fn whole_block(which: Macro, block: BlockItem, defaults: Args, mut errors: Errors) -> TokenStream {
    if let Some(name) = &defaults.general.name {
        errors.on(
            name,
            "one `name` for a whole block would give all its spans the same; use `prefix`",
        );
    }
    if let Some(span) = defaults.general.skip_method {
        errors.at(span, "`skip` alone leaves out a method; write it on the method");
    }
    let sound = errors.is_empty();
    let mut members = Vec::new();
    for member in block.members {
        members.push(match member {
            Member::Fn(item) if sound => method(which, *item, &defaults, &block.name),
            Member::Fn(mut item) => {
                item.attrs.retain(|attr| own(attr) != Some(which));
                if !item.attrs.iter().any(|attr| own(attr).is_some()) {
                    item.take_parameter_attributes();
                }
                item.into_token_stream()
            }
            Member::Other(tokens) => tokens,
        });
    }
    with_errors(in_block(&block.header, &block.inner, &members), errors)
}

fn method(which: Macro, mut item: FnItem, defaults: &Args, owner: &str) -> TokenStream {
    let mut errors = Errors::default();
    if let Some(index) = item.attrs.iter().position(|attr| conditional(attr).is_some()) {
        let Some(Conditional {
            condition,
            skips: true,
            others,
        }) = conditional(&item.attrs[index])
        else {
            // It expands by itself where the condition holds; elsewhere the method is as it was.
            return item.into_token_stream();
        };
        item.attrs.remove(index);
        let traced = method(which, item.clone(), defaults, owner);
        item.take_parameter_attributes();
        item.attrs.retain(|attr| own(attr).is_none());
        item.attrs
            .extend(others.iter().map(|other| parse_quote!(#[#other])));
        return quote_spanned!(Span::mixed_site()=> #[cfg(#condition)] #item #[cfg(not(#condition))] #traced);
    }
    let annotated = item.attrs.iter().position(|attr| own(attr).is_some());
    let mut args = match annotated {
        None if item.sig.constness.is_some() || matches!(item.body, Body::Missing(_)) => {
            item.take_parameter_attributes();
            return item.into_token_stream();
        }
        None => Args::parse(which, TokenStream::new(), &mut errors),
        Some(index) if own(&item.attrs[index]) == Some(which) => {
            let attr = item.attrs.remove(index);
            Args::parse(which, arguments(&attr, &mut errors), &mut errors)
        }
        // Another of the four: it expands by itself, unless it says no more than `skip`.
        Some(index) => {
            let mut ignored = Errors::default();
            let args = Args::parse(
                Macro::Traced,
                arguments(&item.attrs[index], &mut ignored),
                &mut ignored,
            );
            if args.general.skip_method.is_some() {
                item.attrs.remove(index);
                item.take_parameter_attributes();
            }
            return item.into_token_stream();
        }
    };
    if args.general.skip_method.is_some() && errors.is_empty() {
        item.take_parameter_attributes();
        return item.into_token_stream();
    }
    args.inherit(defaults);
    one(which, item, args, Some(owner), errors)
}

/// Which of our attributes this is, by the last name of its path.
fn own(attr: &Attribute) -> Option<Macro> {
    let last = attr.path().segments.last()?;
    Macro::ALL.into_iter().find(|which| last.ident == which.name())
}

/// `#[cfg_attr(CONDITION, traced(…))]`.
struct Conditional {
    condition: TokenStream,
    /// It says no more than `skip`.
    skips: bool,
    /// What stands beside ours.
    others: Vec<Meta>,
}

fn conditional(attr: &Attribute) -> Option<Conditional> {
    if !attr.path().is_ident("cfg_attr") {
        return None;
    }
    let parts = attr
        .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
        .ok()?;
    let mut parts = parts.into_iter();
    let condition = parts.next()?.into_token_stream();
    let is_ours = |meta: &Meta| {
        let last = meta.path().segments.last();
        last.is_some_and(|last| Macro::ALL.iter().any(|which| last.ident == which.name()))
    };
    let (ours, others): (Vec<Meta>, Vec<Meta>) = parts.partition(is_ours);
    let skips = matches!(ours.first()?, Meta::List(list) if list.tokens.to_string() == "skip");
    Some(Conditional {
        condition,
        skips,
        others,
    })
}

fn arguments(attr: &Attribute, errors: &mut Errors) -> TokenStream {
    match &attr.meta {
        Meta::Path(_) => TokenStream::new(),
        Meta::List(list) => list.tokens.clone(),
        Meta::NameValue(_) => {
            errors.on(attr, "arguments stand in parentheses");
            TokenStream::new()
        }
    }
}

fn in_block(header: &TokenStream, inner: &[Attribute], members: &[TokenStream]) -> TokenStream {
    quote_spanned!(Span::mixed_site()=> #header { #(#inner)* #(#members)* })
}

fn with_errors(mut tokens: TokenStream, errors: Errors) -> TokenStream {
    tokens.extend(errors.finish());
    tokens
}
