//! The numbers that a cache works with.

use std::time::Duration;

use crate::error::CacheError;

#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// What one call may spend on its store.
    pub(crate) deadline: Duration,
    /// How long a lease stands without being renewed.
    pub(crate) lease: Duration,
    /// How long a caller waits for another one's load.
    pub(crate) wait: Duration,
    /// How long a write mark stands.
    pub(crate) mark: Duration,
    /// The largest value that is stored, in encoded bytes.
    pub(crate) max_value_bytes: usize,
    /// What is kept in this process.
    pub(crate) memory_bytes: u64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            deadline: Duration::from_millis(100),
            lease: Duration::from_secs(3),
            wait: Duration::from_secs(10),
            mark: Duration::from_secs(30),
            max_value_bytes: 16 << 20,
            memory_bytes: 64 << 20,
        }
    }
}

impl Settings {
    /// Every duration lies between a millisecond, the servers' smallest unit, and a day.
    pub(super) fn check(&self) -> Result<(), CacheError> {
        let durations = [
            ("deadline", self.deadline),
            ("lease", self.lease),
            ("wait", self.wait),
            ("write_mark", self.mark),
        ];
        for (setting, duration) in durations {
            check_duration(setting, duration)?;
        }
        // Servers take up to 512 MiB, with the header.
        let range = 1 << 10..=256 << 20;
        if !range.contains(&self.max_value_bytes) {
            return Err(CacheError::InvalidSetting {
                setting: "max_value_bytes",
                reason: format!("{} bytes are out of range; it takes 1 KiB to 256 MiB", self.max_value_bytes),
            });
        }
        Ok(())
    }
}

pub(super) fn check_duration(setting: &'static str, duration: Duration) -> Result<(), CacheError> {
    let range = Duration::from_millis(1)..=Duration::from_secs(24 * 60 * 60);
    if range.contains(&duration) {
        return Ok(());
    }
    Err(CacheError::InvalidSetting {
        setting,
        reason: format!("{duration:?} is out of range; it takes 1 ms to 24 h"),
    })
}
