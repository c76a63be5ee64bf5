//! What a cache does for the actors: the same for the runtime and for the protocols that have to fail.

use super::Source;

/// Where something happens.
#[derive(Clone, Copy, Debug)]
pub struct At {
    /// The process.
    pub process: usize,
    /// The key.
    pub key: usize,
}

/// What stands at a key when all is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// Nothing.
    Nothing,
    /// A value.
    Value(i64),
    /// A lease or a mark that nobody took away.
    LeftOver,
}

/// A protocol between a cache and its source.
pub trait Protocol: Send + Sync + 'static {
    /// Reads a number, and loads it on a miss; `fails`: its own load, if it comes to that, fails.
    fn read(&self, at: At, source: &Source, fails: bool) -> impl Future<Output = Result<i64, String>> + Send;

    /// What stands in the cache.
    fn get(&self, at: At) -> impl Future<Output = Option<i64>> + Send;

    /// Changes the source, and tells the cache by an invalidation, also where the commit fails.
    fn change(&self, at: At, source: &Source, fails: bool) -> impl Future<Output = Result<i64, i64>> + Send;

    /// Writes the source through the cache.
    fn write(&self, at: At, source: &Source, fails: bool) -> impl Future<Output = Result<i64, i64>> + Send;

    /// Invalidates a key.
    fn invalidate(&self, at: At) -> impl Future<Output = ()> + Send;

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

    /// What stands at a key when all is done.
    fn at_rest(&self, key: usize) -> Rest;
}
