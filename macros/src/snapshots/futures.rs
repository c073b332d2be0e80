//! Functions whose work is done while something is polled.

use expect_test::expect;
use quote::quote;

use super::check;
use crate::args::Macro;

#[test]
fn async_result() {
    let text = check(
        Macro::Traced,
        quote!(),
        quote! { async fn load(id: u64) -> Result<User, Error> { find(id).await } },
        expect![[r#"
            async fn load(id: u64) -> Result<User, Error> {
                let __span = ::spanwright::__private::start({
                    static SITE: ::spanwright::__private::Site = ::spanwright::__private::site(
                        "load",
                        ::core::module_path!(),
                    );
                    &SITE
                });
                ::spanwright::__private::future(
                        __span,
                        ::spanwright::__private::tag::<Result<User, Error>>().reader(),
                        async move {
                            if false {
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
fn returned_future_and_boxed_future() {
    check(
        Macro::Traced,
        quote!(),
        quote! { fn load(id: u64) -> impl Future<Output = u64> + Send { async move { id } } },
        expect![[r#"
            fn load(id: u64) -> impl Future<Output = u64> + Send {
                let __span = ::spanwright::__private::start({
                    static SITE: ::spanwright::__private::Site = ::spanwright::__private::site(
                        "load",
                        ::core::module_path!(),
                    );
                    &SITE
                });
                ::spanwright::__private::returned_future(
                    __span,
                    ::spanwright::__private::NoRead,
                    {
                        let __once = ::spanwright::__private::Once;
                        (move || {
                            let __moved = __once;
                            { async move { id } }
                        })()
                    },
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
                    static SITE: ::spanwright::__private::Site = ::spanwright::__private::site(
                        "load",
                        ::core::module_path!(),
                    );
                    &SITE
                });
                ::spanwright::__private::Box::pin(
                    ::spanwright::__private::returned_future(
                        __span,
                        ::spanwright::__private::tag::<Result<u64, E>>().reader(),
                        {
                            let __once = ::spanwright::__private::Once;
                            (move || -> Pin<Box<dyn Future<Output = Result<u64, E>> + Send + 'a>> {
                                let __moved = __once;
                                { Box::pin(async move { Ok(*id) }) }
                            })()
                        },
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
                    static SITE: ::spanwright::__private::Site = ::spanwright::__private::site(
                        "numbers",
                        ::core::module_path!(),
                    );
                    &SITE
                });
                ::spanwright::__private::stream(
                    __span,
                    ::spanwright::__private::tag::<Result<u64, E>>().reader(),
                    {
                        let __once = ::spanwright::__private::Once;
                        (move || {
                            let __moved = __once;
                            { iter() }
                        })()
                    },
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
                    static SITE: ::spanwright::__private::Site = ::spanwright::__private::site(
                        "numbers",
                        ::core::module_path!(),
                    );
                    &SITE
                });
                ::spanwright::__private::Box::pin(
                    ::spanwright::__private::stream(
                        __span,
                        ::spanwright::__private::tag::<
                            <Numbers as ::spanwright::__private::Stream>::Item,
                        >()
                            .reader(),
                        {
                            let __once = ::spanwright::__private::Once;
                            (move || -> Numbers {
                                let __moved = __once;
                                { iter() }
                            })()
                        },
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
                    ::spanwright::__private::llm::model(&mut __span, &"m");
                }
                ::spanwright::__private::Box::pin(
                    ::spanwright::__private::llm::stream(
                        __span,
                        ::spanwright::__private::tag::<Result<Chunk, E>>().reader(),
                        ::spanwright::__private::on_ok(
                            ::spanwright::__private::NoRead,
                            ::spanwright::__private::tag::<Result<Chunk, E>>().ok_value(),
                            |__v, __end| ::spanwright::__private::llm::chunk(
                                __end,
                                ::spanwright::__private::apply(__v, |c| c.usage),
                            ),
                        ),
                        {
                            let __once = ::spanwright::__private::Once;
                            (move || -> BoxStream<'_, Result<Chunk, E>> {
                                let __moved = __once;
                                { ask(p) }
                            })()
                        },
                    ),
                )
            }
        "#]],
    );
}
