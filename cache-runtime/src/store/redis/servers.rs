//! One server or many: which of them takes a step.

use std::pin::Pin;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use redis::{RedisFuture, Value};

use super::answer::{integer, meaning, sorted, unexpected};
use super::backlog::Backlog;
use super::call::Call;
use super::cluster::Cluster;
use super::gather::{Together, mget};
use super::removed::Removed;
use super::supervisor::{Boots, Judged, Route, Setup, Supervisor, now_here};
use super::url::Address;
use super::{Answer, Config};
use crate::error::CacheError;
use crate::key::Key;

pub(super) enum Servers {
    /// A single server, or the master that the sentinels name.
    One(Arc<Supervisor>),
    Cluster(Cluster),
}

impl Servers {
    pub(super) async fn connect(url: &str, config: Config, backlog: Arc<Backlog>) -> Answer<Servers> {
        let (route, shown) = match Address::parse(url)? {
            Address::One(target) => (Route::Fixed(target.info), target.shown),
            Address::Sentinel(target) => {
                let shown = target.shown.clone();
                (Route::sentinels(target), shown)
            }
            Address::Cluster(target) => {
                return Cluster::start(target, config, backlog).await.map(Servers::Cluster);
            }
        };
        let setup = Setup {
            connect_timeout: config.connect_timeout,
            deadline: config.deadline,
            backlog: Some(backlog),
            changed: None,
            clock_offset: 0,
            boots: if config.trust_restarts { Boots::Trusted } else { Boots::OfServer },
            together: Together::Mget,
            near: config.near.clone(),
            home: config.home.clone(),
        };
        let supervisor = Supervisor::new(route, shown, setup).start(config.require_connection).await?;
        Ok(Servers::One(Arc::new(supervisor)))
    }

    pub(super) fn address(&self) -> &str {
        match self {
            Servers::One(server) => server.address(),
            Servers::Cluster(cluster) => cluster.address(),
        }
    }

    /// The servers' time, in milliseconds since 1970.
    #[inline]
    pub(super) fn now(&self) -> u64 {
        let offset = match self {
            Servers::One(server) => server.clock_offset(),
            Servers::Cluster(cluster) => cluster.clock_offset(),
        };
        u64::try_from(now_here().saturating_add(offset)).unwrap_or(0)
    }

    /// What was created before may be old.
    #[inline]
    pub(super) fn not_before(&self, key: &[u8]) -> u64 {
        match self {
            Servers::One(server) => server.not_before(),
            Servers::Cluster(cluster) => cluster.not_before(key),
        }
    }

    /// All servers that hold keys.
    pub(super) fn all(&self) -> Answer<Vec<Arc<Supervisor>>> {
        match self {
            Servers::One(server) => Ok(vec![Arc::clone(server)]),
            Servers::Cluster(cluster) => cluster.all(),
        }
    }

    /// What stands at a key.
    #[inline]
    pub(super) fn read<'a>(&'a self, key: &'a [u8]) -> Answer<Reading<'a>> {
        Ok(match self {
            Servers::One(server) => {
                let link = server.link()?;
                let answer = link.read(key);
                Reading::Server(server.judged(link, answer))
            }
            Servers::Cluster(cluster) => {
                Reading::Cluster(Box::pin(async move { cluster.call(&Call::get(key)).await }))
            }
        })
    }

    /// A step, at its key's server.
    pub(super) async fn call(&self, call: &Call<'_>) -> Answer<Value> {
        match self {
            Servers::One(server) => {
                let link = server.link()?;
                sorted(server.judged(Arc::clone(&link), pin!(link.call(call, false))).await)
            }
            Servers::Cluster(cluster) => Box::pin(cluster.call(call)).await,
        }
    }

