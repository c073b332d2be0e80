//! Attributes that flow to every span below: who, in which session, for whom.

use crate::capture::{self, Capture};
use crate::context::{Context, ContextGuard, InContext};
use std::future::Future;

/// Starts a description of what all spans below share.
///
/// ```
/// let _session = spanwright::session().user("u-17").session("s-3").tag("beta").attach();
/// // spans from here on carry `user.id`, `session.id` and `tag.tags`
/// ```
pub fn session() -> Session {
    Session {
        wire: Vec::new(),
        count: 0,
        tags: Vec::new(),
        baggage: Vec::new(),
    }
}

/// What all spans below share; see [`session`].
#[must_use = "a session does nothing until it is attached"]
#[derive(Debug)]
pub struct Session {
    wire: Vec<u8>,
    count: u16,
    tags: Vec<String>,
    baggage: Vec<(String, String)>,
}

impl Session {
    /// Sets any attribute.
    pub fn attribute<T: Capture + ?Sized>(mut self, key: &str, value: &T) -> Self {
        capture::capture_into(&mut self.wire, key, &mut self.count, 128, value);
        self
    }

    /// `user.id`
    pub fn user(self, id: &str) -> Self {
        self.attribute("user.id", id)
    }

    /// `session.id`
    pub fn session(self, id: &str) -> Self {
        self.attribute("session.id", id)
    }

    /// `tenant.id`
    pub fn tenant(self, id: &str) -> Self {
        self.attribute("tenant.id", id)
    }

    /// `project.name`
    pub fn project(self, name: &str) -> Self {
        self.attribute("project.name", name)
    }

    /// Adds to `tag.tags`.
    pub fn tag(mut self, tag: &str) -> Self {
        self.tags.push(tag.to_owned());
        self
    }

    /// Sends this to other services too, as W3C baggage. Anyone on the way can read it.
    pub fn baggage(mut self, key: &str, value: &str) -> Self {
        self.baggage.push((key.to_owned(), value.to_owned()));
        self.attribute(key, value)
    }

    fn context(mut self) -> Context {
        if !self.tags.is_empty() {
            let tags = std::mem::take(&mut self.tags);
            capture::capture_into(&mut self.wire, "tag.tags", &mut self.count, 128, &tags);
        }
        let mut context = Context::current();
        context.carry(|carried| {
            carried.add(&self.wire, self.count);
            for (key, value) in &self.baggage {
                carried.add_baggage(key, value);
            }
        });
        context
    }

    /// Makes it hold on this thread until the guard is dropped.
    pub fn attach(self) -> ContextGuard {
        self.context().attach()
    }

    /// Makes it hold while `f` runs.
    pub fn in_scope<R>(self, f: impl FnOnce() -> R) -> R {
        self.context().in_scope(f)
    }

    /// Makes it hold in a future.
    pub fn instrument<F: Future>(self, future: F) -> InContext<F> {
        self.context().wrap(future)
    }
}
