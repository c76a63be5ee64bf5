//! How a value is kept in this process: what is an `Arc` already gets no second one around it, and a hit goes through one pointer
//! less.

use std::any::Any;
use std::sync::Arc;

use super::encode::Output;
use super::{Coding, Value};
use crate::encoding::Codec;

/// A value of any type, as it is kept.
pub(crate) type Kept = Arc<dyn Any + Send + Sync>;

/// Of a type that is an `Arc`.
#[derive(Clone, Copy)]
pub struct Form {
    keep: fn(&dyn Any) -> Option<Kept>,
    give: fn(Kept, &mut dyn Any),
}

impl Form {
    pub(crate) const fn of_arc<T: Send + Sync + 'static>() -> Form {
        Form { keep: keep_arc::<T>, give: give_arc::<T> }
    }

    /// A value, as it is kept.
    pub(crate) fn keep(form: Option<Form>, value: Kept) -> Kept {
        form.and_then(|form| (form.keep)(&*value)).unwrap_or(value)
    }

    /// What is kept as a value again; `None`: it is of another type, or kept in another form.
    #[inline]
    pub(crate) fn give<V: Value>(form: Option<Form>, kept: &Kept) -> Option<V> {
        match form {
            Some(form) => form.give_own(Arc::clone(kept)),
            None => kept.downcast_ref::<V>().cloned(),
        }
    }

    /// The same of one that the caller has.
    #[inline]
    pub(crate) fn give_own<V: 'static>(self, kept: Kept) -> Option<V> {
        let mut given = None::<V>;
        (self.give)(kept, &mut given);
        given
    }

    /// A value once more, as it comes back from the codec that it came from, and as it is kept. `None`: it has more than `most`
    /// bytes there, or does not come back as the same bytes, as one that is written differently from how it is read.
    pub(crate) fn copy(self, coding: &Coding, codec: Codec, value: &dyn Any, most: usize) -> Option<Kept> {
        let write = |value: &dyn Any| {
            let mut out = Output { bytes: Some(Vec::new()), left: most, full: false };
            (coding.write)(codec, value, &mut out).ok()?;
            out.bytes
        };
        let bytes = write(value)?;
        let back = (coding.read)(codec, &bytes).ok()?;
        (write(&*back)? == bytes).then(|| Form::keep(Some(self), back))
    }
}

fn keep_arc<T: Send + Sync + 'static>(value: &dyn Any) -> Option<Kept> {
    value.downcast_ref::<Arc<T>>().map(|value| Arc::clone(value) as Kept)
}

// Where it is known which function this is, so is the place's type, and nothing is left to ask about it.
#[inline(always)]
fn give_arc<T: Send + Sync + 'static>(kept: Kept, place: &mut dyn Any) {
    if let Some(place) = place.downcast_mut::<Option<Arc<T>>>() {
        *place = kept.downcast().ok();
    }
}
