//! The Redis store: records on a Redis or Valkey server.

mod admin;
mod answer;
mod backlog;
mod link;
mod scripts;
mod supervisor;
mod url;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use redis::{Cmd, RedisResult, Value, cmd};
use tokio::runtime::Handle;

use self::answer::{bytes, integer, sorted};
pub(crate) use self::backlog::Backlog;
use self::link::{Link, fits, namespace_glob};
use self::scripts::Script;
use self::supervisor::Supervisor;
use self::url::Target;
use super::{Answer, Lease, Store, WriteEnd};
use crate::error::CacheError;
use crate::key::{Key, Pattern};
use crate::record::{self, Body, Claim, Draft, Expected, Found, Nonce};

pub(crate) struct Config {
    pub(crate) connect_timeout: Duration,
    pub(crate) deadline: Duration,
    pub(crate) require_connection: bool,
}

pub(crate) struct RedisStore {
    supervisor: Supervisor,
    deadline: Duration,
    /// Where the connection lives, and whose clock bounds the steps.
    runtime: Handle,
    late: AtomicU32,
}

/// So many steps without an answer in time, one after the other, open the breaker.
const LATE_IN_A_ROW: u32 = 5;

impl RedisStore {
    pub(crate) async fn connect(url: &str, config: Config) -> Answer<RedisStore> {
        let target = Target::parse(url)?;
        let deadline = config.deadline;
        Ok(RedisStore {
            supervisor: Supervisor::start(target, config).await?,
            runtime: Handle::current(),
            deadline,
            late: AtomicU32::new(0),
        })
    }

    /// The server's address, without its password.
    pub(crate) fn address(&self) -> &str {
        self.supervisor.address()
    }

    fn link(&self) -> Answer<Arc<Link>> {
        self.supervisor
            .link()
            .ok_or_else(|| CacheError::Unavailable { reason: format!("no connection to {}", self.address()) })
    }

    /// Counts steps in a row that got no answer in time. After a few the server is left alone until it answers the supervisor
    /// in time: a server that is slow would cost every call its whole deadline (a circuit breaker, after Nygard's "Release
    /// It!"; open is no connection, and the one probe at a time is the supervisor's).
    pub(crate) fn timed<T>(&self, asked_of: u64, answer: Answer<T>) -> Answer<T> {
        match &answer {
            // Not asked, or of a connection that is not in use any more.
            Err(CacheError::Unavailable { .. }) => {}
            Err(CacheError::DeadlineExceeded) if asked_of != self.supervisor.epoch() => {}
            Err(CacheError::DeadlineExceeded) => {
                let late = self.late.fetch_add(1, Ordering::Relaxed) + 1;
                if late >= LATE_IN_A_ROW {
                    self.late.store(0, Ordering::Relaxed);
                    self.supervisor.give_up("no answer within the deadline, several times in a row");
                }
            }
            // Looked at first: most of the time there is nothing to write.
            _ if self.late.load(Ordering::Relaxed) > 0 => self.late.store(0, Ordering::Relaxed),
            _ => {}
        }
        answer
    }

    /// Sorts an answer, and takes the connection out of use if that says that it is broken.
    fn judge<T>(&self, link: &Arc<Link>, answer: RedisResult<T>) -> Answer<T> {
        if let Err(error) = &answer {
            self.supervisor.judge(link, error);
        }
        sorted(answer)
    }

    async fn ask(&self, command: &Cmd) -> Answer<Value> {
        let link = self.link()?;
        self.judge(&link, link.ask(command).await)
    }

    async fn script(&self, script: Script, keys: &[&[u8]], arguments: &[&[u8]]) -> Answer<Value> {
        let link = self.link()?;
        self.judge(&link, link.script(script, keys, arguments).await)
    }

    /// Which of the connections, one after the other, is in use.
    pub(crate) fn epoch(&self) -> u64 {
        self.supervisor.epoch()
    }

    pub(crate) fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// Invalidations that could not be sent.
    pub(crate) fn backlog(&self) -> &Backlog {
        self.supervisor.backlog()
    }
}

impl Store for RedisStore {
    const TYPED: bool = false;

    fn now(&self) -> u64 {
        self.supervisor.now()
    }

    async fn read(&self, key: &Key) -> Answer<Found> {
        found(self.ask(cmd("GET").arg(key.as_bytes())).await?)
    }

    async fn read_many(&self, keys: &[Key]) -> Answer<Vec<Found>> {
        let mut command = cmd("MGET");
        for key in keys {
            command.arg(key.as_bytes());
        }
        match self.ask(&command).await? {
            Value::Array(values) if values.len() == keys.len() => values.into_iter().map(found).collect(),
            other => Err(answer::unexpected(&other)),
        }
    }

    async fn lease(&self, key: &Key, nonce: Nonce, dead: Option<&Expected>, time: Duration) -> Answer<Lease> {
        let (beginning, length) = match dead {
            Some(dead) => (&dead.beginning[..], dead.length.to_string()),
            None => (&[][..], "-1".to_owned()),
        };
        let arguments = [&record::lease(nonce)[..], &millis(time), beginning, length.as_bytes()];
        match self.script(Script::Lease, &[key.as_bytes()], &arguments).await? {
            Value::Nil => Ok(Lease::Granted),
            held => found(held).map(Lease::Held),
        }
    }

    async fn renew(&self, key: &Key, nonce: Nonce, time: Duration) -> Answer<bool> {
        let arguments = [&record::lease(nonce)[..], &millis(time)];
        integer(self.script(Script::Renew, &[key.as_bytes()], &arguments).await?).map(|renewed| renewed == 1)
    }

