//! Reading an entry: what a record means for a caller that wants a `V`.

use std::any::Any;

use crate::age::Age;
use crate::call::Call;
use crate::error::CacheError;
use crate::key::Key;
use crate::near::Ticket;
use crate::read_many::not_told_yet;
use crate::record::{Claim, Expected, Found, Nonce, Stored, Token, key_hash};
use crate::shed::look_whether_too_large;
use crate::store::{Answer, AnyStore, Budget};
use crate::tags::{Standing, names_tags};
use crate::value::{Decoding, Kept};
use crate::warnings::Warning;

/// What stands at a key, for a caller that wants a value of one type.
pub(crate) enum Look {
    /// A value. `None`: the answer `None`, or a value that is in its caller's place.
    Hit(Option<Kept>),
    /// A value that somebody has to load anew.
    Aged(Box<Aged>),
    Absent,
    /// A value that is no good: it may be replaced, as long as it is exactly this one.
    Dead(Expected),
    Busy(Seen),
    /// Nothing of ours, and not to be touched.
    Foreign,
    /// No answer.
    Unknown(CacheError),
}

/// What a reader has seen of a load that is under way: had anything been invalidated since, it would be something else.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) token: Token,
    /// The declared tags; an invalidation of one leaves the token where it is.
    pub(crate) tags: Vec<Option<Nonce>>,
}

/// A value that somebody has to load anew, and that may be served meanwhile.
#[derive(Clone, Debug)]
pub(crate) struct Aged {
    pub(crate) value: Kept,
    /// `Early`, `Revalidate` or `IfError`.
    pub(crate) age: Age,
    /// The value's stamp, and its tags.
    pub(crate) seen: Seen,
    pub(crate) expected: Expected,
    /// Who loads it anew.
    pub(crate) claim: Claim,
    /// Until when it may be served, in milliseconds since 1970 of the store's clock.
    pub(crate) ends: u64,
}

