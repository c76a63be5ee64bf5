//! Leading a flight: the lease, the load, the fill.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::flight::{Leader, Outcome, Shared, Waiter};
use super::{Miss, follow, lease_of, run};
use crate::background::{in_background, with_ticks};
use crate::error::CacheError;
use crate::read::{Call, Look};
use crate::record::{Draft, Token};
use crate::store::Lease;
use crate::value::Value;

/// What leading came to.
pub(super) enum Led<V, E> {
    Done(Result<Option<Arc<V>>, E>),
    /// Another process is loading; this is where its outcome arrives.
    Follow(Waiter),
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
    let look = take_lease(miss, &mut leader, look).await;
    let token = match look {
        // In the store before this caller asked for the lease: as good as a hit, but only for this caller.
        Look::Hit(value) => {
            leader.land(Outcome::LookAgain);
            return Led::Done(Ok(value));
        }
        Look::Busy(token) if lease_of(token) && !waited => {
            return Led::Follow(follow::follow::<V>(call, leader, token));
        }
        _ if leader.has_lease() => Some(Token::Lease(leader.nonce())),
        // A write is under way: load, and don't store. Who sees the mark unchanged may share the load.
        Look::Busy(token) => Some(token).filter(|token| !lease_of(*token)),
        Look::Absent | Look::Dead(_) | Look::Foreign | Look::Unknown(_) => None,
    };
    leader.begin(token);
    let Some(loader) = loader.take() else {
        return Led::Done(Ok(None));
    };
    let started = Instant::now();
    let renewal = call.cache.settings().lease / 3;
    let result = if leader.has_lease() {
        with_ticks(run(call, loader), renewal, || renew(call, &leader)).await
    } else {
        run(call, loader).await
    };
    let result = result.map(|value| value.map(Arc::new));
    leader.land(match &result {
        Ok(value) => Outcome::Loaded(value.clone().map(|value| value as Shared)),
        Err(error) => Outcome::Failed(miss.sharing.share(error)),
    });
    if leader.has_lease() {
        let draft = match &result {
            Ok(value) => make_draft(call, value.as_ref(), started.elapsed()),
            Err(_) => None,
        };
        settle(miss, leader, draft).await;
    }
    Led::Done(result)
}

/// Asks for the lease where there is one to be had. Gives [`Look::Absent`] where it was granted.
async fn take_lease<V: Value, E>(miss: &mut Miss<'_, E>, leader: &mut Leader, look: Look<V>) -> Look<V> {
    let dead = match look {
        Look::Absent => None,
        Look::Dead(expected) => Some(expected),
        other => return other,
    };
    let (key, time) = (miss.call.key, miss.call.cache.settings().lease);
    // Before it is granted: if this future is dropped while the answer is on its way, the lease has to go back.
    leader.holds_lease(true);
    match miss.store.lease(&mut miss.budget, key, leader.nonce(), dead.as_ref(), time).await {
        Ok(Lease::Granted) => Look::Absent,
        Ok(Lease::Held(found)) => {
            leader.holds_lease(false);
            match miss.call.interpret(found) {
                // It went away and came back, or another dead value took its place: not worth a second try.
                Look::Absent => Look::Unknown(CacheError::DeadlineExceeded),
                other => other,
            }
        }
        // Perhaps granted, perhaps not: it is given back when the leader is done.
        Err(error) => miss.call.unanswered(error),
    }
}

fn renew(call: Call<'_>, leader: &Leader) {
    let (cache, key, nonce) = (call.cache.clone(), call.key.clone(), leader.nonce());
    in_background(async move {
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
async fn settle<E>(miss: &mut Miss<'_, E>, leader: Leader, draft: Option<(Draft, Duration)>) {
    let (call, nonce) = (miss.call, leader.nonce());
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
        // Dropped unsettled, it tries once more in the background to give the lease back.
        Err(_) => counters.store_errors.one(),
    }
}
