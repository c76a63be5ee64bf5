//! A Redis server for the near hit: only a server's values are in a near cache.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::{env, fs, process};

/// `cargo xtask` hands the binary over in it.
const VARIABLE: &str = "CACHE_TEST_REDIS_SERVER";

/// Behind a socket in a folder of its own, so that no port has to be free. Ends when it is dropped.
pub(crate) struct Server {
    process: Child,
    folder: PathBuf,
}

impl Server {
    /// Starts it; who connects waits until it answers.
    pub(crate) fn start() -> Result<Server, String> {
        let folder = env::temp_dir().join(format!("cache-guard-{}", process::id()));
        fs::create_dir_all(&folder).map_err(|why| format!("{}: {why}", folder.display()))?;
        let chosen = env::var_os(VARIABLE).filter(|chosen| !chosen.is_empty());
        let process = Command::new(chosen.unwrap_or_else(|| "redis-server".into()))
            .args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket"])
            .arg(folder.join("socket"))
            .arg("--dir")
            .arg(&folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn();
        match process {
            Ok(process) => Ok(Server { process, folder }),
            Err(why) => {
                drop(fs::remove_dir_all(&folder));
                Err(format!(
                    "no redis-server ({why}): `cargo xtask guard` installs one, or set {VARIABLE} to its path"
                ))
            }
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("unix://{}", self.folder.join("socket").display())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
        drop(fs::remove_dir_all(&self.folder));
    }
}
