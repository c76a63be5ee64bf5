//! Where records are kept: the steps of the protocol that a store takes, each of them atomic at its key.

mod budget;
mod many;
pub(crate) mod memory;
#[cfg(feature = "redis")]
pub(crate) mod redis;
#[cfg(feature = "redis")]
mod spend;

use std::future::Future;
#[cfg(feature = "redis")]
use std::pin::{Pin, pin};
use std::time::Duration;

pub(crate) use budget::Budget;
pub(crate) use many::{Ask, Settle, StoreMany};
#[cfg(feature = "redis")]
pub(crate) use spend::Clock;

use crate::error::CacheError;
use crate::key::{Key, Pattern};
use crate::near::Near;
use crate::record::{Claim, Draft, Expected, Found, Nonce, Over};

pub(crate) type Answer<T> = Result<T, CacheError>;

/// What stands at each of many keys, taken apart one by one: a record is large, and is not moved where it need not be.
pub(crate) enum Reads {
    Found(std::vec::IntoIter<Found>),
    #[cfg(feature = "redis")]
    Answers(redis::Answers),
}

impl Iterator for Reads {
    type Item = Answer<Found>;

    // Where it is taken apart, so that a record is not moved on its way there.
    #[inline(always)]
    fn next(&mut self) -> Option<Answer<Found>> {
        match self {
            Reads::Found(found) => found.next().map(Ok),
            #[cfg(feature = "redis")]
            Reads::Answers(answers) => answers.next(),
        }
    }
}

/// The outcome of asking for a lease.
#[derive(Debug)]
pub(crate) enum Lease {
    Granted,
    /// Something stands there; nothing was changed.
    Held(Found),
}

/// What became of a loaded value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filled {
    Stored,
    /// What it was loaded under is gone: invalidated, written, or its time has ended.
    Revoked,
    /// It is older than the one that it was to replace, by the version that its source gives it.
    Older,
}

/// What the end of a write did at its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WriteEnd {
    /// The value was stored.
    Stored,
    /// Others wrote or invalidated meanwhile, or the mark was gone: nothing is cached.
    Contended,
    /// There was no value to store: what stood there is gone.
    Removed,
}

/// Which of a step's keys it was not taken for, by their places, and why.
pub(crate) type Refused = Vec<(usize, CacheError)>;

/// The steps. Each is one round trip to a server.
///
/// An error says that the step may or may not have been taken.
pub(crate) trait Store {
    /// Whether values are kept as they are, not as bytes.
    const TYPED: bool;

    /// The store's clock, in milliseconds since 1970: all clients of one server agree on it.
    fn now(&self) -> u64;

    fn read(&self, key: &Key) -> impl Future<Output = Answer<Found>> + Send;

    /// What stands at each of `keys`, in their order.
    fn read_many(&self, keys: &[&Key]) -> impl Future<Output = Answer<Reads>> + Send;

    /// Puts a lease where nothing stands, or exactly what `dead` names.
    fn lease(
        &self,
        key: &Key,
        nonce: Nonce,
        dead: Option<&Expected>,
        time: Duration,
    ) -> impl Future<Output = Answer<Lease>> + Send;

    /// Gives a lease more time; `false`: it is gone.
    fn renew(&self, key: &Key, nonce: Nonce, time: Duration) -> impl Future<Output = Answer<bool>> + Send;

    /// Lets another's lease that has no end stand for so long.
    fn limit(&self, key: &Key, nonce: Nonce, time: Duration) -> impl Future<Output = Answer<()>> + Send;

    /// Claims a value, to load it anew, in place of the claims that `over` names. `false`: another one stands, or the value is
    /// gone.
    fn claim(
        &self,
        key: &Key,
        value: &Expected,
        claim: Claim,
        over: Over,
    ) -> impl Future<Output = Answer<bool>> + Send;

    /// Replaces exactly what the value was loaded under, a lease or the value before.
    fn fill(
        &self,
        key: &Key,
        under: &Expected,
        draft: Draft,
        ttl: Duration,
    ) -> impl Future<Output = Answer<Filled>> + Send;

    /// Takes away exactly what `under` names, if it still stands.
    fn release(&self, key: &Key, under: &Expected) -> impl Future<Output = Answer<()>> + Send;

    /// Makes the tags that are missing, and lets all of them live for `time` at least. Gives their nonces and when they were
    /// made.
    fn open_tags(
        &self,
        tags: &[Key],
        time: Duration,
    ) -> impl Future<Output = Answer<Vec<(Nonce, u64)>>> + Send;

