//! What a loader returns, with what it says about it.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use super::ask::Asking;
use super::flight::Shared;
use crate::key::Key;
use crate::value::Kept;

/// A value that was loaded, with a word on how it is kept. For [`Entry::get_or_load`](crate::Entry::get_or_load).
///
/// ```
/// use std::time::Duration;
/// use cache_runtime::{Key, Load};
///
/// // A page that says itself how long it is good.
/// let page = Load::new("<html>…").ttl(Duration::from_secs(30)).tag(Key::tag("pages", ("site", 7)));
/// // An answer that is of use to this caller alone.
/// let answer = Load::skip("try again later");
/// ```
#[derive(Clone, Debug)]
#[must_use = "a loader returns it"]
pub struct Load<V> {
    pub(crate) value: V,
    pub(crate) terms: Terms,
}

/// What a loader has returned, taken apart; `None` is an answer.
pub(crate) type Opened<V, E> = Result<Load<Option<V>>, E>;

/// What a loader comes to, for the steps of a miss, which name neither the value's type nor the error's.
pub(crate) type Loaded = Opened<Kept, Failed>;

/// A loader failed. Its error is with whoever ran it; this is what others are given of it, where it can be copied.
pub(crate) struct Failed(pub(super) Option<Shared>);

/// A loader on its way.
pub(super) enum Loading {
    /// Beside the steps that wait for it here.
    Beside(Asking<Loaded>),
    Made(Pin<Box<dyn Future<Output = Loaded> + Send>>),
}

impl Future for Loading {
    type Output = Loaded;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Loaded> {
        match self.get_mut() {
            Loading::Beside(asking) => Pin::new(asking).poll(context),
            Loading::Made(load) => load.as_mut().poll(context),
        }
    }
}

/// How a loaded value is kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Terms {
    /// `None`: as declared.
    pub(crate) ttl: Option<Duration>,
    pub(crate) tags: Vec<Key>,
    pub(crate) skip: bool,
}

impl<V> Load<V> {
    /// A value that is kept as declared.
    pub fn new(value: V) -> Load<V> {
        Load { value, terms: Terms::default() }
    }

    /// A value that goes to its callers, and is not stored.
    pub fn skip(value: V) -> Load<V> {
        Load { value, terms: Terms { skip: true, ..Terms::default() } }
    }

    /// Keeps it for `ttl` instead: 1 ms to 10 years. What is out of range is not stored, counted as `unstorable`, and logged.
    pub fn ttl(mut self, ttl: Duration) -> Load<V> {
        self.terms.ttl = Some(ttl);
        self
    }

    /// Gives it a tag in addition to the declared ones: [`Key::tag`]. Each read of it then takes two commands, as a reader finds
    /// out about the tag from the value.
    ///
    /// A tag that nobody has used within the last second, or that was invalidated then, is only made by such a load, and the
    /// value is not stored: it can't be told whether it was read before or after an invalidation.
    pub fn tag(mut self, tag: Key) -> Load<V> {
        self.terms.tags.push(tag);
        self
    }

    /// Several tags; see [`tag`](Load::tag).
    pub fn tags(mut self, tags: impl IntoIterator<Item = Key>) -> Load<V> {
        self.terms.tags.extend(tags);
        self
    }

    /// The value.
    pub fn into_value(self) -> V {
        self.value
    }

    pub(crate) fn map<W>(self, change: impl FnOnce(V) -> W) -> Load<W> {
        Load { value: change(self.value), terms: self.terms }
    }
}
