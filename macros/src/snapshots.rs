//! Expansions of the main shapes. Re-bless with `UPDATE_EXPECT=1 cargo test -p spanwright-macros`.

use expect_test::{Expect, expect};
use proc_macro2::TokenStream;
use quote::quote;

use crate::args::Macro;
use crate::{attribute, derive};

fn pretty(tokens: TokenStream) -> String {
    match syn::parse2(tokens.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        Err(error) => panic!("the expansion does not parse: {error}\n{tokens}"),
    }
}

#[track_caller]
fn check(which: Macro, args: TokenStream, item: TokenStream, expected: Expect) -> String {
    let text = pretty(attribute::expand(which, args, item));
    expected.assert_eq(&text);
    text
}

#[test]
fn plain() {
    let text = check(
        Macro::Traced,
        quote!(),
        quote! { fn load(id: u64) -> u64 { id + 1 } },
        expect![[r#"
            fn load(id: u64) -> u64 {
                let __span = ::spanwright::__private::start({
                    static SITE: ::spanwright::__private::Site = ::spanwright::__private::Site::new(
                        "load",
                        ::core::module_path!(),
                        ::core::file!(),
                        ::core::line!(),
                    );
                    &SITE
                });
                let __scope = ::spanwright::__private::scope(__span);
                { id + 1 }
            }
        "#]],
    );
    assert!(
        text.lines().count() <= 25,
        "a plain function must stay small:\n{text}"
    );
}

#[test]
fn result() {
    let text = check(
        Macro::Traced,
        quote!(),
        quote! { pub fn load(&mut self, #[capture] id: u64, _: Token) -> Result<User, Error> { self.find(id)? } },
        expect![[r#"
            pub fn load(&mut self, id: u64, __rest0: Token) -> Result<User, Error> {
                let mut __span = ::spanwright::__private::start({
                    static SITE: ::spanwright::__private::Site = ::spanwright::__private::Site::new(
                            "load",
                            ::core::module_path!(),
                            ::core::file!(),
                            ::core::line!(),
                        )
                        .keys(&["id"]);
                    &SITE
                });
                if __span.recording() {
                    ::spanwright::__private::attr(&mut __span, "id", &id);
                }
                ::spanwright::__private::call(
                    __span,
                    {
                        use ::spanwright::__private::read::*;
                        (&&&&&&&&::spanwright::__private::Tag::<Result<User, Error>>::new()).reader()
                    },
                    move || -> Result<User, Error> {
                        if false {
                            let _ = (&__rest0, &id, &self);
                        }
                        { self.find(id)? }
                    },
                )
            }
        "#]],
    );
    assert!(text.lines().count() <= 30, "{text}");
}

#[test]
fn async_result() {
    let text = check(
        Macro::Traced,
        quote!(),
        quote! { async fn load(id: u64) -> Result<User, Error> { find(id).await } },
        expect![[r#"
            async fn load(id: u64) -> Result<User, Error> {
                let __span = ::spanwright::__private::start({
                    static SITE: ::spanwright::__private::Site = ::spanwright::__private::Site::new(
                        "load",
                        ::core::module_path!(),
                        ::core::file!(),
                        ::core::line!(),
                    );
                    &SITE
                });
                ::spanwright::__private::future(
                        __span,
                        {
                            use ::spanwright::__private::read::*;
                            (&&&&&&&&::spanwright::__private::Tag::<Result<User, Error>>::new())
                                .reader()
                        },
                        async move {
                            if false {
                                let _ = (&id,);
                                return ::spanwright::__private::returns::<Result<User, Error>>();
                            }
                            { find(id).await }
                        },
                    )
                    .await
            }
        "#]],
    );
    assert!(
        text.lines().count() <= 28,
        "a plain async function must stay small:\n{text}"
    );
}

#[test]
fn opaque_in_result() {
    check(
        Macro::Traced,
        quote!(),
        quote! { fn parts(n: u8) -> Result<impl Iterator<Item = u8>, Error> { Ok(0..n) } },
        expect![[r#"
            fn parts(n: u8) -> Result<impl Iterator<Item = u8>, Error> {
                let __span = ::spanwright::__private::start({
                    static SITE: ::spanwright::__private::Site = ::spanwright::__private::Site::new(
                        "parts",
                        ::core::module_path!(),
                        ::core::file!(),
                        ::core::line!(),
                    );
                    &SITE
                });
                ::spanwright::__private::call(
                    __span,
                    {
                        use ::spanwright::__private::read::*;
                        (&&&&&&&&::spanwright::__private::Tag::<Result<_, Error>>::new()).reader()
                    },
                    move || {
                        if false {
                            let _ = (&n,);
                            return ::spanwright::__private::returns::<Result<_, Error>>();
                        }
                        { Ok(0..n) }
                    },
                )
            }
        "#]],
    );
}

#[test]
fn returned_future_and_boxed_future() {
    check(
        Macro::Traced,
        quote!(),
        quote! { fn load(id: u64) -> impl Future<Output = u64> + Send { async move { id } } },
        expect![[r#"
            fn load(id: u64) -> impl Future<Output = u64> + Send {
                let __span = ::spanwright::__private::start({
                    static SITE: ::spanwright::__private::Site = ::spanwright::__private::Site::new(
                        "load",
                        ::core::module_path!(),
                        ::core::file!(),
                        ::core::line!(),
                    );
                    &SITE
                });
                ::spanwright::__private::returned_future(
                    __span,
                    ::spanwright::__private::NoRead,
                    ::spanwright::__private::once(move || {
                        if false {
                            let _ = (&id,);
                        }
                        { async move { id } }
                    }),
                )
            }
        "#]],
    );
    check(
        Macro::Traced,
        quote!(),
        quote! { fn load<'a>(id: &'a u64) -> Pin<Box<dyn Future<Output = Result<u64, E>> + Send + 'a>> { Box::pin(async move { Ok(*id) }) } },
        expect![[r#"
            fn load<'a>(id: &'a u64) -> Pin<Box<dyn Future<Output = Result<u64, E>> + Send + 'a>> {
                let __span = ::spanwright::__private::start({
                    static SITE: ::spanwright::__private::Site = ::spanwright::__private::Site::new(
                        "load",
                        ::core::module_path!(),
                        ::core::file!(),
                        ::core::line!(),
                    );
                    &SITE
                });
                ::spanwright::__private::Box::pin(
                    ::spanwright::__private::returned_future(
                        __span,
                        {
                            use ::spanwright::__private::read::*;
                            (&&&&&&&&::spanwright::__private::Tag::<Result<u64, E>>::new()).reader()
                        },
                        ::spanwright::__private::once(move || -> Pin<
                            Box<dyn Future<Output = Result<u64, E>> + Send + 'a>,
                        > {
                            if false {
                                let _ = (&id,);
                            }
                            { Box::pin(async move { Ok(*id) }) }
                        }),
                    ),
                )
            }
        "#]],
    );
}

#[test]
fn streams() {
    check(
        Macro::Traced,
        quote!(),
        quote! { fn numbers() -> impl Stream<Item = Result<u64, E>> { iter() } },
        expect![[r#"
            fn numbers() -> impl Stream<Item = Result<u64, E>> {
                let __span = ::spanwright::__private::start({
                    static SITE: ::spanwright::__private::Site = ::spanwright::__private::Site::new(
                        "numbers",
                        ::core::module_path!(),
                        ::core::file!(),
                        ::core::line!(),
                    );
                    &SITE
                });
                ::spanwright::__private::stream(
                    __span,
                    {
                        use ::spanwright::__private::read::*;
                        (&&&&&&&&::spanwright::__private::Tag::<Result<u64, E>>::new()).reader()
                    },
                    ::spanwright::__private::once(move || { { iter() } }),
                )
            }
        "#]],
    );
    check(
        Macro::Traced,
        quote!(stream),
        quote! { fn numbers() -> Numbers { iter() } },
        expect![[r#"
            fn numbers() -> Numbers {
                let __span = ::spanwright::__private::start({
                    static SITE: ::spanwright::__private::Site = ::spanwright::__private::Site::new(
                        "numbers",
                        ::core::module_path!(),
                        ::core::file!(),
                        ::core::line!(),
                    );
                    &SITE
                });
                ::spanwright::__private::Box::pin(
                    ::spanwright::__private::stream(
                        __span,
                        {
                            use ::spanwright::__private::read::*;
                            (&&&&&&&&::spanwright::__private::Tag::<
                                <Numbers as ::spanwright::__private::Stream>::Item,
                            >::new())
                                .reader()
                        },
                        ::spanwright::__private::once(move || -> Numbers { { iter() } }),
                    ),
                )
            }
        "#]],
    );
    check(
        Macro::Llm,
        quote!(model = "m", response = |c| c.usage),
        quote! { fn answer(p: &str) -> BoxStream<'_, Result<Chunk, E>> { ask(p) } },
        expect![[r#"
            fn answer(p: &str) -> BoxStream<'_, Result<Chunk, E>> {
                let mut __span = ::spanwright::__private::start({
                    static SITE: ::spanwright::__private::Site = ::spanwright::__private::Site::new(
                            "chat",
                            ::core::module_path!(),
                            ::core::file!(),
                            ::core::line!(),
                        )
                        .kind(::spanwright::__private::Kind::Client)
                        .domain(::spanwright::__private::Domain::Llm);
                    &SITE
                });
                if __span.recording() {
                    ::spanwright::__private::llm::operation(&mut __span, "chat");
                    ::spanwright::__private::llm::model(&mut __span, &"m");
                }
                ::spanwright::__private::Box::pin(
                    ::spanwright::__private::llm::stream(
                        __span,
                        {
                            use ::spanwright::__private::read::*;
                            (&&&&&&&&::spanwright::__private::Tag::<Result<Chunk, E>>::new())
                                .reader()
                        },
                        ::spanwright::__private::on_ok(
                            ::spanwright::__private::NoRead,
                            {
                                use ::spanwright::__private::read::*;
                                (&&::spanwright::__private::Tag::<Result<Chunk, E>>::new())
                                    .ok_value()
                            },
                            |__v, __end| ::spanwright::__private::llm::chunk(
                                __end,
                                ::spanwright::__private::apply(__v, |c| c.usage),
                            ),
                        ),
                        ::spanwright::__private::once(move || -> BoxStream<'_, Result<Chunk, E>> {
                            if false {
                                let _ = (&p,);
                            }
                            { ask(p) }
                        }),
                    ),
                )
            }
        "#]],
    );
}

#[test]
fn every_option() {
    check(
        Macro::Traced,
        quote!(
            name = format_args!("GET {route}"), kind = server, level = "debug", target = "bank",
            capture(from, to as "account.to", self.minor), fields(tenant.id = ctx.tenant(), ?flags, late = field::Empty),
            parent = headers, links = batch.iter(), sample = 0.5, metrics, propagate(tenant.id, baggage: user.id),
            err(Debug, ignore = is_expected), ret(|r| r.id as "receipt.id"), skip(to), skip_all, crate = ::renamed
        ),
        quote! {
            fn transfer(&self, from: u8, (to, _): (u8, u8), #[capture(len)] body: &[u8]) -> Outcome { BODY }
        },
        expect![[r#"
            fn transfer(&self, from: u8, (to, __rest0): (u8, u8), body: &[u8]) -> Outcome {
                let __site = {
                    static SITE: ::renamed::__private::Site = ::renamed::__private::Site::new(
                            "transfer",
                            "bank",
                            ::core::file!(),
                            ::core::line!(),
                        )
                        .kind(::renamed::__private::Kind::Server)
                        .level(::renamed::__private::Level::DEBUG)
                        .keys(
                            &[
                                "from",
                                "account.to",
                                "minor",
                                "tenant.id",
                                "flags",
                                "body.len",
                                "user.id",
                                "late",
                                "receipt.id",
                            ],
                        )
                        .metrics()
                        .tracing_span();
                    &SITE
                };
                let mut __span = if ::renamed::__private::on(__site) {
                    ::renamed::__private::start_with(
                        __site,
                        ::renamed::__private::Start::new()
                            .parent(&headers)
                            .links(batch.iter())
                            .sample(0.5),
                    )
                } else {
                    ::renamed::__private::Span::none()
                };
                if __span.recording() {
                    ::renamed::__private::attr(&mut __span, "from", &from);
                    ::renamed::__private::attr(&mut __span, "account.to", &to);
                    ::renamed::__private::attr(&mut __span, "minor", &self.minor);
                    match &ctx.tenant() {
                        __value => {
                            ::renamed::__private::attr(&mut __span, "tenant.id", &*__value);
                            ::renamed::__private::propagate(
                                &mut __span,
                                "tenant.id",
                                &*__value,
                                false,
                            );
                        }
                    }
                    ::renamed::__private::attr_debug(&mut __span, "flags", &flags);
                    ::renamed::__private::attr_len(&mut __span, "body.len", &body);
                    ::renamed::__private::propagate(&mut __span, "user.id", &user.id, true);
                    ::renamed::__private::name(&mut __span, &format_args!("GET {route}"));
                }
                ::renamed::__private::call(
                    __span,
                    ::renamed::__private::on_ok(
                        ::renamed::__private::ignore(
                            {
                                use ::renamed::__private::read::*;
                                (&&&&&&&&::renamed::__private::Tag::<Outcome>::new()).reader_debug()
                            },
                            is_expected,
                        ),
                        {
                            use ::renamed::__private::read::*;
                            (&&::renamed::__private::Tag::<Outcome>::new()).ok_value()
                        },
                        |__v, __end| ::renamed::__private::end_attr(
                            __end,
                            "receipt.id",
                            &::renamed::__private::apply(__v, |r| r.id),
                        ),
                    ),
                    move || -> Outcome {
                        if false {
                            let _ = (&body, &to, &__rest0, &from, &self);
                        }
                        { BODY }
                    },
                )
            }
        "#]],
    );
}

#[test]
fn an_impl_block() {
    check(
        Macro::Traced,
        quote!(level = "debug"),
        quote! {
            #[async_trait]
            impl<T> Store for Memory<T> {
                #![allow(unused)]
                type Id = u8;
                const MAX: u8 = { 7 };
                const fn limit() -> u8 { 7 }
                #[traced(skip)]
                fn id(&self, #[capture] x: u8) -> u8 { 1 }
                #[traced(name = "open")]
                async fn open(&self) {}
                fn close(self) {}
                #[trace_db_query(query = "SELECT 1")]
                fn query(&self, #[capture] x: u8) {}
            }
        },
        expect![[r##"
            #[async_trait]
            impl<T> Store for Memory<T> {
                #![allow(unused)]
                type Id = u8;
                const MAX: u8 = { 7 };
                const fn limit() -> u8 {
                    7
                }
                fn id(&self, x: u8) -> u8 {
                    1
                }
                async fn open(&self) {
                    let __span = ::spanwright::__private::start({
                        static SITE: ::spanwright::__private::Site = ::spanwright::__private::Site::new(
                                "open",
                                ::core::module_path!(),
                                ::core::file!(),
                                ::core::line!(),
                            )
                            .level(::spanwright::__private::Level::DEBUG);
                        &SITE
                    });
                    ::spanwright::__private::future(
                            __span,
                            ::spanwright::__private::NoRead,
                            async move {
                                if false {
                                    let _ = (&self,);
                                    return ::spanwright::__private::returns::<()>();
                                }
                                {}
                            },
                        )
                        .await
                }
                fn close(self) {
                    let __span = ::spanwright::__private::start({
                        static SITE: ::spanwright::__private::Site = ::spanwright::__private::Site::new(
                                "Memory::close",
                                ::core::module_path!(),
                                ::core::file!(),
                                ::core::line!(),
                            )
                            .level(::spanwright::__private::Level::DEBUG);
                        &SITE
                    });
                    let __scope = ::spanwright::__private::scope(__span);
                    {}
                }
                #[trace_db_query(query = "SELECT 1")]
                fn query(&self, #[capture] x: u8) {}
            }
        "##]],
    );
}

#[test]
fn domains() {
    check(
        Macro::Llm,
        quote!(
            provider = "openai",
            model = req.model,
            prompt = p,
            request(temperature = req.t, top_p = 0.5),
            content = off
        ),
        quote! { async fn ask(req: Req, p: &str) -> Result<Response, E> { BODY } },
        expect![[r#"
            async fn ask(req: Req, p: &str) -> Result<Response, E> {
                let __span = {
                    let mut __span = ::spanwright::__private::start({
                        static SITE: ::spanwright::__private::Site = ::spanwright::__private::Site::new(
                                "chat",
                                ::core::module_path!(),
                                ::core::file!(),
                                ::core::line!(),
                            )
                            .kind(::spanwright::__private::Kind::Client)
                            .domain(::spanwright::__private::Domain::Llm);
                        &SITE
                    });
                    if __span.recording() {
                        ::spanwright::__private::llm::operation(&mut __span, "chat");
                        ::spanwright::__private::llm::provider(&mut __span, &"openai");
                        ::spanwright::__private::llm::model(&mut __span, &req.model);
                        ::spanwright::__private::llm::content(
                            &mut __span,
                            ::spanwright::__private::llm::Content::Off,
                        );
                        ::spanwright::__private::llm::request(&mut __span, "temperature", &req.t);
                        ::spanwright::__private::llm::request(&mut __span, "top_p", &0.5);
                        ::spanwright::__private::llm::prompt(&mut __span, &p);
                    }
                    __span
                };
                ::spanwright::__private::future(
                        __span,
                        ::spanwright::__private::llm::auto(
                            {
                                use ::spanwright::__private::read::*;
                                (&&&&&&&&::spanwright::__private::Tag::<Result<Response, E>>::new())
                                    .reader()
                            },
                            {
                                use ::spanwright::__private::llm::read::*;
                                (&&::spanwright::__private::Tag::<Result<Response, E>>::new()).llm()
                            },
                        ),
                        async move {
                            if false {
                                let _ = (&p, &req);
                                return ::spanwright::__private::returns::<Result<Response, E>>();
                            }
                            { BODY }
                        },
                    )
                    .await
            }
        "#]],
    );
    check(
        Macro::Db,
        quote!(
            system = "sqlite",
            query = "SELECT * FROM t",
            operation = "SELECT",
            collection = "t",
            server = (host, 5432),
            params(id),
            rows = |r| r.len(),
            slow = "200ms"
        ),
        quote! { async fn rows(id: u8) -> Result<Vec<Row>, E> { BODY } },
        expect![[r#"
            async fn rows(id: u8) -> Result<Vec<Row>, E> {
                let __span = {
                    let mut __span = ::spanwright::__private::start({
                        static SITE: ::spanwright::__private::Site = ::spanwright::__private::Site::new(
                                "SELECT t",
                                ::core::module_path!(),
                                ::core::file!(),
                                ::core::line!(),
                            )
                            .kind(::spanwright::__private::Kind::Client)
                            .domain(::spanwright::__private::Domain::Db);
                        &SITE
                    });
                    if __span.recording() {
                        ::spanwright::__private::db::system(&mut __span, &"sqlite");
                        ::spanwright::__private::db::operation(&mut __span, &"SELECT");
                        ::spanwright::__private::db::collection(&mut __span, &"t");
                        ::spanwright::__private::db::server(&mut __span, &host, 5432);
                        ::spanwright::__private::db::query_literal(
                            &mut __span,
                            const { &::spanwright::__private::db::Literal::new("SELECT * FROM t") },
                        );
                        ::spanwright::__private::db::param(&mut __span, "id", &id);
                        ::spanwright::__private::db::slow(&mut __span, 200000000u64);
                    }
                    __span
                };
                ::spanwright::__private::future(
                        __span,
                        ::spanwright::__private::on_ok(
                            ::spanwright::__private::db::finish(
                                {
                                    use ::spanwright::__private::read::*;
                                    (&&&&&&&&::spanwright::__private::Tag::<
                                        Result<Vec<Row>, E>,
                                    >::new())
                                        .reader()
                                },
                                {
                                    use ::spanwright::__private::db::read::*;
                                    (&&::spanwright::__private::Tag::<Result<Vec<Row>, E>>::new())
                                        .db_error()
                                },
                            ),
                            {
                                use ::spanwright::__private::read::*;
                                (&&::spanwright::__private::Tag::<Result<Vec<Row>, E>>::new())
                                    .ok_value()
                            },
                            |__v, __end| ::spanwright::__private::db::rows(
                                __end,
                                ::spanwright::__private::apply(__v, |r| r.len()),
                            ),
                        ),
                        async move {
                            if false {
                                let _ = (&id,);
                                return ::spanwright::__private::returns::<Result<Vec<Row>, E>>();
                            }
                            { BODY }
                        },
                    )
                    .await
            }
        "#]],
    );
    check(
        Macro::Tool,
        quote!(
            server = "files",
            protocol = mcp,
            arguments = &arguments,
            result = |r| r
        ),
        quote! { fn read(arguments: Value) -> Result<Value, E> { BODY } },
        expect![[r#"
            fn read(arguments: Value) -> Result<Value, E> {
                let mut __span = ::spanwright::__private::start({
                    static SITE: ::spanwright::__private::Site = ::spanwright::__private::Site::new(
                            "execute_tool read",
                            ::core::module_path!(),
                            ::core::file!(),
                            ::core::line!(),
                        )
                        .kind(::spanwright::__private::Kind::Client)
                        .domain(::spanwright::__private::Domain::Tool);
                    &SITE
                });
                if __span.recording() {
                    ::spanwright::__private::tool::name(&mut __span, &"read");
                    ::spanwright::__private::tool::server(&mut __span, &"files");
                    ::spanwright::__private::tool::protocol(
                        &mut __span,
                        ::spanwright::__private::tool::Protocol::Mcp,
                    );
                    ::spanwright::__private::tool::arguments(&mut __span, &(&arguments));
                }
                ::spanwright::__private::call(
                    __span,
                    ::spanwright::__private::on_ok(
                        {
                            use ::spanwright::__private::read::*;
                            (&&&&&&&&::spanwright::__private::Tag::<Result<Value, E>>::new())
                                .reader()
                        },
                        {
                            use ::spanwright::__private::read::*;
                            (&&::spanwright::__private::Tag::<Result<Value, E>>::new()).ok_value()
                        },
                        |__v, __end| ::spanwright::__private::tool::result(
                            __end,
                            ::spanwright::__private::apply(__v, |r| r),
                        ),
                    ),
                    move || -> Result<Value, E> {
                        if false {
                            let _ = (&arguments,);
                        }
                        { BODY }
                    },
                )
            }
        "#]],
    );
}

#[test]
fn an_error_leaves_the_function_as_it_was() {
    check(
        Macro::Traced,
        quote!(nmae = "x", level = 9, skip(usr)),
        quote! { #[doc = "kept"] fn load(#[capture] user: u8) -> u8 { user } },
        expect![[r#"
            ///kept
            fn load(user: u8) -> u8 {
                user
            }
            ::core::compile_error! {
                "unknown argument `nmae`; did you mean `name`? available: `name`, `kind`, `level`, `target`, `capture`, `fields`, `parent`, `links`, `new_root`, `err`, `ret`, `sample`, `metrics`, `items`, `stream`, `future`, `propagate`, `skip`, `skip_all`, `follows_from`, `prefix`, `crate`"
            }
            ::core::compile_error! {
                "`level` as a number is 1 (trace) to 5 (error)"
            }
            ::core::compile_error! {
                "`skip` names `usr`, but the function has no such parameter; did you mean `user`?"
            }
        "#]],
    );
}

#[test]
fn a_half_typed_body_still_expands() {
    let tokens = attribute::expand(Macro::Traced, quote!(), quote! { fn load(v: Vec<u8>) { v. } });
    let text = tokens.to_string();
    assert!(
        text.contains("v .") && text.contains("__private :: scope"),
        "{text}"
    );
}

#[test]
fn off_leaves_the_item_alone() {
    let item = quote! { impl A { #[traced(name = "x")] fn f(&self, #[capture(len)] b: &[u8]) -> u8 { 1 } } };
    let plain = quote! { impl A { fn f(&self, b: &[u8]) -> u8 { 1 } } };
    assert_eq!(attribute::untouched(item).to_string(), plain.to_string());
}

#[test]
fn derived_captures() {
    let check = |item: TokenStream, expected: Expect| expected.assert_eq(&pretty(derive::expand(item)));
    check(
        quote! { struct Order<T> { id: u64, #[capture(skip)] card: String, #[capture("total", display)] sum: T, of: Vec<T>, #[capture(len)] note: String } },
        expect![[r#"
            impl<T> ::spanwright::__private::Capture for Order<T>
            where
                T: ::spanwright::__private::Capture,
            {
                fn capture(&self, __out: &mut ::spanwright::__private::Captured<'_>) {
                    __out.field("id", &self.id);
                    __out.field_display("total", &self.sum);
                    __out.field("of", &self.of);
                    __out.field("note.len", &::spanwright::__private::Length::length(&self.note));
                }
            }
        "#]],
    );
    check(
        quote! { struct Id(u64); },
        expect![[r#"
        impl ::spanwright::__private::Capture for Id {
            fn capture(&self, __out: &mut ::spanwright::__private::Captured<'_>) {
                ::spanwright::__private::Capture::capture(&self.0, __out);
            }
        }
    "#]],
    );
    check(
        quote! { enum State { Open, Closed { by: String, #[capture(with = f)] at: u64, #[capture(skip)] x: u8 }, Failed(u32, u32) } },
        expect![[r#"
            impl ::spanwright::__private::Capture for State {
                fn capture(&self, __out: &mut ::spanwright::__private::Captured<'_>) {
                    match self {
                        Self::Open => __out.str("Open"),
                        Self::Closed { by: __field0, at: __field1, .. } => {
                            __out.field("variant", &"Closed");
                            __out.field("by", __field0);
                            __out.field("at", &f(__field1));
                        }
                        Self::Failed { 0: __field0, 1: __field1, .. } => {
                            __out.field("variant", &"Failed");
                            __out.field("0", __field0);
                            __out.field("1", __field1);
                        }
                    }
                }
            }
        "#]],
    );
}
