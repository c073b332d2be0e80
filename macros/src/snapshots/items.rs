//! Whole blocks, mistakes, and the feature `off`.

use expect_test::expect;
use quote::quote;

use super::check;
use crate::args::Macro;
use crate::attribute;

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
                        static SITE: ::spanwright::__private::Site = ::spanwright::__private::site(
                                "open",
                                ::core::module_path!(),
                            )
                            .level(::spanwright::__private::Level::DEBUG);
                        &SITE
                    });
                    ::spanwright::__private::future(
                            __span,
                            ::spanwright::__private::NoRead,
                            async move {
                                if false {
                                    return ::spanwright::__private::returns::<()>();
                                }
                                {}
                            },
                        )
                        .await
                }
                fn close(self) {
                    let __scope = ::spanwright::__private::enter({
                        static SITE: ::spanwright::__private::Site = ::spanwright::__private::site(
                                "Memory::close",
                                ::core::module_path!(),
                            )
                            .level(::spanwright::__private::Level::DEBUG);
                        &SITE
                    });
                    {}
                }
                #[trace_db_query(query = "SELECT 1")]
                fn query(&self, #[capture] x: u8) {}
            }
        "##]],
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
        text.contains("v .") && text.contains("__private :: enter"),
        "{text}"
    );
}

#[test]
fn off_leaves_the_item_alone() {
    let item = quote! { impl A {
        #[traced(name = "x")]
        fn f(&self, #[capture(len)] b: &[u8]) -> u8 { 1 }
        fn g(x: u8);
    } };
    let plain = quote! { impl A {
        fn f(&self, b: &[u8]) -> u8 { let _ = (&b,); 1 }
        fn g(x: u8);
    } };
    assert_eq!(attribute::untouched(item).to_string(), plain.to_string());
}
