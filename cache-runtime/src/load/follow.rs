//! Following a load of another process: one look-out for all callers of this one.

use std::time::{Duration, Instant};

use super::flight::{Leader, Outcome, Waiter};
use super::task::Owned;
use crate::background::{Spawner, pause};
use crate::call::Call;
use crate::read::{Look, Seen};
use crate::record::{Claim, Token};

/// How long the look-out waits between two looks, at first and at the most.
const FIRST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(25);

/// Waits for what comes of the load that was `seen`, in a task of its own: no caller that is dropped takes it along. Without a
/// runtime there is no task and no clock, and nobody to wait with: the leader comes back.
pub(super) fn follow(call: Call<'_>, leader: Leader, seen: Seen) -> Result<Waiter, Leader> {
    let Some(spawner) = Spawner::find() else { return Err(leader) };
    let token = seen.token;
    let waiter = leader.follow(seen);
    let call = Owned::of(call);
    spawner.spawn(async move {
        let call = call.call();
        look_out(call, leader, token).await;
    });
    Ok(waiter)
}

async fn look_out(call: Call<'_>, leader: Leader, token: Token) {
    let Some(store) = call.cache.store() else { return };
    let mut time = FIRST_PAUSE;
    // By then a lease has ended, or was renewed.
    let lease = call.cache.settings().lease;
    let mut overdue = Some(Instant::now() + lease);
    while !leader.land_if_alone() {
        if let Token::Lease(nonce) = token
            && overdue.take_if(|end| Instant::now() >= *end).is_some()
        {
            // Where it fails it is waited for no longer than others.
            let _ = store.limit(&mut call.cache.budget(), call.key, nonce, lease).await;
        }
        match call.look(store, &mut call.cache.budget()).await {
            Look::Busy(seen) if seen.token == token => {}
            // Somebody loads this value anew.
            Look::Aged(aged) if aged.seen.token == token && matches!(aged.claim, Claim::Loading(_)) => {}
            // It stands there after every caller here came, so it is not older than any invalidation that they know of.
            Look::Hit(value) => return leader.land(Outcome::Loaded(value)),
            _ => return leader.land(Outcome::LookAgain),
        }
        pause(time).await;
        time = (time * 3 / 2).min(LONGEST_PAUSE);
    }
}
