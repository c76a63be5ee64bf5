//! Tags as one would do them: each way loses a race, and the checker has to find that out.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::executor::point;
use super::protocol::{At, Protocol, Rest};
use super::{KEYS, Source};

/// What a protocol does with its tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The value gets the nonce that its tag has when it is stored, not the one from before the load.
    NonceAtFill,
    /// A tag that is missing is no reason to refuse a value.
    MissingIsValid,
    /// The nonce from before the load, and a tag that is missing is a reason: what the runtime does. The control.
    Right,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Record {
    Value(i64, u64),
    Lease(u64),
}

#[derive(Debug, Default)]
struct Server {
    keys: [Option<Record>; KEYS],
    /// One tag, which all entries carry.
    tag: Option<u64>,
}

/// A protocol with leases and a tag, on a server of its own.
pub struct NaiveTags {
    way: Way,
    server: Mutex<Server>,
    tokens: AtomicU64,
}

impl NaiveTags {
    /// The protocol on a server of its own.
    #[must_use]
    pub fn new(way: Way) -> NaiveTags {
        NaiveTags { way, server: Mutex::default(), tokens: AtomicU64::new(1000) }
    }

    fn server(&self) -> MutexGuard<'_, Server> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn token(&self) -> u64 {
        self.tokens.fetch_add(1, Ordering::Relaxed)
    }

    /// The value at a key, if its tag has not fallen; what stands there; in one step.
    fn look(&self, key: usize) -> (Option<i64>, Option<Record>) {
        let server = self.server();
        let found = server.keys[key];
        let value = match found {
            Some(Record::Value(value, nonce)) if self.holds(nonce, server.tag) => Some(value),
            _ => None,
        };
        (value, found)
    }

    fn holds(&self, nonce: u64, tag: Option<u64>) -> bool {
        tag.map_or(self.way == Way::MissingIsValid, |tag| tag == nonce)
    }

    fn open_tag(&self) -> u64 {
        let new = self.token();
        *self.server().tag.get_or_insert(new)
    }

    async fn load(&self, at: At, source: &Source, found: Option<Record>, fails: bool) -> Result<i64, String> {
        point("lease").await;
        let lease = Record::Lease(self.token());
        let free = !matches!(found, Some(Record::Lease(_)));
        let leased = {
            let mut server = self.server();
            let leased = free && server.keys[at.key] == found;
            if leased {
                server.keys[at.key] = Some(lease);
            }
            leased
        };
        point("open the tag").await;
        let before = self.open_tag();
        let loaded = source.load(at, fails).await;
        if leased {
            point("fill").await;
            let nonce = if self.way == Way::NonceAtFill { self.open_tag() } else { before };
            let mut server = self.server();
            if server.keys[at.key] == Some(lease) {
                server.keys[at.key] = loaded.clone().ok().map(|value| Record::Value(value, nonce));
            }
        }
        loaded
    }
}

impl Protocol for NaiveTags {
    async fn read(&self, at: At, source: &Source, fails: bool) -> Result<i64, String> {
        point("GET").await;
        match self.look(at.key) {
            (Some(value), _) => Ok(value),
            (None, found) => self.load(at, source, found, fails).await,
        }
    }

    async fn get(&self, at: At) -> Option<i64> {
        point("GET").await;
        self.look(at.key).0
    }

    async fn change(&self, at: At, source: &Source, fails: bool) -> Result<i64, i64> {
        let committed = source.commit(at.key, fails).await;
        self.invalidate(at).await;
        committed
    }

    async fn change_by_tag(&self, at: At, source: &Source, fails: bool) -> Result<i64, i64> {
        let committed = source.commit(at.key, fails).await;
        self.invalidate_tag(at.process, 0).await;
        committed
    }

    async fn write(&self, at: At, source: &Source, fails: bool) -> Result<i64, i64> {
        self.change(at, source, fails).await
    }

    async fn invalidate(&self, at: At) {
        point("DEL").await;
        self.server().keys[at.key] = None;
    }

    /// A new nonce, not a tag that is gone: else no value would ever fall where that is valid.
    async fn invalidate_tag(&self, _: usize, _: usize) {
        point("SET the tag").await;
        self.server().tag = Some(self.token());
    }

    async fn invalidate_pattern(&self, _: usize) {
        for key in 0..KEYS {
            point("DEL").await;
            self.server().keys[key] = None;
        }
    }

    async fn clear(&self, process: usize) {
        self.invalidate_pattern(process).await;
    }

    fn evict(&self, key: usize) {
        self.server().keys[key] = None;
    }

    fn evict_tag(&self, _: usize) {
        self.server().tag = None;
    }

    fn at_rest(&self, key: usize) -> Rest {
        match self.look(key) {
            (Some(value), _) => Rest::Value(value),
            (None, Some(Record::Lease(_))) => Rest::LeftOver,
            (None, _) => Rest::Nothing,
        }
    }
}
