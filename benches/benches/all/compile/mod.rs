//! What annotated functions cost the compiler, beside the same written by hand; and what building the macros takes.

mod crates;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use cache_benches::{Contest, Goal, Table, Turns, Unit};

use crates::FUNCTIONS;

const TURNS: usize = 9;
const CLEAN_TURNS: usize = 5;

pub(crate) fn run(table: &mut Table) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compile");
    crates::write(&folder);
    table.section(&format!("Compiling {FUNCTIONS} cached functions, and the macros"));
    for command in ["build", "check"] {
        let turn = |name: &'static str| {
            let (folder, target) = (folder.clone(), folder.join("target"));
            move || {
                // What cargo goes by is when a file was written.
                let main = folder.join(name).join("src/main.rs");
                fs::write(&main, fs::read(&main).expect("a source")).expect("a source");
                cargo(command, name, &folder, &target)
            }
        };
        let turns = Contest::default().with("annotated", turn("annotated")).with("by_hand", turn("by_hand"));
        added(table, command, &turns.with("base", turn("base")).run(TURNS));
    }
    table.note(
        "What the functions add to a crate without them, its dependencies built: in a debug build, each called once, and not \
         incrementally. Ratios are of medians. By hand is `GET`, decode, load and `SET EX` in each function, with a message for each error.",
    );
    let clean = |name: &'static str| {
        let folder: PathBuf = folder.clone();
        move || {
            let target = folder.join("clean");
            drop(fs::remove_dir_all(&target));
            cargo("build", name, &folder, &target)
        }
    };
    let turns = Contest::default().with("", clean("our_macros")).with(THEIRS, clean("their_macros"));
    table.turns("a clean build of `cache-macros`", &turns.run(CLEAN_TURNS), &[(THEIRS, Goal::AtMost(1.0))]);
    drop(fs::remove_dir_all(folder.join("clean")));
}

const THEIRS: &str = "of `cached_proc_macro`";

/// What the first and the second of them add to the third.
fn added(table: &mut Table, command: &str, turns: &Turns) {
    let [annotated, by_hand] = [0, 1].map(|who| turns.median(who) - turns.median(2));
    table.compare(
        &format!("`cargo {command}`, {FUNCTIONS} annotated functions"),
        Unit::Nanoseconds,
        annotated,
        "by hand",
        by_hand,
        annotated / by_hand,
        Goal::AtMost(1.5),
    );
}

/// What cargo does by itself: this project builds its own tests with less, and a folder below it inherits that.
const DEBUG: [&str; 2] = ["profile.dev.debug=true", "profile.dev.package.'*'.debug=true"];

/// Nanoseconds of one run. What it needs is in the registry's cache, as these benchmarks depend on it too.
fn cargo(command: &str, package: &str, folder: &Path, target: &Path) -> f64 {
    let started = Instant::now();
    let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args([command, "--offline", "--quiet", "--package", package])
        .args(DEBUG.iter().flat_map(|setting| ["--config", setting]))
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_INCREMENTAL", "0")
        .status();
    assert!(status.expect("cargo").success(), "cargo {command} of {package} failed");
    started.elapsed().as_nanos() as f64
}
