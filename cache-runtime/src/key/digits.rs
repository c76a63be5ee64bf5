//! Whole numbers as decimal digits, written where they stay: a key is looked up right after it was written, and a processor that
//! copies what it has just written in pieces waits until the pieces have left for its cache.

/// How many digits a number has: one at least.
///
/// From the place of its first bit, and whether it has reached the next power of ten ("Bit Twiddling Hacks", S. E. Anderson:
/// "integer log base 10").
#[inline]
pub(super) fn count(number: u64) -> usize {
    let bits = 64 - (number | 1).leading_zeros();
    let at_least = ((bits * 1233) >> 12) as usize;
    at_least + usize::from((number | 1) >= POWERS[at_least])
}

/// Writes a number into as many bytes as it has digits, from the end.
#[inline]
pub(super) fn write(mut number: u64, place: &mut [u8]) {
    let (first, fours) = place.as_rchunks_mut();
    for [a, b, c, d] in fours.iter_mut().rev() {
        let last = (number % 10_000) as u32;
        number /= 10_000;
        [*a, *b] = PAIRS[(last / 100) as usize];
        [*c, *d] = PAIRS[(last % 100) as usize];
    }
    let rest = number as u32;
    match first {
        [a, b, c] => {
            *a = digit(rest / 100);
            [*b, *c] = PAIRS[(rest % 100) as usize];
        }
        [a, b] => [*a, *b] = PAIRS[(rest % 100) as usize],
        [a] => *a = digit(rest),
        _ => {}
    }
}

#[inline]
fn digit(number: u32) -> u8 {
    b'0' + (number % 10) as u8
}

/// 10^0 to 10^19.
const POWERS: [u64; 20] = {
    let mut powers = [1; 20];
    let mut exponent = 1;
    while exponent < 20 {
        powers[exponent] = powers[exponent - 1] * 10;
        exponent += 1;
    }
    powers
};

/// `00` to `99`.
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[0; 2]; 100];
    let mut number = 0;
    while number < 100 {
        pairs[number] = [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8];
        number += 1;
    }
    pairs
};

#[cfg(test)]
mod tests {
    use super::*;

    /// Around each power of ten, and numbers in between.
    #[test]
    fn the_digits_are_those_of_the_standard_library() {
        let around = |power: u64| [power - 1, power, power + 1, power.wrapping_mul(3)];
        let powers = (0..20).map(|exponent| 10_u64.pow(exponent)).flat_map(around);
        let spread = (0..1000).map(|step| u64::MAX / 1000 * step + step);
        for number in powers.chain(spread).chain(0..10_000).chain([u64::MAX]) {
            let mut place = [0; 20];
            write(number, &mut place[..count(number)]);
            assert_eq!(&place[..count(number)], number.to_string().as_bytes());
        }
    }
}
