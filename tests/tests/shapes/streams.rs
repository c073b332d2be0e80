//! Functions that return a stream or an iterator.

macro_rules! stream_shapes {
    ($($shape:path, [$($arg:tt)*])?) => {
        use super::probe::{Failed, Noisy, Observed, block_on, log, tick};
        use futures_util::future::{BoxFuture, FutureExt};
        use futures_util::stream::{self, BoxStream, LocalBoxStream, Stream, StreamExt};
        use std::pin::Pin;
        use std::rc::Rc;

        type Numbers = Pin<Box<dyn Stream<Item = Result<u8, Failed>> + Send>>;

        $(#[$shape($($arg)*)])?
        fn opaque(n: u8) -> impl Stream<Item = Result<u8, Failed>> + Send + Unpin { stream::iter((0..n).map(|n| if n > 2 { Err(Failed(3)) } else { Ok(n) })) }
        $(#[$shape($($arg)*)])?
        fn generated(noisy: Noisy) -> impl Stream<Item = u8> {
            async_stream::stream! { let noisy = noisy; yield 1; tick().await; yield 2; drop(noisy); }
        }
        $(#[$shape($($arg)*)])?
        fn borrowed<'a>(list: &'a [u8]) -> impl Stream<Item = &'a u8> + 'a { stream::iter(list) }
        $(#[$shape($($arg)*)])?
        fn boxed(n: u8) -> BoxStream<'static, Result<u8, Failed>> { stream::iter(0..n).map(Ok).boxed() }
        $(#[$shape($($arg)*)])?
        fn local(n: u8) -> LocalBoxStream<'static, u8> { let rc = Rc::new(n); stream::iter(0..n).map(move |n| n + *rc).boxed_local() }
        $(#[$shape($($arg)*)])?
        fn dynamic(n: u8) -> Pin<Box<dyn Stream<Item = u8> + Send + 'static>> { if n == 0 { return Box::pin(stream::empty()); } Box::pin(stream::iter(0..n)) }
        $(#[$shape($($arg)* stream)])?
        fn alias(n: u8) -> Numbers { Box::pin(stream::iter(0..n).map(Ok)) }
        $(#[$shape($($arg)* stream = false)])?
        fn call_alone(n: u8) -> impl Stream<Item = u8> + Clone { stream::iter(vec![n, n]) }
        $(#[$shape($($arg)*)])?
        fn iterator(n: u8) -> impl Iterator<Item = u8> { 0..n }
        $(#[$shape($($arg)* items)])?
        fn items(n: u8) -> impl Iterator<Item = u8> + Send { 0..n }
        $(#[$shape($($arg)* items)])?
        fn boxed_items(n: u8) -> Box<dyn Iterator<Item = Result<u8, Failed>> + Send> { Box::new((0..n).map(Ok)) }
        $(#[$shape($($arg)*)])?
        async fn later(n: u8) -> Result<BoxStream<'static, u8>, Failed> { tick().await; Ok(stream::iter(0..n).boxed()) }
        $(#[$shape($($arg)*)])?
        async fn later_bare(n: u8) -> BoxStream<'static, u8> { tick().await; stream::iter(0..n).boxed() }
        $(#[$shape($($arg)*)])?
        async fn later_opaque<'a>(list: &'a [u8], noisy: Noisy) -> Result<impl Stream<Item = &'a u8> + Send + 'a, Failed> {
            let _noisy = noisy;
            tick().await;
            if list.is_empty() { return Err(Failed(1)); }
            Ok(stream::iter(list))
        }
        $(#[$shape($($arg)* stream)])?
        async fn later_alias(n: u8) -> Result<Numbers, Failed> { Ok(Box::pin(stream::iter(0..n).map(Ok))) }
        $(#[$shape($($arg)* stream = false)])?
        async fn later_call_alone(n: u8) -> Result<BoxStream<'static, u8>, Failed> { Ok(stream::iter(0..n).boxed()) }
        $(#[$shape($($arg)*)])?
        fn at_once(n: u8, _noisy: Noisy) -> Result<Pin<Box<dyn Stream<Item = Result<u8, Failed>> + Send>>, Failed> {
            if n == 0 { Err(Failed(0))? }
            Ok(Box::pin(stream::iter(0..n).map(Ok)))
        }
        $(#[$shape($($arg)*)])?
        fn at_once_opaque(n: u8) -> Result<impl Stream<Item = u8>, Failed> { if n == 0 { return Err(Failed(0)); } Ok(stream::iter(0..n)) }
        $(#[$shape($($arg)*)])?
        fn boxed_later<'a>(list: &'a [u8]) -> BoxFuture<'a, Result<BoxStream<'a, &'a u8>, Failed>> {
            async move { tick().await; Ok(stream::iter(list).boxed()) }.boxed()
        }
        $(#[$shape($($arg)*)])?
        async fn later_nameless(n: u8) -> Result<BoxStream<'static, u8>, impl std::error::Error> { if n == 0 { Err(Failed(0)) } else { Ok(stream::iter(0..n).boxed()) } }
        $(#[$shape($($arg)*)])?
        fn later_unpin(n: u8) -> impl Future<Output = Result<BoxStream<'static, u8>, Failed>> + Unpin { std::future::ready(Ok(stream::iter(0..n).boxed())) }
        $(#[$shape($($arg)*)])?
        #[track_caller]
        fn at_its_caller() -> Result<BoxStream<'static, u32>, Failed> {
            let line = std::panic::Location::caller().line();
            Ok(stream::iter([line]).boxed())
        }
        $(#[$shape($($arg)*)])?
        fn future_of_stream(n: u8) -> impl Future<Output = impl Stream<Item = u8>> + Send { async move { tick().await; stream::iter(0..n) } }

        fn all<T: std::fmt::Debug>(stream: impl Stream<Item = T>) -> String {
            let hint = stream.size_hint();
            format!("{hint:?} {:?}", block_on(stream.collect::<Vec<_>>()))
        }

        pub fn run(seen: &mut Observed) {
            seen.call("impl Stream", || all(opaque(5)));
            seen.call("generated", || all(generated(Noisy("held"))));
            seen.call("abandoned", || {
                let mut stream = Box::pin(generated(Noisy("held")));
                let first = block_on(stream.next());
                log("first");
                format!("{first:?}")
            });
            seen.call("borrowed", || all(borrowed(&[1, 2])));
            seen.call("BoxStream", || all(boxed(3)));
            seen.call("LocalBoxStream", || all(local(3)));
            seen.call("dyn Stream", || all(dynamic(3)) + &all(dynamic(0)));
            seen.call("alias of a stream", || all(alias(3)));
            seen.call("stream = false", || all(call_alone(3).clone()));
            seen.call("impl Iterator", || format!("{:?}", iterator(3).collect::<Vec<_>>()));
            seen.call("items", || format!("{:?} {:?}", items(3).size_hint(), items(3).collect::<Vec<_>>()));
            seen.call("boxed items", || format!("{:?}", boxed_items(3).collect::<Vec<_>>()));
            seen.call("async and a stream", || block_on(later(2)).map_or_else(|e| e.to_string(), all));
            seen.call("async and a stream alone", || all(block_on(later_bare(2))));
            seen.call("async and impl Stream", || {
                let failed = block_on(later_opaque(&[], Noisy("held"))).err().map(|e| e.to_string());
                format!("{failed:?}") + &block_on(later_opaque(&[1, 2], Noisy("held"))).map_or_else(|e| e.to_string(), all)
            });
            seen.call("async and an alias", || block_on(later_alias(2)).map_or_else(|e| e.to_string(), all));
            seen.call("async and a stream = false", || block_on(later_call_alone(2)).map_or_else(|e| e.to_string(), all));
            seen.call("Result of a stream", || {
                let failed = at_once(0, Noisy("held")).err().map(|e| e.to_string());
                format!("{failed:?}") + &at_once(2, Noisy("held")).map_or_else(|e| e.to_string(), all)
            });
            seen.call("Result of impl Stream", || at_once_opaque(2).map_or_else(|e| e.to_string(), all));
            seen.call("BoxFuture of a stream", || block_on(boxed_later(&[1, 2])).map_or_else(|e| e.to_string(), all));
            seen.call("async and a nameless error", || format!("{:?}", [0, 1].map(|n| block_on(later_nameless(n)).map_or_else(|e| e.to_string(), all))));
            seen.call("a future that moves and a stream", || block_on(later_unpin(2)).map_or_else(|e| e.to_string(), all));
            seen.call("a stream and its caller", || at_its_caller().map_or_else(|e| e.to_string(), all));
            seen.call("impl Future of a stream", || all(block_on(future_of_stream(2))));
            let later = [auto_traits!(later(1)), auto_traits!(later_opaque(&[1], Noisy("x"))), auto_traits!(boxed_later(&[1]))];
            seen.call("auto traits of later streams", || format!("{later:?}"));
            let traits = [auto_traits!(opaque(1)), auto_traits!(generated(Noisy("x"))), auto_traits!(local(1)), auto_traits!(alias(1))];
            seen.call("auto traits of streams", || format!("{traits:?}"));
        }
    };
}
pub(crate) use stream_shapes;
