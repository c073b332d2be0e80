//! `#[derive(Capture)]`.

use expect_test::{Expect, expect};
use proc_macro2::TokenStream;
use quote::quote;

use super::pretty;
use crate::derive;

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
