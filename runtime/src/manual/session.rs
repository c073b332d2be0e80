//! Attributes that flow to every span below: who, in which session, for whom.
//!
//! Ids of people leave as keyed hashes, so that a trace tells one user from another and not who that is.

use crate::bridge;
use crate::capture::{self, Capture};
use crate::context::{Context, ContextGuard, InContext};
use crate::redact;
use std::future::Future;

/// Starts a description of what all spans below share.
///
/// The ids of [`user`](Session::user), [`session`](Session::session) and [`tenant`](Session::tenant) become keyed
/// hashes (`h1:…`, see [`RedactionMode::Hash`](crate::RedactionMode::Hash)), unless their key is allowed by
/// [`Redactor::allow_key`](crate::Redactor::allow_key).
///
/// ```
/// let _session = spanwright::session().user("u-17").session("s-3").tag("beta").attach();
/// // spans from here on carry `user.id`, `session.id` and `tag.tags`
/// ```
pub fn session() -> Session {
    Session {
        wire: Vec::new(),
        count: 0,
        ids: Vec::new(),
        tags: Vec::new(),
        baggage: Vec::new(),
    }
}

/// What all spans below share; see [`session`].
#[must_use = "a session does nothing until it is attached"]
pub struct Session {
    wire: Vec<u8>,
    count: u16,
    /// Keys and ids as they were given: what is attached decides how they leave.
    ids: Vec<(&'static str, String)>,
    tags: Vec<String>,
    baggage: Vec<(String, String)>,
}

/// Whether an id may leave as it is: what the test says that the spans belong to, else what `init` was told.
fn passes(context: &Context, key: &str) -> bool {
    #[cfg(feature = "pipeline")]
    if let Some(route) = crate::context::Carried::route_of(context.carried()) {
        return route.passes_id(key);
    }
    let _ = context;
    bridge::passes_id(key)
}

impl Session {
    /// Sets any attribute.
    pub fn attribute<T: Capture + ?Sized>(mut self, key: &str, value: &T) -> Self {
        capture::capture_into(&mut self.wire, key, &mut self.count, 128, value);
        self
    }

    /// `user.id`, as a keyed hash.
    pub fn user(self, id: &str) -> Self {
        self.id("user.id", id)
    }

    /// `session.id`, as a keyed hash.
    pub fn session(self, id: &str) -> Self {
        self.id("session.id", id)
    }

    /// `tenant.id`, as a keyed hash.
    pub fn tenant(self, id: &str) -> Self {
        self.id("tenant.id", id)
    }

    /// `project.name`
    pub fn project(self, name: &str) -> Self {
        self.attribute("project.name", name)
    }

    fn id(mut self, key: &'static str, id: &str) -> Self {
        self.ids.push((key, id.to_owned()));
        self
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
        for (key, id) in std::mem::take(&mut self.ids) {
            let id = if passes(&context, key) {
                id
            } else {
                redact::hash(&id)
            };
            self = self.attribute(key, &id);
        }
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

/// Shows no value.
impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("attributes", &(usize::from(self.count) + self.ids.len()))
            .field("tags", &self.tags.len())
            .field("baggage", &self.baggage.len())
            .finish()
    }
}
