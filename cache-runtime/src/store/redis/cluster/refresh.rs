//! A new map: whom to ask for it, and what becomes of the connections.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, ConnectionInfo, RedisResult, Value, pipe};

use super::super::Answer;
use super::super::answer::{is_refusal, reason};
use super::super::gather::Together;
use super::super::link::within;
use super::super::servers::unavailable;
use super::super::supervisor::{Boots, Route, Setup, Supervisor, heartbeat_timeout};
use super::super::url::{Target, at, host_and_port};
use super::Shared;
use super::map::{Layout, Map, Node, Place};
use crate::error::CacheError;

impl Shared {
    /// Asks for a new map: the primaries, then all other nodes that were ever named, until one answers. Where the cache lives, as
    /// it makes connections.
    pub(super) async fn refresh(&self) -> Answer<()> {
        let _one_at_a_time = self.refreshing.lock().await;
        let map = self.map.load_full();
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let connected: Vec<_> =
            map.nodes.iter().filter_map(|node| Some((node, node.supervisor.link().ok()?))).collect();
        for step in 0..connected.len() {
            let Some((node, link)) = connected.get((turn + step) % connected.len()) else { continue };
            let bound = heartbeat_timeout(self.config.deadline);
            if let Ok(Some(layout)) = within(bound, layout(&mut link.connection(), &node.place)).await {
                self.install(layout);
                return Ok(());
            }
        }
        let mut said = String::from("no node tells the cluster's slots");
        for (place, info) in self.strangers(&map) {
            match self.ask_stranger(&place, info).await {
                Ok(Some(layout)) => {
                    self.install(layout);
                    return Ok(());
                }
                Ok(None) => {}
                Err(error) if is_refusal(&error) => {
                    return Err(CacheError::Refused {
                        url: self.target.shown.clone(),
                        reason: reason(&error),
                    });
                }
                Err(error) => said = format!("{}:{}: {}", place.0, place.1, reason(&error)),
            }
        }
        Err(unavailable(said))
    }

    /// Nodes that there is no connection to: replicas, and those that the URL names.
    fn strangers(&self, map: &Map) -> Vec<(Place, ConnectionInfo)> {
        let seeds = self.target.seeds.iter().map(|seed| (host_and_port(seed), seed.clone()));
        let way = &self.target.node;
        seeds.chain(map.others.iter().map(|place| (place.clone(), at(way, &place.0, place.1)))).collect()
    }

    async fn ask_stranger(&self, place: &Place, info: ConnectionInfo) -> RedisResult<Option<Layout>> {
        let config = AsyncConnectionConfig::new().set_response_timeout(None);
        let asking = async {
            let client = Client::open(info)?;
            let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
            layout(&mut connection, place).await
        };
        // One that does not answer must not keep the others from it.
        within(self.config.connect_timeout / 4, asking).await
    }

    /// Makes it the map. Connections to nodes that are primaries still stay.
    fn install(&self, layout: Layout) {
        let old = self.map.load_full();
        let map = Map::new(layout, |place| match old.of_place(&place.0, place.1) {
            Some(node) => Arc::clone(node),
            None => self.connect(place),
        });
        for (from, to) in map.moves_from(&old) {
            self.hand_over(from, to);
        }
        self.map.store(Arc::new(map));
    }

    fn connect(&self, place: &Place) -> Arc<Node> {
        let server = Target::new(at(&self.target.node, &place.0, place.1));
        let setup = Setup {
            connect_timeout: self.config.connect_timeout,
            deadline: self.config.deadline,
            backlog: None,
            changed: Some(Arc::clone(&self.wake)),
            clock_offset: self.clock_offset(),
            boots: if self.config.trust_restarts { Boots::Trusted } else { Boots::OfNode },
            together: Together::Pipeline,
            near: self.config.near.clone(),
            home: self.config.home.clone(),
        };
        let supervisor = Supervisor::new(Route::Fixed(server.info), server.shown, setup);
        supervisor.run();
        Arc::new(Node { place: place.clone(), supervisor: Arc::new(supervisor) })
    }
}

/// Asks a node for its view of the cluster.
async fn layout(connection: &mut MultiplexedConnection, place: &Place) -> RedisResult<Option<Layout>> {
    let (slots, nodes): (Value, String) =
        pipe().cmd("CLUSTER").arg("SLOTS").cmd("CLUSTER").arg("NODES").query_async(connection).await?;
    Ok(Layout::parse(&slots, &nodes, place))
}
