//! URLs with several hosts: sentinels and what they watch, and the nodes of a cluster.

use redis::{ConnectionAddr, ConnectionInfo};

use super::prepared;

/// The sentinels of a service.
#[derive(Clone)]
pub(in crate::store::redis) struct SentinelTarget {
    /// How to reach each of them, with the sentinels' own credentials.
    pub(in crate::store::redis) sentinels: Vec<ConnectionInfo>,
    pub(in crate::store::redis) service: String,
    /// How to reach the master, but for its address.
    pub(in crate::store::redis) master: ConnectionInfo,
    pub(in crate::store::redis) shown: String,
}

/// Some nodes of a cluster; they know the others.
#[derive(Clone)]
pub(in crate::store::redis) struct ClusterTarget {
    pub(in crate::store::redis) seeds: Vec<ConnectionInfo>,
    /// How to reach any node, but for its address.
    pub(in crate::store::redis) node: ConnectionInfo,
    pub(in crate::store::redis) shown: String,
}

pub(super) const SENTINEL_FORM: &str = "expected redis-sentinel://[user[:password]@]host[:port],host[:port]…/service[/database]\
     [?sentinel_user=…&sentinel_password=…]; special characters in a password are percent-encoded (`@` is `%40`)";
pub(super) const CLUSTER_FORM: &str = "expected redis-cluster://[user[:password]@]host[:port],host[:port]…, without a database; \
     special characters in a password are percent-encoded (`@` is `%40`)";

/// The parts of such a URL, as they stand in it.
struct Parts<'a> {
    credentials: &'a str,
    hosts: Vec<&'a str>,
    path: Vec<&'a str>,
    query: &'a str,
}

fn parts(url: &str) -> Option<Parts<'_>> {
    let (_, rest) = url.split_once("://")?;
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (credentials, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
    let hosts: Vec<&str> = hosts.split(',').collect();
    let path = path.split('/').filter(|part| !part.is_empty()).collect();
    (!hosts.contains(&"")).then_some(Parts { credentials, hosts, path, query })
}

/// A host of the list as a URL of its own, so that one parser reads them all.
fn single(tls: bool, credentials: &str, host: &str, port: u16, database: &str) -> Option<ConnectionInfo> {
    let scheme = if tls { "rediss" } else { "redis" };
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| !port.contains(']'));
    let port = if has_port { String::new() } else { format!(":{port}") };
    let at = if credentials.is_empty() { "" } else { "@" };
    prepared(&format!("{scheme}://{credentials}{at}{host}{port}/{database}")).ok()
}

pub(super) fn sentinel(url: &str, tls: bool) -> Option<SentinelTarget> {
    let Parts { credentials, hosts, path, query } = parts(url)?;
    let (service, database) = match path[..] {
        [service] => (service, "0"),
        [service, database] => (service, database),
        _ => return None,
    };
    let (mut user, mut password) = ("", "");
    for (name, value) in query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| part.split_once('='))
        .collect::<Option<Vec<_>>>()?
    {
        match name {
            "sentinel_user" => user = value,
            "sentinel_password" => password = value,
            _ => return None,
        }
    }
    let own = if password.is_empty() { user.to_owned() } else { format!("{user}:{password}") };
    let sentinels: Vec<ConnectionInfo> =
        hosts.iter().map(|host| single(tls, &own, host, 26379, "0")).collect::<Option<_>>()?;
    let master = single(tls, credentials, hosts.first()?, 6379, database)?;
    let shown = format!(
        "{}://{}/{service}/{}",
        scheme("sentinel", tls),
        list(&sentinels),
        master.redis_settings().db()
    );
    Some(SentinelTarget { sentinels, service: service.to_owned(), master, shown })
}

pub(super) fn cluster(url: &str, tls: bool) -> Option<ClusterTarget> {
    let Parts { credentials, hosts, path, query } = parts(url)?;
    if !(query.is_empty() && (path.is_empty() || path == ["0"])) {
        return None;
    }
    let seeds: Vec<ConnectionInfo> =
        hosts.iter().map(|host| single(tls, credentials, host, 6379, "0")).collect::<Option<_>>()?;
    let shown = format!("{}://{}", scheme("cluster", tls), list(&seeds));
    Some(ClusterTarget { node: seeds.first()?.clone(), seeds, shown })
}

