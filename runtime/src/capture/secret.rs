//! A value that must never be an attribute: to capture it does not compile.

use super::{Capture, Captured};
use std::fmt;

/// Holds a value that cannot be captured, printed or hashed: whoever tries gets a compile error, or `[REDACTED]` in a
/// `Debug` form.
///
/// ```
/// use spanwright::{Secret, traced};
///
/// #[derive(Debug)]
/// struct Login { user: String, password: Secret<String> }
///
/// #[traced(capture(?login))] // login = Login { user: "bob", password: [REDACTED] }
/// fn sign_in(login: &Login) -> bool {
///     login.password.expose() == "hunter2"
/// }
/// # assert!(sign_in(&Login { user: "bob".into(), password: Secret::new("hunter2".into()) }));
/// ```
///
/// ```compile_fail
/// # use spanwright::{Secret, traced};
/// #[traced(capture(password))]
/// fn sign_in(password: Secret<String>) {}
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Hides a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for the one place that needs it.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// The value itself.
    pub fn into_exposed(self) -> T {
        self.0
    }
}

impl<T> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

/// `[REDACTED]`
impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[REDACTED]")
    }
}

/// What no type has: a secret would be captured where it had it.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a secret cannot be captured as an attribute",
    label = "`{Self}` must not leave the process",
    note = "leave it out of `capture(…)` and `fields(…)`; name what may be seen of it, such as `fields(token.present = true)`"
)]
pub trait Exposed {}

impl<T> Capture for Secret<T>
where
    Self: Exposed,
{
    fn capture(&self, _: &mut Captured<'_>) {}
}

#[cfg(feature = "secrecy")]
impl<T: secrecy::zeroize::Zeroize + ?Sized> Capture for secrecy::SecretBox<T>
where
    Self: Exposed,
{
    fn capture(&self, _: &mut Captured<'_>) {}
}
