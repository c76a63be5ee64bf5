//! `cargo xtask guard` on machines made of shell scripts.
#![cfg(unix)]
#![allow(clippy::expect_used, reason = "tests")]

mod machine;

use machine::{Machine, text};

/// Cargo is a program that says what it was called with.
const CARGO: &str =
    "echo \"${CACHE_TEST_REDIS_SERVER##*/} ${CACHE_GUARD_VALGRIND##*/} cargo $*\" | /bin/sed \"s,$here/,,g\"";

fn guard(machine: &Machine, arguments: &[&str]) -> std::process::Output {
    let mut command = machine.xtask("guard");
    command.args(arguments).env("CARGO", machine.folder.join("cargo"));
    command.output().expect("xtask runs")
}

#[test]
fn counts_with_the_valgrind_of_the_path() {
    let machine = Machine::new("guard-path").program("redis-server", "").program("valgrind", "");
    let machine = machine.program("cargo", CARGO);
    let output = guard(&machine, &[]);
    assert_eq!(text(&output.stdout), "redis-server valgrind cargo run --profile guard -p cache-guard\n");
    assert!(output.status.success());
    let output = guard(&machine, &["--bless"]);
    assert_eq!(
        text(&output.stdout),
        "redis-server valgrind cargo run --profile guard -p cache-guard -- --bless\n"
    );
}

#[test]
fn a_guard_that_fails_is_a_failure() {
    let machine = Machine::new("guard-fails").program("redis-server", "").program("valgrind", "");
    let output = guard(&machine.program("cargo", "exit 1"), &[]);
    assert!(!output.status.success());
    assert!(text(&output.stderr).contains("to see guard alone: "));
}

#[test]
fn installs_valgrind() {
    let machine = Machine::new("guard-installs").program("redis-server", "").program("id", "echo 0");
    let machine = machine.program("apt-get", ": > \"$here/valgrind\"").program("cargo", CARGO);
    let output = guard(&machine, &[]);
    let said = text(&output.stderr);
    assert!(said.contains("apt-get install --yes --no-install-recommends valgrind"), "{said}");
    assert!(text(&output.stdout).contains("redis-server valgrind cargo run"), "{said}");
}

#[test]
fn says_what_to_do_where_valgrind_can_not_be_had() {
    let machine = Machine::new("guard-bare").program("redis-server", "");
    let output = guard(&machine, &[]);
    assert!(!output.status.success());
    let said = text(&output.stderr);
    assert!(said.contains("set CACHE_GUARD_VALGRIND to the path of its valgrind"), "{said}");
}

#[test]
fn takes_one_argument() {
    let output = guard(&Machine::new("guard-argument"), &["--blss"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).starts_with("error: `guard` takes `--bless`, and was given `--blss`"));
}
