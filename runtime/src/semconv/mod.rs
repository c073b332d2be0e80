//! Attribute names of OpenTelemetry's semantic conventions, in one versioned place.
