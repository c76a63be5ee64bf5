//! Finds a Redis server, or has one installed.

use std::env;
use std::path::{Path, PathBuf};

use crate::install::Manager;

/// Names the server's binary to the tests, and lets a developer choose one.
pub(crate) const VARIABLE: &str = "CACHE_TEST_REDIS_SERVER";

/// What the binary may be called: distributions that dropped Redis ship Valkey, which takes the same commands.
const NAMES: [&str; 2] = ["redis-server", "valkey-server"];

/// Where package managers put servers, and a user's PATH often doesn't look.
const BESIDE_THE_PATH: [&str; 4] = ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"];

/// The path of a server's binary.
pub(crate) fn find_or_install() -> Result<PathBuf, String> {
    if let Some(chosen) = env::var_os(VARIABLE).filter(|path| !path.is_empty()) {
        let path = PathBuf::from(chosen);
        return if path.is_file() {
            Ok(path)
        } else {
            Err(format!(
                "{VARIABLE} is `{}`, where there is no file: correct it, or unset it to have a server found or installed",
                path.display()
            ))
        };
    }
    let path: Vec<PathBuf> =
        env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default();
    if let Some(found) = find(&path) {
        return Ok(found);
    }
    let manager = Manager::find(&path).ok_or_else(|| {
        format!(
            "found no redis-server on the PATH, and no package manager to install one with (looked for {}).\n\
             Install Redis 7 or newer, or Valkey, and run this again; or set {VARIABLE} to the path of its \
             redis-server.",
            Manager::known()
        )
    })?;
    manager.install(&path)?;
    let beside = BESIDE_THE_PATH.iter().map(PathBuf::from);
    find(&path.iter().cloned().chain(beside).collect::<Vec<_>>()).ok_or_else(|| {
        format!(
            "{} says that it installed a server, and there is no redis-server on the PATH: \
             set {VARIABLE} to where it is",
            manager.program
        )
    })
}

fn find(folders: &[PathBuf]) -> Option<PathBuf> {
    NAMES.iter().find_map(|name| program(name, folders))
}

/// The first file of that name in the folders.
pub(crate) fn program(name: &str, folders: &[PathBuf]) -> Option<PathBuf> {
    folders.iter().map(|folder: &PathBuf| Path::join(folder, name)).find(|file| file.is_file())
}
