//! Observes a call: its result, what it drops and in which order, its panic, and the auto traits of what it returns.

use std::any::Any;
use std::cell::RefCell;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

thread_local! {
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Says when it is dropped.
#[derive(PartialEq)]
pub struct Noisy(pub &'static str);

impl Drop for Noisy {
    fn drop(&mut self) {
        log(&format!("drop {}", self.0));
    }
}

/// An error that is neither `Display` nor `Debug`.
pub struct Mute;

/// An error in order.
#[derive(Debug, PartialEq)]
pub struct Failed(pub u32);

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "failed with {}", self.0)
    }
}

impl std::error::Error for Failed {}

pub fn log(line: &str) {
    LOG.with_borrow_mut(|log| log.push(line.to_owned()));
}

/// All that could be observed, by the name of the shape.
#[derive(Default)]
pub struct Observed {
    pub lines: Vec<(&'static str, String)>,
    pub sizes: Vec<(&'static str, usize)>,
}

impl Observed {
    /// Runs `call`, and notes its result or its panic, and what was logged meanwhile.
    pub fn call(&mut self, name: &'static str, call: impl FnOnce() -> String) {
        LOG.take();
        let result = match catch_unwind(AssertUnwindSafe(call)) {
            Ok(result) => result,
            Err(payload) => format!("panic {}", payload_text(&*payload)),
        };
        let line = format!("{result} {:?}", LOG.take());
        self.lines.push((name, line));
    }

    /// Runs a future to its end; notes its size too.
    pub fn future<T>(
        &mut self,
        name: &'static str,
        future: impl Future<Output = T>,
        text: impl FnOnce(T) -> String,
    ) {
        self.sizes.push((name, size_of_val(&future)));
        self.call(name, || text(block_on(future)));
    }

    /// Polls a future once and drops it.
    pub fn cancel<T>(&mut self, name: &'static str, future: impl Future<Output = T>) {
        self.call(name, || {
            let mut future = Box::pin(future);
            let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            log("polled");
            drop(future);
            format!("{}", if polled.is_ready() { "ready" } else { "pending" })
        });
    }
}

fn payload_text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .or_else(|| {
            payload
                .downcast_ref::<u32>()
                .map(|number| format!("u32 {number}"))
        })
        .unwrap_or_else(|| "of another type".to_owned())
}

/// Polls until it is ready; what waits here wakes itself.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
}

/// Pending once, then ready.
pub async fn tick() {
    let mut ticked = false;
    std::future::poll_fn(|_| {
        if std::mem::replace(&mut ticked, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

/// Which auto traits the value's type has. By autoref: the first method that fits is taken.
macro_rules! auto_traits {
    ($value:expr) => {{
        let value = &$value;
        let mut traits = String::new();
        auto_traits!(@ traits value Send Sync Unpin UnwindSafe RefUnwindSafe);
        traits
    }};
    (@ $traits:ident $value:ident $($name:ident)*) => {$(
        {
            #[allow(unused_imports)]
            use std::panic::{RefUnwindSafe, UnwindSafe};
            struct Probe<T>(std::marker::PhantomData<T>);
            fn probe<T>(_: &T) -> Probe<T> {
                Probe(std::marker::PhantomData)
            }
            trait Yes {
                fn answer(&self) -> &'static str {
                    concat!(" ", stringify!($name))
                }
            }
            impl<T: $name> Yes for &Probe<T> {}
            trait No {
                fn answer(&self) -> &'static str {
                    ""
                }
            }
            impl<T> No for Probe<T> {}
            $traits.push_str((&&probe($value)).answer());
        }
    )*};
}
