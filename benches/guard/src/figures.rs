//! The figures of the file, and how what was counted compares with them.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::path::Path;
use std::{fs, io};

const HEAD: &str = "# Instructions of one call; `cargo xtask guard --bless` writes this file.\n";

/// A figure may be so much more, in percent. So much less is worth a new figure.
const BOUND: f64 = 5.0;

/// Instructions by architecture and name.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Figures(BTreeMap<(String, String), u64>);

/// What is said of a comparison.
pub(crate) struct Verdict {
    pub(crate) failed: bool,
    text: String,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text.trim_end())
    }
}

fn here(name: &str) -> (String, String) {
    (std::env::consts::ARCH.to_owned(), name.to_owned())
}

impl Figures {
    /// Notes one of this machine's architecture.
    pub(crate) fn set(&mut self, name: &str, count: u64) {
        self.0.insert(here(name), count);
    }

    /// Those of `found` replace all of this machine's architecture.
    pub(crate) fn take(&mut self, found: Figures) {
        self.0.retain(|(architecture, _), _| architecture != std::env::consts::ARCH);
        self.0.extend(found.0);
    }

    /// None where there is no file yet.
    pub(crate) fn read(file: &Path) -> Result<Figures, String> {
        let said = |why: &dyn fmt::Display| format!("{}: {why}", file.display());
        match fs::read_to_string(file) {
            Ok(text) => Figures::parse(&text).map_err(|why| said(&why)),
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(Figures::default()),
            Err(why) => Err(said(&why)),
        }
    }

    pub(crate) fn write(&self, file: &Path) -> Result<(), String> {
        fs::write(file, self.text()).map_err(|why| format!("{}: {why}", file.display()))
    }

    fn parse(text: &str) -> Result<Figures, String> {
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let figures = lines.map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                [architecture, name, count] if count.parse::<u64>().is_ok_and(|count| count > 0) => {
                    let count = count.parse().unwrap_or_default();
                    Ok((((*architecture).to_owned(), (*name).to_owned()), count))
                }
                _ => Err(format!("`{line}` is not an architecture, a name and a number of instructions")),
            }
        });
        figures.collect::<Result<_, _>>().map(Figures)
    }

    fn text(&self) -> String {
        let lines =
            self.0.iter().map(|((architecture, name), count)| format!("{architecture} {name} {count}\n"));
        HEAD.to_owned() + &lines.collect::<String>()
    }

    /// What was counted on this machine, against what is known of its architecture.
    pub(crate) fn compare(&self, found: &Figures) -> Verdict {
        let mut verdict = Verdict { failed: false, text: String::new() };
        let mut say = |failed: bool, name: &str, what: String| {
            verdict.failed |= failed;
            let mark = if failed { "FAILED" } else { "ok" };
            let _ = writeln!(verdict.text, "{name:<14} {mark:<6} {what}");
        };
        for (key @ (architecture, name), count) in &found.0 {
            let Some(known) = self.0.get(key) else {
                let what = format!("{count} instructions, and no figure for {architecture}: {ACCEPT}");
                say(true, name, what);
                continue;
            };
            let change = (*count as f64 - *known as f64) / *known as f64 * 100.0;
            let what = format!("{count} instructions, {known} before: {change:+.1}%");
            let advice = match change {
                _ if change > BOUND => {
                    format!(", at most {BOUND}% are allowed; if they are worth it, {ACCEPT}")
                }
                _ if change < -BOUND => format!("; to keep it so, {ACCEPT}"),
                _ => String::new(),
            };
            say(change > BOUND, name, what + &advice);
        }
        for key @ (architecture, name) in self.0.keys() {
            if architecture == std::env::consts::ARCH && !found.0.contains_key(key) {
                say(true, name, format!("nothing of that name is counted any more: {ACCEPT}"));
            }
        }
        verdict
    }
}

const ACCEPT: &str = "`cargo xtask guard --bless`";

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use super::Figures;

    fn figures(pairs: &[(&str, u64)]) -> Figures {
        let mut figures = Figures::default();
        for (name, count) in pairs {
            figures.set(name, *count);
        }
        figures
    }

    fn verdict(known: u64, found: u64) -> (bool, String) {
        let verdict = figures(&[("hit", known)]).compare(&figures(&[("hit", found)]));
        (verdict.failed, verdict.to_string())
    }

    // Bites: fails without `change > BOUND` in Figures::compare (figures.rs).
    #[test]
    fn more_than_the_bound_fails() {
        assert!(!verdict(1000, 1050).0);
        let (failed, said) = verdict(1000, 1051);
        assert!(failed);
        assert!(said.starts_with("hit            FAILED 1051 instructions, 1000 before: +5.1%"), "{said}");
        assert!(said.ends_with("`cargo xtask guard --bless`"), "{said}");
    }

    #[test]
    fn less_is_a_note() {
        let (failed, said) = verdict(1000, 940);
        assert!(!failed);
        assert!(said.contains("-6.0%; to keep it so, `cargo xtask guard --bless`"), "{said}");
        assert!(!verdict(1000, 960).1.contains("--bless"));
    }

    // Bites: fails without the last loop of Figures::compare (figures.rs).
    #[test]
    fn what_is_only_on_one_side_fails() {
        let (one, two) = (figures(&[("hit", 1)]), figures(&[("hit", 1), ("key", 1)]));
        assert!(one.compare(&two).failed);
        assert!(two.compare(&one).failed);
        assert!(!two.compare(&two).failed);
    }

    #[test]
    fn a_file_is_read_as_it_was_written_and_other_architectures_stay() {
        let mut known = Figures::parse("# a comment\nother hit 7\n").expect("figures");
        known.take(figures(&[("hit", 9)]));
        let text = known.text();
        assert!(text.contains("other hit 7\n"), "{text}");
        assert_eq!(Figures::parse(&text), Ok(known));
        assert!(Figures::parse("other hit\n").is_err());
        assert!(Figures::parse("other hit 0\n").is_err());
    }
}
