//! A cluster: three primaries, each with a replica.

use std::time::{Duration, Instant};

use redis::{FromRedisValue, Value};

use crate::{RedisServer, wait_for};

/// For how long a node of a [`RedisCluster::quick_to_fail_over`] may be silent before the others replace it.
pub const NODE_TIMEOUT: Duration = Duration::from_secs(2);

/// While the cluster forms, on a machine that may be busy; later it would make what one node knows of another old.
const WHILE_FORMING: &str = "5000";
const STEADY: &str = "60000";

/// They talk to each other about once a second, and on a busy machine more rarely.
const PATIENCE: Duration = Duration::from_secs(60);

const SLOTS: u32 = 16_384;
const PRIMARIES: usize = 3;

/// Six nodes. The first three were the primaries at the beginning, each with a third of the slots; the replica of node 0 was
/// node 3, and so on.
#[derive(Debug)]
pub struct RedisCluster {
    /// All nodes.
    pub nodes: Vec<RedisServer>,
    ids: Vec<String>,
}

impl RedisCluster {
    /// Starts the nodes, makes a cluster of them, and returns when all of them call it well. Nothing fails over by itself, however
    /// busy the machine is.
    #[must_use]
    pub fn start() -> RedisCluster {
        Self::with_timeout(STEADY)
    }

    /// One whose replicas take over soon.
    #[must_use]
    pub fn quick_to_fail_over() -> RedisCluster {
        Self::with_timeout(&NODE_TIMEOUT.as_millis().to_string())
    }

    fn with_timeout(timeout: &str) -> RedisCluster {
        let nodes: Vec<RedisServer> = (0..2 * PRIMARIES)
            .map(|_| RedisServer::with().cluster().set("cluster-node-timeout", WHILE_FORMING).start())
            .collect();
        for (index, node) in nodes.iter().take(PRIMARIES).enumerate() {
            let slots = (0..SLOTS).filter(|slot| (*slot as usize * PRIMARIES / SLOTS as usize) == index);
            let slots: Vec<String> = slots.map(|slot| slot.to_string()).collect();
            let words: Vec<&str> =
                ["CLUSTER", "ADDSLOTS"].into_iter().chain(slots.iter().map(String::as_str)).collect();
            node.command(&words);
            node.command(&["CLUSTER", "SET-CONFIG-EPOCH", &(index + 1).to_string()]);
        }
        let ids = nodes.iter().map(RedisServer::node_id).collect();
        let cluster = RedisCluster { nodes, ids };
        let mut met: Option<Instant> = None;
        wait_for(PATIENCE, "all nodes know each other", || {
            // A meeting that takes too long is given up, without a word.
            if met.is_none_or(|met| met.elapsed() > Duration::from_secs(5)) {
                cluster.meet();
                met = Some(Instant::now());
            }
            cluster.nodes.iter().all(|node| {
                let nodes: String = node.query(&["CLUSTER", "NODES"]);
                nodes.lines().count() == cluster.nodes.len() && !nodes.contains("handshake")
            })
        });
        for (index, node) in cluster.nodes.iter().enumerate().skip(PRIMARIES) {
            node.command(&["CLUSTER", "REPLICATE", &cluster.nodes[index - PRIMARIES].node_id()]);
        }
        cluster.is_well();
        for node in &cluster.nodes {
            node.command(&["CONFIG", "SET", "cluster-node-timeout", timeout]);
        }
        cluster
    }

    fn meet(&self) {
        let port = self.nodes[0].port().to_string();
        for node in &self.nodes[1..] {
            node.command(&["CLUSTER", "MEET", "127.0.0.1", &port]);
        }
    }

