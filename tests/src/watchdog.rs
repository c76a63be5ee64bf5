//! Ends a server whose test process went away without running its destructors: Ctrl-C, an abort, a `static`.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A shell that waits until its input ends, which happens when this process does, however it does.
#[derive(Debug)]
pub(crate) struct Watchdog {
    shell: Child,
}

const SCRIPT: &str = r#"read -r _; kill -9 "$1" 2>/dev/null; rm -rf "$2""#;

impl Watchdog {
    pub(crate) fn over(server: &Child, directory: &Path) -> Self {
        let shell = Command::new("sh")
            .args(["-c", SCRIPT, "watchdog"])
            .arg(server.id().to_string())
            .arg(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Ctrl-C goes to the whole group of the terminal, and this has to outlive it.
            .process_group(0)
            .spawn();
        Self { shell: shell.expect("could not start `sh`") }
    }
}

/// To be dropped before the server is waited for: until then its process id can't mean another process.
impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.shell.kill());
        drop(self.shell.wait());
    }
}
