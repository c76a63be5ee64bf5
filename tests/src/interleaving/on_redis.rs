//! The runtime on a real server, where somebody else removes keys behind its back.

use std::sync::Arc;

use cache_runtime::prelude::*;

use super::protocol::{At, End, Protocol, Rest};
use super::{KEYS, Runtime, Source};
use crate::RedisServer;

/// Ends a value's TTL so many milliseconds ago: byte 28 of a record is where that stands.
const AGE: &str = "\
local found = redis.call('GET', KEYS[1])
if not found or string.sub(found, 1, 3) ~= '\\202v\\1' then return 0 end
local time = redis.call('TIME')
local past = time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[1]
if struct.unpack('<I8', string.sub(found, 29, 36)) > past then
  redis.call('SETRANGE', KEYS[1], 28, struct.pack('<I8', past))
end
return 1";

/// Makes a claim free: byte 52.
const END_CLAIM: &str = "\
local found = redis.call('GET', KEYS[1])
if not found or string.sub(found, 1, 3) ~= '\\202v\\1' then return 0 end
redis.call('SETRANGE', KEYS[1], 52, struct.pack('<I8', 0))
return 1";

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

    async fn read_without_tags(&self, at: At, source: &Source) {
        self.runtime.read_without_tags(at, source).await;
    }

    async fn read_batch(&self, process: usize) -> [Option<i64>; KEYS] {
        self.runtime.read_batch(process).await
    }

    async fn get_many(&self, process: usize) -> [Option<i64>; KEYS] {
        self.runtime.get_many(process).await
    }

    async fn change_by_tag(&self, at: At, source: &Source, fails: bool) -> Result<i64, i64> {
        self.runtime.change_by_tag(at, source, fails).await
    }

    async fn change(&self, at: At, source: &Source, fails: bool) -> Result<i64, i64> {
        self.runtime.change(at, source, fails).await
    }

    async fn write(&self, at: At, source: &Source, fails: bool) -> Result<i64, i64> {
        self.runtime.write(at, source, fails).await
    }

    async fn transact(&self, at: At, source: &Source, end: End) -> Option<i64> {
        self.runtime.transact(at, source, end).await
    }

    async fn invalidate(&self, at: At) {
        self.runtime.invalidate(at).await;
    }

    async fn invalidate_tag(&self, process: usize, tag: usize) {
        self.runtime.invalidate_tag(process, tag).await;
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

    fn evict_tag(&self, tag: usize) {
        self.server.command(&["DEL", self.runtime.tag(tag).as_str()]);
    }

    fn age(&self, key: usize, far: bool) {
        // The TTL is an hour, and so is the first window.
        let past = if far { "5400000" } else { "1800000" };
        self.server.command(&["EVAL", AGE, "1", self.runtime.key(key).as_str(), past]);
    }

    fn end_claim(&self, key: usize) {
        self.server.command(&["EVAL", END_CLAIM, "1", self.runtime.key(key).as_str()]);
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
