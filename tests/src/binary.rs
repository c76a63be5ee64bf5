//! Where the server's binary is.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

/// `cargo xtask` hands the binary over in it.
pub const VARIABLE: &str = "CACHE_TEST_REDIS_SERVER";

/// The binary to run. A machine without one fails the tests: a skipped test looks like one that passed.
pub(crate) fn of_this_machine() -> PathBuf {
    match find(env::var_os(VARIABLE), env::var_os("PATH")) {
        Ok(binary) => binary,
        Err(what_to_do) => panic!("{what_to_do}"),
    }
}

/// The binary that the variable names, else the first `redis-server` of the path.
///
/// # Errors
///
/// There is none; the error is a sentence that says what to do.
pub fn find(chosen: Option<OsString>, path: Option<OsString>) -> Result<PathBuf, String> {
    if let Some(chosen) = chosen.filter(|chosen| !chosen.is_empty()).map(PathBuf::from) {
        let name = chosen.display();
        return if chosen.is_file() {
            Ok(chosen)
        } else {
            Err(format!(
                "{VARIABLE} is `{name}`, where there is no file: correct it, or run `cargo xtask test`"
            ))
        };
    }
    let folders: Vec<PathBuf> = path.map(|path| env::split_paths(&path).collect()).unwrap_or_default();
    folders.iter().map(|folder| folder.join("redis-server")).find(|file| file.is_file()).ok_or_else(|| {
        format!(
            "there is no redis-server: run `cargo xtask test`, which installs one, \
             or put redis-server on the PATH or its path in {VARIABLE}"
        )
    })
}
