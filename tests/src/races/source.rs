//! The source of truth: in this process, or, for several processes, on a Redis server (in a database of its own).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use redis::aio::MultiplexedConnection;

/// Values that only grow, and their floors.
#[derive(Clone)]
pub enum Source {
    /// In this process.
    Here(Arc<Mutex<HashMap<String, i64>>>),
    /// On a server, for several processes.
    There(MultiplexedConnection),
}

impl Source {
    /// In this process.
    #[must_use]
    pub fn here() -> Source {
        Source::Here(Arc::default())
    }

    /// In database 1 of a server.
    ///
    /// # Panics
    ///
    /// Where the server can't be reached.
    pub async fn there(url: &str) -> Source {
        let client = redis::Client::open(format!("{url}/1")).expect("a URL");
        let config = redis::AsyncConnectionConfig::new().set_response_timeout(None);
        Source::There(
            client.get_multiplexed_async_connection_with_config(&config).await.expect("a connection"),
        )
    }

    /// Reads the value, and dawdles on the way back.
    pub(super) async fn slowly(&self, what: &str, id: i64) -> Result<i64, String> {
        let value = self.value(what, id).await;
        for _ in 0..value % 7 {
            tokio::task::yield_now().await;
        }
        Ok(value)
    }

    /// The value.
    pub async fn value(&self, what: &str, id: i64) -> i64 {
        self.get(&format!("value:{what}:{id}")).await
    }

    /// Changes the value; gives the new one.
    pub(super) async fn commit(&self, what: &str, id: i64) -> i64 {
        let value = self.change(&format!("value:{what}:{id}"), |value| value + 1, "INCR", None).await;
        tokio::task::yield_now().await;
        value
    }

    pub(super) async fn floor(&self, what: &str, id: i64) -> i64 {
        self.get(&format!("floor:{what}:{id}")).await
    }

    /// A change up to `value` is complete.
    pub(super) async fn raise_floor(&self, what: &str, id: i64, value: i64) {
        let raise = "local now = tonumber(redis.call('GET', KEYS[1]) or '0') \
                     if tonumber(ARGV[1]) > now then redis.call('SET', KEYS[1], ARGV[1]) end return 0";
        self.change(&format!("floor:{what}:{id}"), |floor| floor.max(value), raise, Some(value)).await;
    }

    async fn get(&self, key: &str) -> i64 {
        match self {
            Source::Here(values) => {
                values.lock().unwrap_or_else(PoisonError::into_inner).get(key).copied().unwrap_or(0)
            }
            Source::There(connection) => {
                let value: Option<i64> =
                    redis::cmd("GET").arg(key).query_async(&mut connection.clone()).await.expect("GET");
                value.unwrap_or(0)
            }
        }
    }

    async fn change(&self, key: &str, change: impl Fn(i64) -> i64, there: &str, value: Option<i64>) -> i64 {
        match self {
            Source::Here(values) => {
                let mut values = values.lock().unwrap_or_else(PoisonError::into_inner);
                let slot = values.entry(key.to_owned()).or_default();
                *slot = change(*slot);
                *slot
            }
            Source::There(connection) => {
                let mut command = match value {
                    None => redis::cmd(there),
                    Some(_) => redis::cmd("EVAL"),
                };
                if let Some(value) = value {
                    command.arg(there).arg(1).arg(key).arg(value);
                } else {
                    command.arg(key);
                }
                command.query_async(&mut connection.clone()).await.expect("a change")
            }
        }
    }
}
