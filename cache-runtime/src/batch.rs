//! Functions that take many ids and return a map.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::convert::Infallible;
use std::future::Future;
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;

use crate::call::Entries;
use crate::key::Key;
use crate::load::{ErrorSharing, load_many};
use crate::policy::Policy;
use crate::read_many::Calls;
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

    /// Makes room for so many more.
    fn reserve(&mut self, _more: usize) {}
}

#[diagnostic::do_not_recommend]
impl<Id: Eq + Hash, V, S: BuildHasher + Default> BatchMap<Id, V> for HashMap<Id, V, S> {
    fn put(&mut self, id: Id, value: V) {
        self.insert(id, value);
    }

    fn take(&mut self, id: &Id) -> Option<V> {
        self.remove(id)
    }

    fn reserve(&mut self, more: usize) {
        HashMap::reserve(self, more);
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
    let (asked, keys) = once_each(ids, key);
    let values = load_many(Calls::new::<V>(batch.entries, &keys), sharing, |which: Vec<usize>| {
        let ids: Vec<Id> = which.into_iter().map(|at| asked[at].clone()).collect();
        let loading = loader(ids.clone());
        async move {
            let mut loaded = loading.await?;
            Ok(ids.iter().map(|id| loaded.take(id)).collect())
        }
    });
    let values = values.await?;
    let mut map = M::default();
    map.reserve(values.len());
    for (id, value) in asked.into_iter().zip(values) {
        if let Some(value) = value {
            map.put(id.clone(), value);
        }
    }
    Ok(map)
}

/// The ids, without those whose key another one has, and their keys.
fn once_each<Id>(ids: &[Id], key: impl Fn(&Id) -> Key) -> (Vec<&Id>, Vec<Key>) {
    let keys: Vec<Key> = ids.iter().map(key).collect();
    // As a database gives them: in order, and so none twice.
    if keys.windows(2).all(|pair| pair[0].as_bytes() < pair[1].as_bytes()) {
        return (ids.iter().collect(), keys);
    }
    let mut known = HashSet::with_capacity_and_hasher(keys.len(), foldhash::fast::RandomState::default());
    ids.iter().zip(keys).filter(|(_, key)| known.insert(key.clone())).unzip()
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
