//! How a value is kept in this process: what is an `Arc` already gets no second one around it, and a hit goes through one pointer
//! less.

use std::any::Any;
use std::sync::Arc;

use super::Value;

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
    pub(crate) fn give<V: Value>(form: Option<Form>, kept: Kept) -> Option<V> {
        match form {
            Some(form) => form.give_own(kept),
            None => super::give(kept),
        }
    }

    /// The same of one that the caller has.
    #[inline]
    pub(crate) fn give_own<V: 'static>(self, kept: Kept) -> Option<V> {
        let mut given = None::<V>;
        (self.give)(kept, &mut given);
        given
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
