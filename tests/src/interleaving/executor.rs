//! Polls futures in an order that a seed decides, on one thread.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use cache_runtime::__private::interleaving::{Background, Hook, set_hook};

use crate::races::Random;

/// No schedule needs that many polls unless two actors wait for each other, looking again and again.
const MOST_POLLS: u32 = 20_000;

thread_local! {
    /// What whoever is polled now does when it is polled again.
    static NEXT: Cell<&'static str> = const { Cell::new("start") };
}

/// A point between two steps: `next` is taken when the caller is polled again.
pub(super) async fn point(next: &'static str) {
    NEXT.set(next);
    let mut yielded = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Starts something that nobody waits for, as the runtime does: for the naive protocols.
pub(super) fn in_background(work: impl Future<Output = ()> + Send + 'static) {
    BACKGROUND.with_borrow_mut(|background| background.push(Box::pin(work)));
}

/// What is dropped here may hand in more.
fn forget_background() {
    while !BACKGROUND.take().is_empty() {}
}

thread_local! {
    static BACKGROUND: RefCell<Vec<Background>> = const { RefCell::new(Vec::new()) };
}

/// The runtime's side of it.
#[derive(Default)]
struct Points {
    time_is_up: Cell<bool>,
}

impl Hook for Points {
    fn step(&self, step: &'static str) {
        NEXT.set(step);
    }

    fn background(&self, work: Background) {
        BACKGROUND.with_borrow_mut(|background| background.push(work));
    }

    fn time_is_up(&self) -> bool {
        self.time_is_up.get()
    }
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// An actor with what it does one after the other, or something in the background.
struct Task {
    name: String,
    work: VecDeque<(String, Background)>,
    woken: Arc<Woken>,
    next: &'static str,
    started: bool,
    may_be_cancelled: bool,
    may_die: bool,
}

/// What may happen beside the steps themselves.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Chances {
    /// One poll in so many drops what an actor is doing; 0: none.
    pub(super) cancel: u64,
    /// One poll in so many is the last one of an actor that may die; 0: none.
    pub(super) die: u64,
    /// One poll in so many is one by whose time the bound of that actor's wait has passed; 0: none.
    pub(super) time_is_up: u64,
    /// Of 8 polls, how many go to the one that was polled before.
    pub(super) stay: u64,
}

pub(super) struct Executor {
    tasks: Vec<Task>,
    points: Rc<Points>,
    random: Random,
    chances: Chances,
    last: usize,
    polls: u32,
    trace: Option<Vec<String>>,
}

impl Executor {
    /// An executor that takes this thread's points; `traced` keeps what was done.
    pub(super) fn new(random: Random, chances: Chances, traced: bool) -> Executor {
        let points = Rc::new(Points::default());
        set_hook(Some(Rc::clone(&points) as Rc<dyn Hook>));
        let trace = traced.then(Vec::new);
        Executor { tasks: Vec::new(), points, random, chances, last: 0, polls: 0, trace }
    }

    /// Adds an actor, which does one thing after the other.
    pub(super) fn actor(&mut self, name: String, work: VecDeque<(String, Background)>, may_die: bool) {
        self.add(name, work, true, may_die);
    }

    fn add(
        &mut self,
        name: String,
        work: VecDeque<(String, Background)>,
        may_be_cancelled: bool,
        may_die: bool,
    ) {
        let woken = Arc::new(Woken(AtomicBool::new(true)));
        let (next, started) = ("start", false);
        self.tasks.push(Task { name, work, woken, next, started, may_be_cancelled, may_die });
    }

    /// Runs until all is done, the background too, or `failed`. `Err`: somebody waits, and nobody is left who could wake it.
    pub(super) fn run(&mut self, failed: impl Fn() -> bool) -> Result<(), String> {
        while !failed() {
            self.polls += 1;
            let ready: Vec<usize> = (0..self.tasks.len()).filter(|task| self.is_ready(*task)).collect();
            if ready.is_empty() && self.tasks.iter().all(|task| task.work.is_empty()) {
                return Ok(());
            }
            if ready.is_empty() || self.polls > MOST_POLLS {
                return Err(self.waiting());
            }
            if self.happens(self.chances.cancel) && self.cancel_one() {
                continue;
            }
            if self.happens(self.chances.die) && self.let_one_die() {
                continue;
            }
            let time_is_up = self.happens(self.chances.time_is_up);
            let task = if time_is_up {
                let unfinished = self.unfinished();
                self.one_of(&unfinished)
            } else {
                self.next(&ready)
            };
            self.points.time_is_up.set(time_is_up);
            self.poll(task);
            self.points.time_is_up.set(false);
        }
        Ok(())
    }

    /// How often somebody was polled.
    pub(super) fn steps(&self) -> u32 {
        self.polls
    }

    /// What was done, step by step.
    pub(super) fn take_trace(&mut self) -> Vec<String> {
        self.trace.take().unwrap_or_default()
    }

    /// From here on only the steps themselves happen.
    pub(super) fn calm(&mut self) {
        self.chances = Chances::default();
    }

    fn is_ready(&self, task: usize) -> bool {
        !self.tasks[task].work.is_empty() && self.tasks[task].woken.0.load(Ordering::Relaxed)
    }

    fn unfinished(&self) -> Vec<usize> {
        (0..self.tasks.len()).filter(|task| !self.tasks[*task].work.is_empty()).collect()
    }

    fn happens(&mut self, one_in: u64) -> bool {
        one_in != 0 && self.random.below(one_in) == 0
    }

    fn next(&mut self, ready: &[usize]) -> usize {
        let stays = self.random.below(8) < self.chances.stay && ready.contains(&self.last);
        if stays { self.last } else { self.one_of(ready) }
    }

    fn one_of(&mut self, tasks: &[usize]) -> usize {
        tasks[self.random.below(tasks.len() as u64) as usize]
    }

    /// Drops what one of those who have begun is doing, also where it waits.
    fn cancel_one(&mut self) -> bool {
        let Some(task) = self.one_begun(|task| task.may_be_cancelled) else { return false };
        self.note(task, "IS DROPPED");
        drop(self.tasks[task].work.pop_front());
        self.begin_next(task);
        self.take_background();
        true
    }

    /// The same, and with it goes the process that would have finished things in the background.
    fn let_one_die(&mut self) -> bool {
        let Some(task) = self.one_begun(|task| task.may_die) else { return false };
        self.note(task, "DIES");
        self.tasks[task].work.clear();
        forget_background();
        true
    }

    fn one_begun(&mut self, which: impl Fn(&Task) -> bool) -> Option<usize> {
        let mut begun = self.unfinished();
        begun.retain(|task| self.tasks[*task].started && which(&self.tasks[*task]));
        if begun.is_empty() { None } else { Some(self.one_of(&begun)) }
    }

    fn poll(&mut self, at: usize) {
        self.last = at;
        let note = if self.points.time_is_up.get() { "(its time is up)" } else { self.tasks[at].next };
        self.note(at, note);
        let task = &mut self.tasks[at];
        task.started = true;
        task.woken.0.store(false, Ordering::Relaxed);
        NEXT.set("goes on");
        let waker = Waker::from(Arc::clone(&task.woken));
        let Some((_, work)) = task.work.front_mut() else { return };
        let done = Pin::new(work).poll(&mut Context::from_waker(&waker)).is_ready();
        task.next = NEXT.get();
        if done {
            drop(task.work.pop_front());
            self.begin_next(at);
        }
        self.take_background();
    }

    fn begin_next(&mut self, task: usize) {
        let task = &mut self.tasks[task];
        task.started = false;
        task.next = "start";
        // Also wakes who holds the old waker: a wake that comes late is one too many, which every future has to bear.
        task.woken.0.store(true, Ordering::Relaxed);
    }

    fn take_background(&mut self) {
        for work in BACKGROUND.take() {
            let name = format!("background {}", self.tasks.len());
            self.add(name, VecDeque::from([(String::new(), work)]), false, false);
        }
    }

    fn note(&mut self, task: usize, what: &str) {
        if let Some(trace) = &mut self.trace {
            let Task { name, work, .. } = &self.tasks[task];
            let doing = work.front().map_or("", |(doing, _)| doing);
            trace.push(format!("{:>4}  {name} {doing}: {what}", trace.len() + 1));
        }
    }

    fn waiting(&self) -> String {
        let waiting = self.tasks.iter().filter_map(|task| {
            let (doing, _) = task.work.front()?;
            Some(format!("{} {doing} ({})", task.name, task.next))
        });
        waiting.collect::<Vec<_>>().join(", ")
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        // What is dropped in the middle hands in its last work, which nobody looks at any more.
        self.tasks.clear();
        forget_background();
        set_hook(None);
    }
}
