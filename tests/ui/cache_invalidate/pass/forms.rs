//! On every way out, or on success alone; several targets, patterns, stacked, and around a put.
#![deny(warnings)]
#![forbid(unsafe_code)]

use cache_runtime::prelude::*;

mod feeds {
    use cache_runtime::prelude::*;

    #[cached(namespace = "i", key = "feed/<user>/<page>", ttl = 60)]
    pub async fn feed(user: i64, page: u32) -> u32 {
        let _ = (user, page);
        1
    }
}

#[cached(namespace = "i", key = "profile/<id>", ttl = 60, kind = "write_through")]
async fn profile(id: i64) -> String {
    id.to_string()
}

struct Post {
    author: i64,
}

#[cache_invalidate(profile(post.author), feeds::feed(post.author, *))]
async fn remove(post: Post) -> Result<(), String> {
    let Post { author } = post;
    if author == 0 {
        return Err("nobody".into());
    }
    let _: u8 = "x".parse().map_err(|_| "an error invalidates as well".to_owned())?;
    Ok(())
}

#[cache_invalidate(profile(id), on = "success")]
async fn attempt(id: i64, fail: bool) -> Result<i64, String> {
    if fail { Err("no".into()) } else { Ok(id) }
}

#[cache_invalidate(profile(id), on = "success")]
#[cache_invalidate(feeds::feed(id, *))]
async fn each_its_own(id: i64, fail: bool) -> Result<i64, String> {
    if fail { Err("no".into()) } else { Ok(id) }
}

#[cache_invalidate(profile(*))]
#[cache_invalidate(feeds::feed(*, *))]
async fn all() {}

#[cache_invalidate(feeds::feed(id, *))]
#[cache_put(profile(id))]
async fn rename(id: i64, name: &str) -> Result<String, String> {
    let _ = id;
    Ok(name.to_owned())
}

#[cache_invalidate(profile(id),)]
async fn with_impl(id: i64) -> impl Sized {
    id
}

async fn warm() {
    profile(1).await;
    feeds::feed(1, 1).await;
}

async fn there() -> (bool, bool) {
    (profile_entry(1).get().await.is_some(), feeds::feed_entry(1, 1).get().await.is_some())
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    warm().await;
    assert_eq!(there().await, (true, true));
    assert!(remove(Post { author: 1 }).await.is_err());
    assert_eq!(there().await, (false, false));
    warm().await;
    assert!(attempt(1, true).await.is_err());
    assert_eq!(there().await, (true, true));
    assert!(attempt(1, false).await.is_ok());
    assert_eq!(there().await, (false, true));
    warm().await;
    assert!(each_its_own(1, true).await.is_err());
    assert_eq!(there().await, (true, false));
    warm().await;
    all().await;
    assert_eq!(there().await, (false, false));
    warm().await;
    assert_eq!(rename(1, "ann").await.as_deref(), Ok("ann"));
    assert_eq!(profile(1).await, "ann");
    assert_eq!(there().await, (true, false));
    let _ = with_impl(1).await;
    assert_eq!(there().await, (false, false));
}
