//! The URL of a server: read it, and show it without its password.

use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo, ProtocolVersion};

use crate::error::CacheError;

const SCHEMES: [&str; 7] = ["redis", "rediss", "valkey", "valkeys", "unix", "redis+unix", "valkey+unix"];

/// How to reach a server.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) info: ConnectionInfo,
    /// The address as it may be shown.
    pub(super) shown: String,
}

impl Target {
    pub(super) fn parse(url: &str) -> Result<Target, CacheError> {
        let invalid = |reason: String| CacheError::InvalidUrl { url: redact(url), reason };
        // The parser's own words could repeat a part of the URL, and with it of the password.
        let unreadable = || {
            invalid(
                "expected redis://[user[:password]@]host[:port][/database], rediss://… or unix:///path; \
                 special characters in a password are percent-encoded (`@` is `%40`)"
                    .into(),
            )
        };
        let scheme = url.split(':').next().unwrap_or_default();
        match scheme {
            "rediss" | "valkeys" if !cfg!(feature = "tls") => {
                return Err(invalid("TLS needs the feature `tls` of cache-runtime".into()));
            }
            "redis" | "rediss" | "valkey" | "valkeys" | "unix" | "redis+unix" | "valkey+unix" => {}
            _ => {
                return Err(invalid(
                    "the scheme is one of redis, rediss, valkey, valkeys, unix, redis+unix, valkey+unix"
                        .into(),
                ));
            }
        }
        #[cfg(feature = "tls")]
        if scheme.ends_with('s') {
            // The process's default, unless the program has chosen one; without any, the client would panic.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let info = url.into_connection_info().map_err(|_| unreadable())?;
        let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        let tcp = info.tcp_settings().clone().set_nodelay(true);
        let shown = shown(&info);
        Ok(Target { info: info.set_redis_settings(settings).set_tcp_settings(tcp), shown })
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
        ];
        for url in urls {
            assert!(!redact(url).contains("s3cret"), "{}", redact(url));
            match Target::parse(url) {
                Ok(target) => assert!(!target.shown.contains("s3cret"), "{}", target.shown),
                Err(error) => {
                    assert!(!error.to_string().contains("s3cret"), "{error}");
                    assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
                }
            }
        }
    }

    #[test]
    fn an_address_shows_host_port_and_database() {
        let shown = |url| Target::parse(url).map(|target| target.shown);
        assert_eq!(shown("redis://localhost").as_deref(), Ok("redis://localhost:6379/0"));
        assert_eq!(
            shown("valkey://user:pw@cache.example:7000/3").as_deref(),
            Ok("redis://cache.example:7000/3")
        );
        assert_eq!(shown("unix:///run/redis.sock?db=2").as_deref(), Ok("unix:///run/redis.sock?db=2"));
    }

    #[test]
    fn a_wrong_scheme_is_named() {
        let shown = Target::parse("http://localhost").map(|target| target.shown);
        let Err(error) = shown else { return assert_eq!(shown, Ok(String::new()), "it was read") };
        assert!(
            error.to_string().starts_with("`http://***` is no cache URL: the scheme is one of redis"),
            "{error}"
        );
    }
}
