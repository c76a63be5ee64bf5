//! Figures beside those of others, with what was to be reached.

use std::fmt::{self, Write};

use crate::turns::Turns;

/// What a ratio or a figure has to be.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// At most this.
    AtMost(f64),
    /// At least this.
    AtLeast(f64),
    /// It is only shown.
    Shown,
}

impl Goal {
    fn is_reached(self, figure: f64) -> bool {
        match self {
            Goal::AtMost(most) => figure <= most,
            Goal::AtLeast(least) => figure >= least,
            Goal::Shown => true,
        }
    }

    fn verdict(self, figure: f64) -> &'static str {
        match self {
            Goal::Shown => "",
            _ if self.is_reached(figure) => "reached",
            _ => "**missed**",
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Goal::AtMost(most) => write!(f, "≤ {most}"),
            Goal::AtLeast(least) => write!(f, "≥ {least}"),
            Goal::Shown => Ok(()),
        }
    }
}

/// What figures are counted in.
#[derive(Clone, Copy, Debug)]
pub enum Unit {
    /// Nanoseconds for one operation.
    Nanoseconds,
    /// Operations in a second; the more the better.
    PerSecond,
    /// Bytes.
    Bytes,
    /// A bare number.
    Count,
}

impl Unit {
    fn show(self, figure: f64) -> String {
        match self {
            Unit::Nanoseconds if figure < 1e3 => format!("{figure:.1} ns"),
            Unit::Nanoseconds if figure < 1e6 => format!("{:.1} µs", figure / 1e3),
            Unit::Nanoseconds if figure < 1e9 => format!("{:.2} ms", figure / 1e6),
            Unit::Nanoseconds => format!("{:.2} s", figure / 1e9),
            Unit::PerSecond => format!("{:.2} M/s", figure / 1e6),
            Unit::Bytes => format!("{figure:.0} B"),
            Unit::Count => format!("{figure:.0}"),
        }
    }

    fn winner(self, ratio: f64) -> &'static str {
        let better = if matches!(self, Unit::PerSecond) { 1.0 / ratio } else { ratio };
        match better {
            // Nearer than this two runs of the same program are to each other.
            0.97..=1.03 => "even",
            _ if better < 1.0 => "ours",
            _ => "theirs",
        }
    }
}

/// One section's rows after the other's.
#[derive(Default)]
pub struct Table {
    sections: Vec<Section>,
}

struct Section {
    title: String,
    rows: Vec<[String; 7]>,
    notes: Vec<String>,
}

const HEAD: [&str; 7] = ["ours", "against", "theirs", "ratio", "to reach", "", "better"];

impl Table {
    /// What the following rows are about.
    pub fn section(&mut self, title: &str) {
        self.sections.push(Section { title: title.to_owned(), rows: Vec::new(), notes: Vec::new() });
    }

    fn open(&mut self) -> &mut Section {
        if self.sections.is_empty() {
            self.section("figures");
        }
        self.sections.last_mut().expect("one was opened")
    }

    /// What was measured in turns, the first against each of the others: medians, and the median of the ratios of each turn.
    /// Figures are in nanoseconds.
    pub fn turns(&mut self, what: &str, turns: &Turns, goals: &[(&str, Goal)]) {
        for other in 1..turns.len() {
            let name = turns.name(other);
            let goal = goals.iter().find(|(of, _)| *of == name).map_or(Goal::Shown, |(_, goal)| *goal);
            self.compare(
                what,
                Unit::Nanoseconds,
                turns.median(0),
                name,
                turns.median(other),
                turns.ratio(0, other),
                goal,
            );
        }
    }

    /// Two figures and their ratio.
    #[expect(clippy::too_many_arguments, reason = "a row has so many cells")]
    pub fn compare(
        &mut self,
        what: &str,
        unit: Unit,
        ours: f64,
        name: &str,
        theirs: f64,
        ratio: f64,
        goal: Goal,
    ) {
        let row = [
            format!("{what}: {}", unit.show(ours)),
            name.to_owned(),
            unit.show(theirs),
            format!("{ratio:.2}"),
            goal.to_string(),
            goal.verdict(ratio).to_owned(),
            unit.winner(ratio).to_owned(),
        ];
        self.open().rows.push(row);
    }

    /// A figure that has nothing beside it.
    pub fn figure(&mut self, what: &str, unit: Unit, figure: f64, goal: Goal) {
        let to_reach = match goal {
            Goal::AtMost(most) => format!("≤ {}", unit.show(most)),
            Goal::AtLeast(least) => format!("≥ {}", unit.show(least)),
            Goal::Shown => String::new(),
        };
        let none = String::new;
        let verdict = goal.verdict(figure).to_owned();
        let row =
            [format!("{what}: {}", unit.show(figure)), none(), none(), none(), to_reach, verdict, none()];
        self.open().rows.push(row);
    }

    /// A sentence below the section's rows.
    pub fn note(&mut self, note: &str) {
        self.open().notes.push(note.to_owned());
    }

    /// As Markdown, aligned, so that it can be read as it is too.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        for Section { title, rows, notes } in &self.sections {
            let width = |column: usize| {
                let cells = rows.iter().map(|row| row[column].chars().count());
                cells.chain([HEAD[column].chars().count(), 3]).max().unwrap_or(3)
            };
            let widths: Vec<usize> = (0..HEAD.len()).map(width).collect();
            let line = |cells: &mut dyn Iterator<Item = String>| {
                let cells: Vec<String> =
                    cells.zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
                format!("| {} |\n", cells.join(" | "))
            };
            let _ = write!(text, "\n## {title}\n\n");
            if !rows.is_empty() {
                text += &line(&mut HEAD.iter().map(ToString::to_string));
                text += &line(&mut widths.iter().map(|width| "-".repeat(*width)));
            }
            for row in rows {
                text += &line(&mut row.iter().cloned());
            }
            for note in notes {
                let _ = write!(text, "\n{note}\n");
            }
        }
        text
    }
}