    /// Many steps, each at its key's server, in one round trip to each server. An error of all of them says that there was
    /// nobody to ask.
    pub(super) async fn each(&self, calls: &[Call<'_>]) -> Answer<Vec<Answer<Value>>> {
        match self {
            Servers::One(server) => {
                let link = server.link()?;
                let calls: Vec<_> = calls.iter().map(|call| (*call, false)).collect();
                let answers = sorted(server.judged(Arc::clone(&link), pin!(link.calls(&calls))).await)?;
                let answers: Vec<_> = answers.into_iter().map(|answer| answer.extract_error()).collect();
                // Each of them may say that the server is a replica now.
                if let Some(Err(error)) = answers.iter().find(|answer| answer.is_err()) {
                    server.judge(&link, error);
                }
                Ok(answers.into_iter().map(sorted).collect())
            }
            Servers::Cluster(cluster) => Ok(cluster.each(calls).await),
        }
    }

    /// What stands at the keys. What another type stands at, or what a node of several does not tell, counts as nothing: then
    /// the others can be read all the same.
    pub(super) async fn read_many(&self, keys: &[&Key]) -> Answer<Vec<Value>> {
        match self {
            // Half the cost of as many GETs.
            Servers::One(server) => {
                let command = mget(keys.iter().map(|key| key.as_bytes()));
                let link = server.link()?;
                match sorted(server.judged(Arc::clone(&link), pin!(link.ask(&command))).await)? {
                    Value::Array(values) if values.len() == keys.len() => Ok(values),
                    other => Err(unexpected(&other)),
                }
            }
            Servers::Cluster(cluster) => {
                let calls: Vec<Call<'_>> = keys.iter().map(|key| Call::get(key.as_bytes())).collect();
                let mut answers = cluster.each(&calls).await;
                for answer in &mut answers {
                    if *answer == Err(CacheError::ForeignKey) {
                        *answer = Ok(Value::Nil);
                    }
                }
                if answers.iter().all(Result::is_err) {
                    return answers.into_iter().collect();
                }
                Ok(answers.into_iter().map(|answer| answer.unwrap_or(Value::Nil)).collect())
            }
        }
    }

    /// Takes away what stands at the keys. An error of all of them says that there was nobody to ask.
    pub(super) async fn invalidate(&self, keys: &[&[u8]]) -> Answer<Removed<CacheError>> {
        match self {
            Servers::One(server) => {
                let link = server.link()?;
                let removed = server.judged(Arc::clone(&link), pin!(link.invalidate(keys))).await;
                let removed = sorted(removed)?;
                removed.refused.iter().for_each(|(_, error)| server.judge(&link, error));
                Ok(removed.map_err(meaning))
            }
            Servers::Cluster(cluster) => Ok(cluster.invalidate(keys).await),
        }
    }
}

/// What stands at a key, on its way: no `async` function, as a hit waits for little else, and each layer of those costs it.
pub(crate) enum Reading<'a> {
    Server(Judged<'a, RedisFuture<'a, Value>>),
    /// Boxed: its redirects would be room in every hit on a single server.
    Cluster(Pin<Box<dyn Future<Output = Answer<Value>> + Send + 'a>>),
}

impl Future for Reading<'_> {
    type Output = Answer<Value>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answer<Value>> {
        match &mut *self {
            Reading::Server(answer) => Pin::new(answer).poll(context).map(sorted),
            Reading::Cluster(answer) => answer.as_mut().poll(context),
        }
    }
}

pub(super) fn count(answer: Value) -> Answer<u64> {
    integer(answer).map(|count| u64::try_from(count).unwrap_or(0))
}

pub(super) fn unavailable(reason: impl Into<String>) -> CacheError {
    CacheError::Unavailable { reason: reason.into() }
}

/// Waits for all of them at once.
pub(super) async fn join_all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut waiting: Vec<Pin<Box<F>>> = futures.into_iter().map(Box::pin).collect();
    let mut outputs: Vec<Option<F::Output>> = waiting.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        let mut all = Poll::Ready(());
        for (future, output) in waiting.iter_mut().zip(&mut outputs).filter(|(_, output)| output.is_none()) {
            match future.as_mut().poll(context) {
                Poll::Ready(value) => *output = Some(value),
                Poll::Pending => all = Poll::Pending,
            }
        }
        all
    })
    .await;
    outputs.into_iter().flatten().collect()
}
