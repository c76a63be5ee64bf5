//! Tags of a method's strategy, of another one, and of a namespace.
#![deny(warnings, clippy::all, clippy::pedantic)]

use std::sync::Arc;

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "feed", ttl = 60)]
pub struct Feed;

#[derive(Clone)]
pub struct Author {
    pub id: u64,
    pub name: String,
}

#[cache_strategy(namespace = "user", ttl = 60)]
pub struct Users {
    #[key]
    tenant: u32,
    cache: Cache,
}

#[cache_strategy]
impl Users {
    #[cached(key = "user/<id>", tags("user/<id>"))]
    pub async fn user(&self, id: u64) -> u64 {
        id
    }

    #[cache_invalidate(tag("user/<id>"), tag("author/<id>", strategy = Feed), tag("x", namespace = "y", version = 2))]
    pub async fn change(&self, id: u64) -> Result<u64, String> {
        Ok(id)
    }

    #[cache_invalidate(self.user(id), tag("user/<id>"), on = "success")]
    pub async fn exclusive(&mut self, id: u64) {
        self.tenant += u32::from(id == 0);
    }

    #[cache_invalidate(tag("user/<id>"))]
    pub async fn shared(self: Arc<Self>, id: u64) -> u32 {
        self.tenant + u32::from(id == 0)
    }

    #[cache_invalidate(tag("user/<id>"))]
    pub async fn owned(self, id: u64) -> (Self, u64) {
        (self, id)
    }
}

#[cache_invalidate(tag("author/<author.id>/<author.name>", strategy = Feed), tag("<T>", namespace = "t"))]
pub async fn remove<T: cache_runtime::KeyType>(author: Author) -> String {
    author.name // moved after the tag was rendered
}

/// A tag is what it reads, whatever the type is that says so.
#[cache_invalidate(tag("pair/<one>/<other>", namespace = "t"))]
pub async fn without_name(one: impl CacheKey, other: &impl CacheKey) {
    let _ = (one, other);
}

/// A function may be called like this as well.
#[cached(namespace = "tag", key = "<id>", ttl = 60)]
pub async fn tag(id: u64) -> u64 {
    id
}

#[cache_invalidate(tag(id))]
pub async fn tagged(id: u64) -> u64 {
    id
}

#[tokio::main]
async fn main() {
    let mut users = Users { tenant: 3, cache: Cache::memory() };
    assert_eq!(users.user(7).await, 7);
    assert_eq!(users.change(7).await, Ok(7));
    users.exclusive(7).await;
    let (users, _) = users.owned(7).await;
    assert_eq!(Arc::new(users).shared(7).await, 3);
    assert_eq!(remove::<Named>(Author { id: 1, name: "ann".into() }).await, "ann");
    without_name("x", &7).await;
    assert_eq!(tag(1).await + tagged(1).await, 2);
}

#[derive(CacheValue)]
pub struct Named;
