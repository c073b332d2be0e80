//! Functions that run when they are called.

macro_rules! sync_shapes {
    ($($shape:path, [$($arg:tt)*])?) => {
        use super::probe::{Failed, Mute, Noisy, Observed, log};
        use std::error::Error;
        use std::fmt::{Debug, Display};
        use std::sync::mpsc::{SendError, Sender, channel};
        use std::sync::{LockResult, Mutex, MutexGuard};

        type Outcome<T> = Result<T, Failed>;
        struct NotDebug(u8);
        #[derive(Debug)]
        struct Borrowing<'a>(&'a str);
        impl Display for Borrowing<'_> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.0) }
        }
        impl Error for Borrowing<'_> {}
        struct Point { x: Noisy, y: u8 }

        $(#[$shape($($arg)*)])?
        fn unit() { log("unit") }
        $(#[$shape($($arg)*)])?
        fn number(a: u8, b: u8) -> u8 { a + b }
        $(#[$shape($($arg)*)])?
        fn question(text: &str) -> Result<u32, std::num::ParseIntError> { let n: u32 = text.parse()?; Ok(n + 1) }
        $(#[$shape($($arg)*)])?
        fn early(n: u32) -> Result<u32, Failed> { if n > 3 { return Err(Failed(n)); } Ok(n) }
        $(#[$shape($($arg)*)])?
        fn generic<T, U>(t: T, u: U) -> String where T: Debug, U: Display { format!("{t:?} {u}") }
        $(#[$shape($($arg)*)])?
        fn constant<const N: usize>(array: [u8; N]) -> Result<[u8; N], Failed> { Ok(array) }
        $(#[$shape($($arg)*)])?
        fn opaque_argument(n: impl Into<u64>) -> Result<u64, Failed> { Ok(n.into()) }
        $(#[$shape($($arg)*)])?
        fn opaque_return(n: u64) -> impl Fn(u64) -> u64 { move |m| n * m }
        $(#[$shape($($arg)*)])?
        fn opaque_in_result(n: u8) -> Result<impl Iterator<Item = u8> + Clone, Failed> { if n > 9 { return Err(Failed(9)); } Ok(0..n) }
        $(#[$shape($($arg)*)])?
        fn never(n: u32) -> ! { std::panic::panic_any(n) }
        $(#[$shape($($arg)*)])?
        unsafe fn dangerous(n: *const u8) -> Result<u8, Failed> { Ok(unsafe { *n }) }
        $(#[$shape($($arg)*)])?
        extern "C" fn foreign(n: u32) -> u32 { n }
        $(#[$shape($($arg)*)])?
        fn patterns((a, b): (Noisy, Noisy), Point { x, y }: Point, [c, ..]: [u8; 3], &d: &u8) -> Result<String, Failed> {
            Ok(format!("{}{}{}{y}{c}{d}", a.0, b.0, x.0))
        }
        $(#[$shape($($arg)*)])?
        fn lend(list: &mut Vec<u8>) -> &mut u8 { list.push(1); &mut list[0] }
        $(#[$shape($($arg)*)])?
        fn try_lend(list: &mut [u8], at: usize) -> Result<&mut u8, Failed> { list.get_mut(at).ok_or(Failed(1)) }
        $(#[$shape($($arg)*)])?
        fn option(n: u8) -> Option<u8> { let n = n.checked_sub(1)?; Some(n) }
        $(#[$shape($($arg)*)])?
        fn alias(n: u32) -> Outcome<u32> { early(n) }
        $(#[$shape($($arg)*)])?
        fn mute_error(fail: bool) -> Result<u8, Mute> { if fail { Err(Mute) } else { Ok(1) } }
        $(#[$shape($($arg)*)])?
        fn boxed_error(text: &str) -> Result<u32, Box<dyn Error>> { Ok(text.parse::<u32>()?) }
        $(#[$shape($($arg)*)])?
        fn boxed_send_error(text: &str) -> Result<u32, Box<dyn Error + Send + Sync>> { Ok(text.parse::<u32>()?) }
        $(#[$shape($($arg)*)])?
        fn anyhow_error(text: &str) -> anyhow::Result<u32> { Ok(text.parse::<u32>()?) }
        $(#[$shape($($arg)*)])?
        fn any_error<E: Error>(error: E) -> Result<u8, E> { Err(error) }
        $(#[$shape($($arg)*)])?
        fn borrowing_error(text: &str) -> Result<u8, Borrowing<'_>> { Err(Borrowing(text)) }
        $(#[$shape($($arg)*)])?
        fn lock(lock: &Mutex<u8>) -> LockResult<MutexGuard<'_, u8>> { lock.lock() }
        $(#[$shape($($arg)*)])?
        fn send<T>(sender: &Sender<T>, value: T) -> Result<(), SendError<T>> { sender.send(value) }
        $(#[$shape($($arg)*)])?
        fn opaque_error(n: u8) -> Result<u8, impl Error> { if n > 9 { Err(Failed(9)) } else { Ok(n) } }
        $(#[$shape($($arg)*)])?
        fn not_debug(n: NotDebug) -> Result<NotDebug, NotDebug> { Ok(NotDebug(n.0 + 1)) }
        $(#[$shape($($arg)*)])?
        fn bare_generic<T>(value: T) -> T { value }
        $(#[$shape($($arg)*)])?
        fn generic_error<E>(error: E) -> Result<(), E> { Err(error) }
        $(#[$shape($($arg)*)])?
        fn elided(text: &str) -> Result<&str, Failed> { text.get(1..).ok_or(Failed(0)) }
        $(#[$shape($($arg)*)])?
        fn named<'a, 'b: 'a>(a: &'a str, b: &'b str) -> Result<&'a str, Failed> { if a.is_empty() { Ok(b) } else { Ok(a) } }
        $(#[$shape($($arg)*)])?
        fn boxed_closure(n: u8) -> Box<dyn Fn(u8) -> u8> { Box::new(move |m| n + m) }
        $(#[$shape($($arg)*)])?
        fn unsized_result(first: bool) -> Result<Box<dyn Display>, Failed> { if first { return Ok(Box::new("a")); } Ok(Box::new(1)) }
        $(#[$shape($($arg)*)])?
        fn recursive(n: u64) -> Result<u64, Failed> { if n == 0 { return Ok(1); } Ok(n * recursive(n - 1)?) }
        $(#[$shape($($arg)*)])?
        fn items_within(n: u8) -> Result<u8, Failed> {
            const ONE: u8 = 1;
            fn inner(n: u8) -> u8 { n + ONE }
            Ok(inner(n))
        }
        $(#[$shape($($arg)*)])?
        fn labels(n: u8) -> Result<u8, Failed> {
            'outer: for i in 0..n { for j in 0..n { if i * j == 6 { break 'outer; } if j > i { continue 'outer; } } }
            Ok(n)
        }
        #[track_caller]
        $(#[$shape($($arg)*)])?
        fn caller() -> Result<u32, Failed> { Ok(std::panic::Location::caller().column()) }
        $(#[$shape($($arg)*)])?
        fn panics(_noisy: Noisy, n: u8) -> Result<u8, Failed> { let _inner = Noisy("inner"); assert!(n > 9, "too small: {n}"); Ok(n) }
        $(#[$shape($($arg)*)])?
        fn mutable(mut list: Vec<u8>, mut n: u8) -> Result<Vec<u8>, Failed> { n += 1; list.push(n); Ok(list) }
        $(#[$shape($($arg)*)])?
        fn same_names(__span: u8, span: u8, __scope: u8, __v: u8) -> Result<u8, Failed> { Ok(__span + span + __scope + __v) }
        $(#[$shape($($arg)*)])?
        fn r#type(r#match: u8) -> Result<u8, Failed> { Ok(r#match) }
        #[must_use]
        #[inline]
        $(#[$shape($($arg)*)])?
        #[doc(hidden)]
        fn attributes(n: u8, #[cfg(any())] absent: u8, #[cfg(all())] present: u8) -> Result<u8, Failed> { Ok(n + present) }
        $(#[$shape($($arg)*)])?
        fn inner_attributes(n: u8) -> Result<u8, Failed> { #![allow(unused_variables)] let x = 1; Ok(n) }
        $(#[$shape($($arg)*)])?
        fn iterator(n: u8) -> impl DoubleEndedIterator<Item = u8> + ExactSizeIterator { (0..n).map(|n| n * 2) }
        $(#[$shape($($arg)*)])?
        fn returns_fn() -> fn(u8) -> u8 { |n| n }
        $(#[$shape($($arg)*)])?
        fn drop_order(_used: Noisy, _unused: Noisy, _: Noisy, (_a, _, _b): (Noisy, Noisy, Noisy), _last: Noisy) -> Result<u8, Failed> {
            let _local = Noisy("local");
            let _ = &_used;
            Ok(1)
        }
        $(#[$shape($($arg)*)])?
        fn drop_order_of_plain(_used: Noisy, _: Noisy, (_a, _): (Noisy, Noisy)) -> u8 { let _local = Noisy("local"); 1 }
        $(#[$shape($($arg)*)])?
        fn moved_out(a: Noisy, b: Noisy) -> Result<Noisy, Failed> { drop(b); Ok(a) }

        #[allow(clippy::too_many_lines)]
        pub fn run(seen: &mut Observed) {
            seen.call("generic error", || format!("{:?}", any_error(Borrowing("x")).map_err(|e| e.to_string())));
            seen.call("borrowing error", || format!("{:?}", borrowing_error("x").map_err(|e| e.to_string())));
            seen.call("lock", || format!("{:?}", lock(&Mutex::new(7)).map(|n| *n)));
            seen.call("send", || {
                let (sender, receiver) = channel();
                let first = send(&sender, Noisy("sent")).is_ok();
                drop(receiver);
                format!("{first} {:?}", send(&sender, Noisy("back")).map_err(|e| e.0.0))
            });
            seen.call("opaque error", || format!("{:?}", [opaque_error(1), opaque_error(10)].map(|r| r.map_err(|e| e.to_string()))));
            seen.call("unit", || format!("{:?}", unit()));
            seen.call("number", || format!("{:?}", number(1, 2)));
            seen.call("question", || format!("{:?} {:?}", question("7"), question("x")));
            seen.call("early", || format!("{:?} {:?}", early(1), early(4)));
            seen.call("generic", || generic(1, 2));
            seen.call("constant", || format!("{:?}", constant([1, 2])));
            seen.call("opaque_argument", || format!("{:?}", opaque_argument(7_u8)));
            seen.call("opaque_return", || format!("{:?} {}", opaque_return(3)(4), auto_traits!(opaque_return(1))));
            seen.call("opaque_in_result", || {
                format!("{:?} {}", opaque_in_result(3).map(|i| i.clone().chain(i).collect::<Vec<_>>()), opaque_in_result(10).is_err())
            });
            seen.call("never", || never(7));
            seen.call("dangerous", || format!("{:?}", unsafe { dangerous(&7) }));
            seen.call("foreign", || format!("{:?}", foreign(7)));
            seen.call("patterns", || {
                format!("{:?}", patterns((Noisy("a"), Noisy("b")), Point { x: Noisy("x"), y: 1 }, [1, 2, 3], &4))
            });
            seen.call("lend", || { let mut list = vec![4]; *lend(&mut list) += 1; format!("{list:?}") });
            seen.call("try_lend", || {
                let mut list = [4];
                *try_lend(&mut list, 0).unwrap() += 1;
                format!("{:?} {list:?}", try_lend(&mut list.clone(), 7))
            });
            seen.call("option", || format!("{:?} {:?}", option(1), option(0)));
            seen.call("alias", || format!("{:?} {:?}", alias(1), alias(9)));
            seen.call("mute_error", || format!("{} {}", mute_error(true).is_ok(), mute_error(false).is_ok()));
            seen.call("boxed_error", || format!("{:?} {:?}", boxed_error("1"), boxed_error("x")));
            seen.call("boxed_send_error", || format!("{:?} {:?}", boxed_send_error("1"), boxed_send_error("x")));
            seen.call("anyhow_error", || format!("{:?} {}", anyhow_error("1"), anyhow_error("x").is_err()));
            seen.call("not_debug", || format!("{}", not_debug(NotDebug(1)).map_or(0, |n| n.0)));
            seen.call("bare_generic", || format!("{:?}", bare_generic(Err::<u8, u8>(1))));
            seen.call("generic_error", || format!("{:?}", generic_error(1)));
            seen.call("elided", || format!("{:?} {:?}", elided("ab"), elided("")));
            seen.call("named", || format!("{:?}", named("", "b")));
            seen.call("boxed_closure", || format!("{:?}", boxed_closure(1)(2)));
            seen.call("unsized_result", || format!("{} {}", unsized_result(true).unwrap(), unsized_result(false).unwrap()));
            seen.call("recursive", || format!("{:?}", recursive(5)));
            seen.call("items_within", || format!("{:?}", items_within(5)));
            seen.call("labels", || format!("{:?}", labels(5)));
            seen.call("caller", || format!("{:?}", caller()));
            seen.call("panics", || format!("{:?}", panics(Noisy("outer"), 1)));
            seen.call("mutable", || format!("{:?}", mutable(vec![1], 1)));
            seen.call("same_names", || format!("{:?}", same_names(1, 2, 3, 4)));
            seen.call("raw", || format!("{:?}", r#type(1)));
            seen.call("attributes", || format!("{:?}", attributes(1, 2)));
            seen.call("inner_attributes", || format!("{:?}", inner_attributes(1)));
            seen.call("iterator", || { let all = iterator(3); format!("{} {:?}", all.len(), all.rev().collect::<Vec<_>>()) });
            seen.call("returns_fn", || format!("{:?}", returns_fn()(1)));
            seen.call("drop_order", || {
                let tuple = (Noisy("a"), Noisy("tuple's"), Noisy("b"));
                format!("{:?}", drop_order(Noisy("used"), Noisy("unused"), Noisy("wild"), tuple, Noisy("last")))
            });
            seen.call("drop_order_of_plain", || {
                format!("{:?}", drop_order_of_plain(Noisy("used"), Noisy("wild"), (Noisy("a"), Noisy("tuple's"))))
            });
            seen.call("moved_out", || moved_out(Noisy("a"), Noisy("b")).map_or("failed", |noisy| noisy.0).to_owned());
        }
    };
}
pub(crate) use sync_shapes;
