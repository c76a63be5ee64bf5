//! Interleavings by a seed: every order in which readers, writers, invalidations, evictions and callers that go away can take
//! their steps, checked against a model of the source.
//!
//! A seed decides who fights over which keys ([`Schedule`]), and which of them takes its next step (the executor). On the
//! memory store each step of the runtime is such a point, by the hidden feature `__interleaving`. So a failure comes out the
//! same each time that its seed is run, and is printed step by step.
//!
//! The protocol under test stands behind a small trait, [`Protocol`]: the runtime itself ([`Runtime`]), and those that are known to be
//! wrong ([`naive`]), which have to fail: a checker that finds nothing there would find nothing here.
//!
//! The same actors also run at the same time on a real server ([`at_random`], [`OnRedis`]): there nothing is decided, and more is real.
//!
//! Each key is another kind of entry: some carry tags, some have windows in which they are served past their TTL ([`tags_of`],
//! [`has_windows`]). When a TTL ends is an actor's to say: [`Op::Age`].
//!
//! To add an actor: a variant of [`Op`], its weight in `schedule.rs`, what it does in `actor.rs`, and, where it needs one, a
//! method of [`Protocol`].

mod actor;
mod at_random;
mod check;
mod executor;
pub mod naive;
pub mod naive_tags;
mod on_redis;
mod protocol;
mod runtime;
mod schedule;
mod server;
mod share;
mod source;

pub use actor::World;
pub use at_random::at_random;
pub use check::{Broken, check_one};
pub use on_redis::OnRedis;
pub use protocol::{At, End, Protocol, Rest};
pub use runtime::Runtime;
pub use schedule::{Mix, Op, Scene, Schedule};
pub use share::{Kind, Share, check, new_seed, schedules, share};
pub use source::{Source, Transaction};

/// Keys that they fight over.
pub const KEYS: usize = 4;

/// Tags that their entries carry.
pub const TAGS: usize = 2;

/// Processes that they are in: each has loads of its own.
pub const PROCESSES: usize = 2;

/// The tags of a key's entry; the last one is that by which the actors let it fall.
#[must_use]
pub fn tags_of(key: usize) -> &'static [usize] {
    [&[][..], &[0], &[], &[0, 1]][key]
}

/// Whether a key's entry is served past its TTL.
#[must_use]
pub fn has_windows(key: usize) -> bool {
    key >= 2
}

/// A key at which some load without knowing of its tags, as a program does from before they were declared.
pub const KNOWN_TO_OLDER_PROGRAMS: usize = 3;
