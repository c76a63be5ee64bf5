//! Runs this program under callgrind.

use std::env;
use std::path::PathBuf;
use std::process::Command;

/// Calls that are counted together: what happens once in a while is spread over them.
pub(crate) const CALLS: u32 = 1000;

/// The program's exit code where a call did not do what is to be counted: a value has left the near cache meanwhile, as the
/// machine stood still for longer than its server may be silent.
pub(crate) const DISTURBED: u8 = 3;

/// So often each is counted. What differs from run to run, as where a key happens to lie in the map, only adds: the least counts.
const RUNS: u32 = 5;

/// `cargo xtask guard` hands the binary over in it.
const VARIABLE: &str = "CACHE_GUARD_VALGRIND";

pub(crate) struct Valgrind(PathBuf);

impl Valgrind {
    /// The one that the variable names, else that of the path.
    pub(crate) fn find() -> Result<Valgrind, String> {
        let chosen = env::var_os(VARIABLE).filter(|chosen| !chosen.is_empty());
        let valgrind = Valgrind(chosen.map_or_else(|| "valgrind".into(), PathBuf::from));
        match Command::new(&valgrind.0).arg("--version").output() {
            Ok(output) if output.status.success() => Ok(valgrind),
            _ => Err(format!(
                "`{}` does not run: `cargo xtask guard` installs valgrind, or set {VARIABLE} to its path",
                valgrind.0.display()
            )),
        }
    }
}

/// Instructions of one call of what has that name.
pub(crate) fn count(valgrind: &Valgrind, name: &str, url: &str) -> Result<u64, String> {
    let runs: Vec<Option<u64>> = (0..RUNS).map(|_| run(valgrind, name, url)).collect::<Result<_, _>>()?;
    let least = runs.into_iter().flatten().min();
    let least = least.map(|all| all.div_ceil(u64::from(CALLS)));
    least.ok_or_else(|| format!("{name} did something else than what is to be counted, {RUNS} times"))
}

/// Instructions of all calls of one run. `None`: it was disturbed.
fn run(valgrind: &Valgrind, name: &str, url: &str) -> Result<Option<u64>, String> {
    let program = env::current_exe().map_err(|why| format!("where is this program? {why}"))?;
    let output = Command::new(&valgrind.0)
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        // Whichever way names are mangled, this one is in it.
        .arg(format!("--toggle-collect=*counted_{name}*"))
        .arg(&program)
        .args(["run", name, url])
        .output()
        .map_err(|why| format!("`{}`: {why}", valgrind.0.display()))?;
    if output.status.code() == Some(i32::from(DISTURBED)) {
        return Ok(None);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("{name} could not be counted:\n{said}"));
    }
    collected(&said).map(Some).ok_or_else(|| format!("callgrind has counted nothing of {name}:\n{said}"))
}

/// What callgrind says at its end: `==1== Collected : 12345`. It says 0 where it has not found the function.
fn collected(said: &str) -> Option<u64> {
    let (_, count) = said.lines().find_map(|line| line.split_once("Collected :"))?;
    count.trim().parse().ok().filter(|count| *count > 0)
}