    /// Waits until all nodes that run call the cluster well, agree on its primaries, and have their data.
    pub fn is_well(&self) {
        wait_for(PATIENCE, "all nodes call the cluster well", || {
            let running: Vec<&RedisServer> = self.nodes.iter().filter(|node| node.pid().is_some()).collect();
            let primaries: Vec<Vec<String>> = running.iter().map(|node| slots_of(node)).collect();
            running.iter().all(|node| {
                let info: String = node.query(&["CLUSTER", "INFO"]);
                let nodes: String = node.query(&["CLUSTER", "NODES"]);
                let has_slots = |line: &str| line.split(' ').nth(8).is_some();
                info.contains("cluster_state:ok")
                    && info.contains("cluster_slots_ok:16384")
                    && node.info("master_link_status").is_none_or(|status| status == "up")
                    && nodes
                        .lines()
                        .all(|line| line.contains("fail") || line.contains("slave") || has_slots(line))
            }) && primaries.windows(2).all(|two| two[0] == two[1])
        });
    }

    /// `redis-cluster://` with two of the nodes: they know the others.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis-cluster://127.0.0.1:{},127.0.0.1:{}", self.nodes[0].port(), self.nodes[1].port())
    }

    /// The nodes that are primaries now.
    #[must_use]
    pub fn primaries(&self) -> Vec<&RedisServer> {
        let running = self.nodes.iter().filter(|node| node.pid().is_some());
        running.filter(|node| node.role().as_deref() == Some("master")).collect()
    }

    /// The place in `nodes` of the primary that has a key.
    #[must_use]
    pub fn index_of(&self, key: &str) -> usize {
        let node = self.nodes.iter().find(|node| node.pid().is_some()).expect("a node that runs");
        let slot: u16 = node.query(&["CLUSTER", "KEYSLOT", key]);
        let slots: Value = node.query(&["CLUSTER", "SLOTS"]);
        let range = ranges(slots).into_iter().find(|(first, last, _)| (*first..=*last).contains(&slot));
        let id = range.expect("a range").2;
        self.ids.iter().position(|node| *node == id).expect("one of them")
    }

    /// The primary that has a key.
    #[must_use]
    pub fn node_of(&self, key: &str) -> &RedisServer {
        &self.nodes[self.index_of(key)]
    }

    /// Runs a command at the primary of the key that follows its name, or, where it has none, on all of them.
    #[track_caller]
    #[must_use]
    pub fn query<T: FromRedisValue>(&self, command: &[&str]) -> T {
        match command {
            ["CONFIG" | "SCRIPT" | "FLUSHALL" | "CLIENT", ..] => {
                let mut answers: Vec<T> = self.primaries().iter().map(|node| node.query(command)).collect();
                answers.pop().expect("a primary")
            }
            ["EVAL", _, "1", key, ..] | [_, key, ..] => self.node_of(key).query(command),
            _ => panic!("{command:?} has no key"),
        }
    }

    /// The same, for the sake of what it does.
    #[track_caller]
    pub fn command(&self, command: &[&str]) {
        let _: Value = self.query(command);
    }

    /// How often the primaries ran a command, together.
    #[must_use]
    pub fn commands_processed(&self, command: &str) -> u64 {
        self.primaries().iter().map(|node| node.commands_processed(command)).sum()
    }

    /// Begins to move a slot: keys that are not at its node any more are asked for at the other one.
    pub fn begin_to_move(&self, slot: u16, from: usize, to: usize) {
        let slot = slot.to_string();
        let (from, to) = (&self.nodes[from], &self.nodes[to]);
        to.command(&["CLUSTER", "SETSLOT", &slot, "IMPORTING", &from.node_id()]);
        from.command(&["CLUSTER", "SETSLOT", &slot, "MIGRATING", &to.node_id()]);
    }

    /// Moves the slot's keys; `true`: there were none left.
    pub fn move_keys(&self, slot: u16, from: usize, to: usize) -> bool {
        let keys: Vec<String> =
            self.nodes[from].query(&["CLUSTER", "GETKEYSINSLOT", &slot.to_string(), "1000"]);
        for key in &keys {
            let port = self.nodes[to].port().to_string();
            self.nodes[from].command(&["MIGRATE", "127.0.0.1", &port, key, "0", "5000"]);
        }
        keys.is_empty()
    }

    /// The slot belongs to the other node from now on, and all primaries know it: one that does not could take it back.
    pub fn end_move(&self, slot: u16, from: usize, to: usize) {
        let id = &self.ids[to];
        let primaries = self.primaries();
        let both = [&self.nodes[to], &self.nodes[from]];
        let rest = primaries.iter().copied().filter(|node| both.iter().all(|one| one.port() != node.port()));
        for node in both.into_iter().chain(rest) {
            node.command(&["CLUSTER", "SETSLOT", &slot.to_string(), "NODE", id]);
        }
        let is_there = |range: &(u16, u16, String)| (range.0..=range.1).contains(&slot) && range.2 == *id;
        wait_for(PATIENCE, "the primaries agree on the slot", || {
            primaries.iter().all(|node| ranges(node.query(&["CLUSTER", "SLOTS"])).iter().any(is_there))
        });
        // Two that have taken slots at the same time may both call it the same epoch. Until that is settled, the one that draws the
        // later one takes back whatever it had before.
        wait_for(PATIENCE, "the primaries agree on who came when", || {
            let seen: Vec<Vec<(String, u64)>> = primaries.iter().map(|node| epochs(node)).collect();
            let mut epochs: Vec<u64> = seen[0].iter().map(|(_, epoch)| *epoch).collect();
            epochs.dedup();
            epochs.len() == PRIMARIES && seen.iter().all(|one| *one == seen[0])
        });
    }

    /// Has the clients of a node talk to another port of this machine, and waits until all nodes tell them so. Not on Redis 6.2,
    /// where a node has to start with it.
    pub fn announce(&self, node: usize, port: u16) {
        self.nodes[node].command(&["CONFIG", "SET", "cluster-announce-port", &port.to_string()]);
        let announced = format!("127.0.0.1:{port}@");
        wait_for(PATIENCE, "all nodes know the port", || {
            self.nodes.iter().all(|node| node.query::<String>(&["CLUSTER", "NODES"]).contains(&announced))
        });
    }

    /// The slot of a key.
    #[must_use]
    pub fn slot(&self, key: &str) -> u16 {
        self.nodes[0].query(&["CLUSTER", "KEYSLOT", key])
    }
}

