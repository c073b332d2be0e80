//! Functions that run when they are called.

use expect_test::expect;
use quote::quote;

use super::check;
use crate::args::Macro;

#[test]
fn plain() {
    let text = check(
        Macro::Traced,
        quote!(),
        quote! { fn load(id: u64) -> u64 { id + 1 } },
        expect![[r#"
            fn load(id: u64) -> u64 {
                let __scope = ::spanwright::__private::enter({
                    static SITE: ::spanwright::__private::Site = ::spanwright::__private::site(
                        "load",
                        ::core::module_path!(),
                    );
                    &SITE
                });
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
                    static SITE: ::spanwright::__private::Site = ::spanwright::__private::site_with(
                        "load",
                        ::core::module_path!(),
                        &["id"],
                    );
                    &SITE
                });
                if __span.recording() {
                    ::spanwright::__private::attr(&mut __span, "id", &id);
                }
                let __scope = ::spanwright::__private::scope(__span);
                ::spanwright::__private::tag::<Result<User, Error>>()
                    .end_span(
                        __scope,
                        {
                            let __once = ::spanwright::__private::Once;
                            (move || -> Result<User, Error> {
                                let __moved = __once;
                                if false {
                                    let _ = (&__rest0,);
                                }
                                { self.find(id)? }
                            })()
                        },
                    )
            }
        "#]],
    );
    assert!(text.lines().count() <= 30, "{text}");
}

#[test]
fn opaque_in_result() {
    check(
        Macro::Traced,
        quote!(),
        quote! { fn parts(n: u8) -> Result<impl Iterator<Item = u8>, Error> { Ok(0..n) } },
        expect![[r#"
            fn parts(n: u8) -> Result<impl Iterator<Item = u8>, Error> {
                let __scope = ::spanwright::__private::enter({
                    static SITE: ::spanwright::__private::Site = ::spanwright::__private::site(
                        "parts",
                        ::core::module_path!(),
                    );
                    &SITE
                });
                ::spanwright::__private::tag::<Result<_, Error>>()
                    .end_span(
                        __scope,
                        {
                            let __once = ::spanwright::__private::Once;
                            (move || {
                                let __moved = __once;
                                if false {
                                    return ::spanwright::__private::returns::<Result<_, Error>>();
                                }
                                { Ok(0..n) }
                            })()
                        },
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
            fn transfer(&self, from: u8, (to, _): (u8, u8), body: &[u8]) -> Outcome {
                let __site = {
                    static SITE: ::renamed::__private::Site = ::renamed::__private::site_with(
                            "transfer",
                            "bank",
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
                        .kind(::renamed::__private::Kind::Server)
                        .level(::renamed::__private::Level::DEBUG)
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
                let __scope = ::renamed::__private::scope(__span);
                ::renamed::__private::end(
                    __scope,
                    ::renamed::__private::on_ok(
                        ::renamed::__private::ignore(
                            ::renamed::__private::tag::<Outcome>().reader_debug(),
                            is_expected,
                        ),
                        ::renamed::__private::tag::<Outcome>().ok_value(),
                        |__v, __end| ::renamed::__private::end_attr(
                            __end,
                            "receipt.id",
                            &::renamed::__private::apply(__v, |r| r.id),
                        ),
                    ),
                    {
                        let __once = ::renamed::__private::Once;
                        (move || -> Outcome {
                            let __moved = __once;
                            { BODY }
                        })()
                    },
                )
            }
        "#]],
    );
}
