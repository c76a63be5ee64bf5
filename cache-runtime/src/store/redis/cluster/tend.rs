//! The map, and the task that looks after it and after the backlog.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use redis::{AsyncConnectionConfig, Client, ConnectionInfo, RedisResult, Value, pipe};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::super::answer::{is_refusal, reason};
use super::super::backlog::{Backlog, Target};
use super::super::call::Call;
use super::super::link::{BATCH, fits, namespace_glob, within};
use super::super::scripts::Script;
use super::super::servers::unavailable;
use super::super::supervisor::{HEARTBEAT, Route, Setup, Supervisor, heartbeat_timeout, jittered};
use super::super::url::{ClusterTarget, Target as Server, at, host_and_port};
use super::super::{Answer, Config};
use super::map::{Layout, Map, Node, Place};
use super::{Cluster, Shared};
use crate::error::CacheError;
use crate::key::Key;

/// The least time between two looks at the map: a slot that moves sends many calls elsewhere.
const PAUSE: Duration = Duration::from_millis(50);

impl Cluster {
    /// Tries once to get a map and to connect to its nodes; where that fails it goes on in the background, unless it is told not
    /// to, or the nodes refuse the credentials.
    pub(in crate::store::redis) async fn start(
        target: ClusterTarget,
        config: Config,
        backlog: Arc<Backlog>,
    ) -> Answer<Cluster> {
        let shared = Arc::new(Shared {
            target,
            config,
            map: arc_swap::ArcSwap::default(),
            refreshing: tokio::sync::Mutex::default(),
            turn: Default::default(),
            wake: Arc::default(),
            backlog,
        });
        match shared.first_connection().await {
            Err(error @ CacheError::Refused { .. }) => return Err(error),
            Err(error) if shared.config.require_connection => return Err(error),
            Err(error) => {
                tracing::warn!(server = %shared.target.shown, reason = %error, "the cache cluster can't be reached; loading from the source, and connecting in the background");
            }
            Ok(()) => {}
        }
        tokio::spawn(tend(Arc::downgrade(&shared), Arc::clone(&shared.wake)));
        Ok(Cluster { shared })
    }
}

impl Shared {
    async fn first_connection(&self) -> Answer<()> {
        let connecting = async {
            self.refresh().await?;
            while !self.map.load().is_whole() {
                if timeout(HEARTBEAT, self.wake.notified()).await.is_err() {
                    self.refresh().await?;
                }
            }
            Ok(())
        };
        let late =
            |_| Err(unavailable(format!("{}: not all slots have a node that answers", self.target.shown)));
        timeout(self.config.connect_timeout, connecting).await.unwrap_or_else(late)
    }

    /// Asks for a new map: the primaries, then all other nodes that were ever named, until one answers.
    pub(super) async fn refresh(&self) -> Answer<()> {
        let _one_at_a_time = self.refreshing.lock().await;
        let map = self.map.load_full();
        let turn = self.turn.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
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
        self.map.store(Arc::new(map));
    }

    fn connect(&self, place: &Place) -> Arc<Node> {
        let server = Server::new(at(&self.target.node, &place.0, place.1));
        let setup = Setup {
            connect_timeout: self.config.connect_timeout,
            deadline: self.config.deadline,
            backlog: None,
            changed: Some(Arc::clone(&self.wake)),
            clock_offset: self.clock_offset(),
        };
        let supervisor = Supervisor::new(Route::Fixed(server.info), server.shown, setup);
        supervisor.run();
        Arc::new(Node { place: place.clone(), supervisor: Arc::new(supervisor) })
    }

    /// Makes up for the invalidations that could not be sent. What can't be made up for yet stays in the backlog, and unread; a
    /// node that comes back may therefore be used at once for everything else.
    async fn replay(&self) {
        if self.backlog.is_empty() || self.map.load().nodes.is_empty() {
            return;
        }
        let targets = self.backlog.begin();
        let mut left = Vec::new();
        for target in &targets {
            left.extend(self.replayed(target).await.err());
        }
        self.backlog.finish(&left.iter().collect::<Vec<_>>());
        if left.len() < targets.len() {
            tracing::info!(server = %self.target.shown, "made up for invalidations that could not be sent");
        }
    }

    /// The error is what is left to do.
    async fn replayed(&self, target: &Target) -> Result<(), Target> {
        let bound = heartbeat_timeout(self.config.deadline);
        let scanned = match target {
            Target::Keys(keys) => return self.replayed_keys(keys, bound).await,
            Target::Pattern(pattern) => {
                let mut scanned = Ok(0);
                for glob in pattern.globs() {
                    scanned = match scanned {
                        Ok(_) => self.invalidate_scanned(bound, &glob, &|key| fits(pattern, key)).await,
                        failed => failed,
                    };
                }
                scanned
            }
            Target::Namespace(namespace) => {
                self.invalidate_scanned(bound, &namespace_glob(namespace), &|_| true).await
            }
        };
        scanned.map(|_| ()).map_err(|_| target.clone())
    }

    async fn replayed_keys(&self, keys: &[Key], bound: Duration) -> Result<(), Target> {
        let mut left = Vec::new();
        for batch in keys.chunks(BATCH) {
            let calls: Vec<Call<'_>> =
                batch.iter().map(|key| Call::script(Script::Invalidate, key.as_bytes(), &[])).collect();
            match timeout(bound, self.each(&calls)).await {
                Ok(answers) => {
                    let refused = batch.iter().zip(answers).filter(|(_, answer)| answer.is_err());
                    left.extend(refused.map(|(key, _)| key.clone()));
                }
                Err(_) => left.extend_from_slice(batch),
            }
        }
        if left.is_empty() { Ok(()) } else { Err(Target::Keys(left)) }
    }
}

/// Asks a node for its view of the cluster.
async fn layout(
    connection: &mut redis::aio::MultiplexedConnection,
    place: &Place,
) -> RedisResult<Option<Layout>> {
    let (slots, nodes): (Value, String) =
        pipe().cmd("CLUSTER").arg("SLOTS").cmd("CLUSTER").arg("NODES").query_async(connection).await?;
    Ok(Layout::parse(&slots, &nodes, place))
}

/// Looks after the map for as long as the store is there.
async fn tend(store: Weak<Shared>, wake: Arc<Notify>) {
    let mut refreshed = Instant::now();
    loop {
        // Without a hold on the store: waiting here must not keep it alive.
        let woken = timeout(jittered(HEARTBEAT), wake.notified()).await.is_ok();
        let Some(shared) = store.upgrade() else { return };
        if woken || !shared.map.load().is_settled() {
            if refreshed.elapsed() < PAUSE {
                tokio::time::sleep(PAUSE).await;
            }
            if let Err(error) = shared.refresh().await {
                tracing::debug!(server = %shared.target.shown, %error, "no new map of the cluster");
            }
            refreshed = Instant::now();
        }
        shared.replay().await;
    }
}
