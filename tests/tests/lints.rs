//! The output sets off no lint of the user's, and contains no `#[allow]` of rustc's lints, which `#[forbid]` would refuse.

#![deny(
    warnings,
    future_incompatible,
    non_ascii_idents,
    rust_2021_compatibility,
    rust_2024_compatibility
)]

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
        rust_2018_idioms
    )]

    include!("lints/functions.rs");
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
        clippy::arithmetic_side_effects,
        clippy::redundant_pub_crate
    )]

    include!("lints/functions.rs");
}

#[test]
fn functions_run_under_every_lint() {
    for (number, failed, result) in [rustc::run(), clippy::run()] {
        assert_eq!(number, 7);
        assert!(failed);
        assert_eq!(result, Err(String::new()));
    }
}
