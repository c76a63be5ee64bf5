//! wyhash, final version 4.2: 64 bits of a key, the same in every process, on every machine and in every release.
//!
//! Wang Yi and others, "Modern Non-Cryptographic Hash Function and Pseudorandom Number Generator", with the reference
//! implementation at <https://github.com/wangyi-fudan/wyhash>. Some 4 ns for 35 bytes. It tells what got mixed up by accident; it
//! keeps nobody from making two keys meet.

const SECRET: [u64; 4] =
    [0x2D35_8DCC_AA6C_78A5, 0x8BB8_4B93_962E_ACC9, 0x4B33_A62E_D433_D4A3, 0x4D5A_2DA5_1DE1_AA47];

pub(super) fn wyhash(bytes: &[u8], seed: u64) -> u64 {
    let [s0, s1, ..] = SECRET;
    let mut seed = seed ^ mix(seed ^ s0, s1);
    let (a, b) = match bytes.last_chunk::<16>() {
        Some(end) if bytes.len() > 16 => {
            seed = blocks(bytes, seed);
            halves(end)
        }
        _ => short(bytes),
    };
    let (a, b) = multiply(a ^ s1, b ^ seed);
    mix(a ^ s0 ^ bytes.len() as u64, b ^ s1)
}

/// All but the last 1 to 16 bytes.
fn blocks(bytes: &[u8], mut seed: u64) -> u64 {
    let [_, s1, s2, s3] = SECRET;
    let mut rest = bytes;
    if bytes.len() >= 48 {
        let (mut second, mut third) = (seed, seed);
        while let Some((block, after)) = rest.split_first_chunk::<48>() {
            if let [first_16, second_16, third_16] = block.as_chunks::<16>().0 {
                let ((a, b), (c, d), (e, f)) = (halves(first_16), halves(second_16), halves(third_16));
                seed = mix(a ^ s1, b ^ seed);
                second = mix(c ^ s2, d ^ second);
                third = mix(e ^ s3, f ^ third);
            }
            rest = after;
        }
        seed ^= second ^ third;
    }
    while let Some((block, after)) = rest.split_first_chunk::<16>()
        && !after.is_empty()
    {
        let (a, b) = halves(block);
        seed = mix(a ^ s1, b ^ seed);
        rest = after;
    }
    seed
}

/// Up to 16 bytes, some of them twice.
fn short(bytes: &[u8]) -> (u64, u64) {
    let length = bytes.len();
    let quarter =
        |at: usize| bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |four| u32::from_le_bytes(*four));
    let pair = |high: usize, low: usize| u64::from(quarter(high)) << 32 | u64::from(quarter(low));
    let byte = |at: usize| bytes.get(at).map_or(0, |byte| u64::from(*byte));
    match length {
        0 => (0, 0),
        1..4 => (byte(0) << 16 | byte(length / 2) << 8 | byte(length - 1), 0),
        _ => {
            let step = length / 8 * 4;
            (pair(0, step), pair(length - 4, length - 4 - step))
        }
    }
}

fn halves(bytes: &[u8; 16]) -> (u64, u64) {
    let both = u128::from_le_bytes(*bytes);
    (both as u64, (both >> 64) as u64)
}

fn multiply(a: u64, b: u64) -> (u64, u64) {
    let product = u128::from(a) * u128::from(b);
    (product as u64, (product >> 64) as u64)
}

fn mix(a: u64, b: u64) -> u64 {
    let (low, high) = multiply(a, b);
    low ^ high
}

#[cfg(test)]
mod tests {
    use super::wyhash;

    /// The vectors of the reference implementation (`test_vector.cpp`), each with its own seed; and some of a key's length.
    #[test]
    fn it_gives_what_the_reference_implementation_gives() {
        for (seed, (text, hash)) in (0..).zip([
            ("", 0x9322_8A4D_E0EE_C5A2),
            ("a", 0xC5BA_C3DB_1787_13C4),
            ("abc", 0xA97F_2F7B_1D9B_3314),
            ("message digest", 0x786D_1F1D_F380_1DF4),
            ("abcdefghijklmnopqrstuvwxyz", 0xDCA5_A813_8AD3_7C87),
            ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 0xB9E7_34F1_17CF_AF70),
            (
                "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                0x6CC5_EAB4_9A92_D617,
            ),
        ]) {
            assert_eq!(wyhash(text.as_bytes(), seed), hash, "{text:?}");
        }
        let counting: Vec<u8> = (0..33).collect();
        for (length, hash) in [
            (1, 0x8E6D_4AF7_D310_C8C4),
            (3, 0x78C4_AA0C_972A_522D),
            (4, 0xE08A_EEB6_8058_FB32),
            (7, 0x094E_98FE_B605_5CC6),
            (8, 0xB4D6_AC74_D009_E1D4),
            (15, 0x87ED_AF96_D89A_08EF),
            (16, 0x305F_DEA0_ED4A_2619),
            (17, 0xD29F_FDD2_01A4_6F9A),
            (31, 0xEBC1_3906_E501_8315),
            (32, 0x5B00_C06E_F754_0F8F),
            (33, 0x5E1A_2536_FF90_CC32),
        ] {
            assert_eq!(wyhash(&counting[..length], 0), hash, "{length} bytes");
        }
    }
}
