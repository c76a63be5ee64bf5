//! The strategies that the tests use: one of each kind, over the same source.

use cache_runtime::prelude::*;

/// Numbers of a kind, without what changes them.
macro_rules! numbers {
    ($name:ident, $namespace:literal, $kind:literal) => {
        #[derive(Clone)]
        #[cache_strategy(namespace = $namespace, ttl = 60, kind = $kind)]
        pub(crate) struct $name {
            cache: Cache,
            #[skip]
            pub(crate) source: crate::source::Source,
        }

        impl $name {
            pub(crate) fn new(cache: &Cache, source: &crate::source::Source) -> $name {
                $name { cache: cache.clone(), source: source.clone() }
            }
        }

        #[cache_strategy]
        impl $name {
            #[cached(key = "number/<id>")]
            pub(crate) async fn number(&self, id: i64) -> Result<u64, crate::source::Missing> {
                self.source.load(id).await
            }
        }
    };
}

/// Declares numbers, cache-aside.
///
/// A test that reads counters declares its own: those of a declaration are one set for the whole process, and its other tests
/// run meanwhile.
macro_rules! aside {
    ($name:ident, $namespace:literal) => {
        numbers!($name, $namespace, "cache_aside");

        #[cache_strategy]
        #[allow(dead_code, reason = "not every test changes them")]
        impl $name {
            #[cache_invalidate(self.number(id))]
            pub(crate) async fn change(&self, id: i64, value: u64) {
                self.source.put(id, value);
            }
        }
    };
}

/// Declares numbers, write-through; for whom, see `aside`.
macro_rules! through {
    ($name:ident, $namespace:literal) => {
        numbers!($name, $namespace, "write_through");

        #[cache_strategy]
        #[allow(dead_code, reason = "not every test changes them")]
        impl $name {
            #[cache_put(self.number(id))]
            pub(crate) async fn change(&self, id: i64, value: u64) -> Result<u64, crate::source::Missing> {
                self.source.put(id, value);
                Ok(value)
            }
        }
    };
}

aside!(Aside, "aside");
through!(Through, "through");

/// Flags without a source.
#[derive(Clone)]
#[cache_strategy(namespace = "flags", ttl = 60)]
pub(crate) struct Flags {
    cache: Cache,
}

impl Flags {
    pub(crate) fn new(cache: &Cache) -> Flags {
        Flags { cache: cache.clone() }
    }
}

#[cache_strategy]
impl Flags {
    #[cached(key = "flag/<name>")]
    pub(crate) fn flag(&self, name: &str) -> Entry<bool>;
}