fn scheme(kind: &str, tls: bool) -> String {
    format!("{}-{kind}", if tls { "rediss" } else { "redis" })
}

fn list(hosts: &[ConnectionInfo]) -> String {
    hosts.iter().map(|host| host.addr().to_string()).collect::<Vec<_>>().join(",")
}

/// The same way to another address.
pub(in crate::store::redis) fn at(info: &ConnectionInfo, host: &str, port: u16) -> ConnectionInfo {
    let host = host.to_owned();
    let address = match info.addr() {
        ConnectionAddr::TcpTls { insecure, tls_params, .. } => {
            ConnectionAddr::TcpTls { host, port, insecure: *insecure, tls_params: tls_params.clone() }
        }
        _ => ConnectionAddr::Tcp(host, port),
    };
    info.clone().set_addr(address)
}

/// The host and the port of an address.
pub(in crate::store::redis) fn host_and_port(info: &ConnectionInfo) -> (String, u16) {
    match info.addr() {
        ConnectionAddr::Tcp(host, port) | ConnectionAddr::TcpTls { host, port, .. } => (host.clone(), *port),
        _ => (String::new(), 0),
    }
}

#[cfg(test)]
mod tests {
    use redis::RedisConnectionInfo;

    use super::*;

    fn user_and_password(settings: &RedisConnectionInfo) -> (Option<&str>, Option<&str>) {
        (settings.username(), settings.password())
    }

    #[test]
    fn sentinels_have_hosts_a_service_and_credentials_of_their_own() {
        let url = "redis-sentinel://app:p%40ss@one:7000,[::1]:7001,two/my-service/3?sentinel_user=watch&sentinel_password=s%2Ft";
        let target = sentinel(url, false);
        let Some(target) = target else { return assert!(target.is_some()) };
        let hosts: Vec<_> = target.sentinels.iter().map(host_and_port).collect();
        assert_eq!(hosts, [("one".into(), 7000), ("::1".into(), 7001), ("two".into(), 26379)]);
        assert_eq!((target.service.as_str(), target.master.redis_settings().db()), ("my-service", 3));
        assert_eq!(user_and_password(target.master.redis_settings()), (Some("app"), Some("p@ss")));
        for one in &target.sentinels {
            assert_eq!(user_and_password(one.redis_settings()), (Some("watch"), Some("s/t")));
        }
        assert_eq!(target.shown, "redis-sentinel://one:7000,::1:7001,two:26379/my-service/3");
    }

    #[test]
    fn sentinels_need_no_credentials() {
        let target = sentinel("redis-sentinel://one/service", false);
        let Some(target) = target else { return assert!(target.is_some()) };
        assert_eq!(user_and_password(target.master.redis_settings()), (None, None));
        assert_eq!(user_and_password(target.sentinels[0].redis_settings()), (None, None));
    }

    #[test]
    fn a_cluster_has_seeds_and_no_database() {
        let target = cluster("redis-cluster://:pw@one:7000,two", false);
        let Some(target) = target else { return assert!(target.is_some()) };
        let hosts: Vec<_> = target.seeds.iter().map(host_and_port).collect();
        assert_eq!(hosts, [("one".into(), 7000), ("two".into(), 6379)]);
        assert!(target.seeds.iter().all(|seed| seed.redis_settings().password() == Some("pw")));
        assert_eq!(target.shown, "redis-cluster://one:7000,two:6379");
        for url in
            ["redis-cluster://one/1", "redis-cluster://", "redis-cluster://one,", "redis-cluster://one:x"]
        {
            assert!(cluster(url, false).is_none(), "{url}");
        }
    }

    #[test]
    fn what_is_missing_or_unknown_is_an_error() {
        for url in [
            "redis-sentinel://one",
            "redis-sentinel:///service",
            "redis-sentinel://one,/service",
            "redis-sentinel://one/service/x",
            "redis-sentinel://one/service/0/more",
            "redis-sentinel://one/service?password=x",
        ] {
            assert!(sentinel(url, false).is_none(), "{url}");
        }
    }
}
