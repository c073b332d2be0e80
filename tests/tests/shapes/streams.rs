//! Functions that return a stream or an iterator.

macro_rules! stream_shapes {
    ($($shape:path, [$($arg:tt)*])?) => {
        use super::probe::{Failed, Noisy, Observed, block_on, log, tick};
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
            let traits = [auto_traits!(opaque(1)), auto_traits!(generated(Noisy("x"))), auto_traits!(local(1)), auto_traits!(alias(1))];
            seen.call("auto traits of streams", || format!("{traits:?}"));
        }
    };
}
pub(crate) use stream_shapes;
