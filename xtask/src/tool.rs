//! Programs that the commands need: found, or installed with the machine's package manager.

use std::env;
use std::path::{Path, PathBuf};

use crate::install::Manager;

/// A program.
pub(crate) struct Tool {
    /// Names the binary to what runs it, and lets a developer choose one.
    pub(crate) variable: &'static str,
    /// What the binary may be called, and its package with most managers.
    pub(crate) names: &'static [&'static str],
    /// What to install by hand.
    by_hand: &'static str,
    /// Its packages with one manager, under the names that they go by; the first that installs is taken.
    pub(crate) packages: fn(manager: &str) -> &'static [&'static str],
}

/// Distributions that dropped Redis ship Valkey, which takes the same commands.
pub(crate) const SERVER: Tool = Tool {
    variable: "CACHE_TEST_REDIS_SERVER",
    names: &["redis-server", "valkey-server"],
    by_hand: "Redis 7 or newer, or Valkey",
    packages: |manager| match manager {
        "apt-get" => &["redis-server"],
        "dnf" | "apk" => &["redis", "valkey"],
        "pacman" => &["valkey", "redis"],
        _ => &["redis"],
    },
};

/// Counts instructions.
pub(crate) const VALGRIND: Tool = Tool {
    variable: "CACHE_GUARD_VALGRIND",
    names: &["valgrind"],
    by_hand: "Valgrind",
    packages: |_| &["valgrind"],
};

/// Where package managers put programs, and a user's PATH often doesn't look.
const BESIDE_THE_PATH: [&str; 4] = ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"];

impl Tool {
    /// What it is called most often.
    pub(crate) fn name(&self) -> &'static str {
        self.names.first().copied().unwrap_or_default()
    }

    /// The path of its binary.
    pub(crate) fn find_or_install(&self) -> Result<PathBuf, String> {
        let (name, variable) = (self.name(), self.variable);
        if let Some(chosen) = env::var_os(variable).filter(|path| !path.is_empty()) {
            let path = PathBuf::from(chosen);
            return if path.is_file() {
                Ok(path)
            } else {
                Err(format!(
                    "{variable} is `{}`, where there is no file: correct it, or unset it to have {name} found or installed",
                    path.display()
                ))
            };
        }
        let path: Vec<PathBuf> =
            env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default();
        if let Some(found) = self.find(&path) {
            return Ok(found);
        }
        let manager = Manager::find(&path).ok_or_else(|| {
            format!(
                "found no {name} on the PATH, and no package manager to install one with (looked for {}).\n\
                 Install {}, and run this again; or set {variable} to the path of its {name}.",
                Manager::known(),
                self.by_hand,
            )
        })?;
        manager.install(self, &path)?;
        let beside = BESIDE_THE_PATH.iter().map(PathBuf::from);
        self.find(&path.iter().cloned().chain(beside).collect::<Vec<_>>()).ok_or_else(|| {
            format!(
                "{} says that it installed {name}, and there is none on the PATH: set {variable} to where it is",
                manager.program
            )
        })
    }

    fn find(&self, folders: &[PathBuf]) -> Option<PathBuf> {
        self.names.iter().find_map(|name| program(name, folders))
    }
}

/// The first file of that name in the folders.
pub(crate) fn program(name: &str, folders: &[PathBuf]) -> Option<PathBuf> {
    folders.iter().map(|folder: &PathBuf| Path::join(folder, name)).find(|file| file.is_file())
}
