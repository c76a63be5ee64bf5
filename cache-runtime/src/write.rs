//! Write-through: a write to the source under a write mark, so that no reader leaves an older value behind.
//!
//! The mark counts the writers. The only writer ever on a mark stores its value; where there were two, nobody knows whose
//! commit came last, so the last one out leaves nothing. A writer that is dropped or fails leaves nothing either.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use crate::background::in_background;
use crate::cache::Cache;
use crate::call::Call;
use crate::draft::Facts;
use crate::error::CacheError;
use crate::key::Key;
use crate::load::tags;
use crate::record::{Draft, Nonce, Tags};
use crate::site::Site;
use crate::store::{AnyStore, Budget, WriteEnd};
use crate::transaction::{self, Pending};
use crate::value::{Kept, Value, keep, take_back};

/// What a write left in the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteEffect {
    /// The value.
    Stored,
    /// Nothing: another write or an invalidation came at the same time. The next read loads.
    Contended,
    /// Nothing: the value can't be encoded or kept, or the cache is disabled. The next read loads.
    NotStored,
    /// Perhaps the old value, which this process does not read: the store could not be told yet, and its removal is queued.
    Queued,
    /// Its write mark, until the transaction around this ends. See [`AfterCommit::scope`](crate::AfterCommit::scope).
    Deferred,
}

/// A value that was written to the source, and what the write left in the cache.
#[derive(Clone, Debug)]
pub struct Written<V> {
    /// What the closure returned.
    pub value: V,
    /// What is in the cache now.
    pub cache: WriteEffect,
}

/// Runs `persist` under a write mark, and stores what it returns.
pub(crate) async fn write<V, E, F, Fut>(call: Call<'_>, persist: F) -> Result<Written<V>, E>
where
    V: Value,
    F: FnOnce() -> Fut,
    Fut: Future<Output = Result<V, E>>,
{
    let writing = Writing::begin(call).await;
    let written = match persist().await {
        Ok(value) => keep(value),
        Err(error) => {
            writing.end(call, None).await;
            return Err(error);
        }
    };
    let cache = writing.end(call, Some(Kept::clone(&written))).await;
    Ok(Written { value: take_back(written), cache })
}

/// A write that is under way. Nothing in it is of the value's type, so it is compiled once.
enum Writing<'a> {
    /// There is no store.
    Nowhere,
    Alone {
        mark: Mark,
        store: &'a AnyStore,
        budget: Budget,
        tags: Option<Tags>,
    },
    /// In a transaction, which ends it.
    Inside {
        pending: Arc<Pending>,
        begun: transaction::Begun,
        tags: Option<Tags>,
    },
}

impl<'a> Writing<'a> {
    async fn begin(call: Call<'a>) -> Writing<'a> {
        let Some(store) = call.cache.store() else { return Writing::Nowhere };
        let mut budget = call.cache.budget();
        // Read before the mark: an invalidation of a tag that comes later finds another value than it has named. Where they are
        // not known, nothing is stored.
        let tags = tags::declared(call, store, &mut budget).await.ok();
        if let Some(pending) = transaction::current() {
            let begun = match pending.join(call.cache, call.key) {
                Some(begun) => begun,
                None => pending.hold(begin(call, store, &mut budget).await),
            };
            return Writing::Inside { pending, begun, tags };
        }
        let mark = begin(call, store, &mut budget).await;
        budget.pause();
        Writing::Alone { mark, store, budget, tags }
    }

    /// The source was written: stores its value. `None`: that has failed.
    async fn end(self, call: Call<'_>, value: Option<Kept>) -> WriteEffect {
        let draft = |tags: Option<Tags>| {
            let facts = Facts { tags: tags?, ..Facts::default() };
            value.as_ref().and_then(|value| call.draft(Some(value), &facts))
        };
        match self {
            Writing::Nowhere => WriteEffect::NotStored,
            Writing::Alone { mark, store, mut budget, tags } => {
                let draft = draft(tags);
                mark.end(store, &mut budget, draft).await
            }
            Writing::Inside { pending, begun, tags } => {
                pending.written(call.cache, call.key, begun, draft(tags));
                WriteEffect::Deferred
            }
        }
    }
}

async fn begin(call: Call<'_>, store: &AnyStore, budget: &mut Budget) -> Mark {
    let writer = Nonce::new();
    let mut mark = Mark {
        cache: call.cache.clone(),
        site: call.site,
        key: call.key.clone(),
        begun: Begun { writer, mark: None },
        ended: false,
    };
    // The guard stands before the step: dropped while the answer is on its way, it takes away what may stand there.
    match store.begin_write(budget, call.key, writer, call.cache.settings().mark).await {
        Ok(id) => mark.begun.mark = Some(id),
        Err(_) => call.site.counters.store_errors().one(),
    }
    mark
}

/// A write that has begun. Dropped, it ends without a value.
pub(crate) struct Mark {
    cache: Cache,
    site: &'static Site,
    key: Key,
    begun: Begun,
    ended: bool,
}

/// What is known of a write's beginning.
#[derive(Clone, Copy)]
struct Begun {
    writer: Nonce,
    /// The mark's id. `None`: the beginning was not answered.
    mark: Option<Nonce>,
}

impl Mark {
    pub(crate) fn cache(&self) -> &Cache {
        &self.cache
    }

