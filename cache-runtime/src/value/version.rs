//! What says which of two values is the newer one.

use std::time::{SystemTime, UNIX_EPOCH};

/// A version in a cached value: a number, or a time, that grows with every change of the source.
///
/// `#[cache(version)]` marks the field that holds it, in a struct with `#[derive(CacheValue)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a version",
    label = "nothing tells which of two of these is newer",
    note = "a version is an integer of 64 bits at the most, a `SystemTime`, or with the feature `chrono` a `DateTime`: a row's counter, or when it was last changed"
)]
pub trait Version {
    /// A number that is greater for the newer one.
    fn version(&self) -> u64;
}

macro_rules! unsigned {
    ($($number:ty),*) => {$(
        impl Version for $number {
            fn version(&self) -> u64 {
                u64::from(*self)
            }
        }
    )*};
}

unsigned!(u8, u16, u32, u64);

macro_rules! signed {
    ($($number:ty),*) => {$(
        impl Version for $number {
            fn version(&self) -> u64 {
                in_order(i64::from(*self))
            }
        }
    )*};
}

signed!(i8, i16, i32, i64);

/// Negative numbers come first.
fn in_order(number: i64) -> u64 {
    number.cast_unsigned() ^ (1 << 63)
}

/// In microseconds, which is what databases keep.
impl Version for SystemTime {
    fn version(&self) -> u64 {
        let micros = match self.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_micros()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_micros()).map_or(i64::MIN, |micros| -micros),
        };
        in_order(micros)
    }
}

/// In microseconds, which is what databases keep.
#[cfg(feature = "chrono")]
impl<Z: chrono::TimeZone> Version for chrono::DateTime<Z> {
    fn version(&self) -> u64 {
        in_order(self.timestamp_micros())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn numbers_keep_their_order() {
        let numbers = [i64::MIN, -2, -1, 0, 1, i64::MAX];
        assert!(numbers.windows(2).all(|pair| pair[0].version() < pair[1].version()));
        assert!((-1_i8).version() < 0_i8.version());
        assert!(u64::MAX.version() > u64::from(u32::MAX).version());
        assert_eq!(7_u8.version(), 7);
    }

    #[test]
    fn times_keep_their_order() {
        let second = Duration::from_secs(1);
        let times =
            [UNIX_EPOCH - second, UNIX_EPOCH, UNIX_EPOCH + Duration::from_micros(1), UNIX_EPOCH + second];
        assert!(times.windows(2).all(|pair| pair[0].version() < pair[1].version()));
    }

    #[cfg(feature = "chrono")]
    #[test]
    fn time_zones_do_not_matter() {
        let time = chrono::DateTime::from_timestamp(1, 0).unwrap_or_default();
        let elsewhere = time
            .with_timezone(&chrono::FixedOffset::east_opt(3600).unwrap_or(chrono::Offset::fix(&chrono::Utc)));
        assert_eq!(time.version(), elsewhere.version());
        assert_eq!(time.version(), (UNIX_EPOCH + Duration::from_secs(1)).version());
    }
}
