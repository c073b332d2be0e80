//! What the macros say about mistakes, word for word. Re-bless with `TRYBUILD=overwrite`.

#[test]
fn mistakes_are_reported_where_they_are() {
    trybuild::TestCases::new().compile_fail("ui/fail/*.rs");
}
