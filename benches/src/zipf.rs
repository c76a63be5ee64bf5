//! Keys as they are asked for: few of them often.

/// Numbers below `count`, the one of rank r with a probability like 1 / r^exponent, spread over all numbers.
#[must_use]
pub fn zipf(count: usize, exponent: f64, length: usize, seed: u64) -> Vec<i64> {
    let mut sum = 0.0;
    let cumulated: Vec<f64> = (1..=count)
        .map(|rank| {
            sum += (rank as f64).powf(-exponent);
            sum
        })
        .collect();
    let mut state = seed;
    (0..length)
        .map(|_| {
            let drawn = next(&mut state) as f64 / u64::MAX as f64 * sum;
            let rank = cumulated.partition_point(|upto| *upto < drawn).min(count - 1);
            // A rank's place says nothing of where its entry lies in memory.
            (rank as i64 * 7919) % count as i64
        })
        .collect()
}

/// SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
pub fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
