//! Who has taken it upon himself to load a value anew that is still there.

/// The claim in a value's header: one process loads it anew, the others go on with what there is.
///
/// It keeps nobody's value coherent: what is loaded under it replaces exactly the value that was claimed, or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    Free,
    /// Somebody loads, and has until then, in milliseconds since 1970 of the store's clock.
    Loading(u64),
    /// Somebody has tried and failed; it is not tried again until then.
    Failed(u64),
}

/// Which claims a new one takes the place of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    /// All of them: by whoever holds it.
    Any,
    /// None, or one that has ended by then.
    Ended(u64),
    /// That of a load under way. A renewal that is late finds that the load has failed or was given up, and must not stand for
    /// one that nobody runs.
    Loading,
}

impl Over {
    /// Whether a new claim may take the place of the one that stands.
    pub(crate) fn takes(self, stands: Claim) -> bool {
        match self {
            Over::Any => true,
            Over::Ended(now) => stands.at(now) == Claim::Free,
            Over::Loading => matches!(stands, Claim::Loading(_)),
        }
    }
}

const FAILED: u64 = 1 << 63;

impl Claim {
    /// As it stands in the header.
    pub(crate) fn to_bits(self) -> u64 {
        match self {
            Claim::Free => 0,
            Claim::Loading(until) => until & !FAILED,
            Claim::Failed(until) => until | FAILED,
        }
    }

    pub(crate) fn from_bits(bits: u64) -> Claim {
        match (bits & !FAILED, bits & FAILED != 0) {
            (0, false) => Claim::Free,
            (until, false) => Claim::Loading(until),
            (until, true) => Claim::Failed(until),
        }
    }

    /// What it means at `now`: one that has ended is none.
    pub(crate) fn at(self, now: u64) -> Claim {
        match self {
            Claim::Loading(until) | Claim::Failed(until) if until <= now => Claim::Free,
            claim => claim,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Bites: fails without `Over::Loading` in Over::takes, where it takes the place of what has failed.
    #[test]
    fn a_renewal_takes_the_place_of_a_load_that_is_under_way_and_of_nothing_else() {
        let stands =
            [Claim::Free, Claim::Loading(5), Claim::Loading(50), Claim::Failed(5), Claim::Failed(50)];
        let taken = |over: Over| stands.map(|claim| over.takes(Claim::from_bits(claim.to_bits())));
        assert_eq!(taken(Over::Any), [true; 5]);
        assert_eq!(taken(Over::Ended(10)), [true, true, false, true, false]);
        assert_eq!(taken(Over::Loading), [false, true, true, false, false]);
    }
}
