//! `"1h30m"` -> milliseconds. No syn, no spans.

/// What is wrong with a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DurationMistake {
    Zero,
    TooLong,
    Unreadable,
}

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// Beyond ten years a lifetime is a unit that got mixed up.
const LONGEST: u64 = 3_653 * DAY;

/// Units as they are written, longest names first so that `ms` is not read as `m`.
pub(crate) const UNITS: [(&str, u64); 5] = [("ms", 1), ("s", SECOND), ("m", MINUTE), ("h", HOUR), ("d", DAY)];

/// `1800` -> 1 800 000.
pub(crate) fn seconds(seconds: u64) -> Result<u64, DurationMistake> {
    checked(seconds.checked_mul(SECOND))
}

/// `"500ms"`, `"10s"`, `"1h30m"` -> milliseconds.
pub(crate) fn text(text: &str) -> Result<u64, DurationMistake> {
    let mut rest = text;
    let mut total = Some(0_u64);
    if rest.is_empty() {
        return Err(DurationMistake::Unreadable);
    }
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, after) = rest.split_at(digits);
        let Some((unit, millis)) = UNITS.iter().find(|(unit, _)| after.starts_with(unit)) else {
            return Err(DurationMistake::Unreadable);
        };
        if number.is_empty() {
            return Err(DurationMistake::Unreadable);
        }
        // Digits that are no `u64` are too many of them.
        let part = number.parse::<u64>().ok().and_then(|number| number.checked_mul(*millis));
        total = total.zip(part).and_then(|(total, part)| total.checked_add(part));
        rest = &after[unit.len()..];
    }
    checked(total)
}

fn checked(millis: Option<u64>) -> Result<u64, DurationMistake> {
    match millis {
        Some(0) => Err(DurationMistake::Zero),
        Some(millis) if millis <= LONGEST => Ok(millis),
        _ => Err(DurationMistake::TooLong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_unit() {
        for (written, millis) in
            [("500ms", 500), ("10s", 10_000), ("30m", 1_800_000), ("1h", 3_600_000), ("7d", 604_800_000)]
        {
            assert_eq!(text(written), Ok(millis), "{written}");
        }
        assert_eq!(seconds(1800), Ok(1_800_000));
    }

    #[test]
    fn adds_up() {
        assert_eq!(text("1h30m"), Ok(5_400_000));
        assert_eq!(text("1s500ms"), Ok(1_500));
    }

    #[test]
    fn refuses() {
        for written in ["", "h", "10", "1.5h", "-1h", "1 h", "1h ", "1w", "10S", "1h30"] {
            assert_eq!(text(written), Err(DurationMistake::Unreadable), "{written}");
        }
        assert_eq!(text("0s"), Err(DurationMistake::Zero));
        assert_eq!(seconds(0), Err(DurationMistake::Zero));
        assert_eq!(text("4000d"), Err(DurationMistake::TooLong));
        assert_eq!(text("99999999999999999999d"), Err(DurationMistake::TooLong));
        assert_eq!(seconds(u64::MAX), Err(DurationMistake::TooLong));
    }
}
