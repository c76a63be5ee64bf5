//! Numbers that spread things out. Nobody must not be able to guess them.

use std::cell::Cell;
use std::hash::{BuildHasher, RandomState};

/// A number above 0, up to 1: xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled"),
/// seeded from the operating system's random numbers once a thread.
pub(crate) fn unit() -> f64 {
    thread_local! {
        static STATE: Cell<u64> = Cell::new(RandomState::new().hash_one(0_u8) | 1);
    }
    let next = STATE.try_with(|state| {
        let mut x = state.get();
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        state.set(x);
        x.wrapping_mul(0x2545_f491_4f6c_dd1d)
    });
    // A thread that ends has no state any more; there, nothing has to be spread out.
    let bits = next.unwrap_or_default() >> 11;
    (bits + 1) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lie_above_0_and_up_to_1_and_in_the_middle_on_average() {
        let numbers: Vec<f64> = (0..100_000).map(|_| unit()).collect();
        assert!(numbers.iter().all(|number| *number > 0.0 && *number <= 1.0));
        let mean = numbers.iter().sum::<f64>() / 100_000.0;
        assert!((0.49..0.51).contains(&mean), "{mean}");
    }
}
