//! The steps that read a record and decide on it, as scripts: each is atomic on the server.

use redis::aio::MultiplexedConnection;
use redis::{RedisResult, Value, cmd, pipe};

macro_rules! scripts {
    ($($script:ident = $source:expr;)*) => {
        /// One script.
        #[derive(Clone, Copy, Debug)]
        pub(super) enum Script {
            $($script,)*
        }

        const SOURCES: &[&str] = &[$($source,)*];
    };
}

macro_rules! with_marks {
    ($file:literal) => {
        concat!(include_str!("scripts/version.lua"), include_str!("scripts/mark.lua"), include_str!($file))
    };
}

macro_rules! with_comparison {
    ($file:literal) => {
        concat!(include_str!("scripts/version.lua"), include_str!("scripts/stands.lua"), include_str!($file))
    };
}

scripts! {
    Claim = with_comparison!("scripts/claim.lua");
    Boot = include_str!("scripts/boot.lua");
    Tag = include_str!("scripts/tag.lua");
    Lease = with_comparison!("scripts/lease.lua");
    Renew = include_str!("scripts/renew.lua");
    Fill = with_comparison!("scripts/fill.lua");
    Release = with_comparison!("scripts/release.lua");
    BeginWrite = with_marks!("scripts/begin_write.lua");
    EndWrite = with_marks!("scripts/end_write.lua");
    Put = with_marks!("scripts/put.lua");
    Abandon = with_marks!("scripts/abandon.lua");
    Shed = include_str!("scripts/shed.lua");
    Invalidate = with_marks!("scripts/invalidate.lua");
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
