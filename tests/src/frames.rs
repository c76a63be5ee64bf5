//! Where each answer of a server ends, and what it says without being asked (RESP3).

/// What a server has sent, cut into whole answers.
#[derive(Default)]
pub(crate) struct Frames {
    begun: Vec<u8>,
}

impl Frames {
    /// What is whole with the bytes that have arrived now.
    pub(crate) fn add(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        self.begun.extend_from_slice(bytes);
        let mut whole = Vec::new();
        while let Some(length) = length(&self.begun) {
            let rest = self.begun.split_off(length);
            whole.push(std::mem::replace(&mut self.begun, rest));
        }
        whole
    }
}

/// Whether nobody has asked for it.
pub(crate) fn is_push(frame: &[u8]) -> bool {
    frame.starts_with(b">")
}

/// How long the first answer is, if all of it is there.
fn length(bytes: &[u8]) -> Option<usize> {
    let line = bytes.windows(2).position(|two| two == b"\r\n")?;
    let end = line + 2;
    let number = || std::str::from_utf8(&bytes[1..line]).ok()?.parse::<usize>().ok();
    let parts = match bytes[0] {
        b'$' | b'=' | b'!' => {
            // `$-1` has nothing behind it.
            let length = number().map_or(end, |bytes| end + bytes + 2);
            return (length <= bytes.len()).then_some(length);
        }
        b'*' | b'~' | b'>' => number().unwrap_or(0),
        b'%' => 2 * number().unwrap_or(0),
        // Stands before an answer.
        b'|' => 2 * number().unwrap_or(0) + 1,
        _ => 0,
    };
    (0..parts).try_fold(end, |end, _| Some(end + length(&bytes[end..])?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_end_where_they_end_however_they_arrive() {
        let answers: [&[u8]; 8] = [
            b"+OK\r\n",
            b"$5\r\na\r\nbc\r\n",
            b"$-1\r\n",
            b"_\r\n",
            b"*2\r\n:1\r\n*1\r\n$0\r\n\r\n",
            b">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n",
            b"%1\r\n+a\r\n=5\r\ntxt:b\r\n",
            b"|1\r\n+ttl\r\n:9\r\n$1\r\nv\r\n",
        ];
        for size in 1..20 {
            let mut frames = Frames::default();
            let found: Vec<Vec<u8>> =
                answers.concat().chunks(size).flat_map(|bytes| frames.add(bytes)).collect();
            assert_eq!(found, answers, "{size} bytes at a time");
        }
        let pushes: Vec<bool> = answers.iter().map(|answer| is_push(answer)).collect();
        assert_eq!(pushes, [false, false, false, false, false, true, false, false]);
    }
}
