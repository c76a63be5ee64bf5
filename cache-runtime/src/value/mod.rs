//! The values that are cached: which types, how their shape is told, how they become bytes.

mod codec;
mod coding;
mod compress;
mod encode;
mod form;
mod schema;
mod std_types;
mod version;

use std::any::{Any, TypeId};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use codec::{Decoding, Limits, draft, draft_none};
pub(crate) use coding::{Coding, give, keep, take_back};
pub(crate) use compress::length_before;
pub(crate) use form::{Form, Kept};
pub use schema::SchemaVisitor;
pub use version::Version;

use crate::policy::Policy;

/// What can be cached: any owned type that serde can write and read, cheap to clone or inside an `Arc`.
///
/// Implemented for every type that fulfils it; there is nothing to write.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be cached",
    label = "not a value that a cache can keep",
    note = "a cached value is owned, `Clone + Send + Sync`, and serde writes and reads it: put `#[derive(Clone, serde::Serialize, serde::Deserialize)]` on `{Self}`"
)]
pub trait Value: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<V: Serialize + DeserializeOwned + Clone + Send + Sync + 'static> Value for V {}

/// A value whose shape is kept with the cached entry, so that a changed type misses instead of misreading.
///
/// `#[derive(CacheValue)]` implements it: the names and types of all fields and variants and their serde attributes count,
/// through nested types. Types of other crates are named by a version of their own:
///
/// ```
/// use cache_runtime::CacheValue;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Serialize, Deserialize, CacheValue)]
/// struct Reading {
///     celsius: f64,
///     #[cache(opaque = "1")] // raise it when the type changes what it serialises
///     raw: serde_json::Value,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "the shape of `{Self}` is not known",
    label = "no `CacheValue`",
    note = "put `#[derive(CacheValue)]` on `{Self}`; if it is another crate's, put `#[cache(opaque = \"1\")]` on the field"
)]
pub trait CacheValue: 'static {
    /// Tells the visitor what this type consists of.
    fn schema(visitor: &mut SchemaVisitor);

    /// How new the value is: what its field with `#[cache(version)]` says. `None`: it has no such field.
    fn version(&self) -> Option<u64> {
        None
    }
}

/// Which type a stored value has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    /// A hash of the derived schema; 0: not derived.
    pub(crate) schema: u64,
    /// A hash of the type's name.
    pub(crate) type_name: u64,
}

impl Fingerprint {
    /// Whether a value of one type can be read as the other. The name decides only where a schema is missing: a struct
    /// that moved to another module is still the same.
    pub(crate) fn fits(self, other: Fingerprint) -> bool {
        if self.schema != 0 && other.schema != 0 {
            self.schema == other.schema
        } else {
            self.type_name == other.type_name
        }
    }
}

/// What is known of a type without naming it. The macros choose how much.
#[derive(Clone, Copy)]
pub struct Shape {
    known: fn() -> Known,
    version: fn(&dyn Any) -> Option<u64>,
    /// `None`: as it is.
    pub(crate) form: Option<Form>,
}

impl Shape {
    /// Of a type that is kept in this form.
    #[doc(hidden)]
    #[must_use]
    pub const fn kept(self, form: Option<Form>) -> Shape {
        Shape { form, ..self }
    }

    pub(crate) fn fingerprint(&self) -> Fingerprint {
        self.known().fingerprint
    }

    /// What [`known`] says, without a look into its map where the same was asked last: of many entries of one declaration.
    fn known(&self) -> Known {
        thread_local! {
            static LAST: Cell<Option<Last>> = const { Cell::new(None) };
        }
        match LAST.get() {
            // Functions at the same address do the same.
            Some(last) if std::ptr::fn_addr_eq(last.said, self.known) => last.known,
            _ => {
                let known = (self.known)();
                LAST.set(Some(Last { said: self.known, known }));
                known
            }
        }
    }

    /// Whether a codec that writes values alone, one after the other, can be used: `Ok(false)` where the schema is not known, or
    /// why the type does not go into such bytes.
    pub(crate) fn positional(&self) -> Result<bool, &'static str> {
        let known = self.known();
        match known.unfit {
            Some(why) => Err(why),
            None => Ok(known.fingerprint.schema != 0),
        }
    }

    /// What of a policy's encoding can't be had: a setting, and what it takes.
    pub(crate) fn refuses(&self, policy: &Policy) -> Option<(&'static str, &'static str)> {
        if policy.value_codec().is_positional() && self.positional() == Ok(false) {
            return Some((
                "codec",
                "without names it needs a schema: put `#[derive(CacheValue)]` on the value's type",
            ));
        }
        policy.encoding.lacks()
    }

    /// How new the value in a place is, where its type tells.
    pub(crate) fn version(&self, place: &dyn Any) -> Option<u64> {
        (self.version)(place)
    }
}

/// A type with a derived schema; its fingerprint is worked out once a type and thread.
pub(crate) const fn by_schema<V: CacheValue>() -> Shape {
    // Functions, as a closure is two of them for each type.
    fn of<V: CacheValue>() -> Known {
        known(TypeId::of::<V>(), std::any::type_name::<V>, Some(V::schema))
    }
    fn version<V: CacheValue>(place: &dyn Any) -> Option<u64> {
        match place.downcast_ref::<Option<V>>() {
            Some(Some(value)) => value.version(),
            _ => None,
        }
    }
    Shape { known: of::<V>, version: version::<V>, form: None }
}

/// A type that is known by its name alone.
pub(crate) const fn by_name<V: 'static>() -> Shape {
    fn of<V: 'static>() -> Known {
        known(TypeId::of::<V>(), std::any::type_name::<V>, None)
    }
    fn version(_: &dyn Any) -> Option<u64> {
        None
    }
    Shape { known: of::<V>, version, form: None }
}

/// What was found out about a type.
#[derive(Clone, Copy)]
struct Known {
    fingerprint: Fingerprint,
    /// Why it does not go into bytes without names.
    unfit: Option<&'static str>,
}

/// What was found out last, and by what.
#[derive(Clone, Copy)]
struct Last {
    said: fn() -> Known,
    known: Known,
}

/// What is known of a type, with its derived schema or by its name alone.
fn known(id: TypeId, name: fn() -> &'static str, schema: Option<fn(&mut SchemaVisitor)>) -> Known {
    thread_local! {
        // Threads know for themselves: a lock that all of them take, even to read, is a line of memory that all of them write.
        static KNOWN: RefCell<HashMap<(TypeId, bool), Known, foldhash::fast::RandomState>> = RefCell::default();
    }
    let place = (id, schema.is_some());
    // A thread that ends may have forgotten already.
    let known = KNOWN.try_with(|known| known.borrow().get(&place).copied());
    known.ok().flatten().unwrap_or_else(|| {
        // Not under the borrow: a schema is somebody else's code, which may look at a cache.
        let (schema, unfit) = schema.map_or((0, None), SchemaVisitor::visit);
        let made = Known { fingerprint: Fingerprint { schema, type_name: schema::hash(name()) }, unfit };
        let _ = KNOWN.try_with(|known| known.borrow_mut().insert(place, made));
        made
    })
}
