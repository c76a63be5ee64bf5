//! Leading a flight: the lease, the load, the fill.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::flight::{Leader, Outcome, Shared, Waiter};
use super::{Miss, follow, run};
use crate::background::{in_background, with_ticks};
use crate::read::{Call, Look};
use crate::record::{self, Draft, Expected, Nonce, Token};
use crate::store::Lease;
use crate::value::Value;

/// What leading came to.
pub(super) enum Led<V, E> {
    Done(Result<Option<Arc<V>>, E>),
    /// Another process is loading; this is where its outcome arrives.
    Follow(Waiter),
}

/// What a load runs under.
enum Under<V> {
    /// A lease of its own: its value is stored.
    Lease(Nonce),
    /// What stands in the store, which lets others share the load; its value is not stored.
    Nothing(Option<Token>),
    /// It does not run: the value was there by the time that the lease was asked for.
    Hit(Option<Arc<V>>),
    /// It does not run: another process loads.
    Other(Token),
}

pub(super) async fn lead<V, E, F, Fut>(
    miss: &mut Miss<'_, E>,
    loader: &mut Option<F>,
    mut leader: Leader,
    look: Look<V>,
    waited: bool,
) -> Led<V, E>
where
    V: Value,
    F: FnOnce() -> Fut,
    Fut: Future<Output = Result<Option<V>, E>>,
{
    let call = miss.call;
    let mut under = take_lease(miss, &leader, look).await;
    if let Under::Other(token) = under {
        if !waited {
            match follow::follow::<V>(call, leader, token) {
                Ok(waiter) => return Led::Follow(waiter),
                Err(back) => leader = back,
            }
        }
        under = Under::Nothing(None);
    }
    let lease = match under {
        Under::Hit(value) => {
            // As good as a hit, but only for this caller: another may have joined after the store answered.
            leader.land(Outcome::LookAgain);
            return Led::Done(Ok(value));
        }
        Under::Lease(nonce) => {
            leader.begin(Some(Token::Lease(nonce)));
            Some(nonce)
        }
        Under::Nothing(token) => {
            miss.budget.pause();
            leader.turn(miss.patience()).await;
            leader.begin(token);
            None
        }
        Under::Other(_) => None,
    };
    let Some(loader) = loader.take() else {
        return Led::Done(Ok(None));
    };
    miss.budget.pause();
    let started = Instant::now();
    let result = match lease {
        // A lease in this process needs no renewal: it has no end.
        Some(nonce) if !miss.store.typed() => {
            let period = call.cache.settings().lease / 3;
            with_ticks(call.cache.runtime(), run(call, loader), period, || renew(call, nonce)).await
        }
        _ => run(call, loader).await,
    };
    let result = result.map(|value| value.map(Arc::new));
    leader.land(match &result {
        Ok(value) => Outcome::Loaded(value.clone().map(|value| value as Shared)),
        Err(error) => Outcome::Failed(miss.sharing.share(error)),
    });
    if let Some(nonce) = lease {
        let draft = match &result {
            Ok(value) => make_draft(call, value.as_ref(), started.elapsed()),
            Err(_) => None,
        };
        settle(miss, &leader, nonce, draft).await;
    }
    Led::Done(result)
}

/// Asks for the lease where there is one to be had.
async fn take_lease<V: Value, E>(miss: &mut Miss<'_, E>, leader: &Leader, look: Look<V>) -> Under<V> {
    let dead = match look {
        Look::Absent => None,
        Look::Dead(expected) => Some(expected),
        other => return without_lease(other),
    };
    // What a dropped leader left behind is replaced; its nonce is never used again, as its request may still be under way.
    let dead = leader.inherited().map(|nonce| Expected::of(&record::lease(nonce))).or(dead);
    let (key, time) = (miss.call.key, miss.call.cache.settings().lease);
    let nonce = leader.ask();
    match miss.store.lease(&mut miss.budget, key, nonce, dead.as_ref(), time).await {
        Ok(Lease::Granted) => Under::Lease(nonce),
        Ok(Lease::Held(found)) => {
            leader.settled();
            if miss.store.is_queued(key) {
                // What stands there was invalidated, only the server does not know yet.
                return Under::Nothing(None);
            }
            without_lease(miss.call.interpret(found))
        }
        // It may be granted yet, after an invalidation that did not find it: nothing is stored or shared under it.
        Err(error) => without_lease(miss.call.unanswered(error)),
    }
}

fn without_lease<V>(look: Look<V>) -> Under<V> {
    match look {
        Look::Hit(value) => Under::Hit(value),
        Look::Busy(token @ Token::Lease(_)) => Under::Other(token),
        // A write is under way. Who sees its mark unchanged may share the load.
        Look::Busy(token @ Token::Mark(..)) => Under::Nothing(Some(token)),
        Look::Absent | Look::Dead(_) | Look::Foreign | Look::Unknown(_) => Under::Nothing(None),
    }
}

fn renew(call: Call<'_>, nonce: Nonce) {
    let (cache, key) = (call.cache.clone(), call.key.clone());
    in_background(call.cache.runtime(), async move {
        if let Some(store) = cache.store() {
            // Where it fails the lease ends by its time, and the fill finds it gone.
            let _ = store.renew(&mut cache.budget(), &key, nonce, cache.settings().lease).await;
        }
    });
}

/// The loaded value on its way into the store, with the time that it may stay there.
fn make_draft<V: Value>(
    call: Call<'_>,
    value: Option<&Arc<V>>,
    load_time: Duration,
) -> Option<(Draft, Duration)> {
    let policy = &call.site.declaration.policy;
    let ttl = match value {
        Some(_) => policy.time_to_live(),
        None => policy.none_time_to_live()?,
    };
    call.draft(value, ttl, load_time).map(|draft| (draft, ttl))
}

/// Fills the lease, or gives it back.
async fn settle<E>(miss: &mut Miss<'_, E>, leader: &Leader, nonce: Nonce, draft: Option<(Draft, Duration)>) {
    let call = miss.call;
    let counters = &call.site.counters;
    let answer = match draft {
        Some((draft, ttl)) => {
            miss.store.fill(&mut miss.budget, call.key, nonce, draft, ttl).await.map(|filled| {
                if filled { &counters.fills } else { &counters.revoked_fills }.one();
            })
        }
        None => miss.store.release(&mut miss.budget, call.key, nonce).await,
    };
    match answer {
        Ok(()) => leader.settled(),
        // The leader, dropped unsettled, tries once more in the background to give the lease back.
        Err(_) => counters.store_errors.one(),
    }
}
