//! The runtime on a real server, where somebody else removes keys behind its back.

use std::sync::Arc;

use cache_runtime::prelude::*;

use super::protocol::{At, Protocol, Rest};
use super::{Runtime, Source};
use crate::RedisServer;

/// The runtime on a server.
pub struct OnRedis {
    runtime: Runtime,
    server: Arc<RedisServer>,
}

impl OnRedis {
    /// One cache for each process.
    pub fn new(
        server: &Arc<RedisServer>,
        caches: impl IntoIterator<Item = Cache>,
        source: &Arc<Source>,
    ) -> OnRedis {
        OnRedis { runtime: Runtime::on(caches, source), server: Arc::clone(server) }
    }
}

impl Protocol for OnRedis {
    async fn read(&self, at: At, source: &Source, fails: bool) -> Result<i64, String> {
        self.runtime.read(at, source, fails).await
    }

    async fn get(&self, at: At) -> Option<i64> {
        self.runtime.get(at).await
    }

    async fn change(&self, at: At, source: &Source, fails: bool) -> Result<i64, i64> {
        self.runtime.change(at, source, fails).await
    }

    async fn write(&self, at: At, source: &Source, fails: bool) -> Result<i64, i64> {
        self.runtime.write(at, source, fails).await
    }

    async fn invalidate(&self, at: At) {
        self.runtime.invalidate(at).await;
    }

    async fn invalidate_pattern(&self, process: usize) {
        self.runtime.invalidate_pattern(process).await;
    }

    async fn clear(&self, process: usize) {
        self.runtime.clear(process).await;
    }

    fn evict(&self, key: usize) {
        self.server.command(&["DEL", self.runtime.key(key).as_str()]);
    }

    /// Whether it is the right value is for a read to tell.
    fn at_rest(&self, key: usize) -> Rest {
        let record: Option<Vec<u8>> = self.server.query(&["GET", self.runtime.key(key).as_str()]);
        match record.as_deref() {
            Some([0xCA, b'l' | b'w', ..]) => Rest::LeftOver,
            _ => Rest::Nothing,
        }
    }
}
