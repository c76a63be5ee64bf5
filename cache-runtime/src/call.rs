//! What an operation is about: an entry of a declaration in a cache, for values of a type, under a policy.

use crate::cache::Cache;
use crate::key::{Brief, Key};
use crate::policy::Policy;
use crate::site::Site;
use crate::value::{Coding, Shape, Value};

/// The entries of a declaration in a cache.
#[derive(Clone, Copy)]
pub struct Entries<'a> {
    pub(crate) site: &'static Site,
    pub(crate) cache: &'a Cache,
    /// The shape of their values.
    pub(crate) schema: Shape,
}

impl<'a> Entries<'a> {
    /// Those of a declaration.
    #[inline]
    pub fn new(site: &'static Site, cache: &'a Cache, schema: Shape) -> Entries<'a> {
        Entries { site, cache, schema }
    }

    /// What may answer a reader of one of them.
    #[inline]
    pub(crate) fn sought(
        &self,
        coding: &'static Coding,
        takes_none: bool,
        brief: Option<Brief>,
    ) -> Sought<'static> {
        let declaration = &self.site.declaration;
        Sought { policy: &declaration.policy, coding, takes_none, tags: declaration.tags.len(), brief }
    }

    /// The one at `key`.
    pub fn at(self, key: &'a Key) -> EntryAt<'a> {
        EntryAt { entries: self, key, tags: &[], policy: &self.site.declaration.policy }
    }
}

/// An entry of a declaration, whose values have no type yet. Generated code makes one.
#[derive(Clone, Copy)]
pub struct EntryAt<'a> {
    entries: Entries<'a>,
    key: &'a Key,
    tags: &'a [Key],
    policy: &'a Policy,
}

impl<'a> EntryAt<'a> {
    /// With the keys of its tags.
    #[must_use]
    pub fn tags(self, tags: &'a [Key]) -> EntryAt<'a> {
        EntryAt { tags, ..self }
    }

    pub(crate) fn policy(self, policy: &'a Policy) -> EntryAt<'a> {
        EntryAt { policy, ..self }
    }

    /// An operation on it, where its values are of the type `V`.
    pub(crate) fn call<V: Value>(self, takes_none: bool) -> Call<'a> {
        self.call_of(Coding::of::<V>(), takes_none)
    }

    pub(crate) fn call_of(self, coding: &'static Coding, takes_none: bool) -> Call<'a> {
        let EntryAt { entries: Entries { site, cache, schema }, key, tags, policy } = self;
        Call { site, cache, key, schema, coding, takes_none, tags, policy }
    }
}

/// What may answer a reader out of this process.
#[derive(Clone, Copy)]
pub(crate) struct Sought<'a> {
    pub(crate) policy: &'a Policy,
    /// What only the value's type can do.
    pub(crate) coding: &'static Coding,
    /// Whether the answer `None` is one.
    pub(crate) takes_none: bool,
    /// How many tags it has to have.
    pub(crate) tags: usize,
    /// How its reader asks for it again, without the key.
    pub(crate) brief: Option<Brief>,
}

/// One operation on one entry.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    /// The declaration that it is counted for.
    pub(crate) site: &'static Site,
    /// Where the entry is kept.
    pub(crate) cache: &'a Cache,
    /// The entry's key.
    pub(crate) key: &'a Key,
    /// The value's fingerprint.
    pub(crate) schema: Shape,
    /// What only the value's type can do.
    pub(crate) coding: &'static Coding,
    /// Whether the answer `None` is one: to a declaration without `Option` it is a value of another type.
    pub(crate) takes_none: bool,
    /// The keys of its tags.
    pub(crate) tags: &'a [Key],
    /// How long it is kept, and how it is loaded.
    pub(crate) policy: &'a Policy,
}

impl<'a> Call<'a> {
    /// An operation on the entry at `key`.
    pub(crate) fn new<V: Value>(
        site: &'static Site,
        cache: &'a Cache,
        key: &'a Key,
        schema: Shape,
    ) -> Call<'a> {
        Entries::new(site, cache, schema).at(key).call::<V>(true)
    }

    /// What may answer it.
    pub(crate) fn sought(&self) -> Sought<'a> {
        let Call { policy, coding, takes_none, tags, .. } = *self;
        Sought { policy, coding, takes_none, tags: tags.len(), brief: None }
    }
}
