//! Measuring in turns: a machine is not the same from minute to minute, and a ratio of what was measured one after the other
//! would tell of that.

/// Takes a turn, and tells what it took.
type Contestant<'a> = Box<dyn FnMut() -> f64 + 'a>;

/// Figures of several contestants, one from each for each turn.
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

    /// So many turns of each, after one that does not count. Who begins, differs from turn to turn.
    #[must_use]
    pub fn run(mut self, turns: usize) -> Turns {
        let count = self.contestants.len();
        let mut figures = vec![Vec::with_capacity(turns); count];
        for (_, turn) in &mut self.contestants {
            turn();
        }
        for turn in 0..turns {
            for place in 0..count {
                let who = (turn + place) % count;
                figures[who].push((self.contestants[who].1)());
            }
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
        quantile(&mut self.figures[who].clone(), 0.5)
    }

    /// The median over all turns of what one took for what another took.
    #[must_use]
    pub fn ratio(&self, one: usize, other: usize) -> f64 {
        let pairs = self.figures[one].iter().zip(&self.figures[other]);
        quantile(&mut pairs.map(|(one, other)| one / other).collect::<Vec<_>>(), 0.5)
    }
}

/// The figure that a share of them does not exceed; NaN of none.
pub fn quantile(figures: &mut [f64], share: f64) -> f64 {
    figures.sort_by(f64::total_cmp);
    let place = (figures.len() as f64 * share) as usize;
    figures.get(place.min(figures.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}