    pub(crate) fn key(&self) -> &Key {
        &self.key
    }

    pub(crate) fn is_at(&self, cache: &Cache, key: &Key) -> bool {
        self.key == *key && self.cache.is(cache)
    }

    /// Ends a write that was held, which has nothing left of its call's time.
    pub(crate) async fn end_now(self, draft: Option<(Draft, Duration)>) -> WriteEffect {
        let cache = self.cache.clone();
        match cache.store() {
            Some(store) => self.end(store, &mut cache.budget(), draft).await,
            None => WriteEffect::NotStored,
        }
    }

    /// Without trying: after another step has found that the store does not answer. The mark ends by its time.
    pub(crate) fn queue(mut self) {
        self.ended = true;
        self.queue_removal(&CacheError::DeadlineExceeded);
    }

    fn queue_removal(&self, error: &CacheError) -> bool {
        let queued = self.cache.store().is_some_and(|store| store.queue_key(&self.key));
        if queued {
            self.site.queued(self.key.as_str(), error);
        }
        queued
    }

    async fn end(
        mut self,
        store: &AnyStore,
        budget: &mut Budget,
        draft: Option<(Draft, Duration)>,
    ) -> WriteEffect {
        // Only this order keeps the guard armed while the answer is on its way.
        let answer = end(store, budget, &self.key, self.begun, draft).await;
        let counters = &self.site.counters;
        match answer {
            Ok(end) => {
                self.ended = true;
                counters.writes().one();
                match end {
                    WriteEnd::Stored => WriteEffect::Stored,
                    WriteEnd::Contended => WriteEffect::Contended,
                    WriteEnd::Removed => WriteEffect::NotStored,
                }
            }
            Err(error) => {
                counters.store_errors().one();
                self.ended = true;
                if error != CacheError::ForeignKey && self.queue_removal(&error) {
                    return WriteEffect::Queued;
                }
                WriteEffect::NotStored
            }
        }
    }
}

async fn end(
    store: &AnyStore,
    budget: &mut Budget,
    key: &Key,
    Begun { writer, mark }: Begun,
    draft: Option<(Draft, Duration)>,
) -> Result<WriteEnd, CacheError> {
    match mark {
        Some(mark) => store.end_write(budget, key, mark, writer, draft).await,
        None => store.abandon_write(budget, key, writer).await.map(|()| WriteEnd::Contended),
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        let (cache, site, key, begun) = (self.cache.clone(), self.site, self.key.clone(), self.begun);
        in_background(self.cache.runtime(), async move {
            let Some(store) = cache.store() else { return };
            if let Err(error) = end(store, &mut cache.budget(), &key, begun, None).await {
                site.counters.store_errors().one();
                if error != CacheError::ForeignKey && store.queue_key(&key) {
                    site.queued(key.as_str(), &error);
                }
            }
        });
    }
}
