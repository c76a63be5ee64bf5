//! What can go wrong, as types.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// An error of the cache itself. A cached function never returns one: it calls its loader instead.
///
/// Addresses in it are shown without their passwords.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CacheError {
    /// The URL can't be read; nothing was connected.
    InvalidUrl {
        /// The URL, without its password.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A setting of the builder is out of its range.
    InvalidSetting {
        /// The setting.
        setting: &'static str,
        /// What it takes.
        reason: String,
    },
    /// The server does not take the user name or the password, asks for one, or has no database of that number.
    Refused {
        /// The server's address.
        url: String,
        /// What the server said.
        reason: String,
    },
    /// The server can't be reached. The cache goes on trying in the background.
    Unavailable {
        /// What happened.
        reason: String,
    },
    /// No answer within the deadline; whether the server has done what was asked is not known.
    DeadlineExceeded,
    /// The server answered with an error.
    Server {
        /// What the server said.
        message: String,
    },
    /// The key holds a value of another type than a string, written by somebody else. It is left alone.
    ForeignKey,
    /// A value can't be turned into bytes.
    Encode {
        /// The value's type.
        value: &'static str,
        /// What the codec said.
        reason: String,
    },
    /// A value takes more bytes than the cache's `max_value_bytes`.
    TooLarge {
        /// The value's type.
        value: &'static str,
        /// How many encoded bytes a value may have.
        most: usize,
    },
    /// There is a process-wide cache already: one that was installed, or that a cached function has had to take.
    AlreadyInstalled,
}

impl CacheError {
    /// Whether the store gave no answer, in place of one that is an error: who asks again at once waits again.
    pub(crate) fn is_silence(&self) -> bool {
        matches!(self, CacheError::Unavailable { .. } | CacheError::DeadlineExceeded)
    }
}

impl fmt::Display for CacheError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CacheError::InvalidUrl { url, reason } => write!(f, "`{url}` is no cache URL: {reason}"),
            CacheError::InvalidSetting { setting, reason } => write!(f, "setting `{setting}`: {reason}"),
            CacheError::Refused { url, reason } => {
                write!(
                    f,
                    "{url} refuses the connection: {reason} (check user, password and database in the URL)"
                )
            }
            CacheError::Unavailable { reason } => write!(f, "the cache store can't be reached: {reason}"),
            CacheError::DeadlineExceeded => f.write_str("the cache store did not answer within the deadline"),
            CacheError::Server { message } => write!(f, "the cache store answered with an error: {message}"),
            CacheError::ForeignKey => {
                f.write_str("the key holds a value that is no string; it was not written by this cache")
            }
            CacheError::Encode { value, reason } => write!(f, "a `{value}` can't be encoded: {reason}"),
            CacheError::TooLarge { value, most } => write!(
                f,
                "a `{value}` takes more than {most} bytes, the most that this cache stores (`CacheBuilder::max_value_bytes`)"
            ),
            CacheError::AlreadyInstalled => f.write_str(
                "there is a process-wide cache already: `install` is called once, before the first cached function",
            ),
        }
    }
}

impl Error for CacheError {}

/// A load took longer than its `load_timeout`. It goes on in the background, and its value is stored.
///
/// Functions with that option return an error type that implements `From<LoadTimeout>`; `anyhow::Error` and `Box<dyn Error>`
/// do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoadTimeout {
    /// How long the load was waited for.
    pub waited: Duration,
}

impl fmt::Display for LoadTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the value was not loaded within {:?}", self.waited)
    }
}

impl Error for LoadTimeout {}

/// A loader's error as it reaches callers that waited for that load, where the error itself can't be copied.
///
/// Error types that implement `From<SharedError>` get it: `anyhow::Error` and `Box<dyn Error>` do.
#[derive(Clone, Debug)]
pub struct SharedError {
    message: Arc<str>,
}

impl SharedError {
    pub(crate) fn new(error: &impl fmt::Display) -> SharedError {
        // The alternate form of an `anyhow::Error` holds its causes.
        SharedError { message: format!("{error:#}").into() }
    }
}

impl fmt::Display for SharedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for SharedError {}
