//! Points at which the project's interleaving checker (`tests/src/interleaving`) decides what happens next.
//!
//! Only with the feature `__interleaving`, and only on a thread that has set a [`Hook`]: each step of the memory store is
//! then a point of its own, and work that nobody waits for and bounds that pass are the hook's to run and to decide.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::mem;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use crate::cache::Cache;
use crate::entry::Entry;
use crate::key::Key;
use crate::load::returns::Fallible;
use crate::load::{ErrorSharing, load_owned};
use crate::record::{Claim, Found};
use crate::store::AnyStore;
use crate::store::memory::MemoryStore;
use crate::tags;
use crate::value::{Value, give};

/// Work that nobody waits for.
pub type Background = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What the runtime asks of the checker on this thread.
pub trait Hook {
    /// Whoever is polled now takes a step at the store, or hears what came of it, once it is polled again.
    fn step(&self, step: &'static str);

    /// Runs something that nobody waits for, whenever it likes.
    fn background(&self, work: Background);

    /// Whether the bound of whoever is polled now has passed.
    fn time_is_up(&self) -> bool;
}

thread_local! {
    static HOOK: RefCell<Option<Rc<dyn Hook>>> = const { RefCell::new(None) };
}

/// Sets this thread's hook, or takes it away.
pub fn set_hook(hook: Option<Rc<dyn Hook>>) {
    HOOK.set(hook);
}

/// This thread's hook, if there is one.
pub(crate) fn hook() -> Option<Rc<dyn Hook>> {
    HOOK.with_borrow(Clone::clone)
}

/// Yields once: ahead of a step, and after it, as a server's answer too is a while on its way.
pub(crate) async fn point(step: &'static str) {
    let hooked = hook().map(|hook| hook.step(step)).is_some();
    if hooked {
        yield_once().await;
    }
}

/// Lets everybody else go first.
pub(crate) async fn yield_once() {
    let mut yielded = false;
    poll_fn(|context| {
        if mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Waits for `future` until the hook says that the time is up; of a time that begins with this poll it is not.
pub(crate) async fn bounded<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut begun = false;
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending if mem::replace(&mut begun, true) && hook().is_some_and(|hook| hook.time_is_up()) => {
            Poll::Ready(None)
        }
        Poll::Pending => Poll::Pending,
    })
    .await
}

/// A cache with loads of its own on the store of `cache`: what another process is to a server.
pub fn sibling(cache: &Cache) -> Cache {
    cache.sibling()
}

/// Reads an entry as a function does whose loads may run in tasks.
///
/// # Errors
///
/// The loader's.
pub async fn read_owned<V, K, E, Fut>(entry: &Entry<V, K>, load: impl FnOnce() -> Fut) -> Result<V, E>
where
    V: Value,
    E: Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<V, E>> + Send + 'static,
{
    load_owned(Fallible, entry.at(), ErrorSharing::by(E::clone), None, load).await
}

/// What stands at an entry of a memory cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing<V> {
    /// Nothing that anybody is given.
    Nothing,
    /// A value; `None`: another type's.
    Value(Option<V>),
    /// A lease, a write mark, or a value that somebody has claimed.
    Busy,
}

/// What stands at an entry of a memory cache, without a step.
pub fn standing<V: Value, K>(entry: &Entry<V, K>) -> Standing<V> {
    let call = entry.call();
    let Some(store) = memory(call.cache) else { return Standing::Nothing };
    match store.look(call.key.as_bytes()) {
        Found::Value(stored) => {
            let named: Vec<Key> = stored.tags().iter().map(|tag| Key::of_text(&tag.key)).collect();
            let records = named.iter().map(|tag| Ok(store.look(tag.as_bytes())));
            if !tags::Standing::of(&named, records).unwrap_or_default().hold(stored.tags(), call.tags) {
                return Standing::Nothing;
            }
            if matches!(stored.claim().at(now(call.cache)), Claim::Loading(_)) {
                return Standing::Busy;
            }
            Standing::Value(call.decoding().kept(&stored).and_then(give))
        }
        Found::Busy(_) => Standing::Busy,
        Found::Absent | Found::Tag(..) | Found::Unreadable(_) => Standing::Nothing,
    }
}

/// Makes whatever stands at a key of a memory cache go: leases, marks and tags too.
pub fn evict(cache: &Cache, key: &Key) {
    if let Some(store) = memory(cache) {
        store.evict(key.as_bytes());
    }
}

/// Lets the time of whatever stands at a key of a memory cache be over: leases, marks and tags too.
pub fn expire(cache: &Cache, key: &Key) {
    if let Some(store) = memory(cache) {
        store.expire(key.as_bytes());
    }
}

/// Lets the TTL of a value of a memory cache have ended so long ago; the value stays where it is.
pub fn age(cache: &Cache, key: &Key, past: Duration) {
    let past = u64::try_from(past.as_millis()).unwrap_or(u64::MAX);
    if let Some(store) = memory(cache) {
        store.change(key.as_bytes(), now(cache).saturating_sub(past), None);
    }
}

/// Ends the time of the claim of a value of a memory cache: as if whoever loads it anew were stuck.
pub fn end_claim(cache: &Cache, key: &Key) {
    if let Some(store) = memory(cache) {
        store.change(key.as_bytes(), u64::MAX, Some(Claim::Free));
    }
}

fn memory(cache: &Cache) -> Option<&MemoryStore> {
    match cache.store()? {
        AnyStore::Memory(store) => Some(store),
        #[cfg(feature = "redis")]
        AnyStore::Redis(_) => None,
    }
}

fn now(cache: &Cache) -> u64 {
    cache.store().map_or(0, AnyStore::now)
}
