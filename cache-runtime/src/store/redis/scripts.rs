//! The steps that read a record and decide on it, as scripts: each is atomic on the server.

use redis::aio::MultiplexedConnection;
use redis::{RedisResult, Value, cmd, pipe};

macro_rules! scripts {
    ($($script:ident = $($file:literal),+;)*) => {
        /// One script.
        #[derive(Clone, Copy, Debug)]
        pub(super) enum Script {
            $($script,)*
        }

        const SOURCES: &[&str] = &[$(concat!($(include_str!(concat!("scripts/", $file, ".lua"))),+),)*];
    };
}

// Each behind the files with what it calls, and no others: a function that a script defines is made anew whenever it runs.
scripts! {
    Claim = "stands", "claim";
    Boot = "boot";
    Tag = "tag";
    Lease = "stands", "lease";
    Renew = "renew";
    Limit = "limit";
    Fill = "version", "stands", "fill";
    Release = "stands", "release";
    BeginWrite = "version", "mark", "begin_write";
    EndWrite = "version", "mark", "end_write";
    Put = "version", "mark", "put";
    Abandon = "mark", "abandon";
    Shed = "shed";
    Invalidate = "mark", "invalidate";
}

/// The names that a server has given to the scripts.
#[derive(Clone, Debug)]
pub(super) struct Scripts {
    hashes: Vec<String>,
}

impl Scripts {
    /// Loads all scripts, in one round trip.
    pub(super) async fn load(connection: &mut MultiplexedConnection) -> RedisResult<Scripts> {
        let mut pipeline = pipe();
        for source in SOURCES {
            pipeline.cmd("SCRIPT").arg("LOAD").arg(source);
        }
        Ok(Scripts { hashes: pipeline.query_async(connection).await? })
    }

    /// The call of a script on some keys.
    pub(super) fn call(&self, script: Script, keys: &[&[u8]], arguments: &[&[u8]]) -> redis::Cmd {
        let mut command = cmd("EVALSHA");
        let hash = self.hashes.get(script as usize).map(String::as_str).unwrap_or_default();
        command.arg(hash).arg(keys.len());
        for argument in keys.iter().chain(arguments) {
            command.arg(*argument);
        }
        command
    }
}

/// Whether the server has forgotten its scripts: it was restarted or flushed.
pub(super) fn is_forgotten(result: &RedisResult<Value>) -> bool {
    result.as_ref().is_err_and(|error| error.code() == Some("NOSCRIPT"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::SOURCES;

    /// The functions that a script defines.
    fn defined(source: &str) -> BTreeSet<&str> {
        let lines = source.lines().filter_map(|line| line.strip_prefix("local function "));
        lines.filter_map(|line| line.split_once('(')).map(|(name, _)| name).collect()
    }

    /// A call of what is not defined would fail on a server alone, and only on the way that comes to it.
    ///
    /// Bites: without `"mark"` at `Invalidate`, `"version"` at `Fill` or `"stands"` at `Release`.
    #[test]
    fn a_script_comes_with_what_it_calls() {
        let all: BTreeSet<&str> = SOURCES.iter().flat_map(|source| defined(source)).collect();
        assert_eq!(all.len(), 7, "{all:?}");
        for source in SOURCES {
            for name in all.difference(&defined(source)) {
                assert!(!source.contains(&format!("{name}(")), "`{name}` is missing: {source}");
            }
        }
    }
}
