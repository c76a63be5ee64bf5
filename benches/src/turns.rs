//! Measuring in turns: a machine is not the same from minute to minute, and a ratio of what was measured one after the other
//! would tell of that.
//!
//! A tenth of the turns count: those in which nobody else computed on the processors before, between or after, and of these the
//! ones in which all together were quickest. Who has a share of a processor takes more from one kind of code than from another,
//! often for longer than half of the run. Of what differs from turn to turn whoever else computes, as it is the threads' scheduler
//! that decides, a tenth would be the luckiest turns, and too few to tell: of that a half counts.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::processors::{self, ALONE};

/// One of so many turns counts.
const TENTH: usize = 10;
const HALF: usize = 2;

/// So many turns count at the least, be they more than that.
const FEWEST: usize = 5;

/// For each turn that was wanted, so many are taken at the most until so many were alone.
const PATIENCE: usize = 2;

/// Turns of all contests of this run: taken, beside somebody else, and those of the latter that count nevertheless.
static TAKEN: AtomicU64 = AtomicU64::new(0);
static BESIDE: AtomicU64 = AtomicU64::new(0);
static COUNT_BESIDE: AtomicU64 = AtomicU64::new(0);

/// How many turns this run has taken, and how many of them beside somebody else.
#[must_use]
pub fn account() -> String {
    let [taken, beside, count] = [&TAKEN, &BESIDE, &COUNT_BESIDE].map(|turns| turns.load(Ordering::Relaxed));
    format!("{taken}, {beside} of them beside somebody else on the processors, {count} of which count")
}

/// Takes a turn, and tells what it took: the less the better.
type Contestant<'a> = Box<dyn FnMut() -> f64 + 'a>;

/// What each contestant took, and what a processor took for additions meanwhile, for what it takes when it is ours alone.
#[derive(Clone, Debug)]
struct Turn {
    took: Vec<f64>,
    beside: f64,
}

impl Turn {
    fn was_alone(&self) -> bool {
        self.beside <= ALONE
    }
}

/// Figures of several contestants, one from each for each turn that counts.
#[derive(Clone, Debug)]
pub struct Turns {
    names: Vec<&'static str>,
    turns: Vec<Turn>,
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

    /// So many turns of each, after one that does not count; more, where somebody else computed in some. Each comes right behind
    /// each other one as often as any: what somebody leaves in the processor's caches is a share of what who comes next takes.
    #[must_use]
    pub fn run(self, turns: usize) -> Turns {
        self.run_counting(turns, TENTH)
    }

    /// As `run`, of what differs from turn to turn by itself: a half of the turns count.
    #[must_use]
    pub fn run_counting_half(self, turns: usize) -> Turns {
        self.run_counting(turns, HALF)
    }

    fn run_counting(mut self, turns: usize, one_of: usize) -> Turns {
        for (_, turn) in &mut self.contestants {
            turn();
        }
        let (mut taken, mut alone) = (Vec::with_capacity(turns), 0);
        while alone < turns && taken.len() < PATIENCE * turns {
            let turn = self.turn(taken.len());
            alone += usize::from(turn.was_alone());
            taken.push(turn);
        }
        let beside = |turns: &[Turn]| turns.iter().filter(|turn| !turn.was_alone()).count() as u64;
        TAKEN.fetch_add(taken.len() as u64, Ordering::Relaxed);
        BESIDE.fetch_add(beside(&taken), Ordering::Relaxed);
        let turns = that_count(taken, one_of);
        COUNT_BESIDE.fetch_add(beside(&turns), Ordering::Relaxed);
        Turns { names: self.contestants.into_iter().map(|(name, _)| name).collect(), turns }
    }

    fn turn(&mut self, turn: usize) -> Turn {
        let mut took = vec![f64::NAN; self.contestants.len()];
        let mut additions = processors::look();
        for who in order(took.len(), turn) {
            took[who] = (self.contestants[who].1)();
            additions = additions.max(processors::look());
        }
        Turn { took, beside: processors::share(additions) }
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
        median(self.turns.iter().map(|turn| turn.took[who]))
    }

