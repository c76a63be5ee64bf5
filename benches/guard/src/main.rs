//! `cargo xtask guard`: instructions of the near hit, of keys and of record headers, against the figures in `instructions.txt`.
//!
//! Instructions do not depend on what else the machine does, so a bound of a few percent can be kept, which no clock allows. They
//! are counted by callgrind (Nethercote and Seward, "Valgrind: A Framework for Heavyweight Dynamic Binary Instrumentation", 2007),
//! under which this program starts itself, once for each figure.
#![allow(clippy::print_stdout, reason = "it is a command line program")]

mod callgrind;
mod counted;
mod figures;
mod server;

use std::path::Path;
use std::process::ExitCode;

use callgrind::{Valgrind, count};
use figures::Figures;
use server::Server;

const USAGE: &str = "usage: cargo xtask guard [--bless]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match *words.as_slice() {
        [] => guard(false),
        ["--bless"] => guard(true),
        ["run", name, url] => counted::run(name, url),
        _ => Err(USAGE.into()),
    };
    done.unwrap_or_else(|why| {
        eprintln!("error: {why}");
        ExitCode::FAILURE
    })
}

/// Counts everything, and compares it with the file, or writes that.
fn guard(bless: bool) -> Result<ExitCode, String> {
    // Asked for when it runs: two working copies may share what cargo builds.
    let folder =
        std::env::var_os("CARGO_MANIFEST_DIR").ok_or("cargo has to start it: `cargo xtask guard`")?;
    let file = Path::new(&folder).join("instructions.txt");
    let (valgrind, server) = (Valgrind::find()?, Server::start()?);
    let mut found = Figures::default();
    for name in counted::names() {
        found.set(name, count(&valgrind, name, &server.url())?);
    }
    let mut known = Figures::read(&file)?;
    if bless {
        known.take(found);
        known.write(&file)?;
        println!("{} is written", file.display());
        return Ok(ExitCode::SUCCESS);
    }
    let verdict = known.compare(&found);
    println!("{verdict}");
    Ok(if verdict.failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
