//! `cargo xtask server` on machines made of shell scripts: a PATH that holds nothing but what a test puts there.
#![cfg(unix)]
#![allow(clippy::expect_used, reason = "tests")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

struct Machine {
    folder: PathBuf,
}

impl Machine {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(&folder).expect("a folder for the test");
        Self { folder }
    }

    /// Puts a program on the machine; `$here` is the folder of its PATH.
    fn program(self, name: &str, script: &str) -> Self {
        let file = self.folder.join(name);
        let script = format!("#!/bin/sh\nhere='{}'\n{script}\n", self.folder.display());
        fs::write(&file, script).expect("a script");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("an executable script");
        self
    }

    fn xtask(&self, argument: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.arg(argument).env_clear().env("PATH", &self.folder);
        command
    }

    fn server(&self) -> Output {
        self.xtask("server").output().expect("xtask runs")
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What a package manager does that works: a server appears.
const INSTALLS: &str = "echo \"$0 $*\" | /bin/sed \"s,$here/,,\"; : > \"$here/redis-server\"";

#[test]
fn takes_the_server_of_the_path() {
    let machine = Machine::new("path").program("redis-server", "");
    let output = machine.server();
    assert_eq!(text(&output.stdout).trim(), machine.folder.join("redis-server").display().to_string());
}

#[test]
fn takes_valkey_where_there_is_no_redis() {
    let machine = Machine::new("valkey").program("valkey-server", "");
    assert!(text(&machine.server().stdout).trim().ends_with("/valkey-server"));
}

#[test]
fn the_variable_comes_first() {
    let machine = Machine::new("variable").program("redis-server", "").program("mine", "");
    let mine = machine.folder.join("mine");
    let output = machine.xtask("server").env("CACHE_TEST_REDIS_SERVER", &mine).output().expect("xtask runs");
    assert_eq!(text(&output.stdout).trim(), mine.display().to_string());
}

#[test]
fn a_variable_that_points_nowhere_is_an_error() {
    let machine = Machine::new("nowhere").program("redis-server", "");
    let output =
        machine.xtask("server").env("CACHE_TEST_REDIS_SERVER", "/no/such").output().expect("xtask runs");
    assert!(!output.status.success());
    assert!(text(&output.stderr).contains("CACHE_TEST_REDIS_SERVER is `/no/such`, where there is no file"));
}

#[test]
fn installs_as_root() {
    let machine = Machine::new("root").program("id", "echo 0").program("apt-get", INSTALLS);
    let output = machine.server();
    let said = text(&output.stderr);
    assert!(said.contains("apt-get install --yes --no-install-recommends redis-server"), "{said}");
    assert!(!said.contains("update"), "the list of packages is fetched when it is needed: {said}");
    assert_eq!(text(&output.stdout).trim(), machine.folder.join("redis-server").display().to_string());
}

#[test]
fn installs_through_sudo() {
    let machine =
        Machine::new("sudo").program("id", "echo 1000").program("sudo", "\"$@\"").program("dnf", INSTALLS);
    let output = machine.server();
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("==> sudo dnf install --assumeyes redis"));
}

#[test]
fn fetches_the_list_of_packages_when_it_is_needed() {
    let fresh = format!(
        "case $1 in update) : > \"$here/list\"; exit;; esac\n[ -f \"$here/list\" ] || exit 100\n{INSTALLS}"
    );
    let machine = Machine::new("fresh").program("id", "echo 0").program("apt-get", &fresh);
    let output = machine.server();
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("==> apt-get update"));
}

#[test]
fn homebrew_never_runs_as_root() {
    let machine =
        Machine::new("brew").program("id", "echo 1000").program("sudo", "exit 1").program("brew", INSTALLS);
    assert!(machine.server().status.success());
}

#[test]
fn says_what_to_do_when_the_installation_fails() {
    let machine = Machine::new("fails").program("id", "echo 0").program("apt-get", "exit 100");
    let output = machine.server();
    assert!(!output.status.success());
    let said = text(&output.stderr);
    assert!(
        said.contains(
            "as root: `apt-get update && apt-get install --yes --no-install-recommends redis-server`"
        ),
        "{said}"
    );
}

#[test]
fn says_what_to_do_when_there_is_nothing_to_install_with() {
    let output = Machine::new("bare").server();
    assert!(!output.status.success());
    let said = text(&output.stderr);
    assert!(said.contains("looked for apt-get, dnf, apk, pacman, brew"), "{said}");
    assert!(said.contains("set CACHE_TEST_REDIS_SERVER to the path of its redis-server"), "{said}");
}

#[test]
fn unknown_commands_get_the_usage() {
    let output = Machine::new("unknown").xtask("tset").output().expect("xtask runs");
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert!(said.starts_with("error: there is no command `tset`\n\nusage: cargo xtask <command>"), "{said}");
}
