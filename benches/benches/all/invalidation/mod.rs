//! How long after an invalidation on one node another node still has the value in its process.

mod by_hand;
mod nodes;

use std::time::Duration;

use cache_benches::{Goal, Table, Unit, order, quantile};
use cache_tests::RedisServer;

use by_hand::ByHand;
use nodes::{NodeA, NodeB};

/// So many sittings of so many invalidations, with a round trip and one by hand in each turn: the machine is the same for all.
const SITTINGS: usize = 60;
const TIMES: usize = 48;

/// What node B reads in a second while it is busy.
const READS: u64 = 100_000;

/// Each has slept for so long before. Whoever has just computed for long is interrupted by the machine's scheduler: that is not
/// what is measured.
const REST: Duration = Duration::from_millis(1);

struct Nodes {
    a: NodeA,
    b: NodeB,
}

impl Nodes {
    fn start(url: &str, reads_a_second: u64) -> Nodes {
        Nodes { a: NodeA::start(url), b: NodeB::start(url, reads_a_second) }
    }

    /// Nanoseconds from before an invalidation until a read by the other node finds nothing in its process.
    fn invalidation(&self) -> f64 {
        self.b.warm();
        self.b.watch();
        let began = self.a.invalidate(REST);
        self.b.gone().saturating_duration_since(began).as_nanos() as f64
    }
}

/// Nanoseconds of each.
#[derive(Default)]
struct Took {
    round_trips: Vec<f64>,
    by_hand: Vec<f64>,
    ours: Vec<f64>,
}

/// Of that half of the sittings in which the round trips were quickest.
fn measure(url: &str, reads_a_second: u64) -> Took {
    let (mut hand, nodes) = (ByHand::start(url), Nodes::start(url, reads_a_second));
    let mut sitting = || {
        let mut took = Took::default();
        for turn in 0..TIMES {
            for who in order(3, turn) {
                match who {
                    0 => took.round_trips.push(hand.round_trip()),
                    1 => took.by_hand.push(hand.invalidation()),
                    _ => took.ours.push(nodes.invalidation()),
                }
            }
        }
        took
    };
    let mut sittings: Vec<Took> = (0..SITTINGS).map(|_| sitting()).collect();
    nodes.b.stop();
    let trips = |sitting: &Took| sitting.round_trips.iter().sum::<f64>();
    sittings.sort_by(|one, other| trips(one).total_cmp(&trips(other)));
    sittings.into_iter().take(SITTINGS / 2).fold(Took::default(), |mut all, sitting| {
        all.round_trips.extend(sitting.round_trips);
        all.by_hand.extend(sitting.by_hand);
        all.ours.extend(sitting.ours);
        all
    })
}

pub(crate) fn run(table: &mut Table) {
    let server = RedisServer::start();
    let Took { mut round_trips, mut by_hand, mut ours } = measure(&server.url(), 0);
    let mut busy = measure(&server.url(), READS).ours;
    table.section("An invalidation on node A, until node B's near cache has lost the value");
    let trip = quantile(&mut round_trips, 0.5);
    let (half, most) = (quantile(&mut ours, 0.5), quantile(&mut ours, 0.99));
    let (ping, unlink) = ("a round trip (`PING`)", "`UNLINK` by hand, until a listener hears of it");
    for (name, figure, theirs, beside, goal) in [
        ("idle, p50", half, ping, trip, Goal::Shown),
        ("idle, p50", half, unlink, quantile(&mut by_hand, 0.5), Goal::Shown),
        ("idle, p99", most, ping, trip, Goal::AtMost(3.0)),
        ("idle, p99", most, "the p99 of round trips", quantile(&mut round_trips, 0.99), Goal::Shown),
        ("idle, p99", most, unlink, quantile(&mut by_hand, 0.99), Goal::Shown),
    ] {
        table.compare(name, Unit::Nanoseconds, figure, theirs, beside, figure / beside, goal);
    }
    let limit = Duration::from_millis(2).as_nanos() as f64;
    table.figure("100,000 reads/s, p50", Unit::Nanoseconds, quantile(&mut busy, 0.5), Goal::Shown);
    table.figure("100,000 reads/s, p99", Unit::Nanoseconds, quantile(&mut busy, 0.99), Goal::AtMost(limit));
    table.note(
        "From before A sends it. Round trips, invalidations and those by hand by turns, 2,880 of each in 60 sittings, of which \
         those 30 count in which the round trips were quickest; everybody has slept for a millisecond before. By hand nobody \
         looks whether the key is being written, and nothing is kept. The reads are B's own, of 1,000 keys that are in its process. \
         B's thread looks itself, each time before it waits, or between 50 of these reads.",
    );
}
