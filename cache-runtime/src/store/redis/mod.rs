//! The Redis store: records on a Redis or Valkey server, on the master that sentinels name, or on a cluster.

mod admin;
mod answer;
mod backlog;
mod call;
mod changes;
mod cluster;
mod erased;
mod gather;
mod home;
mod link;
mod many;
mod removed;
mod room;
mod scan;
mod scripts;
mod servers;
mod slot;
mod supervisor;
mod url;

use std::sync::Arc;
use std::time::Duration;

use redis::Value;
use tokio::runtime::Handle;

use self::answer::{bytes, integer};
pub(crate) use self::backlog::Backlog;
use self::call::Call;
pub(crate) use self::erased::Erased;
pub(crate) use self::home::Home;
use self::scan::Scope;
use self::scripts::Script;
pub(crate) use self::servers::Reading;
use self::servers::Servers;
use super::{Answer, Filled, Lease, Reads, Refused, Store, WriteEnd};
use crate::error::CacheError;
use crate::key::{Key, Pattern};
use crate::near::Near;
use crate::record::{self, Body, Claim, Draft, Expected, Found, Nonce, Over};

#[derive(Clone)]
pub(crate) struct Config {
    pub(crate) connect_timeout: Duration,
    pub(crate) deadline: Duration,
    pub(crate) require_connection: bool,
    pub(crate) trust_restarts: bool,
    pub(crate) near: Option<Arc<Near>>,
    pub(crate) home: Home,
}

pub(crate) struct RedisStore {
    servers: Servers,
    backlog: Arc<Backlog>,
    deadline: Duration,
    home: Home,
    near: Option<Arc<Near>>,
}

impl RedisStore {
    pub(crate) async fn connect(url: &str, config: Config) -> Answer<RedisStore> {
        let backlog = Arc::new(Backlog::default());
        let (deadline, near, home) = (config.deadline, config.near.clone(), config.home.clone());
        let servers = Servers::connect(url, config, Arc::clone(&backlog)).await?;
        Ok(RedisStore { servers, backlog, home, deadline, near })
    }

    /// What of the server's entries is in this process too.
    #[inline]
    pub(crate) fn near(&self) -> Option<&Near> {
        self.near.as_deref()
    }

    /// Held while the keys are changed.
    fn changing<'a>(&'a self, keys: impl IntoIterator<Item = &'a Key>) -> Changing<'a> {
        Changing(self.near().map(|near| (near, keys.into_iter().collect())))
    }

    /// What was created before may be old.
    #[inline]
    pub(crate) fn not_before(&self, key: &Key) -> u64 {
        self.servers.not_before(key.as_bytes())
    }

    /// The address, without its password.
    pub(crate) fn address(&self) -> &str {
        self.servers.address()
    }

    async fn script(&self, script: Script, key: &Key, arguments: &[&[u8]]) -> Answer<Value> {
        self.servers.call(&Call::script(script, key.as_bytes(), arguments)).await
    }

    /// What stands at a key, on its way.
    #[inline]
    pub(crate) fn reading<'a>(&'a self, key: &'a Key) -> Answer<Reading<'a>> {
        self.servers.read(key.as_bytes())
    }

    /// Where the connections live.
    pub(crate) fn runtime(&self) -> &Handle {
        self.home.runtime()
    }

    /// What bounds the steps.
    #[inline]
    pub(crate) fn clock(&self) -> &Handle {
        self.home.clock()
    }

    /// Invalidations that could not be sent.
    pub(crate) fn backlog(&self) -> &Backlog {
        &self.backlog
    }
}

impl Store for RedisStore {
    const TYPED: bool = false;

    #[inline]
    fn now(&self) -> u64 {
        self.servers.now()
    }

    async fn read(&self, key: &Key) -> Answer<Found> {
        found(self.reading(key)?.await?)
    }

    async fn read_many(&self, keys: &[&Key]) -> Answer<Reads> {
        self.servers.read_many(keys).await.map(|values| Reads::Answers(Answers { values, next: 0 }))
    }

    async fn lease(&self, key: &Key, nonce: Nonce, dead: Option<&Expected>, time: Duration) -> Answer<Lease> {
        let (lease, beginning, length) = leasing(nonce, dead);
        let arguments = [&lease[..], &millis(time), beginning, length.as_bytes()];
        match self.script(Script::Lease, key, &arguments).await? {
            Value::Nil => Ok(Lease::Granted),
            held => found(held).map(Lease::Held),
        }
    }

