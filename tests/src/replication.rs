//! A master with replicas, and sentinels that watch it.

use std::time::Duration;

use redis::Value;

use crate::{RedisServer, wait_for};

/// A master, replicas, and three sentinels. Sentinels are servers too: a sentinel is a mode of the same program.
#[derive(Debug)]
pub struct Sentinels {
    /// The servers with the data; the first was the master at the beginning.
    pub servers: Vec<RedisServer>,
    sentinels: Vec<RedisServer>,
}

/// The name under which the sentinels know the master.
pub(crate) const SERVICE: &str = "cache";

/// They talk to each other every other second, and on a busy machine more rarely.
const PATIENCE: Duration = Duration::from_secs(60);

/// For how long a master may be silent before the sentinels replace it.
pub const DOWN_AFTER: Duration = Duration::from_millis(500);

impl Sentinels {
    /// The same, and nothing fails over by itself, however busy the machine is.
    #[must_use]
    pub fn steady(replicas: usize) -> Sentinels {
        let set = Self::start(replicas);
        for sentinel in &set.sentinels {
            sentinel.command(&["SENTINEL", "SET", SERVICE, "down-after-milliseconds", "600000"]);
        }
        set
    }

    /// Starts them all, and returns when the sentinels know the replicas and each other.
    #[must_use]
    pub fn start(replicas: usize) -> Sentinels {
        let master = RedisServer::start();
        let mut servers = vec![master];
        for _ in 0..replicas {
            let replica = RedisServer::start();
            replica.replicate(servers[0].port());
            servers.push(replica);
        }
        for replica in &servers[1..] {
            wait_for(PATIENCE, "the replica has the master's data", || {
                replica.info("master_link_status").as_deref() == Some("up")
            });
        }
        let port = servers[0].port().to_string();
        let sentinels: Vec<RedisServer> = (0..3)
            .map(|_| {
                let sentinel = RedisServer::with().sentinel().start();
                sentinel.command(&["SENTINEL", "MONITOR", SERVICE, "127.0.0.1", &port, "2"]);
                let down_after = DOWN_AFTER.as_millis().to_string();
                for (option, value) in
                    [("down-after-milliseconds", down_after.as_str()), ("failover-timeout", "4000")]
                {
                    sentinel.command(&["SENTINEL", "SET", SERVICE, option, value]);
                }
                sentinel
            })
            .collect();
        let set = Sentinels { servers, sentinels };
        // They find each other through the master, every two seconds.
        wait_for(PATIENCE, "the sentinels know everybody", || {
            set.sentinels.iter().all(|sentinel| {
                let known = |about: &str| number(sentinel, about);
                known("num-other-sentinels") == 2 && known("num-slaves") == replicas as i64
            })
        });
        set
    }

    /// `redis-sentinel://` with all sentinels.
    #[must_use]
    pub fn url(&self) -> String {
        let hosts: Vec<String> =
            self.sentinels.iter().map(|sentinel| format!("127.0.0.1:{}", sentinel.port())).collect();
        format!("redis-sentinel://{}/{SERVICE}", hosts.join(","))
    }

    /// The sentinels' ports, in the order of the URL.
    #[must_use]
    pub fn ports(&self) -> Vec<u16> {
        self.sentinels.iter().map(RedisServer::port).collect()
    }

    /// The sentinels, to kill one, or to make all of them say something wrong.
    pub fn sentinels(&mut self) -> &mut [RedisServer] {
        &mut self.sentinels
    }

    /// Has a master that is well replaced; a sentinel takes that on when it has heard from a replica.
    pub fn failover(&self) {
        wait_for(PATIENCE, "a sentinel takes on the failover", || {
            self.sentinels[0].refuses(&["SENTINEL", "FAILOVER", SERVICE]).is_none()
        });
    }

    /// The port of the master, as most of the sentinels that run see it.
    #[must_use]
    pub fn master(&self) -> u16 {
        let running = self.sentinels.iter().filter(|sentinel| sentinel.pid().is_some());
        let mut ports: Vec<u16> = running
            .map(|sentinel| {
                let (_, port): (String, u16) =
                    sentinel.query(&["SENTINEL", "GET-MASTER-ADDR-BY-NAME", SERVICE]);
                port
            })
            .collect();
        ports.sort_unstable();
        ports[ports.len() / 2]
    }

    /// The server that is the master.
    #[must_use]
    pub fn master_server(&self) -> &RedisServer {
        let port = self.master();
        self.servers.iter().find(|server| server.port() == port).expect("one of them")
    }
}

/// A number that a sentinel tells about the master.
fn number(sentinel: &RedisServer, about: &str) -> i64 {
    let told: Value = sentinel.query(&["SENTINEL", "MASTER", SERVICE]);
    let pairs: Vec<(String, String)> = redis::from_redis_value(told).expect("pairs");
    pairs.iter().find(|(name, _)| name == about).and_then(|(_, value)| value.parse().ok()).unwrap_or(0)
}

impl RedisServer {
    /// Makes it a replica of the server on a port.
    pub fn replicate(&self, master: u16) {
        self.command(&["REPLICAOF", "127.0.0.1", &master.to_string()]);
    }

    /// Whether it is a `master` or a `slave`; `None` while it sends its clients away, as it does in a failover.
    #[must_use]
    pub fn role(&self) -> Option<String> {
        self.try_query(&["INFO", "replication"]).ok().and_then(|info: String| field(&info, "role"))
    }

    /// A field of `INFO`.
    #[must_use]
    pub fn info(&self, name: &str) -> Option<String> {
        field(&self.query::<String>(&["INFO"]), name)
    }
}

fn field(info: &str, name: &str) -> Option<String> {
    let start = format!("{name}:");
    info.lines().find_map(|line| line.strip_prefix(&start)).map(|value| value.trim().to_owned())
}
