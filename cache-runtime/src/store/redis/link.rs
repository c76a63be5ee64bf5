//! A connection that is ready, and what can be asked over it.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{Cmd, RedisError, RedisFuture, RedisResult, Value, cmd, pipe};
use tokio::time::timeout;

use super::answer::is_broken;
use super::backlog::Target;
use super::call::{Call, What};
use super::changes::Changes;
use super::gather::Gather;
use super::removed::Removed;
use super::scan::{BATCH, Place, Scanned, Scope, invalidate_scanned, scanned};
use super::scripts::{Script, Scripts, is_forgotten};
use crate::key::Key;
use crate::near::Moment;

pub(super) struct Link {
    connection: MultiplexedConnection,
    reads: Gather,
    scripts: Scripts,
    knows_role: bool,
    changes: Option<Changes>,
}

impl Link {
    /// Tells the server the scripts.
    pub(super) async fn new(
        mut connection: MultiplexedConnection,
        reads: Gather,
        knows_role: bool,
        changes: Option<Changes>,
    ) -> RedisResult<Link> {
        let scripts = Scripts::load(&mut connection).await?;
        Ok(Link { connection, reads, scripts, knows_role, changes })
    }

    /// A sign of life: for so long from then on what it tells of changes is believed to be all.
    pub(super) fn is_alive(&self, since: Moment, time: Duration) {
        if let Some(changes) = &self.changes {
            changes.is_alive(since, time);
        }
    }

    /// It is out of use, and what it tells of changes is not believed any more.
    pub(super) fn lose(&self) {
        if let Some(changes) = &self.changes {
            changes.is_lost();
        }
    }

    /// Whether the server tells its role to this user.
    pub(super) fn knows_role(&self) -> bool {
        self.knows_role
    }

    /// A handle of its own: all of them share one socket.
    pub(super) fn connection(&self) -> MultiplexedConnection {
        self.connection.clone()
    }

    pub(super) async fn ask(&self, command: &Cmd) -> RedisResult<Value> {
        let mut connection = self.connection();
        connection.send_packed_command(command).await.and_then(Value::extract_error)
    }

    /// Runs a script; a server that has forgotten it is told again.
    pub(super) async fn script(
        &self,
        script: Script,
        keys: &[&[u8]],
        arguments: &[&[u8]],
    ) -> RedisResult<Value> {
        let answer = self.ask(&self.scripts.call(script, keys, arguments)).await;
        if !is_forgotten(&answer) {
            return answer;
        }
        let scripts = Scripts::load(&mut self.connection()).await?;
        self.ask(&scripts.call(script, keys, arguments)).await
    }

