//! The wrapper around sqlx's transactions, over a real database: what is committed, what is rolled back, and what nobody knows.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that fails has to fail")]

use std::sync::Arc;

use cache_runtime::prelude::*;
use cache_runtime::{CacheTransaction, Invalidated};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{SqliteConnection, SqlitePool};
use tempfile::TempDir;

/// A database of one table in a file: in memory a reader would wait for a writer.
#[derive(Clone)]
struct Db {
    pool: SqlitePool,
    /// Goes with the last of those who use it.
    _directory: Arc<TempDir>,
}

impl Db {
    async fn create() -> Db {
        let directory = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new()
            .filename(directory.path().join("numbers.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .foreign_keys(true);
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await.unwrap();
        sqlx::raw_sql(
            "CREATE TABLE number (id INTEGER PRIMARY KEY, value INTEGER NOT NULL);
             CREATE TABLE child (number INTEGER REFERENCES number (id) DEFERRABLE INITIALLY DEFERRED);
             INSERT INTO number VALUES (7, 1);",
        )
        .execute(&pool)
        .await
        .unwrap();
        Db { pool, _directory: Arc::new(directory) }
    }
}

async fn select(connection: impl sqlx::SqliteExecutor<'_>, id: i64) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT value FROM number WHERE id = ?").bind(id).fetch_one(connection).await
}

async fn update(connection: &mut SqliteConnection, id: i64, value: i64) -> Result<(), sqlx::Error> {
    let update = sqlx::query("UPDATE number SET value = ? WHERE id = ?").bind(value).bind(id);
    update.execute(connection).await.map(|_| ())
}

fn copy(error: &sqlx::Error) -> sqlx::Error {
    sqlx::Error::Protocol(error.to_string())
}

/// Numbers that are invalidated.
#[derive(Clone)]
#[cache_strategy(namespace = "aside", ttl = "1h", kind = "cache_aside")]
struct Aside {
    cache: Cache,
    #[skip]
    db: Db,
}

#[cache_strategy]
impl Aside {
    #[cached(key = "number/<id>", share_error = copy)]
    async fn number(&self, id: i64) -> Result<i64, sqlx::Error> {
        select(&self.db.pool, id).await
    }

    #[cache_invalidate(self.number(id))]
    async fn change(
        &self,
        connection: &mut SqliteConnection,
        id: i64,
        value: i64,
    ) -> Result<(), sqlx::Error> {
        update(connection, id, value).await
    }
}

/// Numbers that are written.
#[derive(Clone)]
#[cache_strategy(namespace = "through", ttl = "1h", kind = "write_through")]
struct Through {
    cache: Cache,
    #[skip]
    db: Db,
}

#[cache_strategy]
impl Through {
    #[cached(key = "number/<id>", share_error = copy)]
    async fn number(&self, id: i64) -> Result<i64, sqlx::Error> {
        select(&self.db.pool, id).await
    }

    #[cache_put(self.number(id))]
    async fn change(
        &self,
        connection: &mut SqliteConnection,
        id: i64,
        value: i64,
    ) -> Result<i64, sqlx::Error> {
        update(connection, id, value).await?;
        select(connection, id).await
    }
}

async fn tables() -> (Db, Cache, Aside, Through) {
    let (db, cache) = (Db::create().await, Cache::memory());
    let aside = Aside { cache: cache.clone(), db: db.clone() };
    let through = Through { cache: cache.clone(), db: db.clone() };
    assert_eq!((aside.number(7).await.unwrap(), through.number(7).await.unwrap()), (1, 1));
    (db, cache, aside, through)
}

async fn cached(aside: &Aside, through: &Through) -> (Option<i64>, Option<i64>) {
    (aside.number_entry(7).get().await, through.number_entry(7).get().await)
}

/// Changes the same number through both, in one transaction.
async fn changed<'c>(
    mut transaction: CacheTransaction<'c, sqlx::Sqlite>,
    aside: &Aside,
    through: &Through,
    value: i64,
) -> CacheTransaction<'c, sqlx::Sqlite> {
    let scope = transaction.scope(async |connection| {
        aside.change(&mut *connection, 7, value).await?;
        through.change(&mut *connection, 7, value).await?;
        // What the transaction has changed is not read from the cache, and what it loads is not stored.
        assert_eq!((aside.number(7).await?, aside.number_entry(7).get().await), (1, None));
        Ok::<_, sqlx::Error>(())
    });
    scope.await.unwrap();
    assert_eq!(cached(aside, through).await, (Some(1), None), "the one waits, the other has its mark");
    transaction
}