    /// Replaces whatever stands there by a write mark, or joins the one that does. Gives the mark's id, which is that of its
    /// first writer.
    fn begin_write(
        &self,
        key: &Key,
        writer: Nonce,
        time: Duration,
    ) -> impl Future<Output = Answer<Nonce>> + Send;

    /// Ends a write under the mark of that id, with the value to store, if there is one.
    fn end_write(
        &self,
        key: &Key,
        mark: Nonce,
        writer: Nonce,
        draft: Option<(Draft, Duration)>,
    ) -> impl Future<Output = Answer<WriteEnd>> + Send;

    /// Stores values on the caller's word, but not in place of newer ones. On a write mark: makes it contended, and stores nothing.
    /// Gives how many newer ones there were.
    fn put(&self, entries: Vec<(Key, Draft, Duration)>) -> impl Future<Output = Answer<u64>> + Send;

    /// Takes away what stands at the keys; a write mark becomes contended. One that is refused does not keep the others.
    fn invalidate(&self, keys: &[Key]) -> impl Future<Output = Answer<Refused>> + Send;

    /// Ends a write whose beginning was not answered: nobody knows whether it has made a mark, joined another's, or neither.
    /// What stands there goes, but for a mark that others write under: that becomes contended.
    fn abandon_write(&self, key: &Key, writer: Nonce) -> impl Future<Output = Answer<()>> + Send;

    /// Takes away what stands at a key if it has more than `most` bytes: no record does. Gives whether it did.
    fn shed(&self, key: &Key, most: usize) -> impl Future<Output = Answer<bool>> + Send;

    /// Invalidates all keys of a pattern. Gives how many there were.
    fn invalidate_matching(&self, pattern: &Pattern) -> impl Future<Output = Answer<u64>> + Send;

    /// Invalidates all keys of a namespace. Gives how many there were.
    fn clear(&self, namespace: &str) -> impl Future<Output = Answer<u64>> + Send;
}

/// One of the stores. Steps on a server are bounded by the budget; the memory store answers at once.
pub(crate) enum AnyStore {
    Memory(memory::MemoryStore),
    #[cfg(feature = "redis")]
    Redis(redis::RedisStore),
}

/// A future without a type of its own: what it consists of would count, in each function that waits for it, towards the depth to
/// which the compiler follows types (`recursion_limit`).
#[cfg(feature = "redis")]
fn erased<'a, T>(
    future: impl Future<Output = T> + Send + 'a,
) -> Pin<Box<dyn Future<Output = T> + Send + 'a>> {
    Box::pin(future)
}

#[cfg(feature = "redis")]
macro_rules! boxed {
    ($step:expr) => {
        erased($step).as_mut()
    };
}

macro_rules! steps {
    ($place:ident => $($step:ident($($argument:ident: $type:ty),*) -> $answer:ty;)*) => {
        impl AnyStore {
            $(pub(crate) async fn $step(&self, budget: &mut Budget, $($argument: $type),*) -> Answer<$answer> {
                match self {
                    AnyStore::Memory(store) => {
                        let _ = budget;
                        #[cfg(feature = "__interleaving")]
                        crate::interleaving::point(stringify!($step)).await;
                        let answer = store.$step($($argument),*).await;
                        #[cfg(feature = "__interleaving")]
                        crate::interleaving::point("hear of it").await;
                        answer
                    }
                    #[cfg(feature = "redis")]
                    AnyStore::Redis(store) => {
                        budget.spend(store.clock(), $place!(store.$step($($argument),*))).await
                    }
                }
            })*
        }
    };
}

// Who looks has a box for that.
steps! {
    pin =>
    read(key: &Key) -> Found;
}

// On the heap, beside a round trip: what a future takes its caller's task takes as well, whether or not it comes to this, and
// thousands of them may be waiting for one load.
steps! {
    boxed =>
    read_many(keys: &[&Key]) -> Reads;
    lease(key: &Key, nonce: Nonce, dead: Option<&Expected>, time: Duration) -> Lease;
    renew(key: &Key, nonce: Nonce, time: Duration) -> bool;
    limit(key: &Key, nonce: Nonce, time: Duration) -> ();
    claim(key: &Key, value: &Expected, claim: Claim, over: Over) -> bool;
    fill(key: &Key, under: &Expected, draft: Draft, ttl: Duration) -> Filled;
    release(key: &Key, under: &Expected) -> ();
    open_tags(tags: &[Key], time: Duration) -> Vec<(Nonce, u64)>;
    begin_write(key: &Key, writer: Nonce, time: Duration) -> Nonce;
    end_write(key: &Key, mark: Nonce, writer: Nonce, draft: Option<(Draft, Duration)>) -> WriteEnd;
    put(entries: Vec<(Key, Draft, Duration)>) -> u64;
    invalidate(keys: &[Key]) -> Refused;
    abandon_write(key: &Key, writer: Nonce) -> ();
    shed(key: &Key, most: usize) -> bool;
    lease_many(asks: &[Ask], time: Duration) -> Vec<Answer<Lease>>;
    renew_many(leases: &[(Key, Nonce)], time: Duration) -> ();
    settle_many(settles: Vec<Settle>) -> Vec<Answer<Filled>>;
}

