//! What a run was made on and how quiet it was there, without a name of anything.

use std::fs;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::turns::account;

/// Rows of what was there.
#[must_use]
pub fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let about: String = cache_tests::RedisServer::start().query(&["INFO", "server"]);
    let version = about.lines().find_map(|line| line.strip_prefix("redis_version:")).unwrap_or("unknown");
    let server = format!("Redis {version}");
    let rows = [
        ("date", today()),
        ("processor", format!("{}, {cores} cores", processor())),
        (
            "kernel",
            format!("Linux {}", fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim()),
        ),
        ("compiler", first_line(Command::new("rustc").arg("--version"))),
        ("server", server),
        ("turns", account()),
    ];
    let rows = rows.iter().map(|(what, value)| format!("| {what} | {value} |\n"));
    format!("| | |\n|---|---|\n{}", rows.collect::<String>())
}

fn processor() -> String {
    let about = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = about.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown");
    line.trim_start_matches([' ', '\t', ':']).to_owned()
}

fn first_line(command: &mut Command) -> String {
    let output = command.output().map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    output.unwrap_or_default().lines().next().unwrap_or("unknown").to_owned()
}

/// The date in UTC (the algorithm of Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`).
fn today() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let days = (seconds / 86_400) as i64 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    format!("{year}-{month:02}-{:02}", of_year - (153 * shifted + 2) / 5 + 1)
}
