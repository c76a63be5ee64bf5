//! How the callers that wait for one load get its error.

use std::fmt::Display;
use std::sync::Arc;

use super::flight::Shared;
use crate::error::SharedError;

/// How a loader's error reaches the callers that waited for that load.
pub struct ErrorSharing<E>(Way<E>);

enum Way<E> {
    Never,
    /// Another error like it, made from it.
    Copy {
        copy: fn(&E) -> E,
        erase: fn(E) -> Shared,
        peek: fn(&Shared) -> Option<&E>,
    },
    /// Its message, as a [`SharedError`].
    Message {
        share: fn(&E) -> Shared,
        take: fn(&Shared) -> Option<E>,
    },
}

impl<E> ErrorSharing<E> {
    /// The error can't be copied: callers that waited load for themselves.
    pub fn never() -> ErrorSharing<E> {
        ErrorSharing(Way::Never)
    }

    /// `copy` makes another error like the given one.
    pub fn by(copy: fn(&E) -> E) -> ErrorSharing<E>
    where
        E: Send + Sync + 'static,
    {
        ErrorSharing(Way::Copy { copy, erase: |error| Arc::new(error), peek: |shared| shared.downcast_ref() })
    }

    /// The error's message.
    pub fn message() -> ErrorSharing<E>
    where
        E: Display + From<SharedError>,
    {
        ErrorSharing(Way::Message {
            share: |error| Arc::new(SharedError::new(error)),
            take: |shared| shared.downcast_ref().cloned().map(|error: SharedError| E::from(error)),
        })
    }

    pub(super) fn share(&self, error: &E) -> Option<Shared> {
        match &self.0 {
            Way::Never => None,
            Way::Copy { copy, erase, .. } => Some(erase(copy(error))),
            Way::Message { share, .. } => Some(share(error)),
        }
    }

    pub(super) fn take(&self, shared: &Shared) -> Option<E> {
        match &self.0 {
            Way::Never => None,
            Way::Copy { copy, peek, .. } => peek(shared).map(copy),
            Way::Message { take, .. } => take(shared),
        }
    }
}
