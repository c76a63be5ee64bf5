//! Work in a task, which whoever waits for it goes on with where the task is dropped.
//!
//! A runtime that ends drops its tasks in the middle. Who waits for one may well live on: in another runtime, or in a thread that
//! blocks on the runtime's handle, for which the runtime's own end waits in turn. A function's body alone goes on there, and so has
//! a load.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::sync::oneshot;

use super::nested::Around;
use crate::background::Spawner;

pub(super) struct Running<T> {
    /// `None`: the task is gone, and the work is this one's.
    told: Option<oneshot::Receiver<T>>,
    work: Arc<Work<T>>,
}

struct Work<T> {
    /// Locked by the task for as long as it is there, by who waits after that.
    work: Mutex<Pin<Box<dyn Future<Output = T> + Send>>>,
    around: Around,
}

impl<T> Work<T> {
    fn poll(&self, context: &mut Context<'_>) -> Poll<T> {
        let mut work = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        self.around.polling(|| work.as_mut().poll(context))
    }
}

impl<T: Send + 'static> Running<T> {
    /// `around`: the loaders that wait for it.
    pub(super) fn start(
        spawner: Spawner,
        around: Around,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Running<T> {
        let work = Arc::new(Work { work: Mutex::new(Box::pin(work)), around });
        let (tell, told) = oneshot::channel();
        let there = Arc::clone(&work);
        spawner.spawn(async move {
            let done = poll_fn(|context| there.poll(context)).await;
            // Nobody may be there any more to hear of it.
            let _ = tell.send(done);
        });
        Running { told: Some(told), work }
    }
}

impl<T> Future for Running<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        if let Some(told) = &mut self.told {
            match Pin::new(told).poll(context) {
                Poll::Ready(Ok(done)) => return Poll::Ready(done),
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Err(_)) => self.told = None,
            }
        }
        self.work.poll(context)
    }
}
