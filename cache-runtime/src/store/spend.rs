//! How a step on a server spends its call's time.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use super::{Answer, Budget};
use crate::clock::{Timer, timer};
use crate::error::CacheError;

/// How far the clock of a step is.
///
/// It starts once the scheduler has had a turn: by then the step's command is on its way, and a timer is made while the server
/// works, not while it waits for the command. What is answered before that needs none.
#[derive(Default)]
pub(crate) enum Clock {
    #[default]
    Stands,
    Starts,
    Runs(Timer),
}

impl Budget {
    /// Takes a step, for as long as there is time by `time`, which is nobody's runtime: the caller may be in one that has ended or
    /// has no timers, in another executor, or, with a future that is dropped, in none; and nobody may be driving the cache's.
    pub(crate) async fn spend<T>(
        &mut self,
        time: &Handle,
        // By value it would be held twice, as an argument and inside of what bounds it.
        mut step: Pin<&mut (impl Future<Output = Answer<T>> + ?Sized)>,
    ) -> Answer<T> {
        let mut clock = Clock::default();
        poll_fn(|context| self.poll_step(time, &mut clock, step.as_mut(), context)).await
    }

    /// Polls a step, whose clock is `clock`: `spend` without a layer of its own. What is not ready is polled again at once.
    #[inline]
    pub(crate) fn poll_step<T>(
        &mut self,
        time: &Handle,
        clock: &mut Clock,
        step: Pin<&mut (impl Future<Output = Answer<T>> + ?Sized)>,
        context: &mut Context<'_>,
    ) -> Poll<Answer<T>> {
        if matches!(clock, Clock::Stands) && !self.has_time() {
            return Poll::Ready(Err(CacheError::DeadlineExceeded));
        }
        if let Poll::Ready(answer) = step.poll(context) {
            return Poll::Ready(answer);
        }
        loop {
            match clock {
                Clock::Stands => {
                    *clock = Clock::Starts;
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Clock::Starts => *clock = Clock::Runs(self.timer(time)),
                Clock::Runs(timer) => {
                    ready!(timer.poll(context));
                    self.left = Duration::ZERO;
                    return Poll::Ready(Err(CacheError::DeadlineExceeded));
                }
            }
        }
    }

    #[inline]
    fn has_time(&mut self) -> bool {
        if self.since.is_some() {
            self.look_at_the_clock();
        }
        !self.left.is_zero()
    }

    fn timer(&mut self, time: &Handle) -> Timer {
        let end = self.look_at_the_clock() + self.left;
        timer(time, end)
    }

    fn look_at_the_clock(&mut self) -> Instant {
        let now = Instant::now();
        if let Some(since) = self.since.replace(now) {
            self.left = self.left.saturating_sub(now - since);
        }
        now
    }
}
