//! Functions that take many ids and return a map.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::convert::Infallible;
use std::future::Future;
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;

use crate::key::Key;
use crate::load::{ErrorSharing, load_many};
use crate::policy::Policy;
use crate::read::{Call, Entries};
use crate::value::Value;

/// What a function with `batch` returns: its values by their ids. A `HashMap`, with any hasher, or a `BTreeMap`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not hold the values of a batch by their ids",
    label = "a map from `{Id}` is wanted",
    note = "a function with `batch` that takes `&[{Id}]` or `Vec<{Id}>` returns a `HashMap<{Id}, V>` or a `BTreeMap<{Id}, V>`"
)]
pub trait BatchMap<Id, V>: Default {
    /// Puts a value in.
    fn put(&mut self, id: Id, value: V);

    /// Takes a value out.
    fn take(&mut self, id: &Id) -> Option<V>;
}

#[diagnostic::do_not_recommend]
impl<Id: Eq + Hash, V, S: BuildHasher + Default> BatchMap<Id, V> for HashMap<Id, V, S> {
    fn put(&mut self, id: Id, value: V) {
        self.insert(id, value);
    }

    fn take(&mut self, id: &Id) -> Option<V> {
        self.remove(id)
    }
}

#[diagnostic::do_not_recommend]
impl<Id: Ord, V> BatchMap<Id, V> for BTreeMap<Id, V> {
    fn put(&mut self, id: Id, value: V) {
        self.insert(id, value);
    }

    fn take(&mut self, id: &Id) -> Option<V> {
        self.remove(id)
    }
}

/// A call of such a function, without its ids.
pub struct Batch<'a, V> {
    entries: Entries<'a>,
    value: PhantomData<fn() -> V>,
}

impl<'a, V> Batch<'a, V> {
    /// A call.
    pub fn new(entries: Entries<'a>) -> Batch<'a, V> {
        Batch { entries, value: PhantomData }
    }
}

/// For a function that returns `Result<M, E>`. Each id is read and loaded once, however often it is asked for.
pub async fn batch_result<Id, V, M, E, K, F, Fut>(
    batch: Batch<'_, V>,
    ids: &[Id],
    key: K,
    sharing: ErrorSharing<E>,
    loader: F,
) -> Result<M, E>
where
    Id: Clone,
    V: Value,
    M: BatchMap<Id, V>,
    K: Fn(&Id) -> Key,
    F: Fn(Vec<Id>) -> Fut,
    Fut: Future<Output = Result<M, E>>,
{
    let mut known = HashSet::with_capacity_and_hasher(ids.len(), foldhash::fast::RandomState::default());
    let mut asked: Vec<(&Id, Key)> = ids.iter().map(|id| (id, key(id))).collect();
    asked.retain(|(_, key)| known.insert(key.clone()));
    let calls: Vec<Call<'_>> = asked.iter().map(|(_, key)| batch.entries.at(key).call::<V>(true)).collect();
    let values = load_many(&calls, sharing, |which: Vec<usize>| {
        let ids: Vec<Id> = which.into_iter().map(|at| asked[at].0.clone()).collect();
        let loading = loader(ids.clone());
        async move {
            let mut loaded = loading.await?;
            Ok(ids.iter().map(|id| loaded.take(id)).collect())
        }
    });
    let mut map = M::default();
    for ((id, _), value) in asked.iter().zip(values.await?) {
        if let Some(value) = value {
            map.put((*id).clone(), value);
        }
    }
    Ok(map)
}

/// For a function that returns `M`.
pub async fn batch_value<Id, V, M, K, F, Fut>(batch: Batch<'_, V>, ids: &[Id], key: K, loader: F) -> M
where
    Id: Clone,
    V: Value,
    M: BatchMap<Id, V>,
    K: Fn(&Id) -> Key,
    F: Fn(Vec<Id>) -> Fut,
    Fut: Future<Output = M>,
{
    let loader = |ids| {
        let loading = loader(ids);
        async { Ok(loading.await) }
    };
    let result: Result<M, Infallible> = batch_result(batch, ids, key, ErrorSharing::never(), loader).await;
    match result {
        Ok(map) => map,
    }
}

/// The policy of such a function.
///
/// # Panics
///
/// While it is compiled: where the strategy's defaults ask for what is decided entry by entry.
#[track_caller] // The error is then at the declaration alone, not here as well.
pub const fn in_batch(policy: Policy) -> Policy {
    assert!(
        !policy.needs_task() && policy.error_window().is_zero(),
        "an option of this strategy serves or loads single entries anew, which a batch does not: switch it off here \
         (`stale_if_error = false`)"
    );
    crate::__private::in_caller(policy)
}
