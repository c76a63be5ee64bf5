//! Scans of a whole cluster, whose keys may move from node to node meanwhile.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use redis::{Value, cmd};

use super::super::Answer;
use super::super::answer::sorted;
use super::super::removed::Removed;
use super::super::scan::{Place, Scanned, Scope, invalidate_scanned};
use super::super::servers::unavailable;
use super::super::slot::own_slots;
use super::map::Node;
use super::{Cluster, Shared};
use crate::error::CacheError;

/// After so many passes under failovers it is for another time.
const PASSES: usize = 5;

impl Cluster {
    pub(in crate::store::redis) async fn invalidate_scanned(
        &self,
        bound: Duration,
        scope: Scope<'_>,
    ) -> Answer<u64> {
        self.shared.invalidate_scanned(bound, scope).await
    }
}

impl Shared {
    /// Scans every node, and again where the topology moved under it.
    ///
    /// A key that moves from a node that was not scanned yet to one that was is seen by neither scan. A second pass sees it: it is
    /// there from the beginning of that to its end, unless its slot moves twice in that time.
    pub(super) async fn invalidate_scanned(
        self: &Arc<Self>,
        bound: Duration,
        scope: Scope<'_>,
    ) -> Answer<u64> {
        let mut gone = 0;
        let mut passes_on_these_nodes = 0;
        let mut before = self.topology(bound).await?;
        for _ in 0..PASSES {
            for node in &before.nodes {
                gone += invalidate_scanned(&At { shared: self, node, bound }, scope).await?;
            }
            let after = self.topology(bound).await?;
            passes_on_these_nodes =
                if before.has_the_nodes_of(&after) { passes_on_these_nodes + 1 } else { 0 };
            if (before.slots == after.slots && !before.is_moving()) || passes_on_these_nodes == 2 {
                return Ok(gone);
            }
            before = after;
        }
        Err(unavailable("the cluster's primaries keep changing"))
    }

    /// A new map, and what each of its nodes says of its own slots.
    async fn topology(self: &Arc<Self>, bound: Duration) -> Answer<Topology> {
        let (shared, home) = (Arc::clone(self), &self.config.home);
        // A node that is new is connected to, which a caller's runtime must not be left with.
        home.bounded(bound, home.make(async move { shared.refresh().await })).await?;
        let map = self.map.load_full();
        let mut topology = Topology { nodes: Vec::new(), slots: BTreeMap::new() };
        for node in &map.nodes {
            // No keys are there, unless a slot is on its way to it.
            if map.is_without_slots(node) && !node.supervisor.is_connected() && !topology.is_moving() {
                continue;
            }
            let link = self.link(node)?;
            let mut command = cmd("CLUSTER");
            command.arg("NODES");
            let asking = pin!(link.ask(&command));
            let asking = async { sorted(node.supervisor.judged(Arc::clone(&link), asking).await) };
            let said = home.bounded(bound, asking).await?;
            let text = match said {
                Value::VerbatimString { text, .. } => text,
                Value::BulkString(text) => String::from_utf8_lossy(&text).into_owned(),
                other => return Err(super::super::answer::unexpected(&other)),
            };
            let own = own_slots(&text)
                .ok_or_else(|| unavailable("a node of the cluster is no primary any more"))?;
            topology.slots.insert(node.place.clone(), own);
            topology.nodes.push(Arc::clone(node));
        }
        Ok(topology)
    }
}

/// One node of a cluster.
struct At<'a> {
    shared: &'a Shared,
    node: &'a Arc<Node>,
    bound: Duration,
}

impl Place for At<'_> {
    type Error = CacheError;

    async fn scan(&self, cursor: &[u8], glob: &str) -> Answer<Scanned> {
        let link = self.shared.link(self.node)?;
        let scanning = pin!(link.scan(cursor, glob));
        let scanning = async { sorted(self.node.supervisor.judged(Arc::clone(&link), scanning).await) };
        self.shared.config.home.bounded(self.bound, scanning).await
    }

    /// Each at its key's node, which need not be this one any more.
    async fn invalidate(&self, keys: &[&[u8]]) -> Answer<Removed<CacheError>> {
        let removing = async { Ok(self.shared.invalidate(keys).await) };
        self.shared.config.home.bounded(self.bound, removing).await
    }
}

struct Topology {
    nodes: Vec<Arc<Node>>,
    /// The slots of each node, in its own words, with those that are on their way.
    slots: BTreeMap<(String, u16), String>,
}

impl Topology {
    fn is_moving(&self) -> bool {
        self.slots.values().any(|slots| slots.contains('['))
    }

    fn has_the_nodes_of(&self, other: &Topology) -> bool {
        self.slots.keys().eq(other.slots.keys())
    }
}
