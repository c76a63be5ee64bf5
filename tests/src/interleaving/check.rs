//! Runs schedules, and says what came of them.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::executor::Executor;
use super::protocol::{At, Protocol, Rest};
use super::schedule::Scene;
use super::{KEYS, Mix, Op, PROCESSES, Schedule, Source, World};

/// How many schedules there are to be: `CACHE_TEST_SCHEDULES`, or as many as a run of all tests has the time for.
#[must_use]
pub fn schedules() -> u64 {
    number("CACHE_TEST_SCHEDULES").unwrap_or(20_000)
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// Runs the schedule of one seed. `Err`: what it violated.
///
/// # Errors
///
/// See above; with the steps that were taken, where it is `traced`.
pub fn check_one<P: Protocol>(
    seed: u64,
    mix: Mix,
    protocol: impl Fn(&Arc<Source>) -> P,
    traced: bool,
) -> Result<(), (String, Vec<String>)> {
    let schedule = Schedule::of(seed, mix);
    let source = Arc::new(Source::default());
    let world = World::new(protocol(&source), source);
    let mut executor = Executor::new(schedule.random.clone(), schedule.chances, traced);
    let run = || run(&mut executor, &world, &schedule);
    if catch_unwind(AssertUnwindSafe(run)).is_err() {
        world.violate("PANIC: see above".to_owned());
    }
    match world.violation() {
        None => Ok(()),
        Some(what) => Err((what, executor.take_trace())),
    }
}

fn run<P: Protocol>(executor: &mut Executor, world: &Arc<World<P>>, schedule: &Schedule) {
    let reads = schedule.actors.iter().flatten().filter(|(op, _)| *op == Op::Read).count() as u64;
    if schedule.scene == Scene::ReadersUnderAMark {
        world.source.hold(0, reads);
    }
    for (number, ops) in schedule.actors.iter().enumerate() {
        let work = ops.iter().map(|(op, at)| work(world, *op, *at));
        executor.actor(format!("actor {number}"), work.collect());
    }
    if let Err(waiting) = executor.run(|| world.is_violated()) {
        return world.violate(format!("HANGS: {waiting}"));
    }
    if world.is_violated() {
        return;
    }
    loads_are_few(world, schedule, reads);
    for key in 0..KEYS {
        let now = world.source.value(key);
        match world.protocol.at_rest(key) {
            Rest::Nothing => {}
            Rest::Value(value) if value == now => {}
            Rest::Value(value) => {
                world.violate(format!("OLD AT REST: key {key} holds {value}, the source {now}"));
            }
            Rest::LeftOver => world.violate(format!("LEFT OVER: a lease or a mark at key {key}")),
        }
    }
    // Whatever a flight or a mark has left behind would now be in somebody's way.
    executor.calm();
    let last = (0..KEYS * PROCESSES).map(|n| At { process: n / KEYS, key: n % KEYS });
    executor.actor("the last reader".to_owned(), last.map(|at| work(world, Op::Read, at)).collect());
    if let Err(waiting) = executor.run(|| world.is_violated()) {
        world.violate(format!("HANGS at rest: {waiting}"));
    }
}

type Work = (String, std::pin::Pin<Box<dyn Future<Output = ()> + Send>>);

fn work<P: Protocol>(world: &Arc<World<P>>, op: Op, at: At) -> Work {
    let name = format!("{op} key {} in process {}", at.key, at.process);
    (name, Box::pin(Arc::clone(world).act(op, at)))
}

/// P3, where it is a number.
fn loads_are_few<P: Protocol>(world: &World<P>, schedule: &Schedule, reads: u64) {
    let source = &world.source;
    match schedule.scene {
        Scene::Fight => {}
        Scene::ReadersAlone => {
            if source.loads(0) != 1 {
                world.violate(format!("LOADS: {} for {reads} readers of one key", source.loads(0)));
            }
        }
        Scene::ReadersUnderAMark => {
            if source.most_running(0) > 1 {
                world.violate(format!("LOADS: {} at a time in one process", source.most_running(0)));
            }
        }
    }
}

/// What came of many schedules.
#[derive(Clone, Debug, Default)]
pub struct Share {
    /// How many there were.
    pub schedules: u64,
    /// How many of them violated something, by the first word of what.
    pub violated: Vec<(String, u64)>,
    /// The first of them: its seed, and what it violated.
    pub first: Option<(u64, String)>,
}

impl Share {
    /// Of all.
    #[must_use]
    pub fn of(&self, what: &str) -> f64 {
        let count: u64 =
            self.violated.iter().filter(|(kind, _)| kind.starts_with(what)).map(|(_, count)| count).sum();
        count as f64 / self.schedules.max(1) as f64
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>6.2} % of {}", 100.0 * self.of(""), self.schedules)?;
        for (kind, _) in &self.violated {
            write!(f, ", {kind} {:.2} %", 100.0 * self.of(kind))?;
        }
        if let Some((seed, what)) = &self.first {
            write!(f, " (seed {seed}: {what})")?;
        }
        Ok(())
    }
}

/// Runs the schedules of `count` seeds from `from`, on as many threads as there are processors; `stop`: at the first that
/// violates something.
pub fn share<P: Protocol>(
    from: u64,
    count: u64,
    mix: Mix,
    stop: bool,
    protocol: impl Fn(&Arc<Source>) -> P + Sync,
) -> Share {
    let next = AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let some = || {
        let mut share = Share::default();
        loop {
            let seed = from.wrapping_add(next.fetch_add(1, Ordering::Relaxed));
            if seed.wrapping_sub(from) >= count {
                return share;
            }
            share.schedules += 1;
            if let Err((what, _)) = check_one(seed, mix, &protocol, false) {
                share.add(seed, what);
                if stop {
                    next.store(count, Ordering::Relaxed);
                }
            }
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(some)).collect();
        let shares = threads.into_iter().map(|thread| thread.join().expect("panics are caught"));
        shares.fold(Share::default(), Share::and)
    })
}

impl Share {
    fn add(&mut self, seed: u64, what: String) {
        let kind = what.split(':').next().unwrap_or_default().to_owned();
        self.count(kind, 1);
        self.first.get_or_insert((seed, what));
    }

    fn count(&mut self, kind: String, count: u64) {
        match self.violated.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, before)) => *before += count,
            None => self.violated.push((kind, count)),
        }
    }

    fn and(mut self, other: Share) -> Share {
        self.schedules += other.schedules;
        for (kind, count) in other.violated {
            self.count(kind, count);
        }
        self.first = [self.first, other.first].into_iter().flatten().min_by_key(|(seed, _)| *seed);
        self
    }
}

/// Checks that no schedule violates anything: of new seeds in each run, or the one that `CACHE_TEST_SEED` names.
///
/// # Panics
///
/// Where one does, with its seed and its steps.
pub fn check<P: Protocol>(count: u64, protocol: impl Fn(&Arc<Source>) -> P + Sync) {
    let mix = Mix::Everything;
    let seed = match number("CACHE_TEST_SEED") {
        Some(seed) => Some(seed),
        None => {
            let from = u64::from(std::process::id()).wrapping_mul(1_000_003);
            share(from, count, mix, true, &protocol).first.map(|(seed, _)| seed)
        }
    };
    let Some(seed) = seed else { return };
    if let Err((what, trace)) = check_one(seed, mix, &protocol, true) {
        panic!("CACHE_TEST_SEED={seed}\n{}\n{what}", trace.join("\n"));
    } else if number("CACHE_TEST_SEED").is_none() {
        panic!("CACHE_TEST_SEED={seed} failed, and then did not: something here is not decided by the seed");
    }
}
