//! Who fights, with what, over which keys: all of it decided by the seed.

use std::fmt;

use super::executor::Chances;
use super::{At, KEYS, PROCESSES};
use crate::races::Random;

/// What one actor does at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// Reads, and loads on a miss.
    Read,
    /// Reads; its own load fails.
    FailToRead,
    /// Looks at what is cached.
    Get,
    /// Changes the source, then invalidates.
    Change,
    /// The same, and the commit is not answered.
    FailToChange,
    /// Writes through.
    Write,
    /// The same, and the commit is not answered.
    FailToWrite,
    /// Writes through, and does not commit before all others are done.
    HoldAWrite,
    /// Invalidates the key.
    Invalidate,
    /// Invalidates by a pattern.
    InvalidatePattern,
    /// Clears the namespace.
    Clear,
    /// Makes what stands at the key go, leases and marks too.
    Evict,
    /// Ends the time of what stands at the key.
    Expire,
}

/// How often each of them comes, of the sum of all.
const WEIGHTS: [(Op, u64); 11] = [
    (Op::Read, 40),
    (Op::Get, 4),
    (Op::FailToRead, 3),
    (Op::Change, 12),
    (Op::FailToChange, 3),
    (Op::Write, 16),
    (Op::FailToWrite, 3),
    (Op::Invalidate, 4),
    (Op::InvalidatePattern, 3),
    (Op::Clear, 3),
    (Op::Evict, 6),
];

/// What schedules are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mix {
    /// All there is.
    Everything,
    /// Nobody goes away and nothing fails: what the naive protocols are up to.
    NothingFails,
}

/// What a schedule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scene {
    /// Everybody does anything.
    Fight,
    /// Writers die, and their marks stay until their time is over. Nobody evicts: a mark that is lost *and* a writer that dies
    /// are one too many.
    WritersDie,
    /// Readers alone: one load a key.
    ReadersAlone,
    /// Readers under a mark that stands all the time: one load at a time in each process.
    ReadersUnderAMark,
}

/// One schedule, all of which follows from its seed.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// What it is about.
    pub scene: Scene,
    /// What each actor does, one after the other.
    pub actors: Vec<Vec<(Op, At)>>,
    /// Decides everything else.
    pub(super) random: Random,
    pub(super) chances: Chances,
}

impl Schedule {
    /// The schedule of a seed.
    #[must_use]
    pub fn of(seed: u64, mix: Mix) -> Schedule {
        let mut random = Random::new(seed);
        let scene = match (mix, random.below(10)) {
            (Mix::Everything, 0) => Scene::ReadersAlone,
            (Mix::Everything, 1) => Scene::ReadersUnderAMark,
            (Mix::Everything, 2) => Scene::WritersDie,
            _ => Scene::Fight,
        };
        let mut chances = Chances { stay: [0, 0, 4, 6][random.below(4) as usize], ..Chances::default() };
        if mix == Mix::Everything && scene == Scene::Fight {
            chances.cancel = [0, 15, 40][random.below(3) as usize];
            chances.time_is_up = [0, 0, 0, 25][random.below(4) as usize];
        }
        if scene == Scene::WritersDie {
            chances.die = 10;
            chances.cancel = [0, 15, 40][random.below(3) as usize];
        }
        let count = 2 + random.below(5);
        // Mostly one key: a fight of three over two keys is none.
        let keys = if scene == Scene::Fight && random.below(3) == 0 { KEYS } else { 1 };
        let mut actors: Vec<_> = (0..count).map(|_| ops(&mut random, scene, mix, keys)).collect();
        if scene == Scene::ReadersUnderAMark {
            actors.push(vec![(Op::HoldAWrite, At { process: 0, key: 0 })]);
        }
        Schedule { scene, actors, random, chances }
    }
}

fn ops(random: &mut Random, scene: Scene, mix: Mix, keys: usize) -> Vec<(Op, At)> {
    let count = 1 + random.below(3);
    let mut op = |_| {
        let op = match scene {
            Scene::Fight => any(random, mix),
            Scene::WritersDie => one_beside_the_dying(random),
            Scene::ReadersAlone | Scene::ReadersUnderAMark => Op::Read,
        };
        let key = random.below(keys as u64) as usize;
        (op, At { process: random.below(PROCESSES as u64) as usize, key })
    };
    (0..count).map(&mut op).collect()
}

fn any(random: &mut Random, mix: Mix) -> Op {
    let mut left = random.below(WEIGHTS.iter().map(|(_, weight)| weight).sum());
    let mut drawn = Op::Read;
    for (op, weight) in WEIGHTS {
        if left < weight {
            drawn = op;
            break;
        }
        left -= weight;
    }
    match drawn {
        Op::Evict if random.below(3) == 0 => Op::Expire,
        Op::FailToRead | Op::FailToChange | Op::FailToWrite if mix == Mix::NothingFails => Op::Read,
        drawn => drawn,
    }
}

fn one_beside_the_dying(random: &mut Random) -> Op {
    [Op::Read, Op::Read, Op::Write, Op::Write, Op::Change, Op::Invalidate, Op::InvalidatePattern, Op::Clear]
        [random.below(8) as usize]
}

impl Op {
    /// Whether who does it may die: of a reader that dies the others would have to wait until its lease ends.
    pub(super) fn may_die(self) -> bool {
        matches!(self, Op::Write | Op::FailToWrite)
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Op::Read => "reads",
            Op::FailToRead => "reads in vain",
            Op::Get => "looks at",
            Op::Change => "changes",
            Op::FailToChange => "changes in vain",
            Op::Write => "writes",
            Op::FailToWrite => "writes in vain",
            Op::HoldAWrite => "holds a write of",
            Op::Invalidate => "invalidates",
            Op::InvalidatePattern => "invalidates all, at",
            Op::Clear => "clears all, at",
            Op::Evict => "evicts",
            Op::Expire => "lets expire",
        })
    }
}
