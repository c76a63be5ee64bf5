//! Which of a cluster's slots a key is in: CRC-16/XMODEM of the key, or of the part in its first braces; and which of them a
//! node says it has.

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

/// A text in braces that puts a key into a slot: the smallest number that does. Everybody finds the same.
pub(super) fn tag_of(wanted: u16) -> Option<String> {
    (0..MOST_NUMBERS).map(|number: u32| number.to_string()).find(|number| slot(number.as_bytes()) == wanted)
}

/// Among so many numbers there is one for each slot.
const MOST_NUMBERS: u32 = 1_000_000;

/// What a primary's line of `CLUSTER NODES` about itself says of its slots. `None`: it is no primary.
pub(super) fn own_slots(nodes: &str) -> Option<String> {
    let own =
        nodes.lines().find(|line| line.split(' ').nth(2).is_some_and(|flags| flags.contains("myself")))?;
    own.split(' ').nth(2)?.contains("master").then(|| own.split(' ').skip(8).collect::<Vec<_>>().join(" "))
}

/// The last of these slots that is not about to leave.
pub(super) fn last_that_stays(own: &str) -> Option<u16> {
    let leaving: Vec<u16> =
        own.split(' ').filter_map(|word| word.strip_prefix('[')?.split_once("->-")?.0.parse().ok()).collect();
    let ranges = own.split(' ').filter_map(|word| {
        let (first, last) = word.split_once('-').unwrap_or((word, word));
        Some(first.parse::<u16>().ok()?..=last.parse::<u16>().ok()?)
    });
    ranges.flat_map(|range| range.rev().find(|slot| !leaving.contains(slot))).max()
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
    fn every_slot_has_a_tag() {
        let reached: std::collections::HashSet<u16> =
            (0..MOST_NUMBERS).map(|number| slot(number.to_string().as_bytes())).collect();
        assert_eq!(reached.len(), usize::from(SLOTS));
        for wanted in [0, 1, 8191, SLOTS - 1] {
            let tag = tag_of(wanted).unwrap_or_default();
            assert_eq!(slot(format!("#boot:{{{tag}}}").as_bytes()), wanted);
        }
    }

    #[test]
    fn a_primary_tells_its_slots_and_those_that_move() {
        let nodes = "a one:7000@17000 myself,master - 0 0 1 connected 0-7999 [8000-<-b]\nb one:7001@17001 master - 0 0 2 connected 8000-16383\n";
        assert_eq!(own_slots(nodes).as_deref(), Some("0-7999 [8000-<-b]"));
        assert_eq!(own_slots("a one:7000@17000 myself,master - 0 0 1 connected\n").as_deref(), Some(""));
        assert_eq!(own_slots("a one:7000@17000 myself,slave b 0 0 1 connected\n"), None);
        assert_eq!(own_slots(""), None);
    }

    #[test]
    fn a_slot_on_its_way_is_not_the_last_one() {
        assert_eq!(last_that_stays("0-7999 [8000-<-b]"), Some(7999));
        assert_eq!(last_that_stays("0-5 9 7-8 [9->-b] [8->-b]"), Some(7));
        assert_eq!(last_that_stays("9 [9->-b]"), None);
        assert_eq!(last_that_stays(""), None);
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
