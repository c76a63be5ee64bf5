//! How the callers that wait for one load get its error.

use std::fmt::Display;
use std::sync::Arc;

use super::flight::Shared;
use super::loaded::Failed;
use crate::error::{LoadTimeout, SharedError};

/// How a loader's error reaches the callers that waited for that load.
pub struct ErrorSharing<E>(Way<E>);

enum Way<E> {
    Never,
    /// Another error like it, made from it.
    Copy {
        copy: fn(&E) -> E,
        erase: fn(E) -> Shared,
        peek: fn(&Shared) -> Option<&E>,
        fits: Fits,
    },
    /// Its message, as a [`SharedError`].
    Message {
        share: fn(&E) -> Shared,
        take: fn(&Shared) -> Option<E>,
    },
}

/// Whether another one's error can be given to a caller.
pub(crate) type Fits = fn(&Shared) -> bool;

/// Why a read has no value for its caller.
pub(crate) enum Failure {
    /// Its own loader failed: whoever ran that has the error.
    Own,
    /// That of another caller failed, and the error fits.
    Shared(Shared),
    /// It is not waited for any longer.
    TimedOut(LoadTimeout),
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
        ErrorSharing(Way::Copy {
            copy,
            erase: |error| Arc::new(error),
            peek: |shared| shared.downcast_ref(),
            fits: |shared| shared.is::<E>(),
        })
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

    /// What others are given of an error.
    pub(super) fn failed(&self, error: &E) -> Failed {
        Failed(match &self.0 {
            Way::Never => None,
            Way::Copy { copy, erase, .. } => Some(erase(copy(error))),
            Way::Message { share, .. } => Some(share(error)),
        })
    }

    pub(crate) fn fits(&self) -> Fits {
        match &self.0 {
            Way::Never => |_| false,
            Way::Copy { fits, .. } => *fits,
            Way::Message { .. } => |shared| shared.is::<SharedError>(),
        }
    }

    pub(super) fn take(&self, shared: &Shared) -> Option<E> {
        match &self.0 {
            Way::Never => None,
            Way::Copy { copy, peek, .. } => peek(shared).map(copy),
            Way::Message { take, .. } => take(shared),
        }
    }

    /// The error for the caller, whose own loader may have failed with `own`.
    #[expect(clippy::unreachable, reason = "a protocol has what it says that it has")]
    pub(super) fn error(
        &self,
        failure: Failure,
        own: Option<E>,
        timed_out: Option<fn(LoadTimeout) -> E>,
    ) -> E {
        let error = match failure {
            Failure::Own => own,
            Failure::Shared(shared) => self.take(&shared),
            Failure::TimedOut(timeout) => timed_out.map(|timed_out| timed_out(timeout)),
        };
        match error {
            Some(error) => error,
            None => unreachable!("a failure without an error"),
        }
    }
}

impl<E> Clone for ErrorSharing<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for ErrorSharing<E> {}

impl<E> Clone for Way<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for Way<E> {}
