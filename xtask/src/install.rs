//! Package managers, and how each installs a program.

use std::io;
use std::path::PathBuf;
use std::process::Command;

use crate::tool::{Tool, program};

/// A package manager.
pub(crate) struct Manager {
    pub(crate) program: &'static str,
    /// What installs a package, less the package's name.
    install: &'static [&'static str],
    /// What fetches the list of packages: a fresh machine or container often has none.
    refresh: Option<&'static [&'static str]>,
    /// Homebrew refuses to run as root.
    as_root: bool,
}

const MANAGERS: [Manager; 5] = [
    Manager {
        program: "apt-get",
        install: &["install", "--yes", "--no-install-recommends"],
        refresh: Some(&["update"]),
        as_root: true,
    },
    Manager { program: "dnf", install: &["install", "--assumeyes"], refresh: None, as_root: true },
    Manager { program: "apk", install: &["add"], refresh: Some(&["update"]), as_root: true },
    Manager {
        program: "pacman",
        install: &["--sync", "--needed", "--noconfirm"],
        refresh: Some(&["--sync", "--refresh"]),
        as_root: true,
    },
    Manager { program: "brew", install: &["install"], refresh: None, as_root: false },
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

    /// Installs it.
    pub(crate) fn install(&self, tool: &Tool, path: &[PathBuf]) -> Result<(), String> {
        let name = tool.name();
        eprintln!("no {name} on this machine: installing one with {}", self.program);
        let sudo = self.as_root && program("sudo", path).is_some() && !is_root();
        let packages = (tool.packages)(self.program);
        if self.install_any(sudo, packages) {
            return Ok(());
        }
        if let Some(refresh) = self.refresh {
            eprintln!("that failed: fetching the list of packages, then once more");
            if self.run(sudo, refresh) && self.install_any(sudo, packages) {
                return Ok(());
            }
        }
        let prefix = if self.as_root { "as root: " } else { "" };
        Err(format!(
            "{} could not install {name}.\n\
             Install it by hand ({prefix}`{}`) and run this again; or set {} to the path of its binary.",
            self.program,
            self.by_hand(packages.first().unwrap_or(&name)),
            tool.variable,
        ))
    }

    fn install_any(&self, sudo: bool, packages: &[&str]) -> bool {
        packages.iter().any(|package| self.run(sudo, &[self.install, std::slice::from_ref(package)].concat()))
    }

    fn by_hand(&self, package: &str) -> String {
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
