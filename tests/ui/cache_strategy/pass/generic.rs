//! A strategy with type, const and lifetime parameters.
#![deny(warnings)]
#![forbid(unsafe_code)]

use std::marker::PhantomData;

use cache_runtime::prelude::*;
use cache_runtime::{KeyType, Value};

pub trait Repository: Send + Sync {
    fn name(&self, id: u8) -> String;
}

pub struct Names;

impl Repository for Names {
    fn name(&self, id: u8) -> String {
        format!("name {id}")
    }
}

#[cache_strategy(namespace = "names", ttl = 60)]
pub struct Service<R> {
    #[skip]
    repository: R,
}

#[cache_strategy(skip(R))]
impl<R: Repository> Service<R> {
    #[cached(key = "<id>")]
    pub async fn name(&self, id: u8) -> String {
        self.repository.name(id)
    }
}

#[cache_strategy(namespace = "pages", ttl = 60)]
pub struct Pages<T, const SIZE: usize>
where
    T: Value,
{
    #[skip]
    first: T,
    #[skip]
    of: PhantomData<T>,
}

#[cache_strategy]
impl<T: Value + KeyType, const SIZE: usize> Pages<T, SIZE> {
    #[cached(key = "<T>/<SIZE>/<at>", ttl = "2m")]
    pub async fn page(&self, at: u32) -> Vec<T> {
        let _ = self.of;
        let _ = at;
        vec![self.first.clone(); SIZE]
    }
}

#[cache_strategy(namespace = "borrowed", ttl = 60)]
pub struct Borrowed<'a> {
    #[key]
    tenant: &'a str,
}

#[cache_strategy]
impl<'a> Borrowed<'a> {
    #[cached(key = "length/<of>")]
    pub async fn length(&self, of: &'a str) -> usize {
        of.len() + self.tenant.len()
    }
}

#[cache_strategy]
impl Borrowed<'_> {
    #[cached(key = "double/<of>")]
    pub async fn double(&self, of: usize) -> usize {
        of * 2
    }
}

#[cache_strategy]
impl Pages<u8, 3> {
    #[cached(key = "total")]
    pub async fn total(&self) -> u8 {
        self.first
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let service = Service { repository: Names };
    assert_eq!(service.name(1).await, "name 1");
    assert_eq!(service.name_entry(1).get().await.as_deref(), Some("name 1"));
    let pages = Pages::<u16, 2> { first: 7, of: PhantomData };
    assert_eq!(pages.page(1).await, [7, 7]);
    assert_eq!(pages.page_entry(1).key().to_string(), "pages:v1:u16:2:1");
    assert_eq!(pages.page_pattern(Any).to_string(), "pages:v1:u16:2:*");
    let text = String::from("abc");
    let borrowed = Borrowed { tenant: &text };
    assert_eq!(borrowed.length("de").await, 5);
    assert_eq!(borrowed.length_entry("de").key().to_string(), "borrowed:v1:abc:length:de");
    assert_eq!(borrowed.double(2).await, 4);
    assert_eq!(Pages::<u8, 3> { first: 9, of: PhantomData }.total().await, 9);
}
