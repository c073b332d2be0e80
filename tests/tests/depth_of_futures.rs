//! What `docs/http.md` says of futures that are deep in each other: with the compiler's limit raised, 24 annotated
//! functions may be awaited one below the other in a spawned task. Without, 14 may.

#![recursion_limit = "256"]
#![allow(clippy::unwrap_used, reason = "a test may")]

use spanwright::testing::TestTraces;
use spanwright::traced;

macro_rules! chain {
    ($(($name:ident $next:ident))*) => {$(
        #[traced]
        async fn $name() -> Result<u32, String> {
            Ok($next().await? + 1)
        }
    )*};
}

async fn f24() -> Result<u32, String> {
    tokio::task::yield_now().await;
    Ok(0)
}

chain! {
    (f0 f1) (f1 f2) (f2 f3) (f3 f4) (f4 f5) (f5 f6) (f6 f7) (f7 f8)
    (f8 f9) (f9 f10) (f10 f11) (f11 f12) (f12 f13) (f13 f14) (f14 f15) (f15 f16)
    (f16 f17) (f17 f18) (f18 f19) (f19 f20) (f20 f21) (f21 f22) (f22 f23) (f23 f24)
}

#[tokio::test]
async fn twenty_four_deep_in_a_spawned_task() {
    let traces = TestTraces::start();
    let context = traces.context();
    let depth = tokio::spawn(context.wrap(f0())).await.unwrap();
    assert_eq!(depth, Ok(24));
    assert_eq!(traces.spans().len(), 24);
}
