//! What must hold, each row for itself.

pub(crate) mod forbidden;
pub(crate) mod hostile;
pub(crate) mod large;
pub(crate) mod live;
pub(crate) mod looks;
pub(crate) mod plain;
pub(crate) mod search;
pub(crate) mod services;
pub(crate) mod trace;
