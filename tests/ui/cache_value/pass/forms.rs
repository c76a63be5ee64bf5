//! Structs, enums, generics, recursion, foreign fields; and the type's name in a key.
#![deny(warnings)]
#![forbid(unsafe_code)]

use std::collections::HashMap;
use std::sync::Arc;

use cache_runtime::prelude::*;
use cache_runtime::{KeyType, Value};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, CacheValue)]
#[serde(rename_all = "camelCase")]
struct Post {
    id: i64,
    #[serde(default, rename = "body")]
    text: Arc<str>,
    comments: Vec<Comment>,
    #[serde(skip)]
    local: Option<std::marker::PhantomData<fn()>>,
    #[cache(opaque = "1")]
    raw: Foreign,
}

#[derive(Clone, Serialize, Deserialize)]
struct Foreign;

#[derive(Clone, Serialize, Deserialize, CacheValue)]
struct Comment {
    replies: Vec<Comment>,
    by: HashMap<String, Author>,
}

#[derive(Clone, Serialize, Deserialize, CacheValue)]
#[cache(name = "author")]
enum Author {
    Nobody,
    #[serde(rename = "id")]
    Id(u64),
    Named { first: String, last: Option<String> },
}

#[derive(Clone, Serialize, Deserialize, CacheValue)]
struct Page<T, const N: usize> {
    items: Vec<T>,
}

#[derive(Clone, Serialize, Deserialize, CacheValue)]
struct Unit;

#[cached(namespace = "v", key = "<T>", ttl = 60)]
async fn first<T: Value + KeyType + From<u8>>() -> T {
    T::from(1)
}

impl<T, const N: usize> From<u8> for Page<T, N> {
    fn from(_: u8) -> Self {
        Page { items: Vec::new() }
    }
}

fn value<V: CacheValue>() {}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    value::<Post>();
    value::<Unit>();
    value::<Author>();
    assert!(first::<Page<Author, 3>>().await.items.is_empty());
    let key = first_entry::<Page<Author, 3>>().key().to_string();
    assert!(key.ends_with("Page(author,3,)"), "{key}");
}
