//! Runs the schedule of a seed, and looks at what it leaves behind.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::executor::Executor;
use super::protocol::{At, Protocol, Rest};
use super::schedule::Scene;
use super::{KEYS, Mix, Op, PROCESSES, Schedule, Source, World, has_windows};

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Which, and how.
    pub what: String,
    /// How many steps it took.
    pub steps: u32,
    /// The steps, where they were asked for.
    pub trace: Vec<String>,
}

/// Runs the schedule of one seed; `traced`: keeps its steps.
///
/// # Errors
///
/// The promise that it broke.
pub fn check_one<P: Protocol>(
    seed: u64,
    mix: Mix,
    protocol: impl Fn(&Arc<Source>) -> P,
    traced: bool,
) -> Result<(), Broken> {
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
        Some(what) => Err(Broken { what, steps: executor.steps(), trace: executor.take_trace() }),
    }
}

fn run<P: Protocol>(executor: &mut Executor, world: &Arc<World<P>>, schedule: &Schedule) {
    let reads = schedule.actors.iter().flatten().filter(|(op, _)| *op == Op::Read).count() as u64;
    if schedule.scene == Scene::ReadersUnderAMark {
        world.source.hold(schedule.key, reads);
    }
    if schedule.begins_with_a_value {
        let at = At { process: 0, key: schedule.key };
        let old = schedule.scene == Scene::ReadersOfAnOldValue || has_windows(at.key);
        let ops = [Op::Read, Op::Age].into_iter().take(if old { 2 } else { 1 });
        executor.actor("the first reader".to_owned(), ops.map(|op| work(world, op, at)).collect(), false);
        if let Err(waiting) = executor.run(|| world.is_violated()) {
            return world.violate(format!("HANGS at first: {waiting}"));
        }
    }
    for (number, ops) in schedule.actors.iter().enumerate() {
        let work = ops.iter().map(|(op, at)| work(world, *op, *at));
        let may_die = ops.iter().all(|(op, _)| op.may_die());
        executor.actor(format!("actor {number}"), work.collect(), may_die);
    }
    if let Err(waiting) = executor.run(|| world.is_violated()) {
        return world.violate(format!("HANGS: {waiting}"));
    }
    if world.is_violated() {
        return;
    }
    loads_are_few(world, schedule);
    for key in 0..KEYS {
        let now = world.source.value(key);
        match world.protocol.at_rest(key) {
            Rest::Nothing => {}
            // It ends by its time.
            Rest::LeftOver if schedule.scene == Scene::WritersDie => world.protocol.expire(key),
            Rest::Value(value) if value == now => {}
            Rest::Value(value) => {
                world.violate(format!("OLD AT REST: key {key} holds {value}, the source {now}"));
            }
            Rest::LeftOver => world.violate(format!("LEFT OVER: a lease, a mark or a claim at key {key}")),
        }
    }
    // Whatever a flight or a mark has left behind would now be in somebody's way.
    executor.calm();
    let last = (0..KEYS * PROCESSES).map(|n| At { process: n / KEYS, key: n % KEYS });
    executor.actor("the last reader".to_owned(), last.map(|at| work(world, Op::Read, at)).collect(), false);
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
fn loads_are_few<P: Protocol>(world: &World<P>, schedule: &Schedule) {
    let (loads, at_a_time) = (world.source.loads(schedule.key), world.source.most_running(schedule.key));
    match schedule.scene {
        Scene::Fight | Scene::WritersDie => {}
        Scene::ReadersAlone => {
            if loads != 1 {
                world.violate(format!("LOADS: {loads} of one key"));
            }
        }
        Scene::ReadersOfAnOldValue => {
            if loads != 2 {
                world.violate(format!("LOADS: {loads} of one key, one of which was old"));
            }
        }
        Scene::ReadersUnderAMark => {
            if at_a_time > 1 {
                world.violate(format!("LOADS: {at_a_time} at a time in one process"));
            }
        }
    }
}