    async fn renew(&self, key: &Key, nonce: Nonce, time: Duration) -> Answer<bool> {
        let arguments = [&record::lease(nonce)[..], &millis(time)];
        integer(self.script(Script::Renew, key, &arguments).await?).map(|renewed| renewed == 1)
    }

    async fn limit(&self, key: &Key, nonce: Nonce, time: Duration) -> Answer<()> {
        let arguments = [&record::lease(nonce)[..], &millis(time)];
        self.script(Script::Limit, key, &arguments).await.map(|_| ())
    }

    async fn claim(&self, key: &Key, value: &Expected, claim: Claim, over: Over) -> Answer<bool> {
        let (length, claim) = (value.length.to_string(), claim.to_bits().to_le_bytes());
        let over = match over {
            Over::Any => String::new(),
            Over::Ended(now) => now.to_string(),
            Over::Loading => "loading".to_owned(),
        };
        let arguments = [&value.beginning[..], length.as_bytes(), &claim, over.as_bytes()];
        integer(self.script(Script::Claim, key, &arguments).await?).map(|claimed| claimed == 1)
    }

    async fn fill(&self, key: &Key, under: &Expected, draft: Draft, ttl: Duration) -> Answer<Filled> {
        let _changing = self.changing([key]);
        let length = under.length.to_string();
        let arguments = [&under.beginning[..], length.as_bytes(), payload(&draft)?, &millis(ttl)];
        integer(self.script(Script::Fill, key, &arguments).await?).map(filled)
    }

    async fn release(&self, key: &Key, under: &Expected) -> Answer<()> {
        let _changing = self.changing([key]);
        let length = under.length.to_string();
        let arguments = [&under.beginning[..], length.as_bytes()];
        self.script(Script::Release, key, &arguments).await.map(|_| ())
    }

    async fn open_tags(&self, tags: &[Key], time: Duration) -> Answer<Vec<(Nonce, u64)>> {
        let (now, time) = (self.now(), millis(time));
        let made: Vec<Vec<u8>> = tags.iter().map(|_| record::tag(Nonce::new(), now)).collect();
        let arguments: Vec<[&[u8]; 2]> = made.iter().map(|made| [&made[..], &time[..]]).collect();
        let calls = tags.iter().zip(&arguments);
        let calls: Vec<Call<'_>> =
            calls.map(|(key, arguments)| Call::script(Script::Tag, key.as_bytes(), arguments)).collect();
        self.servers.each(&calls).await?.into_iter().map(|answer| tag(answer?)).collect()
    }

    async fn begin_write(&self, key: &Key, writer: Nonce, time: Duration) -> Answer<Nonce> {
        let _changing = self.changing([key]);
        let arguments = [&record::mark(writer)[..], &millis(time), &record::key_hash(key).to_le_bytes()];
        let id = bytes(self.script(Script::BeginWrite, key, &arguments).await?)?;
        Nonce::from_bytes(&id).ok_or_else(|| answer::unexpected(&Value::BulkString(id)))
    }

    async fn end_write(
        &self,
        key: &Key,
        mark: Nonce,
        writer: Nonce,
        draft: Option<(Draft, Duration)>,
    ) -> Answer<WriteEnd> {
        let _changing = self.changing([key]);
        let (value, ttl) = match &draft {
            Some((draft, ttl)) => (payload(draft)?, *ttl),
            None => (&[][..], Duration::ZERO),
        };
        let arguments = [&mark.to_bytes()[..], &writer.to_bytes(), value, &millis(ttl)];
        Ok(match integer(self.script(Script::EndWrite, key, &arguments).await?)? {
            1 => WriteEnd::Stored,
            2 => WriteEnd::Removed,
            _ => WriteEnd::Contended,
        })
    }