    async fn claim(&self, key: &Key, value: &Expected, claim: Claim, free_at: Option<u64>) -> Answer<bool> {
        let (length, claim) = (value.length.to_string(), claim.to_bits().to_le_bytes());
        let free_at = free_at.map(|now| now.to_string()).unwrap_or_default();
        let arguments = [&value.beginning[..], length.as_bytes(), &claim, free_at.as_bytes()];
        integer(self.script(Script::Claim, &[key.as_bytes()], &arguments).await?).map(|claimed| claimed == 1)
    }

    async fn fill(&self, key: &Key, under: &Expected, draft: Draft, ttl: Duration) -> Answer<bool> {
        let length = under.length.to_string();
        let arguments = [&under.beginning[..], length.as_bytes(), payload(&draft)?, &millis(ttl)];
        integer(self.script(Script::Fill, &[key.as_bytes()], &arguments).await?).map(|filled| filled == 1)
    }

    async fn release(&self, key: &Key, under: &Expected) -> Answer<()> {
        let length = under.length.to_string();
        let arguments = [&under.beginning[..], length.as_bytes()];
        self.script(Script::Release, &[key.as_bytes()], &arguments).await.map(|_| ())
    }

    async fn open_tags(&self, tags: &[Key], time: Duration) -> Answer<Vec<(Nonce, u64)>> {
        let (now, time) = (self.now(), millis(time));
        let made: Vec<Vec<u8>> = tags.iter().map(|_| record::tag(Nonce::new(), now)).collect();
        let calls = tags.iter().zip(&made).map(|(tag, made)| (tag.as_bytes(), vec![&made[..], &time[..]]));
        let calls: Vec<_> = calls.collect();
        let link = self.link()?;
        match self.judge(&link, link.each(Script::Tag, &calls).await)? {
            Value::Array(answers) if answers.len() == tags.len() => answers.into_iter().map(tag).collect(),
            other => Err(answer::unexpected(&other)),
        }
    }

    async fn begin_write(&self, key: &Key, id: Nonce, time: Duration) -> Answer<Nonce> {
        let arguments = [&record::mark(id)[..], &millis(time)];
        let id = bytes(self.script(Script::BeginWrite, &[key.as_bytes()], &arguments).await?)?;
        Nonce::from_bytes(&id).ok_or_else(|| answer::unexpected(&Value::BulkString(id)))
    }

    async fn end_write(&self, key: &Key, id: Nonce, draft: Option<(Draft, Duration)>) -> Answer<WriteEnd> {
        let (value, ttl) = match &draft {
            Some((draft, ttl)) => (payload(draft)?, *ttl),
            None => (&[][..], Duration::ZERO),
        };
        let arguments = [&id.to_bytes()[..], value, &millis(ttl)];
        Ok(match integer(self.script(Script::EndWrite, &[key.as_bytes()], &arguments).await?)? {
            1 => WriteEnd::Stored,
            2 => WriteEnd::Removed,
            _ => WriteEnd::Contended,
        })
    }

    async fn put(&self, entries: Vec<(Key, Draft, Duration)>) -> Answer<()> {
        let times: Vec<Vec<u8>> = entries.iter().map(|(_, _, ttl)| millis(*ttl)).collect();
        let calls = entries
            .iter()
            .zip(&times)
            .map(|((key, draft, _), time)| Ok((key.as_bytes(), vec![payload(draft)?, &time[..]])));
        let calls: Vec<_> = calls.collect::<Answer<_>>()?;
        let link = self.link()?;
        self.judge(&link, link.each(Script::Put, &calls).await).map(|_| ())
    }

    async fn invalidate(&self, keys: &[Key]) -> Answer<()> {
        let keys: Vec<&[u8]> = keys.iter().map(Key::as_bytes).collect();
        self.script(Script::Invalidate, &keys, &[]).await.map(|_| ())
    }

    async fn remove(&self, key: &Key) -> Answer<()> {
        self.script(Script::Remove, &[key.as_bytes()], &[]).await.map(|_| ())
    }

    async fn shed(&self, key: &Key, most: usize) -> Answer<bool> {
        let most = most.to_string();
        integer(self.script(Script::Shed, &[key.as_bytes()], &[most.as_bytes()]).await?).map(|shed| shed == 1)
    }

    async fn invalidate_matching(&self, pattern: &Pattern) -> Answer<u64> {
        let mut count = 0;
        for glob in pattern.globs() {
            count += self.invalidate_scanned(&glob, |key| fits(pattern, key)).await?;
        }
        Ok(count)
    }

    async fn clear(&self, namespace: &str) -> Answer<u64> {
        self.invalidate_scanned(&namespace_glob(namespace), |_| true).await
    }
}

fn found(answer: Value) -> Answer<Found> {
    match answer {
        Value::Nil => Ok(Found::Absent),
        Value::BulkString(record) => Ok(Found::parse(record)),
        other => Err(answer::unexpected(&other)),
    }
}

fn tag(answer: Value) -> Answer<(Nonce, u64)> {
    match found(answer)? {
        Found::Tag(nonce, made) => Ok((nonce, made)),
        _ => Err(CacheError::Server { message: "unexpected answer: no tag".into() }),
    }
}

fn payload(draft: &Draft) -> Answer<&[u8]> {
    match &draft.body {
        Body::Bytes(record, _) => Ok(record),
        Body::Typed(_) => {
            Err(CacheError::Encode { value: "value", reason: "it was made for the memory store".into() })
        }
    }
}

/// A duration as servers take it: whole milliseconds, at least one.
fn millis(duration: Duration) -> Vec<u8> {
    duration.as_millis().max(1).to_string().into_bytes()
}
