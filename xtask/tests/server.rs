//! `cargo xtask server` on machines made of shell scripts: a PATH that holds nothing but what a test puts there.
#![cfg(unix)]
#![allow(clippy::expect_used, reason = "tests")]

mod machine;

use std::fs;
use std::process::Command;

use machine::{INSTALLS, Machine, text};

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

/// A server of each version, as its variable names it; cargo is a program that says what it was called with.
fn machine_with_all(name: &str) -> (Machine, Command) {
    let machine = Machine::new(name)
        .program("redis-server", "")
        .program("six", "echo 'Redis server v=6.2.14 sha=0'")
        .program("eight", "echo 'Redis server v=8.0.2 sha=0'")
        .program("valkey", "echo 'Valkey server v=8.1.1 sha=0'")
        .program("cargo", "echo \"${CACHE_TEST_REDIS_SERVER##*/} cargo $*\"");
    let mut command = machine.xtask("test");
    command.arg("--all-servers").env("CARGO_TARGET_DIR", &machine.folder);
    command.env("CARGO", machine.folder.join("cargo"));
    for (variable, program) in [
        ("CACHE_TEST_REDIS_6_2", "six"),
        ("CACHE_TEST_REDIS_8_0", "eight"),
        ("CACHE_TEST_VALKEY_8_1", "valkey"),
    ] {
        command.env(variable, machine.folder.join(program));
    }
    (machine, command)
}

#[test]
fn all_servers_are_run_against_in_turn() {
    let (_machine, mut command) = machine_with_all("all");
    let output = command.output().expect("xtask runs");
    let ran = text(&output.stdout);
    let servers: Vec<&str> = ran.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(servers, ["redis-server", "six", "eight", "valkey"], "{ran}");
    let others: Vec<&str> = ran.lines().filter(|line| line.contains("--test conformance")).collect();
    assert_eq!(others.len(), 3, "{ran}");
    assert!(text(&output.stderr).contains("redis 6.2 is tested without `tls_…`: it was built without TLS"));
    assert!(output.status.success());
}

#[test]
fn a_server_of_another_version_is_an_error() {
    let (machine, mut command) = machine_with_all("other");
    let output =
        command.env("CACHE_TEST_REDIS_8_0", machine.folder.join("six")).output().expect("xtask runs");
    assert!(!output.status.success());
    let said = text(&output.stderr);
    assert!(
        said.contains("CACHE_TEST_REDIS_8_0: `")
            && said.contains("is no redis 8.0: it says `Redis server v=6.2"),
        "{said}"
    );
    assert_eq!(text(&output.stdout), "", "nothing ran");
}

#[test]
fn servers_that_can_not_be_fetched_are_errors_that_say_what_to_do() {
    let machine = Machine::new("unfetched").program("redis-server", "");
    let mut command = machine.xtask("test");
    let output =
        command.arg("--all-servers").env("CARGO_TARGET_DIR", &machine.folder).output().expect("xtask runs");
    assert!(!output.status.success());
    let said = text(&output.stderr);
    assert!(said.contains("could not fetch valkey 8.1: this machine has no apt."), "{said}");
    for variable in ["CACHE_TEST_REDIS_6_2", "CACHE_TEST_REDIS_8_0", "CACHE_TEST_VALKEY_8_1"] {
        assert!(said.contains(&format!("Set {variable} to the path of such a server's binary")), "{said}");
    }
}

#[test]
fn a_server_that_was_fetched_is_kept() {
    let (machine, mut command) = machine_with_all("kept");
    let kept = machine.folder.join("servers/redis-8.0");
    fs::create_dir_all(&kept).expect("a folder");
    fs::copy(machine.folder.join("eight"), kept.join("server")).expect("a server");
    let output = command.env_remove("CACHE_TEST_REDIS_8_0").output().expect("xtask runs");
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("server cargo test"));
}

#[test]
fn unknown_commands_get_the_usage() {
    let output = Machine::new("unknown").xtask("tset").output().expect("xtask runs");
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert!(said.starts_with("error: there is no command `tset`\n\nusage: cargo xtask <command>"), "{said}");
}
