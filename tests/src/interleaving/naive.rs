//! Protocols that lose races, each of them in use somewhere. The checker has to find that out.

use std::sync::Arc;

use super::executor::{in_background, point};
use super::protocol::{At, End, Protocol, Rest};
use super::server::{Record, Server};
use super::{KEYS, Source};

/// What a protocol does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// `SET` after the load, `DEL` after the write.
    BlindSet,
    /// `SET NX` after the load, `DEL` after the write.
    SetNx,
    /// `SET` after the load; `DEL`, the write, and `DEL` again some time later.
    DoubleDelete,
    /// `SET` after the load, `DEL` before the write.
    DeleteFirst,
    /// A lease around the load, with a token that a client always uses; `DEL` after the write.
    TokenPerClient,
    /// A lease around the load, with a new token each time; a mark around the write, whose end leaves in place what is not its mark.
    LeavesAnothersRecord,
    /// As the next one, but what is done in a transaction is told before its commit.
    TellsBeforeTheCommit,
    /// The same, and the end removes what is not its mark: what the runtime does. The control.
    Right,
}

/// A protocol on a small server.
pub struct Naive {
    way: Way,
    server: Arc<Server>,
}

impl Naive {
    /// The protocol on a server of its own.
    #[must_use]
    pub fn new(way: Way) -> Naive {
        Naive { way, server: Arc::default() }
    }

    fn has_marks(&self) -> bool {
        matches!(self.way, Way::LeavesAnothersRecord | Way::TellsBeforeTheCommit | Way::Right)
    }

    async fn read_under_a_lease(&self, at: At, source: &Source, fails: bool) -> Result<i64, String> {
        let token = match self.way {
            Way::TokenPerClient => at.process as u64,
            _ => self.server.token(),
        };
        let leased = self.server.set_if_absent(at.key, Record::Lease(token)).await;
        let loaded = source.load(at, fails).await;
        if leased {
            self.server.fill(at.key, token, loaded.clone().ok()).await;
        }
        loaded
    }

    async fn tell(&self, key: usize) {
        if self.has_marks() {
            self.server.invalidate(key).await;
        } else {
            self.server.delete(key).await;
        }
    }
}

impl Protocol for Naive {
    async fn read(&self, at: At, source: &Source, fails: bool) -> Result<i64, String> {
        if let Some(value) = self.server.get(at.key).await {
            return Ok(value);
        }
        match self.way {
            Way::BlindSet | Way::DoubleDelete | Way::DeleteFirst => {
                let value = source.load(at, fails).await?;
                self.server.set(at.key, value).await;
                Ok(value)
            }
            Way::SetNx => {
                let value = source.load(at, fails).await?;
                self.server.set_if_absent(at.key, Record::Value(value)).await;
                Ok(value)
            }
            Way::TokenPerClient | Way::LeavesAnothersRecord | Way::TellsBeforeTheCommit | Way::Right => {
                self.read_under_a_lease(at, source, fails).await
            }
        }
    }

    async fn get(&self, at: At) -> Option<i64> {
        self.server.get(at.key).await
    }

    async fn change(&self, at: At, source: &Source, fails: bool) -> Result<i64, i64> {
        if matches!(self.way, Way::DoubleDelete | Way::DeleteFirst) {
            self.server.delete(at.key).await;
        }
        let committed = source.commit(at.key, fails).await;
        match self.way {
            Way::DeleteFirst => {}
            Way::DoubleDelete => {
                let (server, key) = (Arc::clone(&self.server), at.key);
                in_background(async move {
                    for _ in 0..5 {
                        point("wait with the second DEL").await;
                    }
                    server.delete(key).await;
                });
            }
            _ => self.tell(at.key).await,
        }
        committed
    }

    async fn write(&self, at: At, source: &Source, fails: bool) -> Result<i64, i64> {
        if !self.has_marks() {
            return self.change(at, source, fails).await;
        }
        let mark = self.server.begin(at.key, self.server.token()).await;
        let committed = source.commit(at.key, fails).await;
        let leave = self.way == Way::LeavesAnothersRecord;
        self.server.end(at.key, mark, committed.ok(), leave).await;
        committed
    }

    async fn transact(&self, at: At, source: &Source, end: End) -> Option<i64> {
        let commits = end != End::RolledBack;
        let early = matches!(self.way, Way::TellsBeforeTheCommit | Way::DeleteFirst);
        let transaction = source.begin(at.key).await;
        if early {
            self.tell(at.key).await;
        }
        let value = transaction.finish(commits).await;
        if !early {
            self.tell(at.key).await;
        }
        commits.then_some(value)
    }

    async fn invalidate(&self, at: At) {
        self.tell(at.key).await;
    }

    async fn invalidate_pattern(&self, _: usize) {
        for key in 0..KEYS {
            self.tell(key).await;
        }
    }

    async fn clear(&self, process: usize) {
        self.invalidate_pattern(process).await;
    }

    fn evict(&self, key: usize) {
        self.server.evict(key);
    }

    fn at_rest(&self, key: usize) -> Rest {
        self.server.at_rest(key)
    }
}
