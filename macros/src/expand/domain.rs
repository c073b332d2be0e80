//! The attributes of LLM calls, database queries and tool calls.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Expr, Ident, LitStr};

use super::at;
use super::operand::Operand;
use crate::args::Domain;
use crate::args::db::Db;
use crate::args::llm::Llm;
use crate::args::tool::Tool;
use crate::args::value::literal;
use crate::model::Traced;

/// The calls that record what the arguments say, in the order the runtime expects.
pub(super) fn record(traced: &Traced) -> TokenStream {
    let p = &traced.private;
    match &traced.args.domain {
        Domain::None => TokenStream::new(),
        Domain::Llm(llm) => self::llm(&quote!(#p::llm), llm),
        Domain::Db(db) => self::db(p, &quote!(#p::db), db),
        Domain::Tool(tool) => self::tool(&quote!(#p::tool), tool, &traced.item.sig.ident),
    }
}

/// `module::function(&mut __span, &value);` for a value that was given.
fn set(module: &TokenStream, function: &str, value: &Option<Expr>) -> Option<TokenStream> {
    let value = value.as_ref()?;
    let (span, operand) = (at(value.span()), Operand(value));
    let function = Ident::new(function, span);
    Some(quote_spanned!(span=> #module::#function(&mut __span, &#operand);))
}

/// The same with a key: one call for each pair.
fn set_each(module: &TokenStream, function: &str, pairs: &[(LitStr, Expr)]) -> TokenStream {
    let mut lines = TokenStream::new();
    for (key, value) in pairs {
        let (span, operand) = (at(value.span()), Operand(value));
        let function = Ident::new(function, span);
        lines.extend(quote_spanned!(span=> #module::#function(&mut __span, #key, &#operand);));
    }
    lines
}

fn llm(module: &TokenStream, llm: &Llm) -> TokenStream {
    let operation = llm
        .operation
        .clone()
        .unwrap_or_else(|| LitStr::new("chat", Span::mixed_site()));
    let content = llm.content.as_ref().map(|word| {
        let variant = match word.text.as_str() {
            "off" => "Off",
            "attributes" => "Attributes",
            "events" => "Events",
            _ => "Env",
        };
        let variant = Ident::new(variant, at(word.span));
        quote_spanned!(Span::mixed_site()=> #module::content(&mut __span, #module::Content::#variant);)
    });
    let mut lines = quote_spanned!(Span::mixed_site()=> #module::operation(&mut __span, #operation););
    lines.extend(set(module, "provider", &llm.provider));
    lines.extend(set(module, "model", &llm.model));
    lines.extend(content);
    lines.extend(set_each(module, "request", &llm.request));
    lines.extend(set(module, "conversation", &llm.conversation));
    lines.extend(set(module, "persona", &llm.persona));
    lines.extend(set(module, "system", &llm.system));
    lines.extend(set(module, "prompt", &llm.prompt));
    lines.extend(set(module, "messages", &llm.messages));
    lines
}

fn db(p: &TokenStream, module: &TokenStream, db: &Db) -> TokenStream {
    let mut lines = TokenStream::new();
    lines.extend(set(module, "system", &db.system));
    lines.extend(set(module, "operation", &db.operation));
    lines.extend(set(module, "collection", &db.collection));
    lines.extend(set(module, "namespace", &db.namespace));
    if let Some((host, port)) = &db.server {
        let operand = Operand(host);
        lines.extend(quote_spanned!(at(host.span())=> #module::server(&mut __span, &#operand, #port);));
    }
    lines.extend(match db.query.as_ref().map(|query| (query, literal(query))) {
        Some((_, Some(text))) => {
            let literal = quote_spanned!(at(text.span())=> const { &#p::db::Literal::new(#text) });
            Some(quote_spanned!(at(text.span())=> #module::query_literal(&mut __span, #literal);))
        }
        _ => set(module, "query", &db.query),
    });
    lines.extend(set_each(module, "param", &db.params));
    if let Some(nanos) = db.slow {
        lines.extend(quote_spanned!(Span::mixed_site()=> #module::slow(&mut __span, #nanos);));
    }
    lines
}

fn tool(module: &TokenStream, tool: &Tool, function: &Ident) -> TokenStream {
    let protocol = Ident::new(if tool.is_mcp() { "Mcp" } else { "Function" }, Span::mixed_site());
    let mut lines = match &tool.tool {
        Some(_) => set(module, "name", &tool.tool).unwrap_or_default(),
        None => {
            let name = LitStr::new(&function.unraw().to_string(), Span::mixed_site()).to_token_stream();
            quote_spanned!(Span::mixed_site()=> #module::name(&mut __span, &#name);)
        }
    };
    lines.extend(set(module, "server", &tool.server));
    lines.extend(set(module, "router", &tool.router));
    lines.extend(set(module, "persona", &tool.persona));
    lines.extend(
        quote_spanned!(Span::mixed_site()=> #module::protocol(&mut __span, #module::Protocol::#protocol);),
    );
    lines.extend(set(module, "arguments", &tool.arguments));
    lines.extend(set(module, "call_id", &tool.call_id));
    lines
}
