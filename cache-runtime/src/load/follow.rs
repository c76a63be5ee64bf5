//! Following a load of another process: one look-out for all callers of this one.

use std::time::Duration;

use tokio::runtime::Handle;

use super::flight::{Leader, Outcome, Shared, Waiter};
use crate::read::{Call, Look};
use crate::record::Token;
use crate::value::Value;

/// How long the look-out waits between two looks, at first and at the most.
const FIRST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(25);

/// Waits for what comes of the load under `token`, in a task of its own: no caller that is dropped takes it along. Without a
/// runtime there is no task and no clock, and nobody to wait with: the leader comes back.
pub(super) fn follow<V: Value>(call: Call<'_>, leader: Leader, token: Token) -> Result<Waiter, Leader> {
    let Ok(runtime) = Handle::try_current() else { return Err(leader) };
    let waiter = leader.follow(token);
    let (cache, key) = (call.cache.clone(), call.key.clone());
    let (site, schema, takes_none) = (call.site, call.schema, call.takes_none);
    runtime.spawn(async move {
        let call = Call { takes_none, ..Call::new(site, &cache, &key, schema) };
        look_out::<V>(call, leader, token).await;
    });
    Ok(waiter)
}

async fn look_out<V: Value>(call: Call<'_>, leader: Leader, token: Token) {
    let Some(store) = call.cache.store() else { return };
    let mut pause = FIRST_PAUSE;
    while !leader.land_if_alone() {
        match call.look::<V>(store, &mut call.cache.budget()).await {
            Look::Busy(seen) if seen == token => {}
            // It stands there after every caller here came, so it is not older than any invalidation that they know of.
            Look::Hit(value) => return leader.land(Outcome::Loaded(value.map(|value| value as Shared))),
            _ => return leader.land(Outcome::LookAgain),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 3 / 2).min(LONGEST_PAUSE);
    }
}
