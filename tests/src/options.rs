//! How to start a server that is not the plain one.

use crate::{Certificates, RedisServer};

/// From [`RedisServer::with`].
#[derive(Clone, Debug, Default)]
#[must_use = "nothing runs until `start`"]
pub struct Options {
    pub(crate) password: Option<String>,
    pub(crate) unix_socket: bool,
    pub(crate) certificates: Option<Certificates>,
    pub(crate) mode: Mode,
    pub(crate) arguments: Vec<String>,
}

/// What the server is to be.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Mode {
    #[default]
    Data,
    /// It watches others, and keeps nothing itself.
    Sentinel,
    Cluster,
}

impl Options {
    /// Asks its clients for a password, which stands in the server's addresses.
    pub fn password(mut self, password: &str) -> Self {
        self.password = Some(password.to_owned());
        self
    }

    /// Listens on a Unix socket too: [`RedisServer::unix_url`].
    pub fn unix_socket(mut self) -> Self {
        self.unix_socket = true;
        self
    }

    /// Listens on a port with TLS too: [`RedisServer::tls_url`].
    pub fn tls(mut self, certificates: &Certificates) -> Self {
        self.certificates = Some(certificates.clone());
        self
    }

    /// Starts it as a sentinel, which watches nobody yet.
    pub fn sentinel(mut self) -> Self {
        self.mode = Mode::Sentinel;
        self
    }

    /// Starts it as a node of a cluster, alone and without slots.
    pub fn cluster(mut self) -> Self {
        self.mode = Mode::Cluster;
        self
    }

    /// Any other option, as on redis-server's command line: `.set("maxmemory", "10mb")`.
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.arguments.extend([format!("--{name}"), value.to_owned()]);
        self
    }

    /// Starts it, and returns when it answers.
    #[must_use]
    pub fn start(self) -> RedisServer {
        RedisServer::launch(self)
    }
}
