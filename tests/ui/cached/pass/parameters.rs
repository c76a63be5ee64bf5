//! Owned, borrowed, shared, tuple and optional parameters; all are taken as they are.
#![deny(warnings)]
#![forbid(unsafe_code)]

use std::sync::Arc;

use cache_runtime::prelude::*;

pub struct Db;

#[cached(namespace = "p", key = "borrowed/<name>/<id>", ttl = 60, skip(db))]
pub async fn borrowed(db: &Db, name: &str, id: &i64) -> String {
    let Db = db;
    format!("{name}{id}")
}

#[cached(namespace = "p", key = "owned/<name>/<tags>/<limit>", ttl = 60, skip(db))]
pub async fn owned(db: Arc<Db>, name: String, tags: Vec<u8>, limit: Option<u32>) -> usize {
    drop(db);
    name.len() + tags.len() + limit.unwrap_or_default() as usize
}

#[cached(namespace = "p", key = "named/<a>/<b>", ttl = 60)]
pub async fn named<'a>(a: &'a str, b: &'a [u8]) -> usize {
    a.len() + b.len()
}

#[cached(namespace = "p", key = "lists/<words>/<pairs>/<nested>", ttl = 60)]
pub async fn lists<'a>(words: &[&str], pairs: &'a [(&'a str, &u8)], nested: &'a [&'static [&'static str]]) -> usize {
    words.len() + pairs.len() + nested.len()
}

#[cached(namespace = "p", key = "changed/<n>", ttl = 60)]
pub async fn changed(mut n: u32) -> u32 {
    n += 1;
    n
}

#[cached(namespace = "p", key = "raw/<type>", ttl = 60)]
pub async fn raw(r#type: u8) -> u8 {
    r#type
}

#[cached(namespace = "p", key = "none", ttl = 60)]
pub async fn nothing() -> u8 {
    1
}

#[cached(namespace = "p", key = "twice/<id>/again/<id>", ttl = 60)]
pub async fn twice(id: u8) -> u8 {
    id
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert_eq!(borrowed(&Db, "a:b", &1).await, "a:b1");
    assert_eq!(borrowed_entry("a:b", &1).key().to_string(), "p:v1:borrowed:a%3Ab:1");
    assert_eq!(borrowed_pattern("a", Any).to_string(), "p:v1:borrowed:a:*");
    assert_eq!(owned(Arc::new(Db), "ab".into(), vec![1], None).await, 3);
    assert_eq!(owned_entry("ab".into(), vec![1], None).get().await, Some(3));
    assert_eq!(owned_pattern(Any, vec![1], Some(2)).to_string(), "p:v1:owned:*:(1,):2");
    let text = String::from("abc");
    assert_eq!(named(&text, &[1]).await, 4);
    assert_eq!(named_pattern(text.as_str(), Any).to_string(), "p:v1:named:abc:*");
    let words = [text.as_str(), "d"];
    assert_eq!(lists(&words, &[("e", &1)], &[]).await, 3);
    assert_eq!(lists_entry(&words, &[("e", &1)], &[]).get().await, Some(3));
    assert_eq!(lists_pattern(&words[..], Any, Any).to_string(), "p:v1:lists:(abc,d,):*:*");
    assert_eq!(lists_pattern(Any, &[("e", &1)][..], &[][..]).to_string(), "p:v1:lists:*:((e,1),):()");
    assert_eq!(changed(1).await, 2);
    assert_eq!(changed_entry(1).get().await, Some(2));
    assert_eq!(raw(7).await, 7);
    assert_eq!(raw_entry(7).key().to_string(), "p:v1:raw:7");
    assert_eq!(nothing().await, 1);
    assert_eq!(nothing_pattern().to_string(), "p:v1:none");
    assert_eq!(twice(2).await, 2);
    assert_eq!(twice_entry(2).key().to_string(), "p:v1:twice:2:again:2");
}
