//! A hit that this process answers, out of the near cache or the embedded store: before there is anything that outlasts a wait.

use std::any::Any;

use crate::call::{Call, Entries, Sought};

impl Entries<'_> {
    /// Puts the value into `place`, which stays empty for the answer `None`. `true`: there was one, and it is counted.
    pub(crate) fn hit_here(&self, sought: Sought<'_>, key: &[u8], place: &mut dyn Any) -> bool {
        self.near_hit(sought, key, place) || self.embedded_hit(sought, key, place)
    }
}

impl Call<'_> {
    /// As [`Entries::hit_here`].
    pub(crate) fn hit_here(&self, place: &mut dyn Any) -> bool {
        self.near_hit(place) || self.embedded_hit(place)
    }
}
