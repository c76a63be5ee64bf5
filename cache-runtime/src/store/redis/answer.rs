//! Answers and errors of a server, sorted.

use redis::{ErrorKind, RedisError, RedisResult, Value};

use super::super::Answer;
use crate::error::CacheError;

/// What an error means for the cache.
pub(super) fn sorted<T>(answer: RedisResult<T>) -> Answer<T> {
    answer.map_err(|error| {
        if error.code() == Some("WRONGTYPE")
            || error.detail().is_some_and(|detail| detail.contains("WRONGTYPE"))
        {
            CacheError::ForeignKey
        } else if error.is_io_error()
            || error.is_connection_dropped()
            || error.is_timeout()
            || is_demoted(&error)
            || is_elsewhere(&error)
        {
            CacheError::Unavailable { reason: reason(&error) }
        } else {
            CacheError::Server { message: reason(&error) }
        }
    })
}

/// Whether the server has become a replica: it takes no writes any more, and what it gives may be old.
pub(super) fn is_demoted(error: &RedisError) -> bool {
    // Before version 7 what goes wrong in a script is an `ERR` with the reason in its words.
    matches!(error.code(), Some("READONLY" | "MASTERDOWN"))
        || error.detail().is_some_and(|detail| detail.contains("-READONLY"))
}

/// Whether another node of the cluster has the key, or none at the moment.
pub(super) fn is_elsewhere(error: &RedisError) -> bool {
    matches!(error.code(), Some("MOVED" | "ASK" | "TRYAGAIN" | "CLUSTERDOWN"))
}

/// Whether the server does not take the credentials, or asks for some.
pub(super) fn is_refusal(error: &RedisError) -> bool {
    error.kind() == ErrorKind::AuthenticationFailed
        || matches!(error.code(), Some("NOAUTH" | "WRONGPASS" | "NOPERM" | "DENIED"))
        || error.detail().is_some_and(|detail| detail.contains("NOAUTH") || detail.contains("WRONGPASS"))
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

/// A cursor and keys: bytes, as keys of others need not be UTF-8.
pub(super) fn scanned(answer: Value) -> RedisResult<(Vec<u8>, Vec<Vec<u8>>)> {
    Ok(redis::from_redis_value(answer)?)
}
