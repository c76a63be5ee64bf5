//! Following a load of another process: one look-out for all callers of this one.

use std::time::Duration;

use super::flight::{Leader, Outcome, Shared, Waiter};
use crate::read::{Call, Look};
use crate::record::Token;
use crate::value::Value;

/// How long the look-out waits between two looks, at first and at the most.
const FIRST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(25);

/// Waits for what comes of the load under `token`, in a task of its own: no caller that is dropped takes it along.
pub(super) fn follow<V: Value>(call: Call<'_>, leader: Leader, token: Token) -> Waiter {
    leader.follow(token);
    let waiter = leader.waiter();
    let (cache, key) = (call.cache.clone(), call.key.clone());
    let (site, schema) = (call.site, call.schema);
    crate::background::in_background(async move {
        let call = Call { site, cache: &cache, key: &key, schema };
        look_out::<V>(call, leader, token).await;
    });
    waiter
}

async fn look_out<V: Value>(call: Call<'_>, mut leader: Leader, token: Token) {
    let mut pause = FIRST_PAUSE;
    let outcome = loop {
        tokio::time::sleep(pause).await;
        pause = (pause * 3 / 2).min(LONGEST_PAUSE);
        if !leader.has_waiters() {
            break Outcome::LookAgain;
        }
        match look::<V>(call).await {
            Look::Busy(seen) if seen == token => {}
            // It stands there after every caller here came, so it is not older than any invalidation that they know of.
            Look::Hit(value) => break Outcome::Loaded(value.map(|value| value as Shared)),
            _ => break Outcome::LookAgain,
        }
    };
    leader.land(outcome);
}

async fn look<V: Value>(call: Call<'_>) -> Look<V> {
    match call.cache.store() {
        Some(store) => call.look(store, &mut call.cache.budget()).await,
        None => Look::Absent,
    }
}
