//! A server so small that nobody doubts it: each command is one atomic step at one key.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::executor::point;
use super::{KEYS, Rest};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Record {
    Value(i64),
    Lease(u64),
    Mark { id: u64, writers: u32, contended: bool },
}

#[derive(Debug, Default)]
pub(super) struct Server {
    keys: [Mutex<Option<Record>>; KEYS],
    tokens: AtomicU64,
}

impl Server {
    fn at(&self, key: usize) -> MutexGuard<'_, Option<Record>> {
        self.keys[key].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number that nobody else has.
    pub(super) fn token(&self) -> u64 {
        1000 + self.tokens.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) async fn get(&self, key: usize) -> Option<i64> {
        point("GET").await;
        let found = match *self.at(key) {
            Some(Record::Value(value)) => Some(value),
            _ => None,
        };
        point("hear of it").await;
        found
    }

    pub(super) async fn set(&self, key: usize, value: i64) {
        point("SET").await;
        *self.at(key) = Some(Record::Value(value));
    }

    pub(super) async fn set_if_absent(&self, key: usize, record: Record) -> bool {
        point("SET NX").await;
        let absent = {
            let mut stands = self.at(key);
            let absent = stands.is_none();
            stands.get_or_insert(record);
            absent
        };
        point("hear of it").await;
        absent
    }

    /// Replaces a lease; `None`: by nothing.
    pub(super) async fn fill(&self, key: usize, token: u64, value: Option<i64>) {
        point("fill").await;
        let mut stands = self.at(key);
        if *stands == Some(Record::Lease(token)) {
            *stands = value.map(Record::Value);
        }
    }

    pub(super) async fn delete(&self, key: usize) {
        point("DEL").await;
        *self.at(key) = None;
    }

    /// As `delete`, but a mark is made contended.
    pub(super) async fn invalidate(&self, key: usize) {
        point("invalidate").await;
        let mut stands = self.at(key);
        match &mut *stands {
            Some(Record::Mark { contended, .. }) => *contended = true,
            other => *other = None,
        }
    }

    pub(super) async fn begin(&self, key: usize, new: u64) -> u64 {
        point("begin").await;
        let mut stands = self.at(key);
        match &mut *stands {
            Some(Record::Mark { id, writers, contended }) => {
                *writers += 1;
                *contended = true;
                *id
            }
            other => {
                *other = Some(Record::Mark { id: new, writers: 1, contended: false });
                new
            }
        }
    }

    /// Ends a write; `leave`: what is not its mark stays.
    pub(super) async fn end(&self, key: usize, mark: u64, value: Option<i64>, leave: bool) {
        point("end").await;
        let mut stands = self.at(key);
        match &mut *stands {
            Some(Record::Mark { id, contended: false, .. }) if *id == mark => {
                *stands = value.map(Record::Value);
            }
            Some(Record::Mark { id, writers, .. }) if *id == mark && *writers > 1 => *writers -= 1,
            Some(Record::Mark { id, .. }) if *id == mark => *stands = None,
            _ if leave => {}
            _ => *stands = None,
        }
    }

    pub(super) fn evict(&self, key: usize) {
        *self.at(key) = None;
    }

    pub(super) fn at_rest(&self, key: usize) -> Rest {
        match *self.at(key) {
            None => Rest::Nothing,
            Some(Record::Value(value)) => Rest::Value(value),
            Some(_) => Rest::LeftOver,
        }
    }
}
