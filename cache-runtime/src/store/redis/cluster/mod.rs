//! A Redis Cluster: a supervised connection to each primary, and a map that says which of them has a key.
//!
//! Calls go by the map as it is; they never wait for a new one. A task looks after it: it asks for a new map where a node sends
//! a call elsewhere, can't be reached, or a slot has none.

mod map;
mod refresh;
mod replay;
mod scan;
mod tend;

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use arc_swap::ArcSwap;
use redis::{RedisError, RedisResult, Value};
use tokio::sync::{Mutex, Notify};

use self::map::{Map, Node};
use super::answer::sorted;
use super::backlog::Backlog;
use super::call::Call;
use super::removed::Removed;
use super::scripts::Script;
use super::servers::{count, join_all, unavailable};
use super::supervisor::Supervisor;
use super::url::ClusterTarget;
use super::{Answer, Config};
use crate::error::CacheError;

/// How often one call may be sent to another node: a slot that has moved may be moving again.
const REDIRECTS: usize = 2;

/// A cluster's nodes, and the task that looks after the map. Dropped, it takes the task along.
pub(super) struct Cluster {
    shared: Arc<Shared>,
}

struct Shared {
    target: ClusterTarget,
    config: Config,
    map: ArcSwap<Map>,
    /// Held by who asks for a new map: one at a time.
    refreshing: Mutex<()>,
    /// Whom to ask first the next time: a node that is wrong must not be the only one to be asked.
    turn: AtomicUsize,
    /// The map may be wrong, a connection came or went, or the store is gone.
    wake: Arc<Notify>,
    backlog: Arc<Backlog>,
}

/// Where a node sends a call.
struct Redirect {
    slot: u16,
    host: String,
    port: u16,
    /// Only this call: the slot is still on its way.
    asking: bool,
}

impl Cluster {
    pub(super) fn address(&self) -> &str {
        &self.shared.target.shown
    }

    /// The clock of the node with the first slot: all clients of a cluster agree on it.
    pub(super) fn clock_offset(&self) -> i64 {
        self.shared.clock_offset()
    }

    /// What was created at a key before, by the clock that all clients agree on, may be old.
    pub(super) fn not_before(&self, key: &[u8]) -> u64 {
        let map = self.shared.map.load();
        let node = map.of_key(key).filter(|node| node.supervisor.not_before() > 0);
        node.map_or(0, |node| at_clock(node.supervisor.not_before(), node, self.shared.clock_offset()))
    }

    pub(super) fn all(&self) -> Answer<Vec<Arc<Supervisor>>> {
        let map = self.shared.map.load();
        if map.nodes.is_empty() {
            return Err(unavailable(format!("no connection to {}", self.address())));
        }
        Ok(map.holders().map(|node| Arc::clone(&node.supervisor)).collect())
    }

    /// A step, at its key's node; followed to another one if that one sends it there.
    pub(super) async fn call(&self, call: &Call<'_>) -> Answer<Value> {
        let (mut node, mut asking) = (self.shared.node(call)?, false);
        for _ in 0..=REDIRECTS {
            let link = self.shared.link(&node)?;
            let answer = node.supervisor.judged(Arc::clone(&link), pin!(link.call(call, asking))).await;
            match self.shared.redirect(&node, &answer) {
                None => return sorted(answer),
                Some(redirect) => (node, asking) = self.shared.follow(&redirect)?,
            }
        }
        Err(unavailable("the key's slot keeps moving"))
    }

    /// Many steps, each at its key's node, in one round trip to each node; what they send elsewhere goes there in another.
    pub(super) async fn each(&self, calls: &[Call<'_>]) -> Vec<Answer<Value>> {
        self.shared.each(calls).await
    }

    pub(super) async fn invalidate(&self, keys: &[&[u8]]) -> Removed<CacheError> {
        self.shared.invalidate(keys).await
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.shared.wake.notify_one();
    }
}

impl Shared {
    fn clock_offset(&self) -> i64 {
        self.map.load().nodes.first().map_or(0, |node| node.supervisor.clock_offset())
    }

    fn node(&self, call: &Call<'_>) -> Answer<Arc<Node>> {
        let node = self.map.load().of_key(call.key).map(Arc::clone);
        node.ok_or_else(|| self.doubtful("no node of the cluster has the key's slot"))
    }

    fn link(&self, node: &Node) -> Answer<Arc<super::link::Link>> {
        node.supervisor.link().inspect_err(|_| self.wake.notify_one())
    }

    /// The map may be wrong.
    fn doubtful(&self, why: &'static str) -> CacheError {
        self.wake.notify_one();
        unavailable(why)
    }

    /// Each key at its node. One script for a slot's keys is of no use: while the slot moves it is refused.
    async fn invalidate(&self, keys: &[&[u8]]) -> Removed<CacheError> {
        let calls: Vec<Call<'_>> =
            keys.iter().map(|key| Call::script(Script::Invalidate, key, &[])).collect();
        Removed::of(self.each(&calls).await.into_iter().map(|answer| answer.and_then(count)))
    }

