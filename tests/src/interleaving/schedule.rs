//! Who fights, with what, over which keys: all of it decided by the seed.

use std::fmt;

use super::executor::Chances;
use super::{At, KEYS, KNOWN_TO_OLDER_PROGRAMS, PROCESSES, has_windows, tags_of};
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
    /// Reads, and loads on a miss, without knowing of the entry's tags.
    ReadWithoutTags,
    /// Reads several keys at once, and loads what is missing.
    ReadBatch,
    /// Looks at what is cached of all keys.
    GetMany,
    /// Changes the source, then invalidates.
    Change,
    /// The same, and the commit is not answered.
    FailToChange,
    /// Changes the source, then invalidates a tag.
    ChangeByTag,
    /// The same, and the commit is not answered.
    FailToChangeByTag,
    /// Writes through.
    Write,
    /// The same, and the commit is not answered.
    FailToWrite,
    /// Writes through, and does not commit before all others are done.
    HoldAWrite,
    /// Changes the source in a transaction.
    Transact,
    /// The same, and it is rolled back.
    RollBack,
    /// The same, and the commit is not answered.
    LoseTheCommit,
    /// Invalidates the key.
    Invalidate,
    /// Invalidates a tag.
    InvalidateTag,
    /// Invalidates by a pattern.
    InvalidatePattern,
    /// Clears the namespace.
    Clear,
    /// Makes what stands at the key go, leases and marks too.
    Evict,
    /// Ends the time of what stands at the key.
    Expire,
    /// Makes a tag go.
    EvictTag,
    /// Ends the time of a tag.
    ExpireTag,
    /// Ends the TTL of a value.
    Age,
    /// Ends it so long ago that the value only stands in for a load that fails.
    AgeFar,
    /// Ends the time of whoever loads a value anew.
    EndClaim,
}

/// How often each of them comes, of the sum of all.
const WEIGHTS: [(Op, u64); 22] = [
    (Op::Read, 40),
    (Op::Get, 4),
    (Op::GetMany, 2),
    (Op::ReadWithoutTags, 4),
    (Op::ChangeByTag, 10),
    (Op::FailToChangeByTag, 2),
    (Op::InvalidateTag, 3),
    (Op::EvictTag, 4),
    (Op::FailToRead, 3),
    (Op::Change, 12),
    (Op::FailToChange, 3),
    (Op::Write, 16),
    (Op::FailToWrite, 3),
    (Op::Invalidate, 4),
    (Op::InvalidatePattern, 3),
    (Op::Clear, 3),
    (Op::Evict, 6),
    (Op::Age, 12),
    (Op::EndClaim, 2),
    (Op::Transact, 8),
    (Op::RollBack, 3),
    (Op::LoseTheCommit, 3),
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
    /// Readers of a value that is past its TTL: one of them loads it anew.
    ReadersOfAnOldValue,
    /// Readers under a mark that stands all the time: one load at a time in each process.
    ReadersUnderAMark,
}

/// One schedule, all of which follows from its seed.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// What it is about.
    pub scene: Scene,
    /// The key that it is about, where it is about one.
    pub key: usize,
    /// Whether its value is there when they begin, and past its TTL where it has windows: most of what can go wrong needs one.
    pub begins_with_a_value: bool,
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
        let scene = match (mix, random.below(11)) {
            (Mix::Everything, 0) => Scene::ReadersAlone,
            (Mix::Everything, 1) => Scene::ReadersUnderAMark,
            (Mix::Everything, 2) => Scene::WritersDie,
            (Mix::Everything, 3) => Scene::ReadersOfAnOldValue,
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
        let mut keys = [random.below(KEYS as u64) as usize; 2];
        if scene == Scene::Fight && random.below(3) == 0 {
            keys[1] = random.below(KEYS as u64) as usize;
        }
        let key = keys[0];
        let mut actors: Vec<_> = (0..count).map(|_| ops(&mut random, scene, mix, keys)).collect();
        if scene == Scene::ReadersUnderAMark {
            actors.push(vec![(Op::HoldAWrite, At { process: 0, key })]);
        }
        let begins_with_a_value = match scene {
            Scene::Fight => mix == Mix::Everything && random.below(2) == 0,
            scene => scene == Scene::ReadersOfAnOldValue,
        };
        Schedule { scene, key, begins_with_a_value, actors, random, chances }
    }
}

