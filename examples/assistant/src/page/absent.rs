//! This program was built without a collector: there is never a page.

use crate::Failure;

/// What there is none of.
pub(crate) enum Page {}

impl Page {
    pub(crate) async fn start() -> Option<Self> {
        None
    }

    pub(crate) fn collector(&self) -> String {
        match *self {}
    }

    pub(crate) async fn end(self, _: bool) -> Result<(), Failure> {
        match self {}
    }
}
