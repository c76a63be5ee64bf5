//! The steps of a read, beside the loader that they ask for.
//!
//! All that happens on a miss is the same for every function. If it held the loader's future, it would be compiled once for each
//! of them: for 200 functions that is most of what they cost the compiler. So the steps ask for what is loaded, and wait; the
//! loader runs beside them, in the same task.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use super::ask::{Ask, Asking};
use super::come::{Come, Others, Unanswered, come};
use super::loaded::{Loaded, Loading};
use super::sharing::Fits;
use super::{Outcome, load_missing};
use crate::call::Call;

/// What steps may ask for.
pub(crate) trait Asked: Send + Sized {
    /// The steps of a miss, which ask for it once at the most.
    fn missing(
        call: Call<'_>,
        others: Others,
        unanswered: Unanswered,
        asking: Asking<Self>,
    ) -> impl Future<Output = Outcome> + Send;
}

/// What the loader comes to.
impl Asked for Loaded {
    async fn missing(
        call: Call<'_>,
        others: Others,
        unanswered: Unanswered,
        asking: Asking<Loaded>,
    ) -> Outcome {
        load_missing(call, others.fits, unanswered, Loading::Beside(asking)).await
    }
}

/// A read with a loader on its way.
pub(crate) struct Steps<'a, T = Loaded> {
    call: Call<'a>,
    others: Others,
    stage: Stage<'a, T>,
}

enum Stage<'a, T> {
    Comes(Come<'a>),
    /// Boxed, so that a hit does not carry the room for all that a miss may need; and of no type that whoever takes the steps would
    /// have to compile.
    Misses(Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>, Arc<Ask<T>>),
}

impl<'a> Steps<'a> {
    /// Those of a read whose loader runs beside them.
    pub(crate) fn reading(call: Call<'a>, fits: Fits) -> Steps<'a> {
        Steps::new(call, Others { fits, is_bounded: false })
    }
}

impl<'a, T: Asked + 'a> Steps<'a, T> {
    pub(super) fn new(call: Call<'a>, others: Others) -> Steps<'a, T> {
        Steps { call, others, stage: Stage::Comes(come(call, others)) }
    }

    /// Takes them until they have come to something; or ask, which is `None`. A hit may be put into the caller's `place`.
    pub(crate) fn poll(
        &mut self,
        mut place: Option<&mut dyn Any>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Outcome>> {
        loop {
            self.stage = match &mut self.stage {
                Stage::Comes(come) => {
                    match ready!(come.poll(self.call, self.others, place.take(), context)) {
                        Ok(outcome) => return Poll::Ready(Some(outcome)),
                        Err(unanswered) => self.miss(*unanswered),
                    }
                }
                Stage::Misses(future, ask) => {
                    return match future.as_mut().poll(context) {
                        Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
                        Poll::Pending if ask.is_asked() => Poll::Ready(None),
                        Poll::Pending => Poll::Pending,
                    };
                }
            };
        }
    }

    fn miss(&self, unanswered: Unanswered) -> Stage<'a, T> {
        let (ask, asking) = Ask::new();
        Stage::Misses(Box::pin(T::missing(self.call, self.others, unanswered, asking)), ask)
    }

    pub(super) fn call(&self) -> Call<'a> {
        self.call
    }

    /// Gives what was asked for.
    pub(crate) fn tell(&self, told: T) {
        if let Stage::Misses(_, ask) = &self.stage {
            ask.tell(told);
        }
    }

    /// As [`poll`](Steps::poll), without a place.
    pub(super) async fn taken(&mut self) -> Option<Outcome> {
        poll_fn(|context| self.poll(None, context)).await
    }

    /// What they have come to, once they were told.
    pub(super) async fn outcome(&mut self) -> Outcome {
        loop {
            if let Some(outcome) = self.taken().await {
                return outcome;
            }
        }
    }
}
