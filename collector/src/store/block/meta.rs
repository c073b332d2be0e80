//! What a block's spans have in common: the resources and scopes they belong to, and the names of its columns.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::Type;
use super::attributes::Column;
use crate::store::ReadError;
use crate::store::codec::{Cursor, damaged, put_bytes};
use crate::wire::{self, Origin, Request, Scoped, WireError, put_varint};

/// A resource, a scope, and their schema URLs, as they came.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::store) struct ScopeBytes {
    pub(in crate::store) resource: Vec<u8>,
    pub(in crate::store) resource_schema: String,
    pub(in crate::store) scope: Vec<u8>,
    pub(in crate::store) scope_schema: String,
}

impl ScopeBytes {
    /// What they say.
    pub(in crate::store) fn origin(&self) -> Result<Origin, WireError> {
        let (resource, resource_schema, scope, scope_schema) = parts_of(self);
        wire::read_origin(resource, resource_schema, scope, scope_schema)
    }

    /// The name of the service.
    pub(in crate::store) fn service(&self) -> &str {
        wire::service(&self.resource)
    }
}

/// The scopes of a block that grows: each different one once.
#[derive(Default)]
pub(super) struct Scopes {
    pub(super) all: Vec<ScopeBytes>,
    table: HashTable<u32>,
    state: RandomState,
}

impl Scopes {
    /// The number of a request's scope.
    pub(super) fn number(&mut self, request: &Request, scoped: Scoped) -> u32 {
        let parts = (
            request.resource(scoped),
            request.resource_schema(scoped),
            request.scope(scoped),
            request.scope_schema(scoped),
        );
        let hash = self.state.hash_one(parts);
        let all = &self.all;
        if let Some(&number) = self
            .table
            .find(hash, |&number| parts_of(&all[number as usize]) == parts)
        {
            return number;
        }
        let number = self.all.len() as u32;
        self.all.push(ScopeBytes {
            resource: parts.0.to_vec(),
            resource_schema: parts.1.to_owned(),
            scope: parts.2.to_vec(),
            scope_schema: parts.3.to_owned(),
        });
        let (all, state) = (&self.all, &self.state);
        self.table.insert_unique(hash, number, |&number| {
            state.hash_one(parts_of(&all[number as usize]))
        });
        number
    }
}

fn parts_of(scope: &ScopeBytes) -> (&[u8], &str, &[u8], &str) {
    (
        &scope.resource,
        &scope.resource_schema,
        &scope.scope,
        &scope.scope_schema,
    )
}

/// What a block's columns mean.
#[derive(Debug, Default, PartialEq)]
pub(in crate::store) struct Meta {
    pub(in crate::store) scopes: Vec<ScopeBytes>,
    pub(in crate::store) columns: Vec<Column>,
    /// Whether some attributes are in the remainder, as there were too many columns.
    pub(in crate::store) overflow: bool,
}

impl Meta {
    pub(super) fn encode(scopes: &[ScopeBytes], columns: &[&Column], overflow: bool) -> Vec<u8> {
        let mut bytes = vec![u8::from(overflow)];
        put_varint(&mut bytes, scopes.len() as u64);
        for scope in scopes {
            put_bytes(&mut bytes, &scope.resource);
            put_bytes(&mut bytes, scope.resource_schema.as_bytes());
            put_bytes(&mut bytes, &scope.scope);
            put_bytes(&mut bytes, scope.scope_schema.as_bytes());
        }
        put_varint(&mut bytes, columns.len() as u64);
        for column in columns {
            bytes.push(column.kind as u8);
            put_bytes(&mut bytes, column.key.as_bytes());
        }
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, ReadError> {
        let mut cursor = Cursor::new(bytes);
        let [overflow] = cursor.array()?;
        let mut meta = Self {
            overflow: overflow != 0,
            ..Self::default()
        };
        for _ in 0..cursor.count()? {
            meta.scopes.push(ScopeBytes {
                resource: cursor.bytes()?.to_vec(),
                resource_schema: text(&mut cursor)?,
                scope: cursor.bytes()?.to_vec(),
                scope_schema: text(&mut cursor)?,
            });
        }
        for _ in 0..cursor.count()? {
            let [kind] = cursor.array()?;
            let kind = Type::from_number(kind).ok_or_else(|| damaged("a column's type"))?;
            meta.columns.push(Column {
                kind,
                key: text(&mut cursor)?,
            });
        }
        Ok(meta)
    }
}

fn text(cursor: &mut Cursor<'_>) -> Result<String, ReadError> {
    String::from_utf8(cursor.bytes()?.to_vec()).map_err(|_| damaged("a name in a block"))
}
