//! Whose clock bounds a wait.
//!
//! A runtime's clock stands still while nobody drives the runtime, and ends with it: who polls a timer of one that has ended
//! panics. So what has to be bounded whatever becomes of any runtime, a step on a server first of all, goes by a clock of the
//! process. What is in this process alone goes by the clock of its caller's runtime, which tests may move.

use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Handle};
use tokio::task;
use tokio::task::coop::{Unconstrained, unconstrained};
use tokio::time::{self, Sleep, sleep_until};

use crate::background::Attended;
use crate::waking::Guard;

/// Polled by whoever waits. Whatever that one has used up of what a task may do in one go: else a future that is always ready for
/// more would never end.
pub(crate) struct Timer {
    sleep: Pin<Box<Unconstrained<Sleep>>>,
    /// Not in Tokio, whose wakers do not panic: there this would be a hit's one allocation more than a `GET` has by hand.
    guard: Option<Guard>,
}

impl Timer {
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let sleep = self.sleep.as_mut();
        // Of a task that is known without a count which all threads write.
        if task::try_id().is_some() || Handle::try_current().is_ok() {
            return sleep.poll(context);
        }
        self.guard.get_or_insert_default().poll(context, |context| sleep.poll(context))
    }
}

/// The clock of the process: a runtime of timers and nothing else, in a thread of its own, which sleeps for as long as no bound ends.
/// `None`: there is no thread to be had.
pub(crate) fn own() -> Option<Handle> {
    of_process(std::process::id())
}

/// A process that was forked has all of its parent's memory, and not that thread.
fn of_process(id: u32) -> Option<Handle> {
    static OWN: Mutex<Option<(u32, Handle)>> = Mutex::new(None);
    let mut own = OWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, clock)) = own.as_ref().filter(|(process, _)| *process == id) {
        return Some(clock.clone());
    }
    let clock = start()?;
    *own = Some((id, clock.clone()));
    Some(clock)
}

fn start() -> Option<Handle> {
    let runtime = Builder::new_current_thread().enable_time().build().ok()?;
    let handle = runtime.handle().clone();
    let drive = move || runtime.block_on(pending::<()>());
    thread::Builder::new().name("cache-clock".into()).spawn(drive).ok()?;
    Some(handle)
}

/// The clock of a runtime that this is in; of one that has ended, the process's in its place. Starts a task to find out.
pub(crate) fn of(runtime: &Handle) -> Option<Handle> {
    let probe = runtime.spawn(pending::<()>());
    // What is started in a runtime that has ended is over at once.
    let has_ended = probe.is_finished();
    probe.abort();
    if has_ended { own() } else { Some(runtime.clone()) }
}

/// A timer of a clock that does not end.
pub(crate) fn timer(clock: &Handle, end: Instant) -> Timer {
    let _clock = clock.enter();
    Timer { sleep: Box::pin(unconstrained(sleep_until(end.into()))), guard: None }
}

/// Goes off when a time is over.
pub(crate) enum Alarm {
    Timer(Timer),
    /// In a task of the caller's runtime, and not polled by hand, as that runtime may end. When it should go off, for that case.
    Task(Unconstrained<Attended<()>>, Instant),
    Never,
}

impl Alarm {
    /// After `bound`, by `clock`, which does not end; or by that of the runtime that this is in. Without one there is none.
    pub(crate) fn after(bound: Duration, clock: Option<&Handle>) -> Alarm {
        let Some(end) = Instant::now().checked_add(bound) else { return Alarm::Never };
        if let Some(clock) = clock {
            return Alarm::Timer(timer(clock, end));
        }
        let here = Handle::try_current().ok().zip(time::Instant::now().checked_add(bound));
        let Some((runtime, there)) = here else { return Alarm::Never };
        Alarm::Task(unconstrained(Attended::by(&runtime, sleep_until_then(there))), end)
    }
}

// Made in the task: where the runtime has no timers, it is the task that panics.
async fn sleep_until_then(then: time::Instant) {
    sleep_until(then).await;
}

impl Future for Alarm {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        loop {
            let rest = match &mut *self {
                Alarm::Timer(timer) => return timer.poll(context),
                Alarm::Task(task, end) => match ready!(Pin::new(task).poll(context)) {
                    Some(()) => return Poll::Ready(()),
                    None => *end,
                },
                Alarm::Never => return Poll::Pending,
            };
            *self = own().map_or(Alarm::Never, |clock| Alarm::Timer(timer(&clock, rest)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Bites: fails without `filter(…)` in of_process (clock.rs): the clock of a process that was forked stands still.
    #[test]
    fn a_forked_process_has_a_clock_of_its_own() {
        let [one, same, forked] = [1, 1, 2].map(|process| of_process(process).map(|clock| clock.id()));
        assert!(one.is_some() && one == same);
        assert!(forked.is_some() && one != forked);
    }
}
