//! Answers and errors of a server, sorted.

use redis::{ErrorKind, RedisError, RedisResult, Value};

use super::super::Answer;
use crate::error::CacheError;

pub(super) fn sorted<T>(answer: RedisResult<T>) -> Answer<T> {
    answer.map_err(meaning)
}

/// What an error means for the cache.
pub(super) fn meaning(error: RedisError) -> CacheError {
    if error.code() == Some("WRONGTYPE") || error.detail().is_some_and(|detail| detail.contains("WRONGTYPE"))
    {
        CacheError::ForeignKey
    } else if error.is_io_error()
        || error.is_connection_dropped()
        || error.is_timeout()
        || is_demoted(&error)
        || is_unwell(&error)
        || is_elsewhere(&error)
    {
        CacheError::Unavailable { reason: reason(&error) }
    } else {
        CacheError::Server { message: reason(&error) }
    }
}

/// Whether the connection is to blame, or the server that it leads to, not the command.
pub(super) fn is_broken(error: &RedisError) -> bool {
    error.is_io_error()
        || error.is_connection_dropped()
        || error.is_unrecoverable_error()
        || is_demoted(error)
        || is_unwell(error)
}

/// Whether the server has become a replica: it takes no writes any more, and what it gives may be old.
pub(super) fn is_demoted(error: &RedisError) -> bool {
    // Before version 7 what goes wrong in a script is an `ERR` with the reason in its words.
    matches!(error.code(), Some("READONLY" | "MASTERDOWN"))
        || error.detail().is_some_and(|detail| detail.contains("-READONLY"))
}

/// Whether the server is of no use until it is connected to anew: it is loading its data, or does not know this user any more.
pub(super) fn is_unwell(error: &RedisError) -> bool {
    matches!(error.code(), Some("LOADING" | "NOAUTH"))
}

/// Whether another node of the cluster has the key, or none at the moment.
pub(super) fn is_elsewhere(error: &RedisError) -> bool {
    matches!(error.code(), Some("MOVED" | "ASK" | "TRYAGAIN" | "CLUSTERDOWN"))
}

/// Whether the server does not take the credentials, or asks for some, or has no database of that number: nothing will change that.
pub(super) fn is_refusal(error: &RedisError) -> bool {
    error.kind() == ErrorKind::AuthenticationFailed
        || matches!(error.code(), Some("NOAUTH" | "WRONGPASS" | "NOPERM" | "DENIED"))
        || error.detail().is_some_and(|detail| {
            ["NOAUTH", "WRONGPASS", "DB index", "SELECT is not allowed"]
                .iter()
                .any(|said| detail.contains(said))
        })
}

pub(super) fn reason(error: &RedisError) -> String {
    match (error.code(), error.detail()) {
        (Some(code), Some(detail)) => format!("{code} {detail}"),
        _ => error.to_string(),
    }
}

pub(super) fn unexpected(answer: &Value) -> CacheError {
    let kind = match answer {
        Value::Nil => "nothing",
        Value::Int(_) => "an integer",
        Value::BulkString(_) => "a string",
        Value::Array(_) => "an array of another length",
        _ => "another type",
    };
    CacheError::Server { message: format!("unexpected answer: {kind}") }
}

pub(super) fn integer(answer: Value) -> Answer<i64> {
    match answer {
        Value::Int(integer) => Ok(integer),
        other => Err(unexpected(&other)),
    }
}

pub(super) fn bytes(answer: Value) -> Answer<Vec<u8>> {
    match answer {
        Value::BulkString(bytes) => Ok(bytes),
        other => Err(unexpected(&other)),
    }
}

#[cfg(test)]
mod tests {
    use redis::{Value, parse_redis_value};

    use super::*;

    /// What a server that is unwell says, as it comes over the wire.
    fn error(said: &str) -> RedisError {
        let value = parse_redis_value(format!("-{said}\r\n").as_bytes());
        match value.and_then(Value::extract_error) {
            Err(error) => error,
            Ok(value) => RedisError::from((ErrorKind::Client, "no error", format!("{value:?}"))),
        }
    }

    #[test]
    fn each_answer_of_a_server_that_is_unwell_has_its_meaning() {
        let sorted = |said: &str| sorted::<()>(Err(error(said))).err();
        for said in [
            "LOADING Redis is loading the dataset in memory",
            "NOAUTH Authentication required.",
            "READONLY You can't write against a read only replica.",
            "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
            "MOVED 3999 127.0.0.1:6381",
            "ASK 3999 127.0.0.1:6381",
            "CLUSTERDOWN The cluster is down",
            "TRYAGAIN Multiple keys request during rehashing of slot",
        ] {
            assert!(
                matches!(sorted(said), Some(CacheError::Unavailable { .. })),
                "{said}: {:?}",
                sorted(said)
            );
        }
        assert_eq!(
            sorted("WRONGTYPE Operation against a key holding the wrong kind of value"),
            Some(CacheError::ForeignKey)
        );
        for said in
            ["OOM command not allowed when used memory > 'maxmemory'.", "BUSY Redis is busy", "ERR what"]
        {
            assert!(matches!(sorted(said), Some(CacheError::Server { .. })), "{said}: {:?}", sorted(said));
        }
        assert!(
            is_unwell(&error("LOADING Redis is loading")) && !is_unwell(&error("OOM command not allowed"))
        );
        for said in ["WRONGPASS invalid username-password pair", "ERR DB index is out of range"] {
            assert!(is_refusal(&error(said)), "{said}");
        }
    }
}
