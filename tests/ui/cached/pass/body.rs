//! `?`, early `return`, loops and recursion mean in a cached body what they mean elsewhere.
#![deny(warnings)]
#![forbid(unsafe_code)]

use std::num::ParseIntError;

use cache_runtime::prelude::*;

#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    Number(ParseIntError),
    Negative,
}

impl From<ParseIntError> for Failure {
    fn from(error: ParseIntError) -> Self {
        Failure::Number(error)
    }
}

#[cached(namespace = "b", key = "parse/<text>", ttl = 60)]
async fn parse(text: &str) -> Result<i64, Failure> {
    let number: i64 = text.parse()?;
    if number < 0 {
        return Err(Failure::Negative);
    }
    for n in 0.. {
        if n * n >= number {
            return Ok(n);
        }
    }
    Ok(number)
}

#[cached(namespace = "b", key = "fib/<n>", ttl = 60)]
async fn fib(n: u64) -> u64 {
    if n < 2 {
        return n;
    }
    Box::pin(fib(n - 1)).await + Box::pin(fib(n - 2)).await
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert_eq!(parse("16").await, Ok(4));
    assert_eq!(parse("-1").await, Err(Failure::Negative));
    assert!(matches!(parse("x").await, Err(Failure::Number(_))));
    assert_eq!(fib(50).await, 12_586_269_025);
}