#[tokio::test]
async fn a_commit_tells_the_cache_after_the_database() {
    let (db, cache, aside, through) = tables().await;
    let transaction = changed(cache.begin(&db.pool).await.unwrap(), &aside, &through, 2).await;
    // A reader between the end of the function and the commit: what it stores is from before.
    aside.number_entry(7).invalidate().await.unwrap();
    assert_eq!((aside.number(7).await.unwrap(), through.number(7).await.unwrap()), (1, 1));
    assert_eq!(cached(&aside, &through).await, (Some(1), None));
    assert_eq!(transaction.commit().await.unwrap(), Invalidated::Applied);
    assert_eq!(cached(&aside, &through).await, (None, Some(2)), "the written value, without a load");
    assert_eq!((aside.number(7).await.unwrap(), through.number(7).await.unwrap()), (2, 2));
}

#[tokio::test]
async fn a_rollback_tells_the_cache_of_nothing() {
    let (db, cache, aside, through) = tables().await;
    let transaction = changed(cache.begin(&db.pool).await.unwrap(), &aside, &through, 2).await;
    transaction.rollback().await.unwrap();
    assert_eq!(cached(&aside, &through).await, (Some(1), None));
    assert_eq!((aside.number(7).await.unwrap(), through.number(7).await.unwrap()), (1, 1));
}

#[tokio::test]
async fn what_is_dropped_is_sent() {
    let (db, cache, aside, through) = tables().await;
    drop(changed(cache.begin(&db.pool).await.unwrap(), &aside, &through, 2).await);
    // On the embedded store it is done at once.
    assert_eq!(cached(&aside, &through).await, (None, None));
    assert_eq!((aside.number(7).await.unwrap(), through.number(7).await.unwrap()), (1, 1));
}

/// Why a drop is not taken for a rollback.
#[tokio::test]
async fn a_transaction_that_a_statement_has_committed_is_sent() {
    let (db, cache, aside, through) = tables().await;
    let mut transaction = changed(cache.begin(&db.pool).await.unwrap(), &aside, &through, 2).await;
    sqlx::raw_sql("COMMIT").execute(&mut **transaction).await.unwrap();
    drop(transaction);
    assert_eq!((aside.number(7).await.unwrap(), through.number(7).await.unwrap()), (2, 2));
}

#[tokio::test]
async fn a_commit_that_fails_sends_everything_and_stores_nothing() {
    let (db, cache, aside, through) = tables().await;
    let mut transaction = changed(cache.begin(&db.pool).await.unwrap(), &aside, &through, 2).await;
    // Checked at the commit.
    sqlx::raw_sql("INSERT INTO child VALUES (8)").execute(&mut **transaction).await.unwrap();
    let error = transaction.commit().await.unwrap_err();
    assert!(error.to_string().contains("FOREIGN KEY"), "{error}");
    assert_eq!(cached(&aside, &through).await, (None, None));
    assert_eq!((aside.number(7).await.unwrap(), through.number(7).await.unwrap()), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_moves_between_threads_and_wraps_any_transaction() {
    let (db, cache, aside, through) = tables().await;
    let task = tokio::spawn({
        let (db, aside) = (db.clone(), aside.clone());
        async move {
            let begun = db.pool.begin_with("BEGIN IMMEDIATE").await?;
            let mut transaction = CacheTransaction::new(&cache, begun);
            transaction
                .scope(async |connection| {
                    aside.change(connection, 7, 2).await?;
                    tokio::task::yield_now().await;
                    Ok::<_, sqlx::Error>(())
                })
                .await?;
            // Outside of the scope too.
            update(&mut transaction, 7, 3).await?;
            transaction.after().invalidate(&through.number_entry(7));
            transaction.commit().await
        }
    });
    assert_eq!(task.await.unwrap().unwrap(), Invalidated::Applied);
    assert_eq!((aside.number_entry(7).get().await, aside.number(7).await.unwrap()), (None, 3));
}
