//! The transaction that the code which runs now is a part of.

use std::future::Future;
use std::sync::Arc;

use super::pending::Pending;

tokio::task_local! {
    /// Set while a future is polled, and while it is dropped: needs no runtime, and is not handed on to other tasks.
    static CURRENT: Arc<Pending>;
}

/// What the changes of the transaction around this code are kept in, if there is one.
pub(crate) fn current() -> Option<Arc<Pending>> {
    CURRENT.try_with(Arc::clone).ok()
}

/// Whether there is one.
#[inline]
pub(crate) fn is_open() -> bool {
    CURRENT.try_with(|_| ()).is_ok()
}

pub(super) async fn within<F: Future>(pending: Arc<Pending>, future: F) -> F::Output {
    CURRENT.scope(pending, future).await
}
