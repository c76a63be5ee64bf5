//! Functions that are not async: memoised in this process alone, by the same steps as everything else, taken in the caller's
//! thread.
//!
//! The steps of the memory store never wait, so that all of a call is one poll, unless another thread is loading the same key:
//! then this thread sleeps until it is done.

mod block;
mod entry;
mod load;
mod waits;

pub use entry::{SyncEntry, SyncEntryPattern};
pub use load::memo;

use crate::cache::Cache;
use crate::policy::Policy;

/// Where the values of functions are kept that are not async: in this process, whatever the cache is.
pub fn in_process(cache: &Cache) -> &Cache {
    cache.in_process()
}

/// The policy of a function that is not async.
///
/// # Panics
///
/// While it is compiled: where the strategy's defaults ask for a load in the background.
#[track_caller] // The error is then at the declaration alone, not here as well.
pub const fn in_thread(policy: Policy) -> Policy {
    assert!(
        !policy.needs_task(),
        "an option of this strategy works in the background, and a function that is not async loads in its caller's \
         thread: switch the option off here (`stale_while_revalidate = false`), or write `async fn`"
    );
    crate::__private::in_caller(policy)
}
