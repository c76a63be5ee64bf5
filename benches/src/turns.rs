//! Measuring in turns: a machine is not the same from minute to minute, and a ratio of what was measured one after the other
//! would tell of that.
//!
//! A tenth of the turns count: those in which all together were quickest. In the others somebody else may have had a share of the
//! processor, which takes more from one kind of code than from another, often for longer than half of the run.

/// So many turns count at the least, be they more than a tenth.
const FEWEST: usize = 5;

/// Takes a turn, and tells what it took: the less the better.
type Contestant<'a> = Box<dyn FnMut() -> f64 + 'a>;

/// Figures of several contestants, one from each for each turn that counts.
#[derive(Clone, Debug)]
pub struct Turns {
    names: Vec<&'static str>,
    figures: Vec<Vec<f64>>,
}

/// Who takes part, and how one turn of each is measured.
#[derive(Default)]
pub struct Contest<'a> {
    contestants: Vec<(&'static str, Contestant<'a>)>,
}

impl<'a> Contest<'a> {
    /// Adds one; the first is what the others are compared with. `turn` measures once.
    #[must_use]
    pub fn with(mut self, name: &'static str, turn: impl FnMut() -> f64 + 'a) -> Contest<'a> {
        self.contestants.push((name, Box::new(turn)));
        self
    }

    /// So many turns of each, after one that does not count. Each comes right behind each other one as often as any: what somebody
    /// leaves in the processor's caches is a share of what who comes next takes.
    #[must_use]
    pub fn run(mut self, turns: usize) -> Turns {
        let count = self.contestants.len();
        let mut figures = vec![Vec::with_capacity(turns); count];
        for (_, turn) in &mut self.contestants {
            turn();
        }
        for turn in 0..turns {
            for who in order(count, turn) {
                figures[who].push((self.contestants[who].1)());
            }
        }
        let quiet = quiet(&figures);
        for figures in &mut figures {
            *figures = quiet.iter().map(|turn| figures[*turn]).collect();
        }
        Turns { names: self.contestants.into_iter().map(|(name, _)| name).collect(), figures }
    }
}

impl Turns {
    /// How many took part.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// What one is called.
    #[must_use]
    pub fn name(&self, who: usize) -> &'static str {
        self.names[who]
    }

    /// The name of the one of these whose median is the least.
    #[must_use]
    pub fn fastest(&self, among: std::ops::Range<usize>) -> &'static str {
        let fastest = among.min_by(|one, other| self.median(*one).total_cmp(&self.median(*other)));
        fastest.map_or("", |who| self.names[who])
    }

    /// The median of one's figures.
    #[must_use]
    pub fn median(&self, who: usize) -> f64 {
        median(self.figures[who].iter().copied())
    }

    /// The median over the turns of what one took for what another took.
    #[must_use]
    pub fn ratio(&self, one: usize, other: usize) -> f64 {
        median(self.figures[one].iter().zip(&self.figures[other]).map(|(one, other)| one / other))
    }
}

/// Who takes part in a turn, one after the other: rows of a square in which each comes right behind each other one equally often
/// (Williams, "Experimental Designs Balanced for the Estimation of Residual Effects of Treatments", 1949). Of an odd number it takes
/// twice as many rows, half of them backwards.
pub fn order(count: usize, turn: usize) -> impl Iterator<Item = usize> {
    let backwards = (turn / count) % 2 == 1;
    (0..count).map(move |place| {
        let place = if backwards { count - 1 - place } else { place };
        // 0, 1, the last, 2, the last but one, …
        let first = if place % 2 == 1 { place.div_ceil(2) } else { count - place / 2 };
        (first + turn) % count
    })
}

/// The turns that count. Each contestant weighs the same, however long it takes: its part in a turn is what it took there for
/// what it takes as a rule.
fn quiet(figures: &[Vec<f64>]) -> Vec<usize> {
    let usual: Vec<f64> = figures.iter().map(|figures| median(figures.iter().copied())).collect();
    let took = |turn: usize| -> f64 {
        figures.iter().zip(&usual).map(|(figures, usual)| figures[turn] / usual).sum()
    };
    let mut turns: Vec<usize> = (0..figures.first().map_or(0, Vec::len)).collect();
    turns.sort_by(|one, other| took(*one).total_cmp(&took(*other)));
    turns.truncate((turns.len() / 10).max(FEWEST));
    turns
}

/// The median; NaN of none.
pub fn median(figures: impl Iterator<Item = f64>) -> f64 {
    quantile(&mut figures.collect::<Vec<_>>(), 0.5)
}

/// The figure that a share of them does not exceed; NaN of none.
pub fn quantile(figures: &mut [f64], share: f64) -> f64 {
    figures.sort_by(f64::total_cmp);
    let place = (figures.len() as f64 * share) as usize;
    figures.get(place.min(figures.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// Bites: with `(place + turn) % count` in `order` each comes behind the same one in all turns.
    #[test]
    fn each_comes_right_behind_each_other_one_equally_often() {
        for count in 1..=9 {
            let mut behind = vec![vec![0; count]; count];
            for turn in 0..2 * count {
                let order: Vec<usize> = order(count, turn).collect();
                assert_eq!(order.iter().collect::<std::collections::BTreeSet<_>>().len(), count);
                order.windows(2).for_each(|pair| behind[pair[0]][pair[1]] += 1);
            }
            for (one, behind) in behind.iter().enumerate() {
                let others = behind.iter().enumerate().filter(|(other, _)| *other != one);
                for (other, times) in others {
                    assert_eq!(*times, 2, "{other} behind {one} of {count}");
                }
            }
        }
    }

    /// A neighbour slows one of them down by a half and the other by a tenth, in some of the turns; in a few more one alone is
    /// slower, while the other is a little quicker.
    ///
    /// Bites: with all turns in `quiet` (the median of ten moves), or without `/ usual` there (who takes longest decides alone).
    #[test]
    fn the_turns_of_a_busy_machine_do_not_count() {
        let of = |figures: [f64; 10]| {
            // The first turn does not count.
            let place = Cell::new(usize::MAX);
            move || {
                place.set(place.get().wrapping_add(1));
                figures[place.get().saturating_sub(1)]
            }
        };
        let turns = Contest::default()
            .with("one", of([10.0, 15.0, 10.0, 15.0, 12.0, 15.0, 10.0, 15.0, 12.0, 12.0]))
            .with(
                "other",
                of([2000.0, 2200.0, 2000.0, 2200.0, 1990.0, 2200.0, 2000.0, 2200.0, 1990.0, 1990.0]),
            )
            .run(10);
        assert_eq!([turns.median(0), turns.median(1)], [10.0, 2000.0]);
        assert_eq!(turns.ratio(0, 1), 0.005);
    }
}