/// What takes as long as it takes, and is no part of a call.
impl AnyStore {
    pub(crate) async fn invalidate_matching(&self, pattern: &Pattern) -> Answer<u64> {
        match self {
            AnyStore::Memory(store) => store.invalidate_matching(pattern).await,
            #[cfg(feature = "redis")]
            AnyStore::Redis(store) => store.erased().invalidate_matching(pattern).await,
        }
    }

    pub(crate) async fn clear(&self, namespace: &str) -> Answer<u64> {
        match self {
            AnyStore::Memory(store) => store.clear(namespace).await,
            #[cfg(feature = "redis")]
            AnyStore::Redis(store) => store.erased().clear(namespace).await,
        }
    }

    pub(crate) fn now(&self) -> u64 {
        match self {
            AnyStore::Memory(store) => store.now(),
            #[cfg(feature = "redis")]
            AnyStore::Redis(store) => store.now(),
        }
    }

    /// What was created before, by the store's clock, may be old: the store has lost writes of this key since, or may have.
    #[inline]
    pub(crate) fn not_before(&self, key: &Key) -> u64 {
        match self {
            AnyStore::Memory(_) => {
                let _ = key;
                0
            }
            #[cfg(feature = "redis")]
            AnyStore::Redis(store) => store.not_before(key),
        }
    }

    pub(crate) fn typed(&self) -> bool {
        match self {
            AnyStore::Memory(_) => memory::MemoryStore::TYPED,
            #[cfg(feature = "redis")]
            AnyStore::Redis(_) => redis::RedisStore::TYPED,
        }
    }

    /// Keeps an invalidation that could not be sent, to make up for it. `false`: this store has nowhere to send things to.
    pub(crate) fn queue_key(&self, key: &Key) -> bool {
        let queued = self.queue(|queue| queue.key(key));
        // Also what was read between the attempt and now.
        if let Some(near) = self.near() {
            near.forget(key.as_bytes());
        }
        queued
    }

    /// The same for a pattern.
    pub(crate) fn queue_pattern(&self, pattern: &Pattern) -> bool {
        let queued = self.queue(|queue| queue.pattern(pattern));
        if let Some(near) = self.near() {
            near.forget_matching(pattern);
        }
        queued
    }

    /// The store that is in this process, if it is that.
    #[inline]
    pub(crate) fn embedded(&self) -> Option<&memory::MemoryStore> {
        match self {
            AnyStore::Memory(store) => Some(store),
            #[cfg(feature = "redis")]
            AnyStore::Redis(_) => None,
        }
    }

    /// What of a server's entries is in this process too.
    #[inline]
    pub(crate) fn near(&self) -> Option<&Near> {
        match self {
            AnyStore::Memory(_) => None,
            #[cfg(feature = "redis")]
            AnyStore::Redis(store) => store.near(),
        }
    }

    fn queue(&self, add: impl FnOnce(&dyn Queue)) -> bool {
        match self {
            AnyStore::Memory(_) => {
                let _ = add;
                false
            }
            #[cfg(feature = "redis")]
            AnyStore::Redis(store) => {
                add(store.backlog());
                true
            }
        }
    }

    /// Whether an invalidation of this key waits to be made up for: then nothing that stands there is to be read.
    #[inline]
    pub(crate) fn is_queued(&self, key: &Key) -> bool {
        match self {
            AnyStore::Memory(_) => {
                let _ = key;
                false
            }
            #[cfg(feature = "redis")]
            AnyStore::Redis(store) => store.backlog().covers(key),
        }
    }
}

/// Where invalidations wait that could not be sent.
pub(crate) trait Queue {
    fn key(&self, key: &Key);
    fn pattern(&self, pattern: &Pattern);
}
