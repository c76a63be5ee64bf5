//! What a process holds.

use std::fmt;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use crate::RedisServer;

/// A minute is for ever.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) struct Gauges {
    runtime: Handle,
}

/// What the gauges said.
#[derive(Clone, Copy, Debug)]
pub(super) struct Readings {
    /// Bytes in memory, of the whole process; 0 where the system does not tell.
    pub(super) memory: u64,
    pub(super) tasks: usize,
    /// Connections that the server has, that of who asks among them.
    pub(super) clients: u64,
}

impl fmt::Display for Readings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let memory = self.memory as f64 / f64::from(1 << 20);
        write!(f, "{memory:.1} MiB, {} tasks, {} clients", self.tasks, self.clients)
    }
}

impl Gauges {
    /// The gauges of this process and runtime.
    pub(super) fn new() -> Gauges {
        Gauges { runtime: Handle::current() }
    }

    pub(super) fn read(&self, server: &RedisServer) -> Readings {
        let clients: String = server.query(&["INFO", "clients"]);
        let clients = clients.lines().find_map(|line| line.strip_prefix("connected_clients:"));
        Readings {
            memory: resident(),
            tasks: self.runtime.metrics().num_alive_tasks(),
            clients: clients.and_then(|count| count.trim().parse().ok()).expect("a number of clients"),
        }
    }

    /// Reads until it is so, or for a minute.
    pub(super) async fn until(&self, server: &RedisServer, is_so: impl Fn(Readings) -> bool) -> Readings {
        let started = Instant::now();
        loop {
            let now = self.read(server);
            if is_so(now) || started.elapsed() > PATIENCE {
                return now;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// From `status`, which says it in kB: `statm` says it in pages, whose size is another question.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
    kilobytes.unwrap_or_default() * 1024
}
