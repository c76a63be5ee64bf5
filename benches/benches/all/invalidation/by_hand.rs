//! The same with the client alone: a round trip, and an `UNLINK` until a listener hears of it. What is missing is all that makes it
//! safe: nobody looks whether the key is being written, and what the listener keeps is nobody's.

use std::sync::mpsc;
use std::time::Instant;

use cache_benches::by_hand::{connection, key, listening, set};
use cache_benches::run::{one_thread, runtime};
use redis::aio::MultiplexedConnection;
use redis::{PushInfo, PushKind};
use tokio::runtime::Runtime;
use tokio::time::sleep;

use super::REST;

/// The key that is invalidated.
const ID: i64 = 1;

pub(super) struct ByHand {
    a: (Runtime, MultiplexedConnection),
    b: (Runtime, MultiplexedConnection),
    /// When B has heard of it.
    gone: mpsc::Receiver<Instant>,
}

impl ByHand {
    pub(super) fn start(url: &str) -> ByHand {
        let (tells, gone) = mpsc::channel();
        let listener = move |push: PushInfo| match push.kind {
            PushKind::Invalidate => tells.send(Instant::now()),
            _ => Ok(()),
        };
        let (a, b) = (one_thread(), runtime(1));
        let to_a = a.block_on(connection(url));
        let to_b = b.block_on(listening(url, listener));
        ByHand { a: (a, to_a), b: (b, to_b), gone }
    }

    /// Nanoseconds of a round trip, idle as an invalidation finds everybody: what slept has to be woken.
    pub(super) fn round_trip(&mut self) -> f64 {
        let (runtime, connection) = &mut self.a;
        runtime.block_on(async {
            sleep(REST).await;
            let started = Instant::now();
            redis::cmd("PING").exec_async(connection).await.expect("PING");
            started.elapsed().as_nanos() as f64
        })
    }

    /// Nanoseconds from before an `UNLINK` until who listens has heard of it.
    pub(super) fn invalidation(&mut self) -> f64 {
        let ((a, to_a), (b, to_b)) = (&mut self.a, &mut self.b);
        a.block_on(set(to_a, ID));
        // Read, so that the server tells of it.
        b.block_on(redis::cmd("GET").arg(key(ID)).exec_async(to_b)).expect("GET");
        let started = a.block_on(async {
            sleep(REST).await;
            let started = Instant::now();
            redis::cmd("UNLINK").arg(key(ID)).exec_async(to_a).await.expect("UNLINK");
            started
        });
        self.gone.recv().expect("node B").saturating_duration_since(started).as_nanos() as f64
    }
}
