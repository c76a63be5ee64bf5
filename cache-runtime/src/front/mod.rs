//! What a thread has found in a map and is asked for again: it finds that at once, without the key, writes nothing that others
//! read, and waits for nobody. The maps are those of the near caches and of the embedded stores.
//!
//! What is here is good exactly as long as it stands in the map: whatever takes it out there, or puts something else in its place,
//! moves a counter of the map's [`Validity`] before anybody is told, and so does the end of an epoch. The clock, the signs of life
//! and the value's own end are looked at with each hit, as they are in the map. And nothing of the map's is kept alive from here: what
//! has left it is freed, whatever threads remember.
//!
//! Of what it finds again and again in a near cache a thread makes a copy of its own: threads that count up and down the one
//! reference count of a value wait for each other longer than all the rest of a hit takes. An embedded store's value stays the one
//! that is there: all hits of one have always been one `Arc`.

mod places;
mod validity;

pub(crate) use places::Standing;
#[cfg(test)]
pub(crate) use places::{LARGEST_COPY, OFTEN, Seen, get};
pub(crate) use validity::Validity;
