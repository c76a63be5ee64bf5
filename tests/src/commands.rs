//! What a test asks a server, past every cache.

use std::time::Duration;

use redis::{FromRedisValue, RedisResult, Value};

use crate::RedisServer;

/// A paused server would keep a test waiting for ever.
const PATIENCE: Duration = Duration::from_secs(5);

impl RedisServer {
    /// Runs a command on a connection of its own; panics where the server refuses it.
    #[track_caller]
    pub fn command(&self, command: &[&str]) -> Value {
        self.query(command)
    }

    /// The same, with the answer as the type that is asked for.
    #[track_caller]
    #[must_use]
    pub fn query<T: FromRedisValue>(&self, command: &[&str]) -> T {
        match self.try_query(command) {
            Ok(answer) => answer,
            Err(why) => panic!("{command:?}: {why}\n{}", self.log()),
        }
    }

    /// What the server says against a command; `None`: it takes it.
    #[must_use]
    pub fn refuses(&self, command: &[&str]) -> Option<String> {
        self.try_query::<Value>(command).err().map(|why| why.to_string())
    }

    /// How often the server ran a command since it started (`"get"`), refused and failed ones included.
    #[must_use]
    pub fn commands_processed(&self, command: &str) -> u64 {
        let statistics: String = self.query(&["INFO", "commandstats"]);
        let line = format!("cmdstat_{}:calls=", command.to_ascii_lowercase());
        let calls = statistics.lines().find_map(|text| text.strip_prefix(&line)?.split(',').next());
        calls.map_or(0, |calls| calls.parse().expect("a number of calls"))
    }

    /// Whether the server that answers on the port is that process.
    pub(crate) fn is_process(&self, id: u32) -> bool {
        let line = format!("process_id:{id}");
        self.try_query(&["INFO", "server"]).is_ok_and(|about: String| about.lines().any(|text| text == line))
    }

    pub(crate) fn try_query<T: FromRedisValue>(&self, command: &[&str]) -> RedisResult<T> {
        let mut connection = redis::Client::open(self.url())?.get_connection_with_timeout(PATIENCE)?;
        connection.set_read_timeout(Some(PATIENCE))?;
        let mut words = redis::Cmd::new();
        words.arg(command);
        words.query(&mut connection)
    }
}
