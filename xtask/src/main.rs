//! `cargo xtask …`: the project's own commands.
#![allow(clippy::print_stdout, reason = "it is a command line program")]

mod install;
mod server;
mod steps;

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use steps::Step;

const USAGE: &str = "\
usage: cargo xtask <command>

  test     run every test against a real Redis server, which is installed when the machine has none
  ci       test, then formatting, lints, documentation and the build without features
  bench    run the benchmarks [arguments are handed to them]
  server   print the path of the redis-server that the tests use (installs it like the others)

The server is taken from CACHE_TEST_REDIS_SERVER, then from the PATH, then from the system's package manager.";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("", &[][..]),
    };
    match (command, rest) {
        ("test", []) => with_server(|server| steps::run_all(steps::test(server))),
        ("ci", []) => with_server(|server| steps::run_all(steps::ci(server))),
        ("bench", rest) => with_server(|server| steps::run_all(vec![Step::bench(server, rest)])),
        ("server", []) => with_server(|server| {
            println!("{}", server.display());
            ExitCode::SUCCESS
        }),
        ("help" | "-h" | "--help", []) => {
            println!("{USAGE}");
            ExitCode::SUCCESS
        }
        ("", _) => usage_error("no command given"),
        ("test" | "ci" | "server" | "help" | "-h" | "--help", [unknown, ..]) => {
            usage_error(&format!("`{command}` takes no argument, and was given `{unknown}`"))
        }
        (unknown, _) => usage_error(&format!("there is no command `{unknown}`")),
    }
}

fn with_server(then: impl FnOnce(PathBuf) -> ExitCode) -> ExitCode {
    match server::find_or_install() {
        Ok(server) => then(server),
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

fn usage_error(what: &str) -> ExitCode {
    eprintln!("error: {what}\n\n{USAGE}");
    ExitCode::from(2)
}
