//! A program whose backend takes no metrics.

#![allow(clippy::unwrap_used, reason = "a test may")]

use spanwright::{Batch, Delivered, DeliveryError, Destination, traced};
use std::borrow::Cow;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How many spans and metrics came.
#[derive(Clone, Default)]
struct Counted(Arc<Mutex<(usize, usize)>>);

impl Destination for Counted {
    fn name(&self) -> Cow<'static, str> {
        "counted".into()
    }

    fn deliver(&mut self, batch: &Batch) -> Result<Delivered, DeliveryError> {
        let mut counts = self.0.lock().unwrap();
        *counts = (counts.0 + batch.spans.len(), counts.1 + batch.metrics.len());
        Ok(Delivered::default())
    }
}

#[traced(metrics)]
fn measured() {}

#[test]
fn nothing_is_measured_where_the_program_says_so() {
    let counted = Counted::default();
    let guard = spanwright::builder("unmeasured")
        .metrics(false)
        .destination(counted.clone())
        .init()
        .unwrap();
    measured();
    assert!(guard.shutdown(Duration::from_secs(10)).complete);
    assert_eq!(*counted.0.lock().unwrap(), (1, 0));
}