/// The epochs of the primaries as a node sees them, by epoch.
fn epochs(node: &RedisServer) -> Vec<(String, u64)> {
    let nodes: String = node.query(&["CLUSTER", "NODES"]);
    let words = nodes.lines().map(|line| line.split(' ').collect::<Vec<_>>());
    let primaries = words.filter(|words| words.len() > 7 && words[2].contains("master"));
    let mut epochs: Vec<(String, u64)> =
        primaries.map(|words| (words[0].to_owned(), words[6].parse().unwrap_or(0))).collect();
    epochs.sort_by_key(|(name, epoch)| (*epoch, name.clone()));
    epochs
}

/// First and last slot, and the name of their primary.
fn ranges(slots: Value) -> Vec<(u16, u16, String)> {
    let ranges: Vec<Vec<Value>> = redis::from_redis_value(slots).expect("ranges");
    let slot = |value: &Value| redis::from_redis_value(value.clone()).expect("a slot");
    let range = |range: &Vec<Value>| {
        let Value::Array(node) = &range[2] else { panic!("a node") };
        (slot(&range[0]), slot(&range[1]), redis::from_redis_value(node[2].clone()).expect("a name"))
    };
    ranges.iter().map(range).collect()
}

/// The names of the primaries, in the order of their slots.
fn slots_of(node: &RedisServer) -> Vec<String> {
    let mut ranges = ranges(node.query(&["CLUSTER", "SLOTS"]));
    ranges.sort_unstable();
    ranges.into_iter().map(|(_, _, id)| id).collect()
}

impl RedisServer {
    /// A node's name in its cluster.
    #[must_use]
    pub fn node_id(&self) -> String {
        self.query(&["CLUSTER", "MYID"])
    }
}
