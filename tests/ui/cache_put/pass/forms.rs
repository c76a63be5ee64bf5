//! On methods, on free functions and in plain impl blocks; with a `Result` and without.
#![deny(warnings)]
#![forbid(unsafe_code)]

use std::sync::Mutex;

use cache_runtime::prelude::*;

static NAMES: Mutex<Vec<String>> = Mutex::new(Vec::new());

#[derive(Debug, PartialEq)]
pub struct Refused;

#[cached(namespace = "put", key = "names/<tenant>", ttl = 60, kind = "write_through")]
pub async fn names(tenant: &str) -> Result<Vec<String>, std::fmt::Error> {
    let _ = tenant;
    Ok(NAMES.lock().expect("no panic").clone())
}

#[cache_put(names(&tenant))]
pub async fn add(tenant: String, mut name: String) -> Result<Vec<String>, Refused> {
    let moved = tenant;
    if moved.is_empty() {
        return Err(Refused);
    }
    let _: u8 = "7".parse().map_err(|_| Refused)?;
    name.push('!');
    let mut names = NAMES.lock().expect("no panic");
    names.push(name);
    Ok(names.clone())
}

pub struct Names {
    tenant: String,
}

impl Names {
    #[cache_put(names(&self.tenant))]
    pub async fn clear(&self) -> Vec<String> {
        NAMES.lock().expect("no panic").clear();
        Vec::new()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert_eq!(names("a").await.expect("names").len(), 0);
    assert_eq!(add("a".into(), "ann".into()).await, Ok(vec!["ann!".to_owned()]));
    assert_eq!(names_entry("a").get().await, Some(vec!["ann!".to_owned()]));
    assert_eq!(add("".into(), "bob".into()).await, Err(Refused));
    Names { tenant: "a".into() }.clear().await;
    assert_eq!(names_entry("a").get().await, Some(vec![]));
}
