//! The database: SQLite in a file, created with its data on start. Each query is an annotated function.

use spanwright::db::DbError;
use spanwright::trace_db_query;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use std::borrow::Cow;
use std::path::Path;

const SCHEMA_AND_DATA: &str = include_str!("store.sql");
const INSTRUCTIONS: &str = "SELECT body FROM tier1 WHERE persona = ? ORDER BY position";
const PROJECTS: &str = "SELECT name, sector, budget FROM projects WHERE status = ? ORDER BY budget DESC";

/// A query failed.
#[derive(Debug, thiserror::Error)]
#[error("the database refused")]
pub(crate) struct StoreError(#[from] sqlx::Error);

/// So that the database's own code is on the span.
impl DbError for StoreError {
    fn status_code(&self) -> Option<Cow<'_, str>> {
        self.0.as_database_error()?.code()
    }
}

/// A project as the tools see it.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Project {
    pub(crate) name: String,
    pub(crate) sector: String,
    pub(crate) budget: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct Store {
    pool: SqlitePool,
}

impl Store {
    /// Creates the database's file, its tables and its data.
    pub(crate) async fn create(file: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
        let pool = SqlitePoolOptions::new()
            .max_connections(4)
            .connect_with(options)
            .await?;
        sqlx::raw_sql(SCHEMA_AND_DATA).execute(&pool).await?;
        Ok(Self { pool })
    }

    #[trace_db_query(
        system = "sqlite",
        namespace = "assistant",
        metrics,
        query = INSTRUCTIONS,
        rows = |sections: &Vec<String>| sections.len(),
        slow = "200ms"
    )]
    pub(crate) async fn instructions(&self, persona: &str) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar(INSTRUCTIONS)
            .bind(persona)
            .fetch_all(&self.pool)
            .await?)
    }

    #[trace_db_query(
        system = "sqlite",
        namespace = "assistant",
        metrics,
        query = PROJECTS,
        params(status),
        rows = |projects: &Vec<Project>| projects.len(),
        slow = "200ms"
    )]
    pub(crate) async fn projects(&self, status: &str) -> Result<Vec<Project>, StoreError> {
        let rows: Vec<(String, String, i64)> = sqlx::query_as(PROJECTS)
            .bind(status)
            .fetch_all(&self.pool)
            .await?;
        let project = |(name, sector, budget)| Project { name, sector, budget };
        Ok(rows.into_iter().map(project).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spanwright::testing::TestTraces;

    #[tokio::test]
    async fn a_query_is_a_span() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create(&folder.path().join("test.db")).await.unwrap();
        let traces = TestTraces::start();
        assert_eq!(store.projects("delayed").await.unwrap().len(), 2);
        assert_eq!(store.instructions("nobody").await.unwrap().len(), 0);
        spanwright::assert_trace!(
            traces,
            "SELECT projects" [
                "db.system.name" = "sqlite",
                "db.query.parameter.status" = "delayed",
                "db.response.returned_rows" = 2_i64,
            ],
            "SELECT tier1" ["db.response.returned_rows" = 0_i64]
        );
    }

    #[tokio::test]
    async fn the_databases_code_is_on_the_span() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create(&folder.path().join("test.db")).await.unwrap();
        sqlx::query("DROP TABLE tier1")
            .execute(&store.pool)
            .await
            .unwrap();
        let traces = TestTraces::start();
        assert!(store.instructions("noor").await.is_err());
        let spans = traces.spans();
        assert_eq!(
            spans[0]
                .attribute("db.response.status_code")
                .and_then(|code| code.as_str()),
            Some("1")
        );
    }
}
