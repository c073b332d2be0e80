//! How a database system writes literals. In: `db.system.name`. Out: the [`Dialect`] the lexer follows.

/// What the lexer has to know of a system. Where it is not known, a text that two systems would read differently is
/// withheld from that point on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Any SQL.
    Unknown,
    /// Standard SQL: a backslash is a character, `"x"` is an identifier.
    Standard,
    /// SQLite: standard, but `"x"` may be text and `[x]` is an identifier.
    Sqlite,
    /// MySQL and its kin: a backslash escapes, `"x"` is text, `#` starts a comment.
    MySql,
    /// SQL Server: `[x]` is an identifier, `#x` a temporary table.
    SqlServer,
    /// JSON queries and Cypher: a backslash escapes, `"x"` is text.
    Document,
    /// Redis and its kin: a command and its arguments.
    Command,
}

impl Dialect {
    /// The dialect of a system, by its `db.system.name`; an unknown one where there is none.
    pub(crate) fn of(system: Option<&str>) -> Self {
        match system.unwrap_or_default() {
            "postgresql" | "cockroachdb" | "oracle.db" | "ibm.db2" | "h2database" | "hsqldb" | "derby"
            | "trino" | "cassandra" | "sap.hana" => Self::Standard,
            "sqlite" => Self::Sqlite,
            "mysql" | "mariadb" | "clickhouse" | "hive" => Self::MySql,
            "microsoft.sql_server" | "mssql" => Self::SqlServer,
            "mongodb" | "elasticsearch" | "opensearch" | "couchdb" | "couchbase" | "aws.dynamodb"
            | "azure.cosmosdb" | "neo4j" => Self::Document,
            "redis" | "valkey" | "memcached" => Self::Command,
            _ => Self::Unknown,
        }
    }

    /// Whether `"x"` is text.
    pub(crate) const fn double_quoted_text(self) -> bool {
        matches!(self, Self::MySql | Self::Document)
    }

    /// Whether `"x"` may be text or an identifier, by its place.
    pub(crate) const fn double_quoted_unclear(self) -> bool {
        matches!(self, Self::Unknown | Self::Sqlite)
    }

    /// Whether a backslash escapes within text; `None` where it is not known.
    pub(super) const fn backslash_escapes(self) -> Option<bool> {
        match self {
            Self::Unknown | Self::Command => None,
            Self::MySql | Self::Document => Some(true),
            Self::Standard | Self::Sqlite | Self::SqlServer => Some(false),
        }
    }
}
