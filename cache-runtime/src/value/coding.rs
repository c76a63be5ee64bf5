//! What is done with the values of one type by code that does not name it.
//!
//! All that happens on a hit or a miss is the same for every type. Compiled once for each of them it would be most of what a cached
//! function costs the compiler; so it works on [`Kept`] values and on places for them, and asks here for what only the type itself
//! can do. (That is spelled out: `map` and its like are functions of their own for each type, too.)
//!
//! A place of the type `V` is an `Option<V>`: its caller's, or one that is [`Kept`]. A value is kept in a place so that whoever has
//! it alone can take it out again, which `dyn Any` does not let anybody do with the value itself.

use std::any::{Any, TypeId, type_name};
use std::marker::PhantomData;
use std::sync::Arc;

use super::encode::{self, Output};
use super::{Kept, Value};
use crate::encoding::Codec;

/// How values of a type are written, read, moved, copied and told from others.
pub(crate) struct Coding {
    place: TypeId,
    type_name: fn() -> &'static str,
    room: fn() -> Kept,
    copy: fn(&dyn Any, &mut dyn Any) -> bool,
    take: fn(&mut dyn Any, &mut dyn Any) -> bool,
    pub(super) read: fn(Codec, &[u8], &mut dyn Any) -> Result<(), String>,
    pub(super) write: fn(Codec, &dyn Any, &mut Output) -> Result<(), String>,
}

/// A place for what is known of a type while it is compiled.
struct Of<V>(PhantomData<V>);

impl<V: Value> Of<V> {
    const CODING: Coding = Coding {
        place: TypeId::of::<Option<V>>(),
        type_name: type_name::<V>,
        room: room::<V>,
        copy: copy::<V>,
        take: take::<V>,
        read: encode::read::<V>,
        write: encode::write::<V>,
    };
}

impl Coding {
    pub(crate) const fn of<V: Value>() -> &'static Coding {
        &Of::<V>::CODING
    }

    /// Whether a kept value is of this type.
    pub(crate) fn is(&self, value: &Kept) -> bool {
        (**value).type_id() == self.place
    }

    pub(crate) fn name(&self) -> &'static str {
        (self.type_name)()
    }

    /// Puts a kept value into a place; no clone where nobody else has it. `false`: it is of another type.
    pub(crate) fn give(&self, mut value: Kept, place: &mut dyn Any) -> bool {
        match Arc::get_mut(&mut value) {
            Some(own) => (self.take)(own, place),
            None => (self.copy)(&*value, place),
        }
    }

    /// Puts a clone of a value that stays where it is into a place. `false`: it is of another type.
    pub(crate) fn copy(&self, value: &Kept, place: &mut dyn Any) -> bool {
        (self.copy)(&**value, place)
    }

    /// An empty place.
    pub(super) fn room(&self) -> Kept {
        (self.room)()
    }

    /// The value that these bytes stand for.
    pub(super) fn kept(&self, codec: Codec, bytes: &[u8]) -> Result<Kept, String> {
        let mut value = self.room();
        if let Some(place) = Arc::get_mut(&mut value) {
            (self.read)(codec, bytes, place)?;
        }
        Ok(value)
    }
}

/// A value for code that does not name its type.
pub(crate) fn keep<V: Value>(value: V) -> Kept {
    Arc::new(Some(value))
}

/// The value again, for a caller that does.
pub(crate) fn give<V: Value>(value: Kept) -> Option<V> {
    let mut place = None::<V>;
    Coding::of::<V>().give(value, &mut place);
    place
}

/// The value again, for the caller who has kept it.
#[expect(clippy::unreachable, reason = "it is of the type that it was kept as")]
pub(crate) fn take_back<V: Value>(value: Kept) -> V {
    match give(value) {
        Some(value) => value,
        None => unreachable!("a value that was kept as one of another type"),
    }
}

fn room<V: Value>() -> Kept {
    Arc::new(None::<V>)
}

fn take<V: Value>(from: &mut dyn Any, place: &mut dyn Any) -> bool {
    let (Some(from), Some(place)) = (from.downcast_mut::<Option<V>>(), place.downcast_mut()) else {
        return false;
    };
    *place = from.take();
    true
}

fn copy<V: Value>(from: &dyn Any, place: &mut dyn Any) -> bool {
    let (Some(Some(value)), Some(place)) = (from.downcast_ref::<Option<V>>(), place.downcast_mut()) else {
        return false;
    };
    *place = Some(V::clone(value));
    true
}
