//! Which of a cluster's slots a key is in: CRC-16/XMODEM of the key, or of the part in its first braces.

pub(super) const SLOTS: u16 = 16_384;

pub(super) fn slot(key: &[u8]) -> u16 {
    crc16(hashed(key)) % SLOTS
}

/// The part that counts: what stands between the first `{` and the next `}`, if anything does.
fn hashed(key: &[u8]) -> &[u8] {
    let tagged =
        key.iter().position(|byte| *byte == b'{').and_then(|open| key.get(open + 1..)).and_then(|rest| {
            let close = rest.iter().position(|byte| *byte == b'}')?;
            rest.get(..close)
        });
    tagged.filter(|tag| !tag.is_empty()).unwrap_or(key)
}

fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        let index = usize::from((crc >> 8) ^ u16::from(*byte));
        (crc << 8) ^ TABLE.get(index).copied().unwrap_or(0)
    })
}

const TABLE: [u16; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = (byte as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 };
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    /// The check value of CRC-16/XMODEM, and slots that the cluster specification and servers give.
    #[test]
    fn known_keys_have_their_slots() {
        assert_eq!(crc16(b"123456789"), 0x31c3);
        for (key, expected) in
            [("foo", 12182), ("bar", 5061), ("hello", 866), ("", 0), ("somekey", 11058), ("123456789", 12739)]
        {
            assert_eq!(slot(key.as_bytes()), expected, "{key}");
        }
    }

    #[test]
    fn the_first_braces_count() {
        assert_eq!(slot(b"{user1000}.following"), slot(b"user1000"));
        assert_eq!(slot(b"foo{{bar}}zap"), slot(b"{bar"));
        assert_eq!(slot(b"foo{bar}{zap}"), slot(b"bar"));
        for whole in ["foo{}{bar}", "foo{bar", "foo}bar{"] {
            assert_eq!(slot(whole.as_bytes()), crc16(whole.as_bytes()) % SLOTS, "{whole}");
        }
    }
}