    async fn each(&self, calls: &[Call<'_>]) -> Vec<Answer<Value>> {
        let mut answers: Vec<Answer<Value>> = Vec::new();
        let mut to_do: Vec<(usize, Arc<Node>, bool)> = Vec::new();
        for (index, call) in calls.iter().enumerate() {
            answers.push(Err(unavailable("the key's slot keeps moving")));
            match self.node(call) {
                Ok(node) => to_do.push((index, node, false)),
                Err(error) => answers[index] = Err(error),
            }
        }
        for _ in 0..=REDIRECTS {
            if to_do.is_empty() {
                break;
            }
            let groups = by_node(std::mem::take(&mut to_do));
            let asked = join_all(groups.iter().map(|(node, group)| self.ask(node, group, calls))).await;
            for ((node, group), outcome) in groups.iter().zip(asked) {
                let outcome = match outcome {
                    Ok(outcome) => outcome,
                    Err(error) => {
                        for (index, _) in group {
                            answers[*index] = Err(error.clone());
                        }
                        continue;
                    }
                };
                for ((index, _), answer) in group.iter().zip(outcome) {
                    match self.redirect(node, &answer) {
                        None => answers[*index] = sorted(answer),
                        Some(redirect) => match self.follow(&redirect) {
                            Ok((node, asking)) => to_do.push((*index, node, asking)),
                            Err(error) => answers[*index] = Err(error),
                        },
                    }
                }
            }
        }
        answers
    }

    /// A node's share of many steps, in one round trip.
    async fn ask(
        &self,
        node: &Node,
        group: &[(usize, bool)],
        calls: &[Call<'_>],
    ) -> Answer<Vec<RedisResult<Value>>> {
        let link = self.link(node)?;
        let calls: Vec<_> = group.iter().map(|(index, asking)| (calls[*index], *asking)).collect();
        let answers = node.supervisor.judged(Arc::clone(&link), pin!(link.calls(&calls))).await;
        self.note(&answers);
        let answers: Vec<_> = sorted(answers)?.into_iter().map(Value::extract_error).collect();
        if let Some(Err(error)) = answers.iter().find(|answer| answer.is_err()) {
            node.supervisor.judge(&link, error);
        }
        Ok(answers)
    }

    /// Where the node sends a call. Whatever says that the map is wrong has a new one asked for.
    fn redirect(&self, from: &Node, answer: &RedisResult<Value>) -> Option<Redirect> {
        self.note(answer);
        let error = answer.as_ref().err()?;
        let (address, slot) = error.redirect_node()?;
        let (host, port) = address.rsplit_once(':')?;
        // Without a host it is the one that was asked.
        let host = if host.is_empty() { &from.place.0 } else { host };
        let asking = error.code() == Some("ASK");
        Some(Redirect { slot, host: host.to_owned(), port: port.parse().ok()?, asking })
    }

    fn note<T>(&self, answer: &RedisResult<T>) {
        // An ASK is no reason: the slot is still where the map says.
        let is_doubt = |error: &RedisError| error.code() != Some("ASK") && has_moved(error);
        if answer.as_ref().is_err_and(is_doubt) {
            self.wake.notify_one();
        }
    }

    /// What a node has that may be old may be old still where its slots have gone.
    fn hand_over(&self, from: &Node, to: &Node) {
        from.supervisor.look_at_slots();
        to.supervisor.look_at_slots();
        let not_before = from.supervisor.not_before();
        if not_before > 0 {
            to.supervisor.inherit(at_clock(not_before, from, to.supervisor.clock_offset()));
        }
    }

    /// The node to go to. One that is not known yet is no reason to wait: it is connected to in the background.
    fn follow(&self, redirect: &Redirect) -> Answer<(Arc<Node>, bool)> {
        let Redirect { slot, host, port, asking } = redirect;
        let node = self.map.load().of_place(host, *port).map(Arc::clone);
        let Some(node) = node else {
            return Err(self.doubtful("the key's slot has moved to a node that is not known yet"));
        };
        if !asking {
            if let Some(from) = self.map.load().of_slot(*slot) {
                self.hand_over(from, &node);
            }
            // In the map at once: the calls that follow need not go the long way.
            self.map.rcu(|map| map.moved(*slot, host, *port).map_or_else(|| Arc::clone(map), Arc::new));
        }
        Ok((node, *asking))
    }
}

/// A time of a node's clock, by the clock of that offset.
fn at_clock(time: u64, node: &Node, offset: i64) -> u64 {
    time.saturating_add_signed(offset.saturating_sub(node.supervisor.clock_offset()))
}

/// Whether an error says that the map is wrong, or a node is not what it was.
fn has_moved(error: &RedisError) -> bool {
    super::answer::is_elsewhere(error)
        || super::answer::is_demoted(error)
        || error.is_io_error()
        || error.is_connection_dropped()
}

type Group = Vec<(usize, bool)>;

fn by_node(to_do: Vec<(usize, Arc<Node>, bool)>) -> Vec<(Arc<Node>, Group)> {
    let mut places: HashMap<*const Node, usize> = HashMap::new();
    let mut groups: Vec<(Arc<Node>, Group)> = Vec::new();
    for (index, node, asking) in to_do {
        let place = *places.entry(Arc::as_ptr(&node)).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, group)) => group.push((index, asking)),
            None => groups.push((node, vec![(index, asking)])),
        }
    }
    groups
}
