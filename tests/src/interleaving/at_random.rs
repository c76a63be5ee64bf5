//! The same actors without an executor of our own: as tasks of Tokio, in whatever order they come.

use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use super::{Mix, Op, Protocol, Schedule, World};
use crate::races::Random;

/// Runs the actors of a seed at the same time; some go away in the middle. To be asked afterwards: [`World::violation`].
///
/// # Panics
///
/// Where an actor does.
pub async fn at_random<P: Protocol>(world: &Arc<World<P>>, seed: u64) {
    let schedule = Schedule::of(seed, Mix::Everything);
    let reads = |ops: &[(Op, _)]| ops.iter().filter(|(op, _)| *op == Op::Read).count() as u64;
    let held = schedule.actors.iter().flatten().any(|(op, _)| *op == Op::HoldAWrite);
    if held {
        world.source.hold(schedule.key, schedule.actors.iter().map(|ops| reads(ops)).sum());
    }
    let tasks = schedule.actors.into_iter().enumerate().map(|(number, ops)| {
        let world = Arc::clone(world);
        let mut random = Random::new(seed.wrapping_add(number as u64) << 8);
        tokio::spawn(async move {
            for (op, at) in ops {
                // A read that is dropped would never be done, and a held write waits for all of them.
                let polls = if held { 8 } else { random.below(24) };
                let act = Arc::clone(&world).act(op, at);
                if polls < 8 { polled(act, polls).await } else { act.await }
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.expect("an actor");
    }
}

/// Polls a future so many times, and then drops it.
async fn polled(future: impl Future<Output = ()>, mut polls: u64) {
    let mut future = pin!(future);
    std::future::poll_fn(|context| {
        if polls == 0 || future.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        polls -= 1;
        Poll::Pending
    })
    .await;
}
