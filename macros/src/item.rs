//! Parses what an attribute stands on: a function, an `impl` or a `trait`.
//!
//! Signatures are parsed, bodies are not: a body goes out exactly as it came in, so that a half-typed one
//! still expands and an error in it is rustc's own.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, FnArg, Ident, ItemImpl, ItemTrait, Signature, Token, Type, Visibility, token};

/// What the attribute was written on.
pub(crate) enum Item {
    Fn(Box<FnItem>),
    Block(Box<BlockItem>),
    /// Anything else; the keyword that says what it is, where one was found.
    Other(TokenStream, Option<Ident>),
}

/// A function whose body is still raw.
#[derive(Clone)]
pub(crate) struct FnItem {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) defaultness: Option<Token![default]>,
    pub(crate) sig: Signature,
    pub(crate) body: Body,
}

#[derive(Clone)]
pub(crate) enum Body {
    Block(Group),
    Missing(Token![;]),
}

/// An `impl` or a `trait`: its header, and its members.
pub(crate) struct BlockItem {
    pub(crate) header: TokenStream,
    /// The last name of the type or trait, for `Type::method`.
    pub(crate) name: String,
    pub(crate) inner: Vec<Attribute>,
    pub(crate) members: Vec<Member>,
}

pub(crate) enum Member {
    Fn(Box<FnItem>),
    Other(TokenStream),
}

/// Parses the item, whatever it is.
pub(crate) fn parse(tokens: TokenStream) -> syn::Result<Item> {
    let (header, body) = split_body(tokens.clone());
    let parser = move |input: ParseStream| {
        let (attrs, vis) = (input.call(Attribute::parse_outer)?, input.parse()?);
        let (keyword, is_fn) = keyword(input);
        if is_fn {
            return FnItem::parse_rest(input, attrs, vis, body).map(|item| (keyword, Some(item)));
        }
        input.parse::<TokenStream>()?;
        Ok((keyword, None))
    };
    match parser.parse2(header)? {
        (_, Some(item)) => Ok(Item::Fn(Box::new(item))),
        (Some(word), None) if word == "impl" || word == "trait" => {
            block(tokens).map(|item| Item::Block(Box::new(item)))
        }
        (keyword, None) => Ok(Item::Other(tokens, keyword)),
    }
}

/// Takes the braces off that the item ends with, if it does: what is in them is not read, however long it is.
fn split_body(tokens: TokenStream) -> (TokenStream, Option<Group>) {
    let mut trees: Vec<TokenTree> = tokens.into_iter().collect();
    let body = match trees.last() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => Some(group.clone()),
        _ => None,
    };
    if body.is_some() {
        trees.pop();
    }
    (trees.into_iter().collect(), body)
}

/// The word that decides what an item is, and whether it is a function.
fn keyword(input: ParseStream) -> (Option<Ident>, bool) {
    let ahead = input.fork();
    let mut last = None;
    while let Ok(word) = ahead.call(Ident::parse_any) {
        match word.to_string().as_str() {
            "fn" => return (Some(word), true),
            "default" | "const" | "async" | "unsafe" | "safe" | "extern" | "auto" => {
                let _: Option<syn::LitStr> = ahead.parse().unwrap_or_default();
                last.get_or_insert(word);
            }
            "impl" | "trait" => return (Some(word), false),
            // `const NAME`: what stands before the name is the keyword.
            _ => return (last.or(Some(word)), false),
        }
    }
    (last, false)
}

fn block(tokens: TokenStream) -> syn::Result<BlockItem> {
    let mut header: Vec<TokenTree> = tokens.into_iter().collect();
    let brace = match header.pop() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => group,
        other => {
            return Err(syn::Error::new_spanned(
                other,
                "expected the body of an `impl` or a `trait`",
            ));
        }
    };
    let header: TokenStream = header.into_iter().collect();
    let mut empty = header.clone();
    empty.append(Group::new(Delimiter::Brace, TokenStream::new()));
    let name = match syn::parse2::<ItemImpl>(empty.clone()) {
        Ok(item) => type_name(&item.self_ty),
        Err(error) => syn::parse2::<ItemTrait>(empty)
            .map(|item| item.ident.unraw().to_string())
            .map_err(|_| error)?,
    };
    let (inner, members) = members.parse2(brace.stream())?;
    Ok(BlockItem {
        header,
        name,
        inner,
        members,
    })
}

