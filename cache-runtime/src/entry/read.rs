//! Reads, with a loader or without: every kind has them.

use std::future::Future;
use std::pin::pin;

use super::Entry;
use crate::error::CacheError;
use crate::load::returns::{self, Returns};
use crate::load::{ErrorSharing, Load, read};
use crate::read::Look;
use crate::transaction;
use crate::value::{Value, give};

impl<V: Value, K> Entry<V, K> {
    /// The cached value, if there is one. A cache that can't be reached has none.
    pub async fn get(&self) -> Option<V> {
        self.try_get().await.unwrap_or_default()
    }

    /// The cached value, if there is one.
    ///
    /// # Errors
    ///
    /// Where the store did not answer.
    pub async fn try_get(&self) -> Result<Option<V>, CacheError> {
        let Some(store) = self.cache.store() else { return Ok(None) };
        let call = self.call();
        if transaction::has_changed(&self.cache, &self.key) {
            call.site.counters.misses().one();
            return Ok(None);
        }
        let mut value = None::<V>;
        if call.hit_here(&mut value) {
            return Ok(value);
        }
        let look = call.look(store, &mut self.cache.budget()).await;
        match call.answer(look) {
            Ok(value) => Ok(value.and_then(give)),
            Err(Look::Unknown(error)) => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// The cached value, or what `loader` returns, which is then cached. Callers at the same time share one load.
    ///
    /// # Errors
    ///
    /// The loader's; nothing is cached then.
    pub async fn get_or_set<E, F, Fut>(&self, loader: F) -> Result<V, E>
    where
        E: Clone + Send + Sync + 'static,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<V, E>>,
    {
        self.get_or_set_with(ErrorSharing::by(E::clone), loader).await
    }

    /// As [`get_or_set`](Entry::get_or_set), for errors that can't be cloned: `sharing` says how callers that waited get a load's
    /// error. For `anyhow::Error` that is [`ErrorSharing::message`].
    ///
    /// # Errors
    ///
    /// The loader's.
    pub async fn get_or_set_with<E, F, Fut>(&self, sharing: ErrorSharing<E>, loader: F) -> Result<V, E>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<V, E>>,
    {
        self.near_or_load(returns::Fallible, sharing, loader).await
    }

    /// As [`get_or_set`](Entry::get_or_set), for a loader that also says how its value is kept: for how long, under which
    /// tags, or not at all.
    ///
    /// ```
    /// use std::time::Duration;
    /// use cache_runtime::{Load, prelude::*};
    ///
    /// #[cache_strategy(namespace = "tokens", ttl = "1h")]
    /// struct Tokens;
    ///
    /// #[cache_strategy]
    /// impl Tokens {
    ///     #[cached(key = "user/<id>")]
    ///     fn token(&self, id: u64) -> Entry<String>;
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), String> {
    /// let entry = Tokens.token(7);
    /// let token = entry
    ///     .get_or_load(|| async {
    ///         let (token, seconds) = ("secret".to_owned(), 600); // as somebody else's server says
    ///         Ok::<_, String>(Load::new(token).ttl(Duration::from_secs(seconds)))
    ///     })
    ///     .await?;
    /// assert_eq!(entry.get().await, Some(token));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The loader's; nothing is cached then.
    pub async fn get_or_load<E, F, Fut>(&self, loader: F) -> Result<V, E>
    where
        E: Clone + Send + Sync + 'static,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Load<V>, E>>,
    {
        self.get_or_load_with(ErrorSharing::by(E::clone), loader).await
    }

    /// As [`get_or_load`](Entry::get_or_load), for errors that can't be cloned; see
    /// [`get_or_set_with`](Entry::get_or_set_with).
    ///
    /// # Errors
    ///
    /// The loader's.
    pub async fn get_or_load_with<E, F, Fut>(&self, sharing: ErrorSharing<E>, loader: F) -> Result<V, E>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Load<V>, E>>,
    {
        self.near_or_load(returns::WithTerms, sharing, loader).await
    }

    async fn near_or_load<S, E, F, Fut>(&self, shape: S, sharing: ErrorSharing<E>, loader: F) -> Result<V, E>
    where
        S: Returns<Fut::Output, Value = V, Error = E, Given = Result<V, E>>,
        F: FnOnce() -> Fut,
        Fut: Future,
    {
        let (mut value, call) = (None::<V>, self.at().call::<V>(S::TAKES_NONE));
        if call.hit_here(&mut value)
            && let Some(value) = value
        {
            return Ok(value);
        }
        read(shape, self.at(), sharing).through(pin!(async { loader().await })).await
    }
}
