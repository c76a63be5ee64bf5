//! Generics: named in the key or skipped; a companion keeps those that it needs.
#![deny(warnings)]
#![forbid(unsafe_code)]

use std::fmt::{Debug, Display};

use cache_runtime::prelude::*;
use cache_runtime::{KeyType, Value};

pub trait Source<T> {
    fn find(&self, id: u64) -> T;
}

pub struct Numbers;

impl Source<u32> for Numbers {
    fn find(&self, id: u64) -> u32 {
        id as u32 + 1
    }
}

impl Source<String> for Numbers {
    fn find(&self, id: u64) -> String {
        id.to_string()
    }
}

#[cached(namespace = "g", key = "<T>/<id>", ttl = 60, skip(source, S))]
pub async fn find<T, S>(source: &S, id: u64) -> T
where
    T: Value + KeyType,
    S: Source<T>,
{
    source.find(id)
}

#[cached(namespace = "g", key = "keyed/<key>", ttl = 60, skip(K, F, with))]
pub async fn keyed<K: CacheKey + Display, F: Fn(&K) -> u8>(key: K, with: F) -> u8 {
    with(&key)
}

#[cached(namespace = "g", key = "page/<N>/<id>", ttl = 60)]
pub async fn page<const N: usize>(id: u64) -> Vec<u64> {
    vec![id; N]
}

#[cached(namespace = "g", key = "name/<name>", ttl = 60, skip(S))]
pub async fn by_name<S: AsRef<str> + CacheKey>(name: S) -> usize {
    name.as_ref().len()
}

#[cached(namespace = "g", key = "shown/<T>/<v>", ttl = 60)]
pub async fn shown<T: CacheKey + KeyType + Debug>(v: T) -> String {
    format!("{v:?}")
}

/// What is skipped needs no name.
#[cached(namespace = "g", key = "skipped/<id>", ttl = 60, skip(by, more))]
pub async fn skipped(id: u64, by: impl Fn(u64) -> u64, more: &(impl Display, Option<impl Display>)) -> u64 {
    let _ = more;
    by(id)
}

#[cached(namespace = "g", key = "task/<id>", ttl = 60, skip(by), background)]
pub async fn task(id: u64, by: Option<impl Fn(u64) -> u64 + Send + 'static>) -> Option<u64> {
    by.map(|by| by(id))
}

#[cached(namespace = "g", key = "array/<ids>/<M>", ttl = 60)]
pub async fn array<const M: usize>(ids: [u8; M]) -> usize {
    ids.len()
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert_eq!(find::<u32, _>(&Numbers, 1).await, 2);
    assert_eq!(find::<String, _>(&Numbers, 1).await, "1");
    assert_eq!(find_entry::<u32>(1).get().await, Some(2));
    assert_eq!(find_entry::<String>(1).key().to_string(), "g:v1:String:1");
    assert_eq!(find_pattern::<String>(Any).to_string(), "g:v1:String:*");
    assert_eq!(keyed("abc", |key| key.len() as u8).await, 3);
    assert_eq!(keyed_entry("abc").get().await, Some(3));
    assert_eq!(page::<2>(7).await, [7, 7]);
    assert_eq!(page_entry::<2>(7).key().to_string(), "g:v1:page:2:7");
    assert_eq!(page_pattern::<2>(Any).to_string(), "g:v1:page:2:*");
    assert_eq!(by_name("abcd").await, 4);
    assert_eq!(by_name_entry(String::from("abcd")).get().await, Some(4));
    assert_eq!(by_name_pattern::<String>(Any).to_string(), "g:v1:name:*");
    // What differs in its type alone.
    assert_eq!(shown(7_u64).await, "7");
    assert_eq!(shown(String::from("7")).await, "\"7\"");
    assert_eq!(shown_entry(7_u64).get().await.as_deref(), Some("7"));
    assert_eq!(skipped(7, |id| id + 1, &(1, Some("x"))).await, 8);
    assert_eq!(task(7, Some(|id| id + 1)).await, Some(8));
    assert_eq!(array([1, 2]).await, 2);
    assert_eq!(array_pattern::<2>(Any).to_string(), "g:v1:array:*:2");
}
