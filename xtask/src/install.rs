//! Package managers, and how each installs a Redis server.

use std::io;
use std::path::PathBuf;
use std::process::Command;

use crate::server::{VARIABLE, program};

/// A package manager.
pub(crate) struct Manager {
    pub(crate) program: &'static str,
    /// What installs a package, less the package's name.
    install: &'static [&'static str],
    /// What fetches the list of packages: a fresh machine or container often has none.
    refresh: Option<&'static [&'static str]>,
    /// The server's package, under the names that it goes by; the first that installs is taken.
    packages: &'static [&'static str],
    /// Homebrew refuses to run as root.
    as_root: bool,
}

const MANAGERS: [Manager; 5] = [
    Manager {
        program: "apt-get",
        install: &["install", "--yes", "--no-install-recommends"],
        refresh: Some(&["update"]),
        packages: &["redis-server"],
        as_root: true,
    },
    Manager {
        program: "dnf",
        install: &["install", "--assumeyes"],
        refresh: None,
        packages: &["redis", "valkey"],
        as_root: true,
    },
    Manager {
        program: "apk",
        install: &["add"],
        refresh: Some(&["update"]),
        packages: &["redis", "valkey"],
        as_root: true,
    },
    Manager {
        program: "pacman",
        install: &["--sync", "--needed", "--noconfirm"],
        refresh: Some(&["--sync", "--refresh"]),
        packages: &["valkey", "redis"],
        as_root: true,
    },
    Manager { program: "brew", install: &["install"], refresh: None, packages: &["redis"], as_root: false },
];

impl Manager {
    /// The one of this machine.
    pub(crate) fn find(path: &[PathBuf]) -> Option<Self> {
        MANAGERS.into_iter().find(|manager| program(manager.program, path).is_some())
    }

    /// The names of all, for a message.
    pub(crate) fn known() -> String {
        MANAGERS.map(|manager| manager.program).join(", ")
    }

    /// Installs a server.
    pub(crate) fn install(&self, path: &[PathBuf]) -> Result<(), String> {
        eprintln!("no redis-server on this machine: installing one with {}", self.program);
        let sudo = self.as_root && program("sudo", path).is_some() && !is_root();
        if self.install_any(sudo) {
            return Ok(());
        }
        if let Some(refresh) = self.refresh {
            eprintln!("that failed: fetching the list of packages, then once more");
            if self.run(sudo, refresh) && self.install_any(sudo) {
                return Ok(());
            }
        }
        let prefix = if self.as_root { "as root: " } else { "" };
        Err(format!(
            "{} could not install a Redis server.\n\
             Install it by hand ({prefix}`{}`) and run this again; or set {VARIABLE} to the path of a \
             redis-server binary.",
            self.program,
            self.by_hand(),
        ))
    }

    fn install_any(&self, sudo: bool) -> bool {
        self.packages
            .iter()
            .any(|package| self.run(sudo, &[self.install, std::slice::from_ref(package)].concat()))
    }

    fn by_hand(&self) -> String {
        let package = self.packages.first().copied().unwrap_or("redis");
        let install = format!("{} {} {package}", self.program, self.install.join(" "));
        match self.refresh {
            Some(refresh) => format!("{} {} && {install}", self.program, refresh.join(" ")),
            None => install,
        }
    }

    fn run(&self, sudo: bool, arguments: &[&str]) -> bool {
        let words: Vec<&str> = sudo
            .then_some("sudo")
            .into_iter()
            .chain([self.program])
            .chain(arguments.iter().copied())
            .collect();
        eprintln!("==> {}", words.join(" "));
        let Some((first, rest)) = words.split_first() else { return false };
        // What they print goes to stderr: `cargo xtask server` prints a path and nothing else.
        Command::new(first).args(rest).stdout(io::stderr()).status().is_ok_and(|status| status.success())
    }
}

fn is_root() -> bool {
    // std has no geteuid, and everything that has these package managers has `id`.
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
