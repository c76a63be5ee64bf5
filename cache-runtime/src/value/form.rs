//! How a value is kept in this process: what is an `Arc` already gets no second one around it, and a hit goes through one pointer
//! less.

use std::any::Any;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::Coding;
use super::encode::{self, Output};
use crate::encoding::Codec;

/// A value of any type, as it is kept: its place, an `Option<V>`. In the near cache one that is an `Arc<T>` is kept as that.
pub(crate) type Kept = Arc<dyn Any + Send + Sync>;

/// Of a type that is an `Arc`.
#[derive(Clone, Copy)]
pub struct Form(&'static Way);

struct Way {
    keep: fn(&dyn Any) -> Option<Kept>,
    own: fn(&dyn Any) -> Option<Box<dyn Any>>,
    give: fn(Kept, &mut dyn Any) -> bool,
    read: fn(Codec, &[u8], &mut dyn Any) -> Result<(), String>,
}

/// A place for what is known of a type while it is compiled.
struct Of<T>(PhantomData<T>);

impl<T: DeserializeOwned + Send + Sync + 'static> Of<T> {
    const WAY: Way =
        Way { keep: keep_arc::<T>, own: own_arc::<T>, give: give_arc::<T>, read: encode::read_arc::<T> };
}

impl Form {
    pub(crate) const fn of_arc<T: DeserializeOwned + Send + Sync + 'static>() -> Form {
        Form(&Of::<T>::WAY)
    }

    /// A value, as the near cache keeps it.
    pub(crate) fn keep(form: Option<Form>, value: Kept) -> Kept {
        form.and_then(|form| form.kept(&*value)).unwrap_or(value)
    }

    /// What is in a place of its type, as the near cache keeps it.
    pub(crate) fn kept(self, place: &dyn Any) -> Option<Kept> {
        (self.0.keep)(place)
    }

    /// Puts what the near cache keeps into a place of its type. `false`: it is of another type, or kept in another form.
    pub(crate) fn give(form: Option<Form>, coding: &Coding, kept: &Kept, place: &mut dyn Any) -> bool {
        match form {
            Some(form) => (form.0.give)(Arc::clone(kept), place),
            None => coding.copy(kept, place),
        }
    }

    /// The same of one that the caller has.
    #[inline]
    pub(crate) fn give_own<V: Clone + 'static>(form: Option<Form>, kept: Kept) -> Option<V> {
        let mut given = None::<V>;
        match form {
            Some(form) => _ = (form.0.give)(kept, &mut given),
            None => given = kept.downcast_ref::<Option<V>>()?.clone(),
        }
        given
    }

    /// Puts the value that these bytes stand for into a place of its type.
    pub(super) fn read(self, codec: Codec, bytes: &[u8], place: &mut dyn Any) -> Result<(), String> {
        (self.0.read)(codec, bytes, place)
    }

    /// A value once more, as it comes back from the codec that it came from, for one thread: an `Arc<T>`, as it is returned.
    /// `None`: it has more than `most` bytes there, or does not come back as the same bytes, as one that is written differently
    /// from how it is read.
    pub(crate) fn copy(self, coding: &Coding, codec: Codec, kept: Kept, most: usize) -> Option<Box<dyn Any>> {
        let write = |place: &dyn Any| {
            let mut out = Output::behind(Vec::new(), most);
            (coding.write)(codec, place, &mut out).ok().map(|()| out.into_bytes())
        };
        let mut value = coding.room();
        (self.0.give)(kept, Arc::get_mut(&mut value)?);
        let bytes = write(&*value)?;
        let back = coding.kept(codec, &bytes).ok()?;
        if write(&*back)? == bytes { (self.0.own)(&*back) } else { None }
    }
}

fn keep_arc<T: Send + Sync + 'static>(place: &dyn Any) -> Option<Kept> {
    let value = place.downcast_ref::<Option<Arc<T>>>()?.as_ref()?;
    Some(Arc::clone(value) as Kept)
}

fn own_arc<T: Send + Sync + 'static>(place: &dyn Any) -> Option<Box<dyn Any>> {
    let value = place.downcast_ref::<Option<Arc<T>>>()?.as_ref()?;
    Some(Box::new(Arc::clone(value)))
}

// Where it is known which function this is, so is the place's type, and nothing is left to ask about it.
#[inline(always)]
fn give_arc<T: Send + Sync + 'static>(kept: Kept, place: &mut dyn Any) -> bool {
    let (Some(place), Ok(value)) = (place.downcast_mut(), kept.downcast::<T>()) else { return false };
    *place = Some(value);
    true
}
