//! Leading a flight: the lease or the claim, the load, the fill.

use std::time::Instant;

use super::Outcome;
use super::flight::{self, Leader, Waiter};
use super::hold::{self, Hold};
use super::loaded::{Failed, Loading, Terms};
use super::miss::{Miss, run};
use super::nested::LoadOf;
use super::sharing::Failure;
use super::{follow, tags};
use crate::background::{in_background, with_ticks};
use crate::call::Call;
use crate::draft::Facts;
use crate::read::{Look, Seen};
use crate::record::{Claim, Draft, Expected, Nonce, Over, Tags, Token};
use crate::store::{AnyStore, Filled, Lease};
use crate::value::Kept;

/// What leading came to.
pub(super) enum Led {
    Done(Outcome),
    /// Another process is loading; this is where its outcome arrives.
    Follow(Waiter, Loading),
}

/// What a load runs under.
pub(super) enum Under {
    /// A lease or a claim of its own: its value is stored.
    Hold(Hold, Token),
    /// What stands in the store, which lets others share the load; its value is not stored.
    Nothing(Option<Seen>),
    /// It does not run: the value was there by the time that the lease was asked for.
    Hit(Option<Kept>),
}

/// Or it does not run because another process loads: what was seen of that.
pub(super) type Taken = Result<Under, Seen>;

pub(super) async fn lead(
    miss: &mut Miss<'_>,
    loader: Loading,
    mut leader: Leader,
    look: Look,
    waited: bool,
) -> Led {
    let under = match take_hold(miss, &leader, look).await {
        Ok(under) => under,
        // Nobody waits twice.
        Err(_) if waited => Under::Nothing(None),
        Err(seen) => match follow::follow(miss.call, leader, seen) {
            Ok(waiter) => return Led::Follow(waiter, loader),
            Err(back) => {
                leader = back;
                Under::Nothing(None)
            }
        },
    };
    match under {
        Under::Hit(value) => {
            // As good as a hit, but only for this caller: another may have joined after the store answered.
            leader.land(flight::Outcome::LookAgain);
            Led::Done(Ok(value))
        }
        Under::Hold(hold, token) => match tags::open(miss).await {
            Ok(tags) => {
                leader.begin(Some(Seen { token, tags: nonces(&tags) }));
                Led::Done(load_under(miss, &leader, &hold, tags, loader).await)
            }
            // Its tags are not known, so its value can't be stored.
            Err(_) => {
                leader.begin(None);
                Led::Done(load_freely(miss, &leader, loader).await)
            }
        },
        Under::Nothing(seen) => {
            miss.budget.pause();
            leader.turn(miss.patience()).await;
            leader.begin(seen);
            Led::Done(load_freely(miss, &leader, loader).await)
        }
    }
}

/// Loads what will not be stored.
async fn load_freely(miss: &mut Miss<'_>, leader: &Leader, loader: Loading) -> Outcome {
    miss.budget.pause();
    let result = run(miss.call, loader).await.map(|load| load.value);
    land(leader, &result);
    miss.or_stale(result.map_err(|_| Failure::Own))
}

/// Loads, and stores what was loaded in place of what is held.
async fn load_under(
    miss: &mut Miss<'_>,
    leader: &Leader,
    hold: &Hold,
    tags: Tags,
    loader: Loading,
) -> Outcome {
    let call = miss.call;
    miss.budget.pause();
    let _panicking = LeftAlone { call, leader, hold };
    let (started, began) = (Instant::now(), miss.store.now());
    // A lease in this process needs no renewal: it has no end.
    let result = if miss.store.typed() && matches!(hold, Hold::Lease(_)) {
        run(call, loader).await
    } else {
        let period = call.cache.settings().lease / 3;
        with_ticks(call.cache.clock(), run(call, loader), period, || renew(call, hold)).await
    };
    let load_time = started.elapsed();
    let mut terms = Terms::default();
    let result = result.map(|load| {
        terms = load.terms;
        load.value
    });
    land(leader, &result);
    let draft = match &result {
        Ok(value) if !terms.skip => match tags::for_terms(miss, tags, &terms, began).await {
            Some(tags) => call.draft(value.as_ref(), &Facts { load_time, ttl: terms.ttl, tags }),
            None => None,
        },
        _ => None,
    };
    settle(miss, leader, hold, draft, result.is_err()).await;
    miss.or_stale(result.map_err(|_| Failure::Own))
}

/// A load that panics has failed: its source is left alone for a while, as after an error.
struct LeftAlone<'a> {
    call: Call<'a>,
    leader: &'a Leader,
    hold: &'a Hold,
}

impl Drop for LeftAlone<'_> {
    fn drop(&mut self) {
        let Hold::Claim(value) = self.hold else { return };
        if !LoadOf::of(self.call).has_panicked() {
            return;
        }
        // Else it would be given back, for the next caller to load.
        self.leader.settled();
        let (cache, key, value, pause) =
            (self.call.cache.clone(), self.call.key.clone(), value.clone(), self.call.policy.retry_pause());
        in_background(self.call.cache.runtime(), async move {
            let Some(store) = cache.store() else { return };
            let claim = Claim::Failed(hold::end(store, pause));
            // Where it fails the claim ends by its time.
            let _ = store.claim(&mut cache.budget(), &key, &value, claim, Over::Any).await;
        });
    }
}

fn land(leader: &Leader, result: &Result<Option<Kept>, Failed>) {
    leader.land(match result {
        Ok(value) => flight::Outcome::Loaded(value.clone()),
        Err(Failed(error)) => flight::Outcome::Failed(error.clone()),
    });
}

