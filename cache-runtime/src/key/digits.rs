//! Whole numbers as decimal digits, eight at a time in one register: a key is hashed right after it was written, and a processor
//! that reads eight bytes it has just written in pieces waits until the pieces have left for its cache.
//!
//! The arithmetic is Paul Khuong's, "How to print integers really fast" (2017).

/// The digits of one number below 10^8, the first in the lowest byte, and how many there are: one at least.
#[inline]
pub(super) fn up_to_eight(number: u32) -> ([u8; 8], usize) {
    let digits = eight(number);
    // Leading zeros are not written; the last digit is.
    let zeros = (digits | 1 << 56).trailing_zeros() / 8;
    ((ASCII | digits).wrapping_shr(8 * zeros).to_le_bytes(), 8 - zeros as usize)
}

/// All eight digits of a number below 10^8.
#[inline]
pub(super) fn all_eight(number: u32) -> [u8; 8] {
    (ASCII | eight(number)).to_le_bytes()
}

const ASCII: u64 = 0x3030_3030_3030_3030;

/// One digit a byte. Each step halves what is in a lane: numbers below 10,000 in two lanes, below 100 in four, below 10 in eight. A
/// division by 100 or 10 is a multiplication by its inverse, exact for what a lane can hold.
#[inline]
fn eight(number: u32) -> u64 {
    let number = u64::from(number);
    let (high, low) = (number / 10_000, number % 10_000);
    let thousands = high | low << 32;
    let hundreds = ((thousands * 10_486) >> 20) & 0x0000_007F_0000_007F;
    let pairs = hundreds | (thousands - 100 * hundreds) << 16;
    let tens = ((pairs * 103) >> 10) & 0x000F_000F_000F_000F;
    tens | (pairs - 10 * tens) << 8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each lane alone through all that it can hold, and numbers in between.
    #[test]
    fn the_digits_are_those_of_the_standard_library() {
        let lanes = (0..10_000).flat_map(|lane| [lane, lane * 10_000, lane * 10_001]);
        let spread = (0..100_000_000).step_by(9_973);
        for number in lanes.chain(spread).chain([99_999_999, 10_000_000, 9_999_999]) {
            let (digits, count) = up_to_eight(number);
            assert_eq!(&digits[..count], number.to_string().as_bytes());
            assert_eq!(all_eight(number), format!("{number:08}").as_bytes());
        }
    }
}
