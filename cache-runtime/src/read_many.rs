//! Reading many entries of one declaration in one round trip.

use std::any::Any;

use crate::cache::Cache;
use crate::call::{Call, Entries};
use crate::error::CacheError;
use crate::key::Key;
use crate::near::Ticket;
use crate::read::Look;
use crate::record::Found;
use crate::site::Site;
use crate::store::{Answer, AnyStore, Budget, Reads};
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
        if which.is_empty() {
            return Vec::new();
        }
        // Before anything else: what comes after this is noticed.
        let mut tickets = self.tickets(&which).into_iter();
        let queued: Vec<bool> = which.iter().map(|at| store.is_queued(&self.keys[*at])).collect();
        let keys: Vec<&Key> = which.iter().map(|at| &self.keys[*at]).collect();
        let records = match store.read_many(budget, &keys).await {
            Ok(records) => records,
            Err(error) => return self.unanswered(which.into_iter(), &error),
        };
        let now = store.now();
        let mut looked = Looked { calls: self, places, hits: 0, open: Vec::new() };
        let asked =
            which.into_iter().zip(queued).map(|(at, is_queued)| (at, tickets.next().flatten(), is_queued));
        let tagged = match records {
            Reads::Found(records) => looked.all(asked, records.map(Ok), now),
            #[cfg(feature = "redis")]
            Reads::Answers(records) => looked.all(asked, records, now),
        };
        if !tagged.is_empty() {
            // What the values themselves name, for all of them in one round trip.
            let found = tagged.iter().map(|(.., found)| found);
            match Standing::default().complete(store, budget, found).await {
                Ok(tags) => {
                    for (at, ticket, found) in tagged {
                        looked.found(at, &found, &tags, now, ticket);
                    }
                }
                Err(error) => {
                    let unanswered = self.unanswered(tagged.into_iter().map(|(at, ..)| at), &error);
                    looked.open.extend(unanswered);
                }
            }
        }
        self.site().counters.hits().add(looked.hits);
        looked.open
    }

    /// One for each, or none at all.
    fn tickets(&self, which: &[usize]) -> Vec<Option<Ticket>> {
        match self.cache().near() {
            Some(_) => which.iter().map(|at| self.at(*at).near_ticket()).collect(),
            None => Vec::new(),
        }
    }

    /// There was nobody to ask.
    fn unanswered(&self, which: impl Iterator<Item = usize>, error: &CacheError) -> Vec<(usize, Look)> {
        let open: Vec<_> = which.map(|at| (at, Look::Unknown(error.clone()))).collect();
        self.site().counters.store_errors().one();
        self.site().counters.misses().add(open.len() as u64);
        open
    }
}

/// What many looks come to.
struct Looked<'c, 'a, 'p> {
    calls: &'c Calls<'a>,
    places: &'p mut dyn Places,
    hits: u64,
    /// Those that what was found does not answer.
    open: Vec<(usize, Look)>,
}

impl Looked<'_, '_, '_> {
    /// Takes what was found for each that was asked for; whether it is queued, is said with it. Gives those whose values name tags.
    fn all(
        &mut self,
        asked: impl Iterator<Item = (usize, Option<Ticket>, bool)>,
        mut records: impl Iterator<Item = Answer<Found>>,
        now: u64,
    ) -> Vec<(usize, Option<Ticket>, Found)> {
        let mut tagged = Vec::new();
        // Each record is freed right after it was decoded: the next value then takes its place in the processor's cache. Until
        // then it stays where it lies: a move right behind the write stalls the processor (store-to-load forwarding).
        for (at, ticket, is_queued) in asked {
            match records.next() {
                Some(_) if is_queued => self.take(at, Look::Unknown(not_told_yet())),
                Some(Ok(ref found)) if !names_tags(found) => {
                    self.found(at, found, &Standing::default(), now, ticket);
                }
                Some(Ok(found)) => tagged.push((at, ticket, found)),
                Some(Err(error)) => self.take(at, self.calls.at(at).unanswered(error)),
                // A store answers as often as it is asked.
                None => self.take(at, Look::Absent),
            }
        }
        tagged
    }

    fn found(&mut self, at: usize, found: &Found, tags: &Standing, now: u64, ticket: Option<Ticket>) {
        let place = Some(self.places.place(at));
        let look = self.calls.at(at).look_at(found, tags, now, ticket, place);
        self.take(at, look);
    }

    /// Puts what a look answers into its place.
    #[inline]
    fn take(&mut self, at: usize, look: Look) {
        let value = match look {
            Look::Hit(value) => {
                self.hits += 1;
                value
            }
            other => match self.calls.at(at).answer(other) {
                Ok(value) => value,
                Err(look) => return self.open.push((at, look)),
            },
        };
        if let Some(value) = value {
            self.calls.coding.give(value, self.places.place(at));
        }
    }
}

/// An invalidation is newer than whatever the store has.
pub(crate) fn not_told_yet() -> CacheError {
    CacheError::Unavailable { reason: "an invalidation of this key has yet to reach the server".into() }
}
