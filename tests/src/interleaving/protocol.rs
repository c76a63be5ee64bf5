//! What a cache does for the actors: the same for the runtime and for the protocols that have to fail.

use super::{KEYS, Source, tags_of};

/// Where something happens.
#[derive(Clone, Copy, Debug)]
pub struct At {
    /// The process.
    pub process: usize,
    /// The key.
    pub key: usize,
}

/// How a transaction ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It is committed.
    Committed,
    /// It is rolled back.
    RolledBack,
    /// It is committed, and who has asked for that is not told.
    Unknown,
}

/// What stands at a key when all is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// Nothing.
    Nothing,
    /// A value.
    Value(i64),
    /// A lease, a mark or a claim that nobody took away.
    LeftOver,
}

/// A protocol between a cache and its source.
pub trait Protocol: Send + Sync + 'static {
    /// Reads a number, and loads it on a miss; `fails`: its own load, if it comes to that, fails.
    fn read(&self, at: At, source: &Source, fails: bool) -> impl Future<Output = Result<i64, String>> + Send;

    /// What stands in the cache.
    fn get(&self, at: At) -> impl Future<Output = Option<i64>> + Send;

    /// Loads a number as a program does that knows nothing of its tags; what it gets need not be right.
    fn read_without_tags(&self, at: At, source: &Source) -> impl Future<Output = ()> + Send {
        async move { drop(self.read(at, source, false).await) }
    }

    /// Reads the keys without tags at once, and loads what is missing; gives nothing of the others.
    fn read_batch(&self, process: usize) -> impl Future<Output = [Option<i64>; KEYS]> + Send {
        let _ = process;
        async { [None; KEYS] }
    }

    /// What stands in the cache, at all keys that every program knows as they are.
    fn get_many(&self, process: usize) -> impl Future<Output = [Option<i64>; KEYS]> + Send {
        let _ = process;
        async { [None; KEYS] }
    }

    /// Changes the source, and tells the cache by an invalidation, also where the commit fails.
    fn change(&self, at: At, source: &Source, fails: bool) -> impl Future<Output = Result<i64, i64>> + Send;

    /// Changes the source, and lets all entries fall that carry the key's last tag.
    fn change_by_tag(
        &self,
        at: At,
        source: &Source,
        fails: bool,
    ) -> impl Future<Output = Result<i64, i64>> + Send {
        async move {
            let committed = self.change(at, source, fails).await;
            if let Some(tag) = tags_of(at.key).last() {
                self.invalidate_tag(at.process, *tag).await;
            }
            committed
        }
    }

    /// Writes the source through the cache.
    fn write(&self, at: At, source: &Source, fails: bool) -> impl Future<Output = Result<i64, i64>> + Send;

    /// Changes the source in a transaction, and tells the cache. Gives what was committed, if anything was.
    fn transact(&self, at: At, source: &Source, end: End) -> impl Future<Output = Option<i64>> + Send {
        async move {
            let transaction = source.begin(at.key).await;
            let value = transaction.finish(end != End::RolledBack).await;
            self.invalidate(at).await;
            (end != End::RolledBack).then_some(value)
        }
    }

    /// Invalidates a key.
    fn invalidate(&self, at: At) -> impl Future<Output = ()> + Send;

    /// Lets all entries fall that carry a tag.
    fn invalidate_tag(&self, process: usize, tag: usize) -> impl Future<Output = ()> + Send {
        let _ = tag;
        self.invalidate_pattern(process)
    }

    /// Invalidates all keys by a pattern.
    fn invalidate_pattern(&self, process: usize) -> impl Future<Output = ()> + Send;

    /// Invalidates all keys by their namespace.
    fn clear(&self, process: usize) -> impl Future<Output = ()> + Send;

    /// Makes whatever stands at a key go: a value, a lease, a mark.
    fn evict(&self, key: usize);

    /// Ends the time of whatever stands at a key.
    fn expire(&self, key: usize) {
        self.evict(key);
    }

    /// Makes a tag go.
    fn evict_tag(&self, tag: usize) {
        let _ = tag;
    }

    /// Ends the time of a tag.
    fn expire_tag(&self, tag: usize) {
        self.evict_tag(tag);
    }

    /// Ends a value's TTL; `far`: so long ago that it is only served where loading it anew fails.
    fn age(&self, key: usize, far: bool) {
        let _ = (key, far);
    }

    /// Ends the time of whoever loads a value anew.
    fn end_claim(&self, key: usize) {
        let _ = key;
    }

    /// What stands at a key when all is done.
    fn at_rest(&self, key: usize) -> Rest;
}