    async fn put(&self, entries: Vec<(Key, Draft, Duration)>) -> Answer<u64> {
        let _changing = self.changing(entries.iter().map(|(key, ..)| key));
        let times: Vec<Vec<u8>> = entries.iter().map(|(_, _, ttl)| millis(*ttl)).collect();
        let arguments =
            entries.iter().zip(&times).map(|((_, draft, _), time)| Ok([payload(draft)?, &time[..]]));
        let arguments: Vec<[&[u8]; 2]> = arguments.collect::<Answer<_>>()?;
        let calls = entries.iter().zip(&arguments);
        let calls: Vec<Call<'_>> = calls
            .map(|((key, ..), arguments)| Call::script(Script::Put, key.as_bytes(), arguments))
            .collect();
        let mut newer = 0;
        for answer in self.servers.each(&calls).await? {
            newer += u64::from(integer(answer?)? == 2);
        }
        Ok(newer)
    }

    async fn invalidate(&self, keys: &[Key]) -> Answer<Refused> {
        let _changing = self.changing(keys);
        let keys: Vec<&[u8]> = keys.iter().map(Key::as_bytes).collect();
        self.servers.invalidate(&keys).await.map(|removed| removed.refused)
    }

    async fn abandon_write(&self, key: &Key, writer: Nonce) -> Answer<()> {
        let _changing = self.changing([key]);
        self.script(Script::Abandon, key, &[&writer.to_bytes()]).await.map(|_| ())
    }

    async fn shed(&self, key: &Key, most: usize) -> Answer<bool> {
        let most = most.to_string();
        integer(self.script(Script::Shed, key, &[most.as_bytes()]).await?).map(|shed| shed == 1)
    }

    async fn invalidate_matching(&self, pattern: &Pattern) -> Answer<u64> {
        let answer = self.invalidate_scanned(Scope::Pattern(pattern)).await;
        if let Some(near) = self.near() {
            near.forget_matching(pattern);
        }
        answer
    }

    async fn clear(&self, namespace: &str) -> Answer<u64> {
        let answer = self.invalidate_scanned(Scope::Namespace(namespace)).await;
        if let Some(near) = self.near() {
            near.forget_namespace(namespace);
        }
        answer
    }
}

/// What this process changes is not served from its near cache any more once the caller knows, whatever became of the change:
/// the server's own word may come after its answer, or, where there was none, late.
struct Changing<'a>(Option<(&'a Near, Vec<&'a Key>)>);

impl Drop for Changing<'_> {
    fn drop(&mut self) {
        if let Some((near, keys)) = &self.0 {
            keys.iter().for_each(|key| near.forget(key.as_bytes()));
        }
    }
}

/// What the script of a lease takes: the lease, and the beginning and the length of what it may take the place of.
fn leasing(nonce: Nonce, dead: Option<&Expected>) -> (Vec<u8>, &[u8], String) {
    let (beginning, length) = match dead {
        Some(dead) => (&dead.beginning[..], dead.length.to_string()),
        None => (&[][..], "-1".to_owned()),
    };
    (record::lease(nonce), beginning, length)
}

fn filled(answer: i64) -> Filled {
    match answer {
        1 => Filled::Stored,
        2 => Filled::Older,
        _ => Filled::Revoked,
    }
}

/// What a server has answered to a question for many keys.
pub(crate) struct Answers {
    values: Vec<Value>,
    next: usize,
}

impl Iterator for Answers {
    type Item = Answer<Found>;

    #[inline(always)]
    fn next(&mut self) -> Option<Answer<Found>> {
        let value = self.values.get_mut(self.next)?;
        self.next += 1;
        Some(found_in(value))
    }
}

/// What the answer to a read means.
#[inline]
pub(crate) fn found(mut answer: Value) -> Answer<Found> {
    found_in(&mut answer)
}

/// As `found`. The record is taken out of its answer where that lies: a move of the whole answer right before it is read stalls the
/// processor (store-to-load forwarding).
#[inline(always)]
fn found_in(answer: &mut Value) -> Answer<Found> {
    match answer {
        Value::Nil => Ok(Found::Absent),
        Value::BulkString(record) => Ok(Found::parse(std::mem::take(record))),
        other => Err(answer::unexpected(other)),
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
        Body::Bytes(record) => Ok(record),
        Body::Typed(_) => {
            Err(CacheError::Encode { value: "value", reason: "it was made for the memory store".into() })
        }
    }
}

/// A duration as servers take it: whole milliseconds, at least one.
fn millis(duration: Duration) -> Vec<u8> {
    duration.as_millis().max(1).to_string().into_bytes()
}
