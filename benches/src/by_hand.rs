//! What one would write with the client alone.

use std::sync::Arc;

use redis::aio::{AsyncPushSender, MultiplexedConnection};
use redis::{AsyncConnectionConfig, Client, IntoConnectionInfo, ProtocolVersion};

use crate::Profile;

/// A connection with the settings that ours has: no delay of small packets, and no timeout on the client's own account.
pub async fn connection(url: &str) -> MultiplexedConnection {
    connection_with(url, &AsyncConnectionConfig::new().set_response_timeout(None)).await
}

/// The same with the client's own default, a timer for each call.
pub async fn connection_with_timeout(url: &str) -> MultiplexedConnection {
    connection_with(url, &AsyncConnectionConfig::new()).await
}

/// One that is told when what it has read is changed.
pub async fn listening(url: &str, listener: impl AsyncPushSender) -> MultiplexedConnection {
    let config = AsyncConnectionConfig::new().set_response_timeout(None).set_push_sender(listener);
    let mut connection = connection_with(url, &config).await;
    redis::cmd("CLIENT").arg("TRACKING").arg("ON").exec_async(&mut connection).await.expect("tracking");
    connection
}

async fn connection_with(url: &str, config: &AsyncConnectionConfig) -> MultiplexedConnection {
    let info = url.into_connection_info().expect("a URL");
    let tcp = info.tcp_settings().clone().set_nodelay(true);
    let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
    let client = Client::open(info.set_tcp_settings(tcp).set_redis_settings(settings)).expect("a client");
    client.get_multiplexed_async_connection_with_config(config).await.expect("a connection")
}

/// A key as long as the declared one.
#[must_use]
pub fn key(id: i64) -> String {
    format!("benchmark:v1:user:{id}:by_hand")
}

/// Stores a profile.
pub async fn set(connection: &mut MultiplexedConnection, id: i64) {
    let json = serde_json::to_vec(&Profile::of(id)).expect("JSON");
    redis::cmd("SET").arg(key(id)).arg(json).exec_async(connection).await.expect("SET");
}

/// Reads one by a key that is ready.
pub async fn get(mut connection: MultiplexedConnection, key: &str) -> Arc<Profile> {
    let bytes: Vec<u8> = redis::cmd("GET").arg(key).query_async(&mut connection).await.expect("GET");
    Arc::new(serde_json::from_slice(&bytes).expect("JSON"))
}

/// Reads many with one command, and renders their keys.
pub async fn get_many(mut connection: MultiplexedConnection, ids: &[i64]) -> Vec<Arc<Profile>> {
    let mut command = redis::cmd("MGET");
    for id in ids {
        command.arg(key(*id));
    }
    let found: Vec<Vec<u8>> = command.query_async(&mut connection).await.expect("MGET");
    found.iter().map(|bytes| Arc::new(serde_json::from_slice(bytes).expect("JSON"))).collect()
}