    /// What stands at a key.
    #[inline]
    pub(super) fn read<'a>(&self, key: &'a [u8]) -> RedisFuture<'a, Value> {
        self.reads.get(key)
    }

    /// One step at one key. `asking`: the server has that key's slot only half, and takes this because it was sent here.
    pub(super) async fn call(&self, call: &Call<'_>, asking: bool) -> RedisResult<Value> {
        match call.what {
            // Boxed, so that a hit does not carry the room for what is rare or costs more anyway.
            _ if asking => {
                let answers = Box::pin(self.calls(&[(*call, true)])).await?;
                answers.into_iter().next().unwrap_or(Value::Nil).extract_error()
            }
            What::Get => self.read(call.key).await,
            What::Script(script, arguments) => Box::pin(self.script(script, &[call.key], arguments)).await,
        }
    }

    /// Many steps, each at its own key, in one round trip. An error may stand for each of them.
    pub(super) async fn calls(&self, calls: &[(Call<'_>, bool)]) -> RedisResult<Vec<Value>> {
        let mut answers = self.calls_with(&self.scripts, calls).await?;
        let is_forgotten =
            |answer: &Value| matches!(answer, Value::ServerError(error) if error.code() == "NOSCRIPT");
        let again: Vec<usize> = (0..answers.len()).filter(|at| is_forgotten(&answers[*at])).collect();
        if again.is_empty() {
            return Ok(answers);
        }
        // Those alone: a lease that was granted would find itself.
        let calls: Vec<_> = again.iter().map(|at| calls[*at]).collect();
        let scripts = Scripts::load(&mut self.connection()).await?;
        for (at, answer) in again.into_iter().zip(self.calls_with(&scripts, &calls).await?) {
            answers[at] = answer;
        }
        Ok(answers)
    }

    async fn calls_with(&self, scripts: &Scripts, calls: &[(Call<'_>, bool)]) -> RedisResult<Vec<Value>> {
        let mut pipeline = pipe();
        for (call, asking) in calls {
            if *asking {
                pipeline.cmd("ASKING");
            }
            match call.what {
                What::Get => pipeline.add_command(std::mem::take(cmd("GET").arg(call.key))),
                What::Script(script, arguments) => {
                    pipeline.add_command(scripts.call(script, &[call.key], arguments))
                }
            };
        }
        let count = calls.len() + calls.iter().filter(|(_, asking)| *asking).count();
        let mut answers = self.connection().send_packed_commands(&pipeline, 0, count).await?.into_iter();
        let own = calls.iter().filter_map(|(_, asking)| {
            if *asking {
                answers.next();
            }
            answers.next()
        });
        let own: Vec<Value> = own.collect();
        if own.len() == calls.len() {
            return Ok(own);
        }
        Err((redis::ErrorKind::UnexpectedReturnType, "not as many answers as commands").into())
    }

    /// One step of a scan: the next cursor, and keys that fit the glob.
    pub(super) async fn scan(&self, cursor: &[u8], glob: &str) -> RedisResult<Scanned> {
        let mut command = cmd("SCAN");
        command.arg(cursor).arg("MATCH").arg(glob).arg("COUNT").arg(BATCH);
        scanned(self.ask(&command).await?)
    }

    /// Takes away what stands at the keys: all in one script; one by one where that is refused, as one of them may be why.
    pub(super) async fn invalidate(&self, keys: &[&[u8]]) -> RedisResult<Removed<RedisError>> {
        match self.script(Script::Invalidate, keys, &[]).await.and_then(count) {
            Ok(gone) => Ok(Removed { gone, refused: Vec::new() }),
            Err(error) if is_broken(&error) => Err(error),
            Err(error) if keys.len() == 1 => Ok(Removed::of([Err(error)])),
            Err(_) => {
                let calls = keys.iter().map(|key| (Call::script(Script::Invalidate, key, &[]), false));
                let calls: Vec<_> = calls.collect();
                let answers = self.calls(&calls).await?;
                Ok(Removed::of(answers.into_iter().map(|answer| answer.extract_error().and_then(count))))
            }
        }
    }

    /// Makes up for an invalidation that could not be sent; gives what the server refuses of it. Each step is bounded: a peer
    /// that has vanished must not keep the supervisor.
    pub(super) async fn replay(&self, target: &Target, bound: Duration) -> RedisResult<Option<Target>> {
        let scope = match target {
            Target::Keys(keys) => return self.replay_keys(keys, bound).await,
            Target::Pattern(pattern) => Scope::Pattern(pattern),
            Target::Namespace(namespace) => Scope::Namespace(namespace),
        };
        match invalidate_scanned(&Bounded { link: self, bound }, scope).await {
            Ok(_) => Ok(None),
            Err(error) if is_broken(&error) => Err(error),
            Err(_) => Ok(Some(target.clone())),
        }
    }

    async fn replay_keys(&self, keys: &[Key], bound: Duration) -> RedisResult<Option<Target>> {
        let mut left = Vec::new();
        for batch in keys.chunks(BATCH) {
            let bytes: Vec<&[u8]> = batch.iter().map(Key::as_bytes).collect();
            let removed = within(bound, self.invalidate(&bytes)).await?;
            left.extend(removed.refused.into_iter().map(|(at, _)| batch[at].clone()));
        }
        Ok((!left.is_empty()).then_some(Target::Keys(left)))
    }
}

/// A server that is not trusted yet.
struct Bounded<'a> {
    link: &'a Link,
    bound: Duration,
}

impl Place for Bounded<'_> {
    type Error = RedisError;

    async fn scan(&self, cursor: &[u8], glob: &str) -> RedisResult<Scanned> {
        within(self.bound, self.link.scan(cursor, glob)).await
    }

    async fn invalidate(&self, keys: &[&[u8]]) -> RedisResult<Removed<RedisError>> {
        within(self.bound, self.link.invalidate(keys)).await
    }
}

fn count(answer: Value) -> RedisResult<u64> {
    Ok(redis::from_redis_value(answer)?)
}

/// An answer in time, or an error like that of a connection that is broken.
pub(super) async fn within<T>(
    bound: Duration,
    answer: impl Future<Output = RedisResult<T>>,
) -> RedisResult<T> {
    timeout(bound, answer).await.unwrap_or_else(|_| {
        Err(RedisError::from(std::io::Error::new(std::io::ErrorKind::TimedOut, "no answer in time")))
    })
}
