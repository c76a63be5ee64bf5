//! Reading many entries of one declaration in one round trip.

use std::any::Any;

use crate::cache::Cache;
use crate::error::CacheError;
use crate::key::Key;
use crate::near::Ticket;
use crate::read::{Call, Entries, Look};
use crate::record::Found;
use crate::site::Site;
use crate::store::{AnyStore, Budget};
use crate::tags::{Standing, names_tags};
use crate::value::{Coding, Value};

/// Operations on entries of a declaration, which differ by their keys alone: they declare no tags.
#[derive(Clone, Copy)]
pub(crate) struct Calls<'a> {
    entries: Entries<'a>,
    coding: &'static Coding,
    keys: &'a [Key],
}

/// A place for the value of each.
pub(crate) trait Places: Send {
    fn place(&mut self, at: usize) -> &mut dyn Any;
}

impl<V: Value> Places for Vec<Option<V>> {
    fn place(&mut self, at: usize) -> &mut dyn Any {
        &mut self[at]
    }
}

impl<'a> Calls<'a> {
    pub(crate) fn new<V: Value>(entries: Entries<'a>, keys: &'a [Key]) -> Calls<'a> {
        Calls { entries, coding: Coding::of::<V>(), keys }
    }

    pub(crate) fn count(&self) -> usize {
        self.keys.len()
    }

    pub(crate) fn site(&self) -> &'static Site {
        self.entries.site
    }

    pub(crate) fn cache(&self) -> &'a Cache {
        self.entries.cache
    }

    pub(crate) fn at(&self, at: usize) -> Call<'a> {
        self.entries.at(&self.keys[at]).call_of(self.coding, true)
    }

    /// Puts those that are in this process into their places, and gives the others.
    pub(crate) fn take_near(&self, which: Vec<usize>, places: &mut dyn Places) -> Vec<usize> {
        if self.cache().near().is_none() {
            return which;
        }
        which.into_iter().filter(|at| !self.at(*at).near_hit(places.place(*at))).collect()
    }

    /// Reads some in one round trip, and puts what there is into their places, counted. Gives those that this does not answer, with
    /// what stands there.
    pub(crate) async fn look(
        &self,
        which: Vec<usize>,
        store: &AnyStore,
        budget: &mut Budget,
        places: &mut dyn Places,
    ) -> Vec<(usize, Look)> {
        let mut open = Vec::new();
        if which.is_empty() {
            return open;
        }
        // Before anything else: what comes after this is noticed.
        let asked: Vec<Asked> = which.into_iter().map(|at| self.ask(at, store)).collect();
        let keys: Vec<&Key> = asked.iter().map(|asked| &self.keys[asked.at]).collect();
        let unanswered = |error: &CacheError, asked: Vec<Asked>| {
            self.site().counters.store_errors.one();
            self.site().counters.misses.add(asked.len() as u64);
            asked.iter().map(|asked| (asked.at, Look::Unknown(error.clone()))).collect()
        };
        let found = match store.read_many(budget, &keys).await {
            Ok(found) => found,
            Err(error) => return unanswered(&error, asked),
        };
        let now = store.now();
        let mut tagged = Vec::new();
        // Each record is freed right after it was decoded: the next value then takes its place in the processor's cache.
        for (asked, found) in asked.into_iter().zip(found) {
            match found {
                Ok(found) if names_tags(&found) => tagged.push((asked, found)),
                Ok(found) => self.put(asked, &found, &Standing::default(), now, places, &mut open),
                Err(error) => open.push((asked.at, self.at(asked.at).unanswered(error))),
            }
        }
        if tagged.is_empty() {
            return open;
        }
        // What the values themselves name, for all of them in one round trip.
        let named = Standing::default().complete(store, budget, tagged.iter().map(|(_, found)| found)).await;
        match named {
            Ok(tags) => {
                for (asked, found) in tagged {
                    self.put(asked, &found, &tags, now, places, &mut open);
                }
            }
            Err(error) => {
                open.extend(unanswered(&error, tagged.into_iter().map(|(asked, _)| asked).collect()))
            }
        }
        open
    }

    fn ask(&self, at: usize, store: &AnyStore) -> Asked {
        let call = self.at(at);
        Asked { at, ticket: call.near_ticket(), is_queued: call.is_queued(store) }
    }

    fn put(
        &self,
        asked: Asked,
        found: &Found,
        tags: &Standing,
        now: u64,
        places: &mut dyn Places,
        open: &mut Vec<(usize, Look)>,
    ) {
        let (call, place) = (self.at(asked.at), places.place(asked.at));
        let look = if asked.is_queued {
            Look::Unknown(not_told_yet())
        } else {
            call.look_at(found, tags, now, asked.ticket, Some(place))
        };
        match call.answer(look) {
            Ok(Some(value)) => {
                call.coding.give(value, place);
            }
            Ok(None) => {}
            Err(look) => open.push((asked.at, look)),
        }
    }
}

/// One that is read, as it stood before that.
struct Asked {
    at: usize,
    ticket: Option<Ticket>,
    is_queued: bool,
}

/// An invalidation is newer than whatever the store has.
pub(crate) fn not_told_yet() -> CacheError {
    CacheError::Unavailable { reason: "an invalidation of this key has yet to reach the server".into() }
}
