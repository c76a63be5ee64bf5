//! What a read does that has a loader: serve what there is, load what is missing, and load anew what gets old.
//!
//! A miss takes the lease, loads and fills, or waits for whoever does. A value that gets old stays in its place while one
//! caller, who has claimed it, loads it anew.

mod ask;
mod batch;
mod come;
mod flight;
mod follow;
mod hold;
mod inside;
mod lead;
mod line;
#[cfg(test)]
mod line_tests;
mod loaded;
mod miss;
mod nested;
mod place;
mod read_through;
pub(crate) mod returns;
mod running;
mod sharing;
mod steps;
pub(crate) mod tags;
mod task;

pub(crate) use batch::load_many;
use come::Unanswered;
pub(crate) use flight::Flights;
pub(crate) use hold::Hold;
use inside::load_inside;
pub use loaded::Load;
use loaded::Loading;
use miss::Miss;
pub(crate) use miss::run;
pub use read_through::read;
pub(crate) use read_through::{answer, told};
pub use sharing::ErrorSharing;
use sharing::{Failure, Fits};
pub(crate) use steps::Steps;
pub use task::load_owned;

use crate::call::Call;
use crate::value::Kept;

/// What a read with a loader comes to. `None`: the answer `None`, or a value that is in its caller's place.
type Outcome = Result<Option<Kept>, Failure>;

/// The steps of a read that needs its loader.
async fn load_missing(call: Call<'_>, fits: Fits, unanswered: Unanswered, loader: Loading) -> Outcome {
    match (unanswered, call.cache.store()) {
        (Unanswered::Inside(pending), Some(store)) => load_inside(call, store, &pending, loader).await,
        (Unanswered::Open(open), Some(store)) => {
            open.count(call);
            let miss = Miss::new(call, store, fits, open.budget, open.since);
            miss.resolve(loader, open.look, open.came).await
        }
        (_, _) => run(call, loader).await.map(|load| load.value).map_err(|_| Failure::Own),
    }
}
