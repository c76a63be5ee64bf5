//! Everything that is measured, one group a file: `cargo xtask bench`, or `cargo xtask bench GROUP` for some of it.
#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unit_arg,
    reason = "a benchmark prints, and stops where something is wrong"
)]

mod calls;
mod clear;
mod compile;
mod growth;
mod invalidation;
mod keys;
mod many;
mod memory;
mod misses;
mod near;
mod redis_hits;
mod rivals;
mod threads;

use std::path::Path;
use std::time::Instant;

use cache_benches::{Table, account, machine};

/// Its name, and what measures it.
type Group = (&'static str, fn(&mut Table));

const GROUPS: [Group; 11] = [
    ("keys", keys::run),
    ("memory", memory::run),
    ("near", near::run),
    ("threads", threads::run),
    ("redis_hits", redis_hits::run),
    ("many", many::run),
    ("misses", misses::run),
    ("invalidation", invalidation::run),
    ("growth", growth::run),
    ("clear", clear::run),
    ("compile", compile::run),
];

fn main() {
    // What cargo hands to every benchmark begins with a dash.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let names: Vec<&str> = GROUPS.iter().map(|(name, _)| *name).collect();
    if let Some(unknown) = wanted.iter().find(|word| !names.contains(&word.as_str())) {
        eprintln!("there is no group `{unknown}`: {}", names.join(", "));
        std::process::exit(2);
    }
    let mut table = Table::default();
    let started = Instant::now();
    for (name, run) in GROUPS {
        if wanted.is_empty() || wanted.iter().any(|word| word == name) {
            let before = Instant::now();
            run(&mut table);
            eprintln!("{name}: {:.1} s, turns by then {}", before.elapsed().as_secs_f64(), account());
        }
    }
    let text = table.markdown();
    println!("{text}");
    if wanted.is_empty() {
        let minutes = started.elapsed().as_secs_f64() / 60.0;
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../BENCHMARKS.md");
        let head = include_str!("head.md");
        let page = format!("{head}\n{}\nThe run took {minutes:.1} minutes.\n{text}", machine::describe());
        std::fs::write(file, page).expect("BENCHMARKS.md");
    }
}