    /// The median over the turns of what one took for what another took.
    #[must_use]
    pub fn ratio(&self, one: usize, other: usize) -> f64 {
        median(self.turns.iter().map(|turn| turn.took[one] / turn.took[other]))
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

/// The turns that count: one of so many. Each contestant weighs the same, however long it takes: its part in a turn is what it
/// took there for what it takes as a rule.
fn that_count(mut turns: Vec<Turn>, one_of: usize) -> Vec<Turn> {
    let count = turns.first().map_or(0, |turn| turn.took.len());
    let usual: Vec<f64> = (0..count).map(|who| median(turns.iter().map(|turn| turn.took[who]))).collect();
    let took = |turn: &Turn| -> f64 { turn.took.iter().zip(&usual).map(|(took, usual)| took / usual).sum() };
    let beside = |turn: &Turn| turn.beside.max(ALONE);
    turns.sort_by(|one, other| beside(one).total_cmp(&beside(other)).then(took(one).total_cmp(&took(other))));
    turns.truncate((turns.len() / one_of).max(FEWEST));
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
    /// Bites: with all turns in `that_count` (the median of ten moves), or without `/ usual` there (who takes longest decides alone).
    #[test]
    fn the_turns_of_a_busy_machine_do_not_count() {
        let one = [10.0, 15.0, 10.0, 15.0, 12.0, 15.0, 10.0, 15.0, 12.0, 12.0];
        let other = [2000.0, 2200.0, 2000.0, 2200.0, 1990.0, 2200.0, 2000.0, 2200.0, 1990.0, 1990.0];
        let taken =
            one.into_iter().zip(other).map(|(one, other)| Turn { took: vec![one, other], beside: 1.0 });
        let turns = Turns { names: vec!["one", "other"], turns: that_count(taken.collect(), TENTH) };
        assert_eq!([turns.median(0), turns.median(1)], [10.0, 2000.0]);
        assert_eq!(turns.ratio(0, 1), 0.005);
    }

    /// Bites: with `10` for `one_of` in `that_count`.
    #[test]
    fn so_many_of_the_turns_count() {
        let count = |one_of| {
            let turns = (0..100).map(|turn| Turn { took: vec![f64::from(turn)], beside: 1.0 });
            that_count(turns.collect(), one_of).len()
        };
        assert_eq!([TENTH, HALF].map(count), [10, 50]);
    }

    /// Beside somebody else all is slower as a rule, but who needs no locks less so: such a turn does not count though it was quick,
    /// and where there are too few others, those do in which least was taken.
    ///
    /// Bites: with the time alone in `that_count`, or with the additions alone.
    #[test]
    fn turns_beside_somebody_else_do_not_count() {
        let turn = |took: f64, beside: f64| Turn { took: vec![took], beside };
        let least =
            || [(9.0, 1.01), (8.0, 1.02), (7.0, 1.03), (6.0, 1.04)].map(|(took, beside)| turn(took, beside));
        let others =
            || [(1.0, 1.5), (2.0, 1.4), (3.0, 1.2), (4.0, 1.9)].map(|(took, beside)| turn(took, beside));
        let took = |turns: Vec<Turn>| -> Vec<f64> {
            that_count(turns, TENTH).iter().map(|turn| turn.took[0]).collect()
        };
        assert_eq!(took(others().into_iter().chain(least()).collect()), [6.0, 7.0, 8.0, 9.0, 3.0]);
        let enough = [turn(5.0, 1.05), turn(9.5, 1.0)];
        assert_eq!(
            took(others().into_iter().chain(least()).chain(enough).collect()),
            [5.0, 6.0, 7.0, 8.0, 9.0]
        );
    }
}
