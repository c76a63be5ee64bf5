//! A real server, its life and its addresses.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::options::Mode;
use crate::port::Port;
use crate::watchdog::Watchdog;
use crate::{Options, binary, wait_until};

/// A Redis server for one test: its own process, port and folder, nothing kept on disk, gone when it is dropped.
///
/// Everything here panics when it fails, with the server's log: a test has nothing better to do.
#[derive(Debug)]
pub struct RedisServer {
    options: Options,
    // The order matters: a process ends before its folder goes.
    process: Option<Process>,
    port: Port,
    tls_port: Option<Port>,
    directory: TempDir,
}

#[derive(Debug)]
struct Process {
    watchdog: Option<Watchdog>,
    child: Child,
}

/// Where a node of a cluster keeps what it knows of the others.
const NODES: &str = "nodes.conf";

impl RedisServer {
    /// A plain server; returns when it answers.
    #[must_use]
    pub fn start() -> Self {
        Self::with().start()
    }

    /// A server with a password, TLS, a Unix socket, or any other option.
    pub fn with() -> Options {
        Options::default()
    }

    pub(crate) fn launch(options: Options) -> Self {
        loop {
            let tls_port = options.certificates.as_ref().map(|_| Port::free());
            // A short name: the path of a Unix socket inside has to fit into about a hundred bytes.
            let directory = TempDir::with_prefix("cache-tests-").expect("could not create a directory");
            let port = if options.mode == Mode::Cluster { Port::free_with_bus() } else { Port::free() };
            let mut server = Self { options: options.clone(), process: None, port, tls_port, directory };
            match server.run() {
                Ok(()) => return server,
                // A program that is no test took the port first.
                Err(log) if log.contains("Address already in use") => {}
                Err(log) => panic!("redis-server did not start:\n{log}"),
            }
        }
    }

    /// `redis://` on the loopback, with the password.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://{}127.0.0.1:{}", self.credentials(), self.port())
    }

    /// `rediss://`, of a server with [`Options::tls`].
    #[must_use]
    pub fn tls_url(&self) -> String {
        let port = self.tls_port.as_ref().expect("a server started with `.tls(…)`");
        format!("rediss://{}localhost:{}", self.credentials(), port.number)
    }

    /// `redis+unix://`, of a server with [`Options::unix_socket`].
    #[must_use]
    pub fn unix_url(&self) -> String {
        assert!(self.options.unix_socket, "a server started with `.unix_socket()`");
        let password = self.options.password.as_ref().map(|password| format!("?pass={password}"));
        format!("redis+unix://{}{}", self.socket().display(), password.unwrap_or_default())
    }

    /// The port without TLS.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.number
    }

    /// The process id, while it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(|process| process.child.id())
    }

    /// Its folder. With TLS, `authority.pem` in it is what a client has to trust.
    #[must_use]
    pub fn directory(&self) -> PathBuf {
        self.directory.path().to_owned()
    }

    /// What it wrote to its log.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }

    /// Ends it the polite way: clients see their connections close.
    pub fn stop(&mut self) {
        self.end(Signal::TERM);
    }

    /// Ends it as a crash would.
    pub fn kill(&mut self) {
        self.end(Signal::KILL);
    }

    /// Holds it: connections stay open, and nothing answers. [`resume`](Self::resume) lets it go on.
    pub fn pause(&self) {
        self.signal(Signal::STOP);
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.signal(Signal::CONT);
    }

    /// Starts it again on the same port, empty; ends it first where it runs.
    pub fn restart(&mut self) {
        if self.process.is_some() {
            self.stop();
        }
        let mut started = self.run();
        if started.as_ref().is_err_and(|log| log.contains("corrupted cluster config file")) {
            self.forget_shards();
            started = self.run();
        }
        if let Err(log) = started {
            panic!("redis-server did not start again:\n{log}");
        }
    }

    /// Valkey 8.1 refuses its own list of nodes where a replica's shard was not known yet when it was written; without shards it
    /// finds them out anew.
    fn forget_shards(&self) {
        let path = self.directory.path().join(NODES);
        let nodes = fs::read_to_string(&path).expect("a list of nodes");
        let words = nodes.split_inclusive([',', ' ']).map(|word| match word.strip_prefix("shard-id=") {
            Some(_) => " ",
            None => word,
        });
        let without: String = words.collect();
        fs::write(&path, without.replace(", ", " ")).expect("could not write the list of nodes");
    }

    fn signal(&self, signal: Signal) {
        let process = self.process.as_ref().expect("a server that runs");
        kill_process(Pid::from_child(&process.child), signal).expect("could not send a signal");
    }

    fn end(&mut self, signal: Signal) {
        self.signal(signal);
        // A paused process hears of nothing but SIGKILL.
        self.signal(Signal::CONT);
        if let Some(mut process) = self.process.take() {
            drop(process.watchdog.take());
            wait_until("redis-server ends", || !matches!(process.child.try_wait(), Ok(None)));
        }
    }

    /// Starts the process; the error is its log.
    fn run(&mut self) -> Result<(), String> {
        let log = File::create(self.directory.path().join("log")).expect("could not create the server's log");
        let child = self
            .invocation()
            .stdin(Stdio::null())
            .stderr(log.try_clone().expect("a second handle of the log"))
            .stdout(log)
            .spawn()
            .expect("could not start redis-server");
        let watchdog = Some(Watchdog::over(&child, self.directory.path()));
        let mut process = Process { watchdog, child };
        let id = process.child.id();
        let mut ended = false;
        wait_until("redis-server answers", || {
            ended = !matches!(process.child.try_wait(), Ok(None));
            ended || self.is_process(id)
        });
        if ended {
            return Err(self.log());
        }
        self.process = Some(process);
        Ok(())
    }

    fn invocation(&self) -> Command {
        let mut command = Command::new(binary::of_this_machine());
        if self.options.mode == Mode::Sentinel {
            // A sentinel keeps what it knows in a file, and does not start without one.
            let file = self.directory.path().join("sentinel.conf");
            File::create(&file).expect("could not create the sentinel's file");
            command.arg(file).arg("--sentinel");
        }
        command.args(["--port", &self.port().to_string(), "--bind", "127.0.0.1"]);
        command.arg("--dir").arg(self.directory.path());
        if self.options.mode != Mode::Sentinel {
            // Nothing on disk: a stop and a start is a fresh server.
            command.args(["--save", "", "--appendonly", "no"]);
            // A replica need not wait for others to share a copy with.
            command.args(["--repl-diskless-sync-delay", "0"]);
        }
        if self.options.mode == Mode::Cluster {
            command.args(["--cluster-enabled", "yes", "--cluster-config-file", NODES]);
        }
        if let Some(password) = &self.options.password {
            command.args(["--requirepass", password]);
        }
        if self.options.unix_socket {
            command.arg("--unixsocket").arg(self.socket());
        }
        if let (Some(certificates), Some(port)) = (&self.options.certificates, &self.tls_port) {
            command.args(["--tls-port", &port.number.to_string(), "--tls-auth-clients", "no"]);
            for (option, file) in certificates.write(self.directory.path()) {
                command.arg(option).arg(file);
            }
        }
        command.args(&self.options.arguments);
        command
    }

    fn socket(&self) -> PathBuf {
        self.directory.path().join("socket")
    }

    fn credentials(&self) -> String {
        self.options.password.as_ref().map(|password| format!(":{password}@")).unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It must not fire after the id has been given back.
        drop(self.watchdog.take());
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
