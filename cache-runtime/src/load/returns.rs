//! What a loader returns: which of it is the value that is cached, and what the callers are given.
//!
//! All of it is compiled for each type of a value: spelled out, as closures and `map` would be functions of their own there.

use std::convert::Infallible;

use super::loaded::{Load, Terms};
use crate::call::Entries;
use crate::key::{Brief, KeyWriter};
use crate::value::{Coding, Value};

/// A shape that `Loaded` has. A type of its own for each, as `V` alone may be anything.
pub trait Returns<Loaded> {
    /// What is cached.
    type Value;
    /// What a load that fails gives.
    type Error;
    /// What callers are given.
    type Given;

    /// Whether the answer `None` is one.
    const TAKES_NONE: bool;

    /// What was loaded, taken apart.
    #[doc(hidden)]
    fn open(loaded: Loaded) -> Result<Load<Option<Self::Value>>, Self::Error>;

    /// Puts it together for a caller.
    fn close(answer: Result<Option<Self::Value>, Self::Error>) -> Self::Given;
}

/// `V`
#[derive(Clone, Copy, Debug)]
pub struct Plain;

/// `Option<V>`
#[derive(Clone, Copy, Debug)]
pub struct Optional;

/// `Result<V, E>`
#[derive(Clone, Copy, Debug)]
pub struct Fallible;

/// `Result<Option<V>, E>`
#[derive(Clone, Copy, Debug)]
pub struct FallibleOptional;

/// `Result<Load<V>, E>`, of which callers are given `Result<V, E>`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WithTerms;

impl<V> Returns<V> for Plain {
    type Value = V;
    type Error = Infallible;
    type Given = V;

    const TAKES_NONE: bool = false;

    fn open(loaded: V) -> Result<Load<Option<V>>, Infallible> {
        Ok(Load { value: Some(loaded), terms: Terms::default() })
    }

    fn close(answer: Result<Option<V>, Infallible>) -> V {
        let Ok(value) = answer;
        some(value)
    }
}

impl<V> Returns<Option<V>> for Optional {
    type Value = V;
    type Error = Infallible;
    type Given = Option<V>;

    const TAKES_NONE: bool = true;

    fn open(loaded: Option<V>) -> Result<Load<Option<V>>, Infallible> {
        Ok(Load { value: loaded, terms: Terms::default() })
    }

    fn close(answer: Result<Option<V>, Infallible>) -> Option<V> {
        let Ok(value) = answer;
        value
    }
}

impl<V, E> Returns<Result<V, E>> for Fallible {
    type Value = V;
    type Error = E;
    type Given = Result<V, E>;

    const TAKES_NONE: bool = false;

    fn open(loaded: Result<V, E>) -> Result<Load<Option<V>>, E> {
        match loaded {
            Ok(value) => Ok(Load { value: Some(value), terms: Terms::default() }),
            Err(error) => Err(error),
        }
    }

    fn close(answer: Result<Option<V>, E>) -> Result<V, E> {
        match answer {
            Ok(value) => Ok(some(value)),
            Err(error) => Err(error),
        }
    }
}

impl<V, E> Returns<Result<Option<V>, E>> for FallibleOptional {
    type Value = V;
    type Error = E;
    type Given = Result<Option<V>, E>;

    const TAKES_NONE: bool = true;

    fn open(loaded: Result<Option<V>, E>) -> Result<Load<Option<V>>, E> {
        match loaded {
            Ok(value) => Ok(Load { value, terms: Terms::default() }),
            Err(error) => Err(error),
        }
    }

    fn close(answer: Result<Option<V>, E>) -> Result<Option<V>, E> {
        answer
    }
}

impl<V, E> Returns<Result<Load<V>, E>> for WithTerms {
    type Value = V;
    type Error = E;
    type Given = Result<V, E>;

    const TAKES_NONE: bool = false;

    fn open(loaded: Result<Load<V>, E>) -> Result<Load<Option<V>>, E> {
        loaded.map(|load| load.map(Some))
    }

    fn close(answer: Result<Option<V>, E>) -> Result<V, E> {
        match answer {
            Ok(value) => Ok(some(value)),
            Err(error) => Err(error),
        }
    }
}

/// The loader returned a value, and nothing else is taken for an answer.
#[expect(clippy::unreachable, reason = "without `TAKES_NONE` every answer is a value")]
fn some<V>(value: Option<V>) -> V {
    match value {
        Some(value) => value,
        None => unreachable!("an answer without a value"),
    }
}

/// The entry's value, if this thread has just found it in this process: asked before its key is written.
#[inline]
#[expect(clippy::manual_map, reason = "spelled out")]
pub fn again<S, G>(_: S, entries: Entries<'_>, brief: Brief) -> Option<G>
where
    S: Returns<G, Given = G>,
    S::Value: Value,
{
    match entries.again::<S::Value>(brief) {
        Some(value) => Some(S::close(Ok(Some(value)))),
        None => None,
    }
}

/// The entry's value, if it is in this process. Asked before there is anything that outlasts a wait: a hit moves no key.
#[inline]
pub fn here<S, G>(_: S, entries: Entries<'_>, brief: Option<Brief>, key: &mut KeyWriter) -> Option<G>
where
    S: Returns<G, Given = G>,
    S::Value: Value,
{
    let sought = entries.sought(Coding::of::<S::Value>(), S::TAKES_NONE, brief);
    let (mut value, key) = (None::<S::Value>, key.finished());
    if entries.hit_here(sought, key, &mut value) { Some(S::close(Ok(value))) } else { None }
}
