//! The ratios of what criterion has measured, side by side.

use std::fs;
use std::path::PathBuf;

/// Rows of a benchmark against what it is compared with.
#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
}

struct Row {
    what: String,
    ours: f64,
    theirs: f64,
    to_reach: f64,
}

impl Table {
    /// Compares two benchmarks of one group by their medians. Left out where one of them was filtered away in this run.
    pub fn compare(&mut self, what: &str, ours: &str, theirs: &str, to_reach: f64) {
        if let (Some(ours), Some(theirs)) = (median(ours), median(theirs)) {
            self.rows.push(Row { what: what.to_owned(), ours, theirs, to_reach });
        }
    }

    /// Compares nanoseconds that were measured in turns: the median of the ratios of each turn.
    pub fn pairs(&mut self, what: &str, turns: impl Iterator<Item = (f64, f64)>, to_reach: f64) {
        let turns: Vec<(f64, f64)> = turns.collect();
        let middle = |numbers: &mut dyn Iterator<Item = f64>| {
            let mut numbers: Vec<f64> = numbers.collect();
            numbers.sort_by(f64::total_cmp);
            numbers.get(numbers.len() / 2).copied()
        };
        let ours = middle(&mut turns.iter().map(|(ours, _)| *ours));
        let ratio = middle(&mut turns.iter().map(|(ours, theirs)| ours / theirs));
        if let (Some(ours), Some(ratio)) = (ours, ratio) {
            self.rows.push(Row { what: what.to_owned(), ours, theirs: ours / ratio, to_reach });
        }
    }

    /// Prints the rows: nanoseconds, and the ratio beside the one to reach.
    pub fn print(&self) {
        println!("\n{:34} {:>12} {:>12} {:>7} {:>9}", "", "ours", "by hand", "ratio", "to reach");
        for Row { what, ours, theirs, to_reach } in &self.rows {
            let ratio = ours / theirs;
            println!(
                "{what:34} {ours:>9.1} ns {theirs:>9.1} ns {ratio:>7.2} {:>9}",
                format!("≤ {to_reach:.2}")
            );
        }
    }
}

/// The median in nanoseconds that criterion wrote for `group/benchmark`.
fn median(benchmark: &str) -> Option<f64> {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target")), PathBuf::from);
    let estimates = target.join("criterion").join(benchmark).join("new/estimates.json");
    let estimates: serde_json::Value = serde_json::from_slice(&fs::read(estimates).ok()?).ok()?;
    estimates.get("median")?.get("point_estimate")?.as_f64()
}
