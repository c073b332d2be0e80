//! LLM calls, database queries and tool calls.

use expect_test::expect;
use quote::quote;

use super::check;
use crate::args::Macro;

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
                        static SITE: ::spanwright::__private::Site = ::spanwright::__private::site(
                                "chat",
                                ::core::module_path!(),
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
                            ::spanwright::__private::tag::<Result<Response, E>>().reader(),
                            {
                                use ::spanwright::__private::llm::read::*;
                                (&&::spanwright::__private::tag::<Result<Response, E>>()).llm()
                            },
                        ),
                        async move {
                            if false {
                                let _ = (&req,);
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
                        static SITE: ::spanwright::__private::Site = ::spanwright::__private::site(
                                "SELECT t",
                                ::core::module_path!(),
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
                                ::spanwright::__private::tag::<Result<Vec<Row>, E>>().reader(),
                                {
                                    use ::spanwright::__private::db::read::*;
                                    (&&::spanwright::__private::tag::<Result<Vec<Row>, E>>())
                                        .db_error()
                                },
                            ),
                            ::spanwright::__private::tag::<Result<Vec<Row>, E>>().ok_value(),
                            |__v, __end| ::spanwright::__private::db::rows(
                                __end,
                                ::spanwright::__private::apply(__v, |r| r.len()),
                            ),
                        ),
                        async move {
                            if false {
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
                    static SITE: ::spanwright::__private::Site = ::spanwright::__private::site(
                            "execute_tool read",
                            ::core::module_path!(),
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
                let __scope = ::spanwright::__private::scope(__span);
                ::spanwright::__private::end(
                    __scope,
                    ::spanwright::__private::on_ok(
                        ::spanwright::__private::tag::<Result<Value, E>>().reader(),
                        ::spanwright::__private::tag::<Result<Value, E>>().ok_value(),
                        |__v, __end| ::spanwright::__private::tool::result(
                            __end,
                            ::spanwright::__private::apply(__v, |r| r),
                        ),
                    ),
                    {
                        let __once = ::spanwright::__private::Once;
                        (move || -> Result<Value, E> {
                            let __moved = __once;
                            if false {
                                let _ = (&arguments,);
                            }
                            { BODY }
                        })()
                    },
                )
            }
        "#]],
    );
}
