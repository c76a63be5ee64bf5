//! What a command runs: a list of steps, each one process, timed.

use std::env;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use crate::servers::Server;
use crate::tool::{SERVER, VALGRIND};

/// One process to run, and what to call it.
pub(crate) struct Step {
    name: &'static str,
    command: Command,
}

impl Step {
    /// A cargo command, written as one would type it.
    fn cargo(name: &'static str, arguments: &str) -> Self {
        // Cargo says which cargo started this program: the same toolchain then runs the steps.
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(arguments.split_whitespace());
        Self { name, command }
    }

    fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn bench(server: PathBuf, rest: &[String]) -> Self {
        let mut step = Self::cargo("bench", "bench -p cache-benches").env(SERVER.variable, server);
        if !rest.is_empty() {
            step.command.arg("--").args(rest);
        }
        step
    }

    /// `soak` or `fleet`, with its argument.
    pub(crate) fn program(name: &'static str, server: PathBuf, argument: &str) -> Self {
        let mut step = Self::cargo(name, "run --release -p cache-tests --bin");
        step.command.args([name, "--", argument]);
        step.env(SERVER.variable, server)
    }

    /// Instructions against the figures that are kept of them.
    pub(crate) fn guard(server: PathBuf, valgrind: PathBuf, bless: bool) -> Self {
        let mut step = Self::cargo("guard", "run --profile guard -p cache-guard");
        if bless {
            step.command.args(["--", "--bless"]);
        }
        step.env(SERVER.variable, server).env(VALGRIND.variable, valgrind)
    }

    /// The command as one would type it.
    fn shown(&self) -> String {
        let mut words = Vec::new();
        for (name, value) in self.command.get_envs() {
            let value = value.unwrap_or_default().to_string_lossy();
            let quote = if value.contains(' ') { "\"" } else { "" };
            words.push(format!("{}={quote}{value}{quote}", name.to_string_lossy()));
        }
        words.push("cargo".to_owned());
        words.extend(self.command.get_args().map(|word| word.to_string_lossy().into_owned()));
        words.join(" ")
    }

    fn run(mut self) -> Outcome {
        eprintln!("\n==> {}: {}", self.name, self.shown());
        let start = Instant::now();
        let passed = match self.command.status() {
            Ok(status) => status.success(),
            Err(why) => {
                eprintln!("error: could not start {}: {why}", self.shown());
                false
            }
        };
        Outcome { passed, took: start.elapsed(), name: self.name, again: self.shown() }
    }
}

struct Outcome {
    name: &'static str,
    again: String,
    passed: bool,
    took: Duration,
}

/// Unit, integration and documentation tests of every crate.
pub(crate) fn test(server: PathBuf) -> Vec<Step> {
    vec![Step::cargo("test", "test --workspace --all-features --no-fail-fast").env(SERVER.variable, server)]
}

/// The tests that talk to a server. The name of a test's binary is enough: cargo looks in every crate, and builds nothing
/// anew, as the features are those of the whole workspace.
const BOUND_TO_A_SERVER: &str = "--test chaos --test cluster --test conformance --test gather --test late --test misrouted \
     --test near --test outage --test queue --test races --test sentinel --test support --test interleaving";

/// The same against one of the other servers.
fn test_on(server: &Server, binary: PathBuf) -> Step {
    let arguments = format!("test --workspace --all-features --no-fail-fast {BOUND_TO_A_SERVER}");
    let mut step = Step::cargo(server.name, &arguments).env(SERVER.variable, binary);
    if !server.lacks.is_empty() {
        step.command.arg("--");
    }
    for lack in server.lacks {
        eprintln!("{} is tested without `{}…`: {}", server.name, lack.tests, lack.why);
        step.command.args(["--skip", lack.tests]);
    }
    step
}

/// Every test, and those that need a server against all the others too.
pub(crate) fn test_all(server: PathBuf, others: Vec<(Server, PathBuf)>) -> Vec<Step> {
    let mut steps = test(server);
    steps.extend(others.into_iter().map(|(server, binary)| test_on(&server, binary)));
    steps
}

/// Everything that has to pass before a change goes in.
pub(crate) fn ci(server: PathBuf, others: Vec<(Server, PathBuf)>, valgrind: PathBuf) -> Vec<Step> {
    let mut steps = test_all(server.clone(), others);
    steps.push(Step::cargo("format", "fmt --all --check"));
    steps.push(Step::cargo("lints", "clippy --workspace --all-targets --all-features -- -D warnings"));
    steps.push(
        Step::cargo("documentation", "doc --workspace --no-deps --all-features")
            .env("RUSTDOCFLAGS", "-D warnings"),
    );
    steps.push(Step::cargo("no features", "clippy -p cache-runtime --no-default-features -- -D warnings"));
    // What is refused where a feature is off.
    steps.push(Step::cargo("without codecs", "test -p cache-runtime --lib encoding"));
    steps.push(Step::guard(server, valgrind, false));
    steps
}

/// Runs them all, also after a failure: one run tells everything that is wrong.
pub(crate) fn run_all(steps: Vec<Step>) -> ExitCode {
    let outcomes: Vec<Outcome> = steps.into_iter().map(Step::run).collect();
    eprintln!();
    for outcome in &outcomes {
        let verdict = if outcome.passed { "ok" } else { "FAILED" };
        eprintln!("{:<14} {verdict:<6} {:>7.1} s", outcome.name, outcome.took.as_secs_f64());
    }
    let mut code = ExitCode::SUCCESS;
    for failed in outcomes.iter().filter(|outcome| !outcome.passed) {
        eprintln!("to see {} alone: {}", failed.name, failed.again);
        code = ExitCode::FAILURE;
    }
    code
}
