//! Databases (core v1.45; stable but where noted).

/// The database product: `postgresql`, `mysql`, `sqlite`, …
pub const SYSTEM_NAME: &str = "db.system.name";
/// The table or collection.
pub const COLLECTION_NAME: &str = "db.collection.name";
/// The database, and schema where there is one, joined with `|`.
pub const NAMESPACE: &str = "db.namespace";
/// The operation: `SELECT`, `HMSET`, …
pub const OPERATION_NAME: &str = "db.operation.name";
/// Statements in a batch; never 1.
pub const OPERATION_BATCH_SIZE: &str = "db.operation.batch.size";
/// The stored procedure.
pub const STORED_PROCEDURE_NAME: &str = "db.stored_procedure.name";
/// Operations and targets of the query, at most 255 characters.
pub const QUERY_SUMMARY: &str = "db.query.summary";
/// The query: parameterised, or with its literals replaced by `?`.
pub const QUERY_TEXT: &str = "db.query.text";
/// Prefix of a parameter's attribute (Development).
pub const QUERY_PARAMETER_PREFIX: &str = "db.query.parameter.";
/// SQLSTATE or the vendor's code; a string.
pub const RESPONSE_STATUS_CODE: &str = "db.response.status_code";
/// Rows returned; integer (Development).
pub const RESPONSE_RETURNED_ROWS: &str = "db.response.returned_rows";
/// Histogram of seconds.
pub const METRIC_OPERATION_DURATION: &str = "db.client.operation.duration";
/// Event: a query failed.
pub const EVENT_OPERATION_EXCEPTION: &str = "db.client.operation.exception";
