//! Functions whose work is done while a future is polled.

macro_rules! future_shapes {
    ($($shape:path, [$($arg:tt)*])?) => {
        use super::probe::{Failed, Mute, Noisy, Observed, log, tick};
        use futures_util::future::{BoxFuture, LocalBoxFuture};
        use std::fmt::Display;
        use std::future::Future;
        use std::pin::Pin;
        use std::rc::Rc;

        type Later<T> = Pin<Box<dyn Future<Output = Result<T, Failed>> + Send>>;

        $(#[$shape($($arg)*)])?
        async fn opaque_error(n: u8) -> Result<u8, impl std::error::Error> { tick().await; if n > 9 { Err(Failed(9)) } else { Ok(n) } }
        $(#[$shape($($arg)*)])?
        async fn any_error<E: std::error::Error>(error: E) -> Result<u8, E> { tick().await; Err(error) }
        $(#[$shape($($arg)*)])?
        fn boxed_any_error<'a, E: std::error::Error + Send + 'a>(error: E) -> std::pin::Pin<Box<dyn Future<Output = Result<u8, E>> + Send + 'a>> { Box::pin(async move { Err(error) }) }
        $(#[$shape($($arg)*)])?
        async fn unit() { tick().await; log("unit") }
        $(#[$shape($($arg)*)])?
        async fn empty() {}
        $(#[$shape($($arg)*)])?
        async fn number(a: u8, b: u8) -> u8 { tick().await; a + b }
        $(#[$shape($($arg)*)])?
        async fn question(text: &str) -> Result<u32, std::num::ParseIntError> { tick().await; let n: u32 = text.parse()?; Ok(n) }
        $(#[$shape($($arg)*)])?
        async fn early(n: u32) -> Result<u32, Failed> { if n > 3 { return Err(Failed(n)); } tick().await; Ok(n) }
        $(#[$shape($($arg)*)])?
        async fn generic<T: Clone, const N: usize>(t: T) -> Result<[T; N], Failed> where T: Copy { tick().await; Ok([t; N]) }
        $(#[$shape($($arg)*)])?
        async fn opaque_argument(n: impl Into<u64>) -> Result<u64, Mute> { tick().await; Ok(n.into()) }
        $(#[$shape($($arg)*)])?
        async fn opaque_return(n: u8) -> Result<impl Iterator<Item = u8>, Failed> { tick().await; Ok(0..n) }
        $(#[$shape($($arg)*)])?
        async fn boxed_errors(text: &str) -> Result<u32, Box<dyn std::error::Error + Send + Sync>> { tick().await; Ok(text.parse::<u32>()?) }
        $(#[$shape($($arg)*)])?
        async fn unsized_return(first: bool) -> Box<dyn Display> { if first { return Box::new("a"); } Box::new(1) }
        $(#[$shape($($arg)*)])?
        async fn never(n: u32) -> ! { tick().await; std::panic::panic_any(n) }
        $(#[$shape($($arg)*)])?
        async fn lend(list: &mut Vec<u8>) -> Result<&mut u8, Failed> { tick().await; list.first_mut().ok_or(Failed(0)) }
        $(#[$shape($($arg)*)])?
        async fn not_send(n: u8) -> Result<u8, Failed> { let rc = Rc::new(n); tick().await; Ok(*rc) }
        $(#[$shape($($arg)*)])?
        async fn bare_generic<T>(value: T) -> T { tick().await; value }
        $(#[$shape($($arg)*)])?
        async unsafe fn dangerous(n: *const u8) -> u8 { unsafe { *n } }
        $(#[$shape($($arg)*)])?
        async fn big(block: [u8; 1024]) -> Result<u8, Failed> { tick().await; Ok(block[7]) }
        $(#[$shape($($arg)*)])?
        async fn patterns((a, b): (Noisy, u8), [c, _]: [u8; 2]) -> Result<String, Failed> { tick().await; Ok(format!("{}{b}{c}", a.0)) }
        $(#[$shape($($arg)*)])?
        async fn drop_order(used: Noisy, _unused: Noisy, _: Noisy, (_a, _, _b): (Noisy, Noisy, Noisy), _last: Noisy) -> Result<u8, Failed> {
            let _local = Noisy("local");
            tick().await;
            let _ = &used;
            Ok(1)
        }
        $(#[$shape($($arg)*)])?
        async fn panics(_noisy: Noisy) -> Result<u8, Failed> { let _local = Noisy("local"); tick().await; panic!("as planned") }
        $(#[$shape($($arg)*)])?
        fn returned(text: &str) -> impl Future<Output = Result<u32, Failed>> + Send + use<> {
            let parsed = text.parse::<u32>();
            async move { tick().await; parsed.map_err(|_| Failed(0)) }
        }
        $(#[$shape($($arg)*)])?
        fn returned_borrow<'a>(list: &'a mut Vec<u8>) -> impl Future<Output = &'a mut u8> + 'a { async move { tick().await; &mut list[0] } }
        $(#[$shape($($arg)*)])?
        fn recursive(n: u32) -> Pin<Box<dyn Future<Output = Result<u32, Failed>> + Send>> {
            if n == 0 { return Box::pin(async { Ok(0) }); }
            Box::pin(async move { tick().await; Ok(n + recursive(n - 1).await?) })
        }
        $(#[$shape($($arg)*)])?
        fn boxed_alias(n: &u32) -> BoxFuture<'_, Result<u32, Failed>> { Box::pin(async move { tick().await; Ok(*n) }) }
        $(#[$shape($($arg)*)])?
        fn local_alias(n: &u32) -> LocalBoxFuture<'_, u32> { let rc = Rc::new(*n); Box::pin(async move { tick().await; *rc }) }
        $(#[$shape($($arg)* future)])?
        fn own_alias(n: u32) -> Later<u32> { Box::pin(async move { tick().await; if n > 3 { return Err(Failed(n)); } Ok(n) }) }
        $(#[$shape($($arg)*)])?
        fn returned_drops(_a: Noisy, b: Noisy) -> impl Future<Output = u8> { log("set up"); async move { tick().await; drop(b); 1 } }

        #[allow(clippy::too_many_lines)]
        pub fn run(seen: &mut Observed) {
            let noisy = || (Noisy("a"), Noisy("tuple's"), Noisy("b"));
            seen.future("async unit", unit(), |r| format!("{r:?}"));
            seen.future("async empty", empty(), |r| format!("{r:?}"));
            seen.future("async number", number(1, 2), |r| format!("{r:?}"));
            seen.future("async question", question("x"), |r| format!("{r:?}"));
            seen.future("async early", early(4), |r| format!("{r:?}"));
            seen.future("async late", early(3), |r| format!("{r:?}"));
            seen.future("async generic", generic::<u8, 3>(1), |r| format!("{r:?}"));
            seen.future("async impl argument", opaque_argument(7_u8), |r| format!("{}", r.is_ok()));
            seen.future("async impl return", opaque_return(3), |r| format!("{:?}", r.map(|i| i.collect::<Vec<_>>())));
            seen.future("async boxed errors", boxed_errors("x"), |r| format!("{r:?}"));
            seen.future("async unsized", unsized_return(true), |r| format!("{r}"));
            seen.future("async never", async { let _: () = never(7).await; }, |r| format!("{r:?}"));
            let mut list = vec![1];
            seen.future("async lend", lend(&mut list), |r| format!("{r:?}"));
            seen.future("async not Send", not_send(1), |r| format!("{r:?}"));
            seen.future("async bare generic", bare_generic(Ok::<u8, u8>(1)), |r| format!("{r:?}"));
            seen.future("async unsafe", unsafe { dangerous(&7) }, |r| format!("{r:?}"));
            seen.future("async big", big([1; 1024]), |r| format!("{r:?}"));
            seen.future("async patterns", patterns((Noisy("a"), 1), [2, 3]), |r| format!("{r:?}"));
            let drops = || drop_order(Noisy("used"), Noisy("unused"), Noisy("wild"), noisy(), Noisy("last"));
            seen.future("async drop order", drops(), |r| format!("{r:?}"));
            seen.cancel("async cancelled", drops());
            seen.future("async opaque error", opaque_error(10), |r| format!("{:?}", r.as_ref().map_err(ToString::to_string)));
            seen.future("async any error", any_error(Failed(1)), |r| format!("{:?}", r.as_ref().map_err(ToString::to_string)));
            seen.future("boxed any error", boxed_any_error(Failed(1)), |r| format!("{:?}", r.as_ref().map_err(ToString::to_string)));
            seen.call("async never polled", || { drop(drops()); String::new() });
            seen.future("async panics", panics(Noisy("outer")), |r| format!("{r:?}"));
            seen.future("returned", returned("7"), |r| format!("{r:?}"));
            seen.cancel("returned and cancelled", returned("x"));
            let mut list = vec![1];
            seen.future("returned borrow", returned_borrow(&mut list), |r| format!("{r:?}"));
            seen.future("recursive", recursive(4), |r| format!("{r:?}"));
            seen.future("BoxFuture", boxed_alias(&4), |r| format!("{r:?}"));
            seen.future("LocalBoxFuture", local_alias(&4), |r| format!("{r:?}"));
            seen.future("own alias", own_alias(4), |r| format!("{r:?}"));
            seen.call("returned drops", || { let f = returned_drops(Noisy("a"), Noisy("b")); log("made"); format!("{}", super::probe::block_on(f)) });
            let traits = [
                auto_traits!(unit()), auto_traits!(early(1)), auto_traits!(not_send(1)), auto_traits!(bare_generic(Rc::new(1))),
                auto_traits!(returned("")), auto_traits!(recursive(1)), auto_traits!(local_alias(&1)), auto_traits!(own_alias(1)),
                auto_traits!(bare_generic(std::cell::Cell::new(1))), auto_traits!(empty()),
            ];
            seen.call("auto traits of futures", || format!("{traits:?}"));
        }
    };
}
pub(crate) use future_shapes;
