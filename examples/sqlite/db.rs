//! A database for the examples: in memory, filled by a script, on a thread where it may block.
//!
//! To change: your own pool takes its place; nothing of it is known to the cache.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use rusqlite::Connection;

/// Cheap to clone; clones are the same database.
#[derive(Clone)]
pub(crate) struct Db {
    connection: Arc<Mutex<Connection>>,
    calls: Arc<AtomicU64>,
}

impl Db {
    /// A new database, made by a script.
    pub(crate) fn create(script: &str) -> Result<Self> {
        let connection = Connection::open_in_memory()?;
        connection.execute_batch(script)?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)), calls: Arc::default() })
    }

    /// Runs something on the database. SQLite blocks its thread, so it gets one that may be blocked.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let connection = self.connection.clone();
        let work = move || work(&mut connection.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(tokio::task::spawn_blocking(work).await??)
    }

    /// How often the database was asked, to show what the cache saves.
    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }
}
