//! The question what a type can do.

use std::marker::PhantomData;

/// Asks what a type can do: by method resolution, which takes the first of several traits whose bounds hold
/// (autoref specialisation, after David Tolnay's case study).
pub struct Probe<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Probe<T> {
    /// A probe for `T`.
    #[expect(clippy::new_without_default, reason = "only generated code makes one")]
    pub const fn new() -> Probe<T> {
        Probe(PhantomData)
    }
}
