//! Machines made of shell scripts: a PATH that holds nothing but what a test puts there.
#![allow(dead_code, reason = "no test uses all of it")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub(crate) struct Machine {
    pub(crate) folder: PathBuf,
}

impl Machine {
    pub(crate) fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(&folder).expect("a folder for the test");
        Self { folder }
    }

    /// Puts a program on the machine; `$here` is the folder of its PATH.
    pub(crate) fn program(self, name: &str, script: &str) -> Self {
        let file = self.folder.join(name);
        let script = format!("#!/bin/sh\nhere='{}'\n{script}\n", self.folder.display());
        fs::write(&file, script).expect("a script");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("an executable script");
        self
    }

    pub(crate) fn xtask(&self, argument: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.arg(argument).env_clear().env("PATH", &self.folder);
        command
    }

    pub(crate) fn server(&self) -> Output {
        self.xtask("server").output().expect("xtask runs")
    }
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What a package manager does that works: a server appears.
pub(crate) const INSTALLS: &str = "echo \"$0 $*\" | /bin/sed \"s,$here/,,\"; : > \"$here/redis-server\"";