/// Asks for the lease or the claim, where there is one to be had.
async fn take_hold(miss: &mut Miss<'_>, leader: &Leader, look: Look) -> Taken {
    match (leader.inherited(), look) {
        // Whoever held the claim was dropped; whatever of his is still under way claims the same value.
        (Some(Hold::Claim(value)), _) => take_claim(miss, leader, value, Over::Any, Vec::new()).await,
        // What a dropped leader left behind is replaced; its nonce is never used again, as its request may still be under way.
        (Some(Hold::Lease(nonce)), Look::Absent | Look::Dead(_)) => {
            take_lease(miss, leader, Some(Expected::lease(nonce))).await
        }
        (None, Look::Absent) => take_lease(miss, leader, None).await,
        (None, Look::Dead(dead)) => take_lease(miss, leader, Some(dead)).await,
        (None, Look::Aged(aged)) => {
            let now = miss.store.now();
            take_claim(miss, leader, aged.expected, Over::Ended(now), aged.seen.tags).await
        }
        (_, other) => without_hold(other),
    }
}

async fn take_lease(miss: &mut Miss<'_>, leader: &Leader, dead: Option<Expected>) -> Taken {
    let (key, time) = (miss.call.key, miss.call.cache.settings().lease);
    let nonce = Nonce::new();
    leader.ask(Hold::Lease(nonce));
    match miss.store.lease(&mut miss.budget, key, nonce, dead.as_ref(), time).await {
        Ok(Lease::Granted) => Ok(Under::Hold(Hold::Lease(nonce), Token::Lease(nonce))),
        Ok(Lease::Held(found)) => {
            leader.settled();
            if miss.call.is_queued(miss.store) {
                // What stands there was invalidated after the look.
                return Ok(Under::Nothing(None));
            }
            without_hold(miss.call.interpret_found(miss.store, &mut miss.budget, found).await)
        }
        // It may be granted yet, after an invalidation that did not find it: nothing is stored or shared under it.
        Err(error) => without_hold(miss.call.unanswered(error)),
    }
}

async fn take_claim(
    miss: &mut Miss<'_>,
    leader: &Leader,
    value: Expected,
    over: Over,
    tags: Vec<Option<Nonce>>,
) -> Taken {
    let claim = Claim::Loading(hold::end(miss.store, miss.call.cache.settings().lease));
    let token = value.stamp().map(Token::Value);
    leader.ask(Hold::Claim(value.clone()));
    match (miss.store.claim(&mut miss.budget, miss.call.key, &value, claim, over).await, token) {
        (Ok(true), Some(token)) => Ok(Under::Hold(Hold::Claim(value), token)),
        (Ok(_), token) => {
            leader.settled();
            token.map_or(Ok(Under::Nothing(None)), |token| Err(Seen { token, tags }))
        }
        (Err(error), _) => without_hold(miss.call.unanswered(error)),
    }
}

pub(super) fn without_hold(look: Look) -> Taken {
    Ok(match look {
        Look::Hit(value) => Under::Hit(value),
        Look::Aged(aged) if aged.is_servable() => Under::Hit(Some(aged.value)),
        Look::Busy(seen) => match seen.token {
            // A write is under way. Who sees its mark unchanged may share the load; but not where a tag is missing, as that one
            // may fall once more and leaves no trace.
            Token::Mark(..) => Under::Nothing(seen.tags.iter().all(Option::is_some).then_some(seen)),
            Token::Lease(_) | Token::Value(_) => return Err(seen),
        },
        Look::Aged(_) | Look::Absent | Look::Dead(_) | Look::Foreign | Look::Unknown(_) => {
            Under::Nothing(None)
        }
    })
}

fn nonces(tags: &Tags) -> Vec<Option<Nonce>> {
    tags.as_deref().unwrap_or_default().iter().map(|tag| Some(tag.nonce)).collect()
}

fn renew(call: Call<'_>, hold: &Hold) {
    let (cache, key, hold) = (call.cache.clone(), call.key.clone(), hold.clone());
    in_background(call.cache.runtime(), async move {
        // Where it fails the lease ends by its time, and the fill finds it gone.
        let _ = hold.renew(&cache, &key).await;
    });
}

fn retry_later(call: Call<'_>, store: &AnyStore) -> Claim {
    Claim::Failed(hold::end(store, call.policy.retry_pause()))
}

/// Replaces what is held by the value, or gives it back.
async fn settle(
    miss: &mut Miss<'_>,
    leader: &Leader,
    hold: &Hold,
    draft: Option<(Draft, std::time::Duration)>,
    failed: bool,
) {
    let (call, under) = (miss.call, hold.expected());
    let counters = &call.site.counters;
    let (store, budget) = (miss.store, &mut miss.budget);
    let answer = match (draft, hold) {
        (Some((draft, ttl)), _) => match store.fill(budget, call.key, &under, draft, ttl).await {
            // The source is a replica that lags behind; it is asked again after a while.
            Ok(Filled::Older) => {
                counters.older().one();
                store.claim(budget, call.key, &under, retry_later(call, store), Over::Any).await.map(|_| ())
            }
            filled => filled.map(|filled| {
                if filled == Filled::Stored { counters.fills() } else { counters.revoked_fills() }.one();
            }),
        },
        // The value from before may still be of use; but its source is left alone for a while.
        (None, Hold::Claim(_)) if failed => {
            store.claim(budget, call.key, &under, retry_later(call, store), Over::Any).await.map(|_| ())
        }
        // There is a newer answer than what stands there, and it can't be stored.
        (None, _) => store.release(budget, call.key, &under).await,
    };
    match answer {
        Ok(()) => leader.settled(),
        // The leader, dropped unsettled, tries once more in the background to give back what it holds.
        Err(_) => counters.store_errors().one(),
    }
}
