//! The options of `#[trace_db_query]`.

use syn::{Expr, LitStr};

use super::attribute;
use super::list::{Entry, Value};
use super::value;
use crate::errors::Errors;

pub(crate) const KEYS: &[&str] = &[
    "system",
    "operation",
    "query",
    "collection",
    "namespace",
    "server",
    "params",
    "rows",
    "slow",
];

#[derive(Clone, Default)]
pub(crate) struct Db {
    pub(crate) system: Option<Expr>,
    pub(crate) operation: Option<Expr>,
    pub(crate) query: Option<Expr>,
    pub(crate) collection: Option<Expr>,
    pub(crate) namespace: Option<Expr>,
    pub(crate) server: Option<(Expr, Expr)>,
    pub(crate) params: Vec<(LitStr, Expr)>,
    pub(crate) rows: Option<Expr>,
    /// Nanoseconds.
    pub(crate) slow: Option<u64>,
}

impl Db {
    pub(crate) fn from_entries(entries: Vec<Entry>, errors: &mut Errors) -> Db {
        let mut db = Db::default();
        for entry in entries {
            match entry.key.to_string().as_str() {
                "system" => db.system = value::expr(entry, errors),
                "operation" => db.operation = value::expr(entry, errors),
                "query" => db.query = value::expr(entry, errors),
                "collection" => db.collection = value::expr(entry, errors),
                "namespace" => db.namespace = value::expr(entry, errors),
                "server" => db.server = server(entry, errors),
                "params" => {
                    if let Some(tokens) = value::list(entry, errors) {
                        db.params = attribute::named(tokens, errors);
                    }
                }
                "rows" => db.rows = value::expr(entry, errors),
                _ => {
                    let text = value::string(entry, errors);
                    db.slow = text.and_then(|text| errors.keep(value::duration(&text)));
                }
            }
        }
        db
    }

    pub(crate) fn inherit(&mut self, defaults: &Db) {
        macro_rules! or {
            ($($field:ident)*) => {$( if self.$field.is_none() { self.$field = defaults.$field.clone(); } )*};
        }
        or!(system operation query collection namespace server rows slow);
        if self.params.is_empty() {
            self.params = defaults.params.clone();
        }
    }
}

/// `server = (host, port)`.
fn server(entry: Entry, errors: &mut Errors) -> Option<(Expr, Expr)> {
    let span = entry.span();
    if let Value::Expr(expr) = entry.value
        && let Expr::Tuple(tuple) = *expr
        && tuple.elems.len() == 2
    {
        let mut parts = tuple.elems.into_iter();
        return parts.next().zip(parts.next());
    }
    errors.at(
        span,
        "`server` takes an address and a port: `server = (host, port)`",
    );
    None
}