fn type_name(ty: &Type) -> String {
    match ty {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .map_or_else(String::new, |last| last.ident.unraw().to_string()),
        Type::Reference(inner) => type_name(&inner.elem),
        Type::Paren(inner) => type_name(&inner.elem),
        Type::Group(inner) => type_name(&inner.elem),
        other => other.to_token_stream().to_string().split_whitespace().collect(),
    }
}

fn members(input: ParseStream) -> syn::Result<(Vec<Attribute>, Vec<Member>)> {
    let inner = input.call(Attribute::parse_inner)?;
    let mut members = Vec::new();
    while !input.is_empty() {
        let ahead = input.fork();
        ahead.call(Attribute::parse_outer)?;
        ahead.parse::<Visibility>()?;
        members.push(match keyword(&ahead) {
            (_, true) => Member::Fn(input.parse()?),
            _ => Member::Other(other_member(input)?),
        });
    }
    Ok((inner, members))
}

/// A member that is no function ends with `;`, or with the braces of a macro call.
fn other_member(input: ParseStream) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    let mut macro_call = false;
    while !input.is_empty() {
        let tree: TokenTree = input.parse()?;
        let last = match &tree {
            TokenTree::Punct(punct) if punct.as_char() == '!' => {
                macro_call = true;
                false
            }
            TokenTree::Punct(punct) => punct.as_char() == ';',
            TokenTree::Group(group) => macro_call && group.delimiter() == Delimiter::Brace,
            _ => false,
        };
        tokens.append(tree);
        if last {
            break;
        }
    }
    Ok(tokens)
}

impl Parse for FnItem {
    fn parse(input: ParseStream) -> syn::Result<FnItem> {
        let (attrs, vis) = (input.call(Attribute::parse_outer)?, input.parse()?);
        FnItem::parse_rest(input, attrs, vis, None)
    }
}

impl FnItem {
    /// The signature, and the body where it was not taken off before.
    fn parse_rest(
        input: ParseStream,
        attrs: Vec<Attribute>,
        vis: Visibility,
        body: Option<Group>,
    ) -> syn::Result<FnItem> {
        let (defaultness, sig) = (input.parse()?, input.parse()?);
        let body = match body {
            Some(group) => Body::Block(group),
            None if input.peek(token::Brace) => match input.parse()? {
                TokenTree::Group(group) => Body::Block(group),
                other => return Err(syn::Error::new_spanned(other, "expected a function body")),
            },
            None => Body::Missing(input.parse()?),
        };
        Ok(FnItem {
            attrs,
            vis,
            defaultness,
            sig,
            body,
        })
    }

    /// Takes our own attributes off the parameters: rustc does not know them.
    pub(crate) fn take_parameter_attributes(&mut self) -> Vec<(usize, Attribute)> {
        let mut taken = Vec::new();
        for (index, argument) in self.sig.inputs.iter_mut().enumerate() {
            let attrs = match argument {
                FnArg::Receiver(receiver) => &mut receiver.attrs,
                FnArg::Typed(typed) => &mut typed.attrs,
            };
            let (ours, rest) = std::mem::take(attrs)
                .into_iter()
                .partition(|attr| attr.path().is_ident("capture"));
            *attrs = rest;
            let ours: Vec<Attribute> = ours;
            taken.extend(ours.into_iter().map(|attr| (index, attr)));
        }
        taken
    }
}

impl ToTokens for FnItem {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.append_all(&self.attrs);
        self.vis.to_tokens(tokens);
        self.defaultness.to_tokens(tokens);
        self.sig.to_tokens(tokens);
        match &self.body {
            Body::Block(group) => group.to_tokens(tokens),
            Body::Missing(semicolon) => semicolon.to_tokens(tokens),
        }
    }
}