impl Call<'_> {
    pub(crate) fn decoding(&self) -> Decoding {
        let most = self.cache.settings().max_value_bytes;
        Decoding { coding: self.coding, form: self.schema.form, most }
    }

    pub(crate) async fn look(&self, store: &AnyStore, budget: &mut Budget) -> Look {
        let ticket = match self.begin_look(store) {
            Ok(ticket) => ticket,
            Err(look) => return look,
        };
        match self.read(store, budget).await {
            Ok((found, tags)) => self.look_at(&found, &tags, store.now(), ticket, None),
            Err(error) => self.not_read(error),
        }
    }

    /// What a look begins with; or what it comes to where it is not even begun.
    #[inline]
    pub(crate) fn begin_look(&self, store: &AnyStore) -> Result<Option<Ticket>, Look> {
        // Before anything else: what comes after this is noticed.
        let ticket = self.near_ticket();
        if self.is_queued(store) {
            return Err(Look::Unknown(not_told_yet()));
        }
        Ok(ticket)
    }

    /// A look to which there was no answer.
    #[cold]
    pub(crate) fn not_read(&self, error: CacheError) -> Look {
        if error == CacheError::DeadlineExceeded {
            look_whether_too_large(self.cache, self.key);
        }
        self.unanswered(error)
    }

    /// What was found, as it stands `now` by the store's clock. Kept near, if it is worth it. A hit that is not kept is put into
    /// the caller's `place`, if there is one.
    pub(crate) fn look_at(
        &self,
        found: &Found,
        tags: &Standing,
        now: u64,
        ticket: Option<Ticket>,
        place: Option<&mut dyn Any>,
    ) -> Look {
        // Made where it goes: a move right behind the write stalls the processor (store-to-load forwarding).
        let Some(kept) = ticket.and_then(|ticket| self.worth_keeping(ticket, now, found)) else {
            return self.interpret(found, tags, now, place);
        };
        let look = self.interpret(found, tags, now, None);
        if let Look::Hit(value) = &look {
            self.keep_near(kept, value.clone());
        }
        look
    }

    /// Whether something that this call names was invalidated, and the server does not know yet.
    #[inline]
    pub(crate) fn is_queued(&self, store: &AnyStore) -> bool {
        store.is_queued(self.key) || self.tags.iter().any(|tag| store.is_queued(tag))
    }

    /// The entry and its tags, in one round trip: two where the value itself names tags that are not declared.
    async fn read(&self, store: &AnyStore, budget: &mut Budget) -> Answer<(Found, Standing)> {
        if self.tags.is_empty() {
            let found = store.read(budget, self.key).await?;
            let tags = match names_tags(&found) {
                true => Standing::default().complete(store, budget, [&found]).await?,
                false => Standing::default(),
            };
            return Ok((found, tags));
        }
        let keys: Vec<&Key> = std::iter::once(self.key).chain(self.tags).collect();
        let mut records = store.read_many(budget, &keys).await?;
        let found = records.next().unwrap_or(Ok(Found::Absent))?;
        let tags = Standing::of(self.tags, records)?.complete(store, budget, [&found]).await?;
        Ok((found, tags))
    }

    /// What a store has found beside its answer to something else, or without the tags that it names.
    pub(crate) async fn interpret_found(&self, store: &AnyStore, budget: &mut Budget, found: Found) -> Look {
        match self.standing(store, budget, &found).await {
            Ok(tags) => self.look_at(&found, &tags, store.now(), None, None),
            Err(error) => self.unanswered(error),
        }
    }

    /// The declared tags, and those that the value names.
    async fn standing(&self, store: &AnyStore, budget: &mut Budget, found: &Found) -> Answer<Standing> {
        let keys: Vec<&Key> = self.tags.iter().collect();
        let declared = match &keys[..] {
            [] => Standing::default(),
            keys => Standing::of(self.tags, store.read_many(budget, keys).await?)?,
        };
        declared.complete(store, budget, [found]).await
    }

    #[cold]
    pub(crate) fn unanswered(&self, error: CacheError) -> Look {
        if error == CacheError::ForeignKey {
            return self.foreign();
        }
        self.site.counters.store_errors().one();
        Look::Unknown(error)
    }

    fn interpret(&self, found: &Found, tags: &Standing, now: u64, place: Option<&mut dyn Any>) -> Look {
        match found {
            Found::Absent => Look::Absent,
            Found::Value(stored) => self.value(stored, tags, now, place),
            Found::Busy(token) => Look::Busy(Seen { token: *token, tags: tags.seen(self.tags) }),
            // No entry has the key of a tag.
            Found::Tag(..) => self.foreign(),
            Found::Unreadable(expected) => self.unreadable(expected),
        }
    }

    #[cold]
    fn unreadable(&self, expected: &Expected) -> Look {
        self.site.counters.undecodable().one();
        if self.site.warnings.first(Warning::Foreign) {
            tracing::warn!(key = %self.key, entry = %self.site.name(), "bytes in the cache that are no record; they count as a miss");
        }
        Look::Dead(expected.clone())
    }

    fn value(&self, stored: &Stored, tags: &Standing, now: u64, place: Option<&mut dyn Any>) -> Look {
        let counters = &self.site.counters;
        if !stored.is_of(|| key_hash(self.key)) {
            return self.misrouted(stored);
        }
        let life = stored.life();
        if !stored.fits(&self.schema) || (life.none && !self.takes_none) {
            counters.schema_misses().one();
            return Look::Dead(stored.expected());
        }
        if !tags.hold(stored.tags(), self.tags) {
            counters.tag_misses().one();
            return Look::Dead(stored.expected());
        }
        let not_before = self.cache.store().map_or(0, |store| store.not_before(self.key));
        if stored.created() < not_before {
            counters.restart_misses().one();
            return Look::Dead(stored.expected());
        }
        let age = Age::of(life, self.policy, now);
        if age == Age::Over {
            return Look::Dead(stored.expected());
        }
        if life.none {
            return Look::Hit(None);
        }
        let decoding = self.decoding();
        let decoded = match place {
            Some(place) if age == Age::Fresh => decoding.place(stored, place).then_some(None),
            _ => decoding.kept(stored).map(Some),
        };
        match decoded {
            Some(Some(value)) if age != Age::Fresh => {
                Look::Aged(Box::new(self.aged(value, age, stored, tags, now)))
            }
            Some(hit) => Look::Hit(hit),
            None => {
                match stored {
                    Stored::Typed(..) => counters.schema_misses().one(),
                    Stored::Bytes(_) => self.undecodable(stored),
                }
                Look::Dead(stored.expected())
            }
        }
    }

    /// Another key's value: an answer that was paired wrongly on its way, or a key that somebody has renamed. It may be replaced
    /// where it stands, by its stamp: it does not stand here in the former case, and in the latter nothing else would ever make
    /// this key of use again.
    #[cold]
    fn misrouted(&self, stored: &Stored) -> Look {
        self.site.counters.misrouted().one();
        if self.site.warnings.first(Warning::Misrouted) {
            tracing::warn!(key = %self.key, entry = %self.site.name(), "a value of another key was read; it counts as a miss. Somebody has renamed keys, or what is between here and the server mixes up its answers");
        }
        Look::Dead(stored.expected())
    }

    fn aged(&self, value: Kept, age: Age, stored: &Stored, tags: &Standing, now: u64) -> Aged {
        let window = u64::try_from(self.policy.stale_window().as_millis()).unwrap_or(u64::MAX);
        Aged {
            value,
            age,
            seen: Seen { token: Token::Value(stored.stamp()), tags: tags.seen(self.tags) },
            expected: stored.expected(),
            claim: stored.claim().at(now),
            ends: stored.life().fresh_until.saturating_add(window),
        }
    }

    #[cold]
    fn foreign(&self) -> Look {
        self.site.counters.undecodable().one();
        if self.site.warnings.first(Warning::Foreign) {
            tracing::warn!(key = %self.key, entry = %self.site.name(), "a key of the cache holds another Redis type; it is left alone, and nothing is cached there");
        }
        Look::Foreign
    }

    /// What a look without a loader is answered with, counted; else what there is.
    pub(crate) fn answer(&self, look: Look) -> Result<Option<Kept>, Look> {
        match look {
            Look::Hit(value) => {
                self.site.counters.hits().one();
                Ok(value)
            }
            // After the window in which it is good enough it only stands in for a load that failed.
            Look::Aged(aged) if aged.age != Age::IfError => Ok(Some(self.serve(&aged))),
            other => {
                self.site.counters.misses().one();
                Err(other)
            }
        }
    }

    /// Counts a value that is served although somebody has to load it anew.
    pub(crate) fn serve(&self, aged: &Aged) -> Kept {
        let counters = &self.site.counters;
        if aged.age == Age::Early {
            counters.hits().one();
        } else {
            counters.stale().one();
        }
        Kept::clone(&aged.value)
    }
}
