//! How long after an invalidation on one node another node still has the value in its process.

mod nodes;

use std::thread::sleep;
use std::time::{Duration, Instant};

use cache_benches::run::one_thread;
use cache_benches::{Goal, Table, Unit, by_hand, quantile};
use cache_tests::RedisServer;
use redis::aio::MultiplexedConnection;
use tokio::runtime::Runtime;

use nodes::{NodeA, NodeB};

/// So many sittings of so many invalidations, with a round trip before each: the machine is the same for both.
const SITTINGS: usize = 60;
const TIMES: usize = 50;

/// What node B reads in a second while it is busy.
const READS: u64 = 100_000;

/// Each has slept for so long before. Whoever has just computed for long is interrupted by the machine's scheduler: that is not
/// what is measured.
const REST: Duration = Duration::from_millis(1);

struct Nodes {
    a: NodeA,
    b: NodeB,
    by_hand: (Runtime, MultiplexedConnection),
}

impl Nodes {
    fn start(url: &str, reads_a_second: u64) -> Nodes {
        let runtime = one_thread();
        let connection = runtime.block_on(by_hand::connection(url));
        let (a, b) = (NodeA::start(url), NodeB::start(url, reads_a_second));
        Nodes { a, b, by_hand: (runtime, connection) }
    }

    /// Nanoseconds of a round trip by hand, idle as an invalidation finds everybody: what slept has to be woken.
    fn round_trip(&mut self) -> f64 {
        let (runtime, connection) = &mut self.by_hand;
        runtime.block_on(async {
            tokio::time::sleep(REST).await;
            let started = Instant::now();
            redis::cmd("PING").exec_async(connection).await.expect("PING");
            started.elapsed().as_nanos() as f64
        })
    }

    /// Nanoseconds from before an invalidation until a read by the other node finds nothing in its process.
    fn invalidation(&self) -> f64 {
        self.b.warm();
        sleep(REST);
        self.b.watch();
        self.a.invalidate();
        let gone = self.b.gone();
        gone.saturating_duration_since(self.a.began()).as_nanos() as f64
    }

    fn stop(self) {
        self.a.stop();
        self.b.stop();
    }
}

/// The nanoseconds of round trips and of invalidations: of that half of the sittings in which the round trips were quickest.
fn measure(url: &str, reads_a_second: u64) -> (Vec<f64>, Vec<f64>) {
    let mut nodes = Nodes::start(url, reads_a_second);
    let mut sitting = || (0..TIMES).map(|_| (nodes.round_trip(), nodes.invalidation())).collect();
    let mut sittings: Vec<Vec<(f64, f64)>> = (0..SITTINGS).map(|_| sitting()).collect();
    nodes.stop();
    let trips = |sitting: &[(f64, f64)]| sitting.iter().map(|(trip, _)| trip).sum::<f64>();
    sittings.sort_by(|one, other| trips(one).total_cmp(&trips(other)));
    sittings.into_iter().take(SITTINGS / 2).flatten().unzip()
}

pub(crate) fn run(table: &mut Table) {
    let server = RedisServer::start();
    let (mut trips, mut idle) = measure(&server.url(), 0);
    let (_, mut busy) = measure(&server.url(), READS);
    table.section("An invalidation on node A, until node B's near cache has lost the value");
    let (trip, slow_trip) = (quantile(&mut trips, 0.5), quantile(&mut trips, 0.99));
    let (half, most) = (quantile(&mut idle, 0.5), quantile(&mut idle, 0.99));
    let (by_hand, slow) = ("a round trip (`PING`)", "the p99 of round trips");
    for (ours, figure, theirs, beside, goal) in [
        ("idle, p50", half, by_hand, trip, Goal::Shown),
        ("idle, p99", most, by_hand, trip, Goal::AtMost(3.0)),
        ("idle, p99", most, slow, slow_trip, Goal::Shown),
    ] {
        table.compare(ours, Unit::Nanoseconds, figure, theirs, beside, figure / beside, goal);
    }
    let limit = Duration::from_millis(2).as_nanos() as f64;
    table.figure("100,000 reads/s, p50", Unit::Nanoseconds, quantile(&mut busy, 0.5), Goal::Shown);
    table.figure("100,000 reads/s, p99", Unit::Nanoseconds, quantile(&mut busy, 0.99), Goal::AtMost(limit));
    table.note(
        "From before A sends it; round trips and invalidations by turns, 3,000 of each in 60 sittings, of which \
         those 30 count in which the round trips were quickest. Each has slept for a millisecond before, \
         and so has who makes a round trip. The reads are B's own, of 1,000 keys that are in its process. B's thread looks itself, \
         each time before it waits, or between 50 of these reads.",
    );
}
