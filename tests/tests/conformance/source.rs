//! A source of truth whose reads can be held half-way: they have seen the value, and have not returned it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cache_tests::Counter;
use tokio::sync::watch;

#[derive(Clone)]
pub(crate) struct Source {
    values: Arc<Mutex<HashMap<i64, u64>>>,
    begun: watch::Sender<u64>,
    open: watch::Sender<bool>,
    loads: Counter,
}

/// An error that can be copied.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Missing(pub(crate) i64);

impl Source {
    pub(crate) fn new() -> Source {
        Source {
            values: Arc::default(),
            begun: watch::Sender::new(0),
            open: watch::Sender::new(true),
            loads: Counter::new(),
        }
    }

    pub(crate) fn put(&self, id: i64, value: u64) {
        self.values.lock().unwrap().insert(id, value);
    }

    /// From now on there is nothing to be had.
    pub(crate) fn remove(&self, id: i64) {
        self.values.lock().unwrap().remove(&id);
    }

    pub(crate) fn value(&self, id: i64) -> Option<u64> {
        self.values.lock().unwrap().get(&id).copied()
    }

    /// Reads the value now, and returns it when the source is not held.
    pub(crate) async fn load(&self, id: i64) -> Result<u64, Missing> {
        let value = self.value(id);
        self.loads.next();
        self.begun.send_modify(|begun| *begun += 1);
        self.open.subscribe().wait_for(|open| *open).await.expect("the source is there");
        value.ok_or(Missing(id))
    }

    /// From now on reads stop half-way.
    pub(crate) fn hold(&self) {
        self.open.send_replace(false);
    }

    pub(crate) fn release(&self) {
        self.open.send_replace(true);
    }

    /// Waits until so many loads have begun, in all.
    pub(crate) async fn has_begun(&self, loads: u64) {
        let mut begun = self.begun.subscribe();
        let waiting = begun.wait_for(|begun| *begun >= loads);
        let waited = tokio::time::timeout(Duration::from_secs(30), waiting).await;
        waited.expect("the load never began").expect("the source is there");
    }

    pub(crate) fn loads(&self) -> u64 {
        self.loads.count()
    }
}
