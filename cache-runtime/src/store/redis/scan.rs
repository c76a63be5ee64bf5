//! Scans: a server looks at all of its keys, in batches, and what is looked for is invalidated.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;

use redis::{RedisResult, Value};

use super::removed::Removed;
use crate::key::Pattern;

/// How many keys a server looks at, and how many are removed, in one step: a millisecond or so of its time.
pub(super) const BATCH: usize = 250;

/// What is looked for.
#[derive(Clone, Copy)]
pub(super) enum Scope<'a> {
    Pattern(&'a Pattern),
    Namespace(&'a str),
}

/// The next cursor, and keys.
pub(super) type Scanned = (Vec<u8>, Vec<Vec<u8>>);

/// Where is looked, each step of it bounded.
pub(super) trait Place: Sync {
    type Error: Send;

    /// One step of a scan: keys that fit the glob.
    fn scan(&self, cursor: &[u8], glob: &str) -> impl Future<Output = Result<Scanned, Self::Error>> + Send;

    /// Invalidates one batch.
    fn invalidate(
        &self,
        keys: &[&[u8]],
    ) -> impl Future<Output = Result<Removed<Self::Error>, Self::Error>> + Send;
}

/// Invalidates all keys of a scope. Gives how many there were; an error also where a key was refused, all others being gone.
///
/// The next step of the scan goes along with the removal of what the last one has found: small steps, of which others at the
/// server hardly notice one, then take no longer in all. A scan gives each key that is there from its beginning to its end,
/// whatever goes meanwhile.
pub(super) async fn invalidate_scanned<P: Place>(place: &P, scope: Scope<'_>) -> Result<u64, P::Error> {
    let mut all = Removed { gone: 0, refused: Vec::new() };
    for glob in scope.globs() {
        let mut found = place.scan(b"0", &glob).await?;
        loop {
            let (cursor, keys) = found;
            let removed = remove(place, scope, &keys);
            if cursor == b"0" {
                all.add(removed.await?);
                break;
            }
            let (removed, next) = both(pin!(removed), pin!(place.scan(&cursor, &glob))).await;
            all.add(removed?);
            found = next?;
        }
    }
    all.all()
}

async fn remove<P: Place>(
    place: &P,
    scope: Scope<'_>,
    keys: &[Vec<u8>],
) -> Result<Removed<P::Error>, P::Error> {
    let keys: Vec<&[u8]> = keys.iter().map(Vec::as_slice).filter(|key| scope.fits(key)).collect();
    if keys.is_empty() { Ok(Removed::of([])) } else { place.invalidate(&keys).await }
}

/// Waits for two at once.
async fn both<A, B>(
    mut one: Pin<&mut impl Future<Output = A>>,
    mut other: Pin<&mut impl Future<Output = B>>,
) -> (A, B) {
    let (mut first, mut second) = (None, None);
    poll_fn(|context| {
        if first.is_none()
            && let Poll::Ready(output) = one.as_mut().poll(context)
        {
            first = Some(output);
        }
        if second.is_none()
            && let Poll::Ready(output) = other.as_mut().poll(context)
        {
            second = Some(output);
        }
        match (first.take(), second.take()) {
            (Some(first), Some(second)) => Poll::Ready((first, second)),
            (not_yet, nor_this) => {
                (first, second) = (not_yet, nor_this);
                Poll::Pending
            }
        }
    })
    .await
}

impl Scope<'_> {
    fn globs(self) -> Vec<String> {
        match self {
            Scope::Pattern(pattern) => pattern.globs(),
            Scope::Namespace(namespace) => vec![namespace_glob(namespace)],
        }
    }

    /// A glob says too much: its `*` reaches over `:`, and over the `#` of tags.
    fn fits(self, key: &[u8]) -> bool {
        match self {
            // Keys of others need not be UTF-8; those are not ours.
            Scope::Pattern(pattern) => std::str::from_utf8(key).is_ok_and(|key| pattern.matches(key)),
            Scope::Namespace(_) => true,
        }
    }
}

/// The glob of all keys of a namespace, which may hold characters that mean something in one.
fn namespace_glob(namespace: &str) -> String {
    let mut glob = String::with_capacity(namespace.len() + 2);
    for character in namespace.chars() {
        if matches!(character, '*' | '?' | '[' | ']' | '\\' | '^') {
            glob.push('\\');
        }
        glob.push(character);
    }
    glob + ":*"
}

/// What `SCAN` answers: bytes, as keys of others need not be UTF-8.
pub(super) fn scanned(answer: Value) -> RedisResult<Scanned> {
    Ok(redis::from_redis_value(answer)?)
}
