//! What is done with the values of one type by code that does not name it.
//!
//! All that happens on a miss is the same for every type. Compiled once for each of them it would be most of what a cached function
//! costs the compiler; so it works on [`Kept`] values, and asks here for what only the type itself can do. (That is spelled out:
//! `map` and its like are functions of their own for each type, too.)

use std::any::{Any, TypeId, type_name};
use std::marker::PhantomData;
use std::sync::Arc;

use super::encode::{self, Output};
use super::{Kept, Value};
use crate::encoding::Codec;

/// How values of a type are written, read and told from others.
pub(crate) struct Coding {
    type_id: TypeId,
    pub(super) type_name: fn() -> &'static str,
    pub(super) read: fn(Codec, &[u8]) -> Result<Kept, String>,
    pub(super) write: fn(Codec, &dyn Any, &mut Output) -> Result<(), String>,
}

/// A place for what is known of a type while it is compiled.
struct Of<V>(PhantomData<V>);

impl<V: Value> Of<V> {
    const CODING: Coding = Coding {
        type_id: TypeId::of::<V>(),
        type_name: type_name::<V>,
        read: encode::read::<V>,
        write: encode::write::<V>,
    };
}

impl Coding {
    pub(crate) const fn of<V: Value>() -> &'static Coding {
        &Of::<V>::CODING
    }

    /// Whether a value is of this type.
    pub(crate) fn is(&self, value: &Kept) -> bool {
        (**value).type_id() == self.type_id
    }

    pub(crate) fn name(&self) -> &'static str {
        (self.type_name)()
    }
}

/// A value for code that does not name its type.
pub(crate) fn keep<V: Value>(value: V) -> Kept {
    Arc::new(value)
}

/// The value again, for a caller that does; no clone where nobody else has it.
pub(crate) fn give<V: Value>(value: Kept) -> Option<V> {
    match value.downcast() {
        Ok(value) => match Arc::try_unwrap(value) {
            Ok(value) => Some(value),
            Err(shared) => Some(V::clone(&shared)),
        },
        Err(_) => None,
    }
}
