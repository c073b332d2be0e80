//! What all records of a process share: the service, the host, the process, the SDK.

use super::Attributes;
use crate::value::{Key, Value};

/// OpenTelemetry's resource.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resource {
    attributes: Attributes,
}

impl Resource {
    /// An empty resource.
    pub fn new() -> Self {
        Self::default()
    }

    /// The attributes, each key once.
    pub fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// Sets an attribute; a later value replaces an earlier one.
    #[must_use]
    pub fn with(mut self, key: impl Into<Key>, value: impl Into<Value>) -> Self {
        self.set(key.into(), value.into());
        self
    }

    /// Sets an attribute; a later value replaces an earlier one.
    pub(crate) fn set(&mut self, key: Key, value: Value) {
        match self.attributes.iter_mut().find(|(own, _)| *own == key) {
            Some((_, own)) => *own = value,
            None => self.attributes.push((key, value)),
        }
    }

    /// The value of an attribute.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.attributes
            .iter()
            .find(|(own, _)| own == key)
            .map(|(_, value)| value)
    }

    /// `service.name`, or `unknown_service`.
    pub fn service_name(&self) -> &str {
        self.get("service.name")
            .and_then(Value::as_str)
            .unwrap_or("unknown_service")
    }

    pub(crate) fn attributes_mut(&mut self) -> &mut Attributes {
        &mut self.attributes
    }
}
