//! [`IntoDestination`]: what may be given where a destination is asked for.

use super::Destination;

/// A [`Destination`], or what becomes one if its settings are in order, such as
/// [`Otlp`](super::otlp::Otlp).
pub trait IntoDestination {
    /// The destination, or what is wrong with its settings.
    ///
    /// # Errors
    /// The first setting that cannot be used; its text holds no secret.
    fn into_destination(self) -> Result<Box<dyn Destination>, Box<dyn std::error::Error + Send + Sync>>;
}

impl<D: Destination> IntoDestination for D {
    fn into_destination(self) -> Result<Box<dyn Destination>, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Box::new(self))
    }
}

impl IntoDestination for Box<dyn Destination> {
    fn into_destination(self) -> Result<Box<dyn Destination>, Box<dyn std::error::Error + Send + Sync>> {
        Ok(self)
    }
}

#[cfg(feature = "otlp")]
impl IntoDestination for super::otlp::Otlp {
    fn into_destination(self) -> Result<Box<dyn Destination>, Box<dyn std::error::Error + Send + Sync>> {
        Ok(self.try_into()?)
    }
}