fn ops(random: &mut Random, scene: Scene, mix: Mix, keys: [usize; 2]) -> Vec<(Op, At)> {
    let count = 1 + random.below(3);
    let mut op = |_| {
        let op = match scene {
            Scene::Fight => any(random, mix),
            Scene::WritersDie => one_beside_the_dying(random),
            Scene::ReadersAlone | Scene::ReadersOfAnOldValue | Scene::ReadersUnderAMark => Op::Read,
        };
        let key = keys[random.below(2) as usize];
        (op.at(key), At { process: random.below(PROCESSES as u64) as usize, key })
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
        Op::Read if mix == Mix::Everything && random.below(4) == 0 => Op::ReadBatch,
        Op::Evict if random.below(3) == 0 => Op::Expire,
        Op::EvictTag if random.below(3) == 0 => Op::ExpireTag,
        Op::Age if random.below(3) == 0 => Op::AgeFar,
        Op::FailToRead | Op::FailToChange | Op::FailToChangeByTag | Op::FailToWrite
            if mix == Mix::NothingFails =>
        {
            Op::Read
        }
        Op::RollBack | Op::LoseTheCommit if mix == Mix::NothingFails => Op::Transact,
        drawn => drawn,
    }
}

fn one_beside_the_dying(random: &mut Random) -> Op {
    const OPS: [Op; 10] = [
        Op::Read,
        Op::Read,
        Op::Write,
        Op::Write,
        Op::Change,
        Op::ChangeByTag,
        Op::Invalidate,
        Op::InvalidatePattern,
        Op::Clear,
        Op::Age,
    ];
    OPS[random.below(OPS.len() as u64) as usize]
}

impl Op {
    /// What comes next to it at a key whose entry lacks what it is about.
    fn at(self, key: usize) -> Op {
        match self {
            Op::ReadWithoutTags if key != KNOWN_TO_OLDER_PROGRAMS => Op::Read,
            Op::ChangeByTag if tags_of(key).is_empty() => Op::Change,
            Op::FailToChangeByTag if tags_of(key).is_empty() => Op::FailToChange,
            Op::InvalidateTag if tags_of(key).is_empty() => Op::Invalidate,
            Op::EvictTag | Op::ExpireTag if tags_of(key).is_empty() => Op::Read,
            Op::EndClaim if !has_windows(key) => Op::Read,
            op => op,
        }
    }

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
            Op::ReadWithoutTags => "reads without its tags",
            Op::Get => "looks at",
            Op::ReadBatch => "reads a batch, with",
            Op::GetMany => "looks at all, at",
            Op::Change => "changes",
            Op::FailToChange => "changes in vain",
            Op::ChangeByTag => "changes, and tells the tag of",
            Op::FailToChangeByTag => "changes in vain, and tells the tag of",
            Op::Write => "writes",
            Op::FailToWrite => "writes in vain",
            Op::HoldAWrite => "holds a write of",
            Op::Transact => "commits a change of",
            Op::RollBack => "rolls back a change of",
            Op::LoseTheCommit => "hears of no commit of",
            Op::Invalidate => "invalidates",
            Op::InvalidateTag => "invalidates the tag of",
            Op::InvalidatePattern => "invalidates all, at",
            Op::Clear => "clears all, at",
            Op::Evict => "evicts",
            Op::Expire => "lets expire",
            Op::EvictTag => "evicts the tag of",
            Op::ExpireTag => "lets expire the tag of",
            Op::Age => "lets get old",
            Op::AgeFar => "lets get very old",
            Op::EndClaim => "ends the claim of",
        })
    }
}
