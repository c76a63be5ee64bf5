//! The URL of a server, or of several: read it, and show it without its password.

mod many;

pub(super) use many::{ClusterTarget, SentinelTarget, at, host_and_port};
use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo, ProtocolVersion, RedisResult};

use crate::error::CacheError;

const SCHEMES: [&str; 15] = [
    "redis",
    "rediss",
    "valkey",
    "valkeys",
    "unix",
    "redis+unix",
    "valkey+unix",
    "redis-sentinel",
    "rediss-sentinel",
    "valkey-sentinel",
    "valkeys-sentinel",
    "redis-cluster",
    "rediss-cluster",
    "valkey-cluster",
    "valkeys-cluster",
];

/// What a URL names.
pub(super) enum Address {
    One(Target),
    Sentinel(SentinelTarget),
    Cluster(ClusterTarget),
}

/// How to reach a server.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) info: ConnectionInfo,
    /// The address as it may be shown.
    pub(super) shown: String,
}

impl Address {
    pub(super) fn parse(url: &str) -> Result<Address, CacheError> {
        let invalid = |reason: &str| CacheError::InvalidUrl { url: redact(url), reason: reason.to_owned() };
        let scheme = url.split(':').next().unwrap_or_default();
        if !SCHEMES.contains(&scheme) {
            return Err(invalid(
                "it begins with a scheme, as `redis://host:6379` does; there are redis, rediss, valkey, valkeys, unix, \
                 redis+unix, valkey+unix, redis-sentinel, rediss-sentinel, redis-cluster, rediss-cluster",
            ));
        }
        let (server, kind) = scheme.split_once('-').unwrap_or((scheme, ""));
        let tls = matches!(server, "rediss" | "valkeys");
        if tls && !cfg!(feature = "tls") {
            return Err(invalid("TLS needs the feature `tls` of cache-runtime"));
        }
        #[cfg(feature = "tls")]
        if tls {
            // The process's default, unless the program has chosen one; without any, the client would panic.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        // The parser's own words could repeat a part of the URL, and with it of the password.
        match kind {
            "sentinel" => {
                many::sentinel(url, tls).map(Address::Sentinel).ok_or_else(|| invalid(many::SENTINEL_FORM))
            }
            "cluster" => {
                many::cluster(url, tls).map(Address::Cluster).ok_or_else(|| invalid(many::CLUSTER_FORM))
            }
            _ => prepared(url).map(|info| Address::One(Target::new(info))).map_err(|_| invalid(FORM)),
        }
    }
}

const FORM: &str = "expected redis://[user[:password]@]host[:port][/database], rediss://… or unix:///path; \
     special characters in a password are percent-encoded (`@` is `%40`)";

/// How to reach one server, as this crate does.
fn prepared(url: &str) -> RedisResult<ConnectionInfo> {
    let info = url.into_connection_info()?;
    let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
    let tcp = info.tcp_settings().clone().set_nodelay(true);
    Ok(info.set_redis_settings(settings).set_tcp_settings(tcp))
}

impl Target {
    pub(super) fn new(info: ConnectionInfo) -> Target {
        Target { shown: shown(&info), info }
    }
}

fn shown(info: &ConnectionInfo) -> String {
    let database = info.redis_settings().db();
    match info.addr() {
        ConnectionAddr::Tcp(host, port) => format!("redis://{host}:{port}/{database}"),
        ConnectionAddr::TcpTls { host, port, .. } => format!("rediss://{host}:{port}/{database}"),
        ConnectionAddr::Unix(path) => format!("unix://{}?db={database}", path.display()),
        _ => "redis".into(),
    }
}

/// What can be shown of text that can't be read as a URL: a password may stand anywhere in it, so its scheme alone.
fn redact(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, _)) if SCHEMES.contains(&scheme) || scheme == "http" || scheme == "https" => {
            format!("{scheme}://***")
        }
        _ => "***".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown_of(url: &str) -> Result<String, CacheError> {
        Address::parse(url).map(|address| match address {
            Address::One(target) => target.shown,
            Address::Sentinel(target) => target.shown,
            Address::Cluster(target) => target.shown,
        })
    }

    #[test]
    fn no_form_of_a_url_shows_its_password() {
        let urls = [
            "redis://:s3cret@localhost/0",
            "redis://:s3cret",
            "redis://user:s3cret",
            "redis://user:s3cret/0",
            "user:s3cret",
            "valkey:s3cret",
            "s3cret",
            "s3cret://localhost",
            "unix:///x?db=y&pass=ab@s3cret",
            "redis://user:s3cret@localhost:6379/0",
            "rediss://user:s3cret@localhost:port",
            "redis://user:s3@cret@localhost/x",
            "redis://user:pa/s3cret@localhost/0",
            "redis:/user:s3cret@localhost",
            "user:s3cret@localhost",
            "unix:///tmp/redis.sock?pass=s3cret",
            "http://user:s3cret@localhost",
            "redis-sentinel://user:s3cret@one,two/service",
            "redis-sentinel://user:s3@cret@one,two/service/1",
            "redis-sentinel://one,two/service?sentinel_password=s3cret",
            "redis-sentinel://one/service?sentinel_password=s3cret&sentinel_user=s3cret",
            "redis-sentinel://one/service?sentinel_password=a@s3cret/x",
            "redis-sentinel://one/service?wrong=s3cret",
            "redis-sentinel://user:s3cret",
            "redis-cluster://user:s3cret@one,two",
            "redis-cluster://user:s3cret@one:7000/3",
            "redis-cluster://user:pa/s3cret@one",
            "rediss-cluster://user:s3cret@one",
        ];
        for url in urls {
            assert!(!redact(url).contains("s3cret"), "{}", redact(url));
            match shown_of(url) {
                Ok(shown) => assert!(!shown.contains("s3cret"), "{shown}"),
                Err(error) => {
                    assert!(!error.to_string().contains("s3cret"), "{error}");
                    assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
                }
            }
        }
    }

    #[test]
    fn an_address_shows_host_port_and_database() {
        let shown = shown_of;
        assert_eq!(shown("redis://localhost").as_deref(), Ok("redis://localhost:6379/0"));
        assert_eq!(
            shown("valkey://user:pw@cache.example:7000/3").as_deref(),
            Ok("redis://cache.example:7000/3")
        );
        assert_eq!(shown("unix:///run/redis.sock?db=2").as_deref(), Ok("unix:///run/redis.sock?db=2"));
    }

    #[test]
    fn a_wrong_scheme_is_named() {
        let shown = shown_of("http://localhost");
        let Err(error) = shown else { return assert_eq!(shown, Ok(String::new()), "it was read") };
        assert!(
            error.to_string().starts_with("`http://***` is no cache URL: it begins with a scheme"),
            "{error}"
        );
    }
}
