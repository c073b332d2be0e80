//! The output sets off no lint of the user's, and contains no `#[allow]`, which `#[forbid]` would refuse.

#![deny(warnings)]

/// Every lint of rustc that could concern generated code.
mod rustc {
    #![forbid(
        unsafe_code,
        unused,
        unreachable_code,
        unused_qualifications,
        unused_lifetimes,
        unused_results,
        unused_import_braces,
        unreachable_pub,
        trivial_casts,
        trivial_numeric_casts,
        missing_docs,
        missing_debug_implementations,
        missing_copy_implementations,

        let_underscore_drop,
        explicit_outlives_requirements,
        elided_lifetimes_in_paths,
        single_use_lifetimes,
        variant_size_differences,
        meta_variable_misuse,
        nonstandard_style,
        future_incompatible,
        rust_2018_idioms,
        rust_2021_compatibility,
        rust_2024_compatibility
    )]

    super::functions!();
}

/// And every one of clippy's but those that the functions themselves set off.
mod clippy {
    #![deny(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)]
    #![expect(
        clippy::blanket_clippy_restriction_lints,
        reason = "all of them, to see that the output sets off none"
    )]
    #![allow(
        clippy::arbitrary_source_item_ordering,
        clippy::implicit_return,
        clippy::missing_docs_in_private_items,
        clippy::single_call_fn,
        clippy::question_mark_used,
        clippy::unused_async,
        clippy::unnecessary_wraps,
        clippy::use_self,
        clippy::missing_const_for_fn,
        clippy::future_not_send,
        clippy::trivially_copy_pass_by_ref,
        clippy::min_ident_chars,
        clippy::missing_inline_in_public_items,
        clippy::missing_trait_methods,
        clippy::absolute_paths,
        clippy::std_instead_of_core,
        clippy::std_instead_of_alloc,
        clippy::needless_pass_by_value,
        clippy::unused_self,
        clippy::unused_trait_names,
        clippy::allow_attributes,
        clippy::allow_attributes_without_reason,
        clippy::exhaustive_enums,
        clippy::exhaustive_structs,
        clippy::pub_with_shorthand,
        clippy::ref_patterns,
        clippy::default_numeric_fallback,
        clippy::inline_modules,
        clippy::arithmetic_side_effects,
        clippy::redundant_pub_crate
    )]

    super::functions!();
}

/// One function of each form of output.
macro_rules! functions {
    () => {
        use core::future::Future;
        use core::pin::Pin;
        use spanwright::{Capture, traced};

        #[traced]
        fn plain(number: u8) -> u8 {
            number
        }

        #[traced(capture(number), ret(|kept| *kept as "kept"))]
        fn result(#[capture("text.key")] text: &str, number: u8) -> Result<u8, String> {
            if text.is_empty() {
                return Err(text.to_owned());
            }
            Ok(number)
        }

        #[traced(name = format_args!("later {number}"), sample = 0.5)]
        async fn later(number: u8) -> Result<u8, String> {
            Ok(number)
        }

        #[traced]
        async fn unit() {}

        #[traced]
        fn boxed(number: u8) -> Pin<Box<dyn Future<Output = u8> + Send>> {
            Box::pin(async move { number })
        }

        #[traced]
        fn opaque(number: u8) -> impl Future<Output = Result<u8, String>> {
            async move { Ok(number) }
        }

        #[derive(Debug, Clone, Capture)]
        pub(crate) struct Held {
            number: u8,
            #[capture(len)]
            text: String,
        }

        #[derive(Debug, Clone, Capture)]
        pub(crate) enum Kind {
            Bare,
            Full { number: u8 },
        }

        #[traced(level = "debug")]
        impl Held {
            fn number(&self) -> u8 {
                self.number
            }
            fn try_number(&mut self) -> Result<&mut u8, Kind> {
                if self.text.is_empty() {
                    return Err(Kind::Full { number: self.number });
                }
                if self.number == 1 {
                    return Err(Kind::Bare);
                }
                Ok(&mut self.number)
            }
        }

        #[test]
        fn they_run() {
            let mut held = Held { number: plain(7), text: String::new() };
            assert_eq!(held.number(), 7);
            assert!(held.try_number().is_err());
            assert_eq!(result("", 1), Err(String::new()));
            let futures = (later(1), unit(), boxed(1), opaque(1));
            drop(futures);
        }
    };
}
use functions;
