//! Numbers that no two loads, writes or values share.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// 128 bits that are used once: a lease's nonce, a mark's id, a value's stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Nonce([u64; 2]);

impl Nonce {
    /// A new one: a random number of this process, and a count. Random once is enough, as the count never repeats.
    pub(crate) fn new() -> Nonce {
        Nonce::of_process(std::process::id())
    }

    /// A process that was forked has all of its parent's memory, the count included, and another number.
    fn of_process(id: u32) -> Nonce {
        // The standard library seeds these from the operating system's random numbers.
        static RANDOM: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        static COUNT: AtomicU64 = AtomicU64::new(0);
        Nonce([RANDOM.hash_one(id), COUNT.fetch_add(1, Ordering::Relaxed)])
    }

    pub(crate) fn to_bytes(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.0[0].to_le_bytes());
        bytes[8..].copy_from_slice(&self.0[1].to_le_bytes());
        bytes
    }

    pub(crate) fn of(bytes: [u8; 16]) -> Nonce {
        let [mut first, mut second] = [[0; 8]; 2];
        first.copy_from_slice(&bytes[..8]);
        second.copy_from_slice(&bytes[8..]);
        Nonce([first, second].map(u64::from_le_bytes))
    }

    /// Of the first bytes.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Nonce> {
        bytes.first_chunk().copied().map(Nonce::of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Bites: fails without the process's number in Nonce::of_process (record/nonce.rs).
    #[test]
    fn forked_processes_do_not_share_them() {
        let [one, other] = [1, 2].map(|process| Nonce::of_process(process).0);
        assert_ne!(one[0], other[0]);
        assert_eq!(one[1] + 1, other[1], "the count is the same one");
    }
}
