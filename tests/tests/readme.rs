//! The README's programs, compiled and run; and a check that they are the README's.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    dead_code,
    unreachable_pub,
    reason = "a test that fails has to fail"
)]

#[rustfmt::skip]
mod first {
    use cache_runtime::prelude::*;

    #[cached(namespace = "shop", key = "product/<id>/price", ttl = "10m")]
    async fn price(id: u64) -> Result<u32, String> {
        Ok(499 + id as u32) // your query: runs on a miss, once for all who ask at the same time
    }

    #[tokio::main]
    async fn main() -> Result<(), String> {
        price(7).await?;
        assert_eq!(price_entry(7).key(), &"shop:v1:product:7:price");
        assert_eq!(price_entry(7).get().await, Some(506)); // cached, without a server
        Ok(())
    }

    #[test]
    fn runs() {
        main().unwrap();
    }
}

#[rustfmt::skip]
mod strategy {
    use cache_runtime::prelude::*;
    use serde::{Deserialize, Serialize};
    use std::sync::{Arc, Mutex};

    type DbError = String;

    #[derive(Clone, Default)]
    pub struct Db(Arc<Mutex<Vec<Message>>>);

    impl Db {
        async fn latest(&self, _: i64, count: usize) -> Result<Vec<Message>, DbError> {
            Ok(self.0.lock().unwrap().iter().rev().take(count).cloned().collect())
        }

        async fn insert(&self, _: i64, message: &Message) -> Result<(), DbError> {
            self.0.lock().unwrap().push(message.clone());
            Ok(())
        }
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, CacheValue)]
    pub struct Message {
        pub author: i64,
        pub text: String,
    }

    /// Recent messages of a conversation: what a writer sent, every reader sees.
    #[cache_strategy(namespace = "chat", ttl = "30m", kind = "write_through")]
    pub struct ConversationMessages {
        #[skip] // does not change the answer; a field that does is `#[key]`
        db: Db,
    }

    #[cache_strategy]
    impl ConversationMessages {
        // The body is the loader. The key is chat:v1:conversation:42:messages.
        #[cached(key = "conversation/<id>/messages")]
        pub async fn messages(&self, id: i64) -> Result<Vec<Message>, DbError> {
            self.db.latest(id, 50).await
        }

        // Write-through: the body writes the source and returns the value as it is after its commit.
        #[cache_put(self.messages(id))]
        pub async fn add(&self, id: i64, message: Message) -> Result<Vec<Message>, DbError> {
            self.db.insert(id, &message).await?;
            self.db.latest(id, 50).await
        }

        // Invalidates on every way out: success, error, panic, a caller that went away.
        #[cache_invalidate(self.messages(id))]
        pub async fn clean_up(&self, id: i64) -> Result<(), DbError> {
            Ok(())
        }
    }

    /// Online flags: a minute old is good enough.
    #[cache_strategy(namespace = "chat", ttl = 60)]
    pub struct OnlineStatus;

    #[cache_strategy]
    impl OnlineStatus {
        // Without a body: a typed entry, nothing to load.
        #[cached(key = "user/<user_id>/online")]
        pub fn online(&self, user_id: i64) -> Entry<bool>;
    }

    #[tokio::test]
    async fn runs() -> Result<(), CacheError> {
        let chat = ConversationMessages { db: Db::default() };
        let hello = Message { author: 1, text: "hello".into() };
        assert_eq!(chat.add(42, hello.clone()).await, Ok(vec![hello.clone()]));
        assert_eq!(chat.messages_entry(42).get().await, Some(vec![hello]));
        assert_eq!(chat.clean_up(42).await, Ok(()));
        assert_eq!(chat.messages_entry(42).get().await, None);

        OnlineStatus.online(7).set(&true).await?;
        assert_eq!(OnlineStatus.online(7).get().await, Some(true));
        Ok(())
    }
}

#[rustfmt::skip]
mod slow_or_down {
    use std::sync::Arc;
    use std::time::Duration;

    use cache_runtime::prelude::*;
    use cache_runtime::LoadTimeout;

    #[derive(Clone, Debug, PartialEq)]
    pub struct DbError(String);

    impl std::fmt::Display for DbError {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            self.0.fmt(f)
        }
    }

    impl std::error::Error for DbError {}

    impl From<LoadTimeout> for DbError {
        fn from(timeout: LoadTimeout) -> DbError {
            DbError(timeout.to_string())
        }
    }

    type Post = String;

    #[derive(Clone)]
    pub struct Db;

    impl Db {
        async fn posts(&self, user_id: i64, page: u32) -> Result<Arc<Vec<Post>>, DbError> {
            Ok(Arc::new(vec![format!("post {page} of {user_id}")]))
        }

        async fn delete(&self, _: i64) -> Result<(), DbError> {
            Ok(())
        }
    }

    #[cached(namespace = "feed", key = "user/<user_id>/page_<page>", ttl = "1h", skip(db), tags("user/<user_id>"),
             stale_while_revalidate = "10m", stale_if_error = "6h", load_timeout = "2s", jitter = 0.1)]
    pub async fn user_feed(db: &Db, user_id: i64, page: u32) -> Result<Arc<Vec<Post>>, DbError> {
        db.posts(user_id, page).await
    }

    // All pages of all feeds that carry the tag fall with one command.
    #[cache_invalidate(tag("user/<user_id>", namespace = "feed"))]
    pub async fn delete_post(db: &Db, user_id: i64, post: i64) -> Result<(), DbError> {
        db.delete(post).await
    }

    #[tokio::test]
    async fn is_served_and_falls_by_its_tag() -> Result<(), Box<dyn std::error::Error>> {
        let db = Db;
        for page in [1, 2] {
            user_feed(&Db, 7, page).await.unwrap();
            assert!(user_feed_entry(7, page).get().await.is_some());
        }
        user_feed(&Db, 8, 1).await.unwrap();
        delete_post(&Db, 7, 1).await.unwrap();
        assert_eq!((user_feed_entry(7, 1).get().await, user_feed_entry(7, 2).get().await), (None, None));
        assert!(user_feed_entry(8, 1).get().await.is_some());

        // For one call, without a macro: the entry with another policy, and the body as its loader.
        let entry = user_feed_entry(7, 1).policy(|policy| policy.stale_if_error(Some(Duration::from_secs(24 * 60 * 60))))?;
        let feed = entry.get_or_set(|| user_feed_uncached(&db, 7, 1)).await?;
        assert_eq!(entry.get().await, Some(feed));
        Ok(())
    }
}

#[rustfmt::skip]
mod companions {
    use cache_runtime::prelude::*;

    struct Db;

    #[cached(namespace = "readme", key = "user/<user_id>/feed/page_<page>", ttl = "1h", skip(db))]
    async fn user_feed(db: &Db, user_id: i64, page: u32) -> Vec<i64> {
        let Db = db;
        vec![user_id, page.into()]
    }

    #[tokio::test]
    async fn are_there() {
        user_feed(&Db, 7, 1).await;
        assert_eq!(user_feed_entry(7, 1).get().await, Some(vec![7, 1]));
        assert_eq!(user_feed_pattern(7, Any).invalidate().await, Ok(1));
        assert_eq!(user_feed_uncached(&Db, 7, 1).await, [7, 1]);
    }
}

#[rustfmt::skip]
mod many {
    use std::collections::HashMap;

    use cache_runtime::prelude::*;
    use serde::{Deserialize, Serialize};

    type DbError = String;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, CacheValue)]
    pub struct Profile { id: i64, name: String }

    pub struct Db;

    impl Db {
        async fn profiles(&self, ids: &[i64]) -> Result<HashMap<i64, Profile>, DbError> {
            Ok(ids.iter().map(|id| (*id, Profile { id: *id, name: id.to_string() })).collect())
        }
    }

    #[cached(namespace = "user", key = "profile/<ids>", ttl = "1h", skip(db), batch)]
    pub async fn profiles(db: &Db, ids: &[i64]) -> Result<HashMap<i64, Profile>, DbError> {
        db.profiles(ids).await // the missing ones alone
    }

    #[tokio::test]
    async fn are_read_at_once() -> Result<(), Box<dyn std::error::Error>> {
        let db = Db;
        let profiles = profiles(&db, &[7, 8, 9]).await?; // one read for all of them
        profiles_entry(8).invalidate().await?;           // the entry of one
        assert_eq!((profiles.len(), profiles_entry(8).get().await), (3, None));
        assert!(profiles_entry(9).get().await.is_some());
        Ok(())
    }

    #[cached(namespace = "math", key = "fib/<n>", ttl = "1h")]
    pub fn fib(n: u64) -> u64 {
        if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
    }

    #[test]
    fn a_function_need_not_be_async() {
        assert_eq!(fib(90), 2_880_067_194_370_816_120);
        assert_eq!(fib_entry(90).get(), Some(2_880_067_194_370_816_120));
    }

    #[cached(namespace = "page", key = "<id>", ttl = "1h", codec = "postcard", compress = "zstd", compress_above = 4096)]
    pub async fn page(id: u64) -> Profile {
        Profile { id: id as i64, name: "a long one".into() }
    }

    #[tokio::test]
    async fn smaller_values_are_the_same() {
        assert_eq!(page(7).await, page(7).await);
    }
}

#[rustfmt::skip]
mod keys {
    use cache_runtime::{Any, Key};

    #[test]
    fn render() {
        assert_eq!(Key::build("chat", ("conversation", 123, "messages")), "chat:v1:conversation:123:messages");
        assert_ne!(Key::build("chat", ("a:b", "c")), Key::build("chat", ("a", "b:c")));
        assert_eq!(Key::pattern("chat", ("conversation", Any, "messages")).to_string(), "chat:v1:conversation:*:messages");
    }
}

#[rustfmt::skip]
mod connect {
    use std::time::Duration;

    use cache_runtime::prelude::*;

    async fn connect() -> Result<(), CacheError> {
        let cache = Cache::from_env().await?; // CACHE_URL, such as redis://user:password@host:6379/1; unset: this process's memory
        cache.clone().install()?;             // what everything uses that was not given another one

        let other = Cache::builder().deadline(Duration::from_millis(50)).memory_megabytes(16).build().await?;
        assert_eq!(other.deadline(), Duration::from_millis(50));
        Ok(())
    }

    async fn near() -> Result<Cache, CacheError> {
        let cache = Cache::builder().url("redis://127.0.0.1:6379").near(NearCache::megabytes(64)).build().await?;
        Ok(cache)
    }

    /// Whether or not there is a server.
    #[tokio::test]
    async fn is_near() {
        assert!(near().await.unwrap().is_enabled());
    }

    /// The other programs here may have taken the process's cache already.
    #[tokio::test]
    async fn runs() {
        assert!(matches!(connect().await, Ok(()) | Err(CacheError::AlreadyInstalled)));
    }
}

#[rustfmt::skip]
mod transactions {
    use cache_runtime::prelude::*;

    /// In place of a database.
    struct Pool;
    struct Transaction;

    impl Pool {
        async fn begin(&self) -> Result<Transaction, CacheError> { Ok(Transaction) }
    }

    impl Transaction {
        async fn commit(self) -> Result<(), CacheError> { Ok(()) }
    }

    #[cache_strategy(namespace = "raised", ttl = "10m", kind = "cache_aside")]
    struct Prices { cache: Cache }

    #[cache_strategy]
    impl Prices {
        #[cached(key = "price/<id>")]
        async fn price(&self, id: u64) -> u64 { id }

        #[cache_invalidate(self.price(id))]
        async fn raise(&self, _: &mut Transaction, id: u64) -> Result<(), CacheError> { Ok(()) }
    }

    #[tokio::test]
    async fn are_told_of() -> Result<(), CacheError> {
        let (pool, cache) = (Pool, Cache::memory());
        let prices = Prices { cache: cache.clone() };
        prices.price(7).await;
        let mut transaction = pool.begin().await?;
        let after = cache.after_commit();
        after.scope(prices.raise(&mut transaction, 7)).await?; // what it invalidates and writes waits
        transaction.commit().await?;                           // an error here: nobody knows, and all of it is sent
        after.commit().await?;                                 // now; `after.rollback()` discards it
        assert_eq!(prices.price_entry(7).get().await, None);
        Ok(())
    }
}

#[rustfmt::skip]
mod look_after {
    use cache_runtime::prelude::*;

    #[tokio::test]
    async fn runs() -> Result<(), Box<dyn std::error::Error>> {
        let manager = CacheManager::global();
        manager.verify()?;                               // no two declarations in this program can render the same key
        println!("{}", manager.stats().await);           // hits, misses, loads, errors per declaration; the server's own figures
        manager.clear_namespace("feed").await?;          // in batches; loads that are under way are revoked
        assert!(manager.health_check().await.reachable);
        Ok(())
    }
}

/// Every line of every Rust block, one after the other, stands in this file.
#[test]
fn every_program_of_the_readme_is_here() {
    let trimmed = |text: &str| text.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>();
    let here = trimmed(include_str!("readme.rs"));
    let readme = include_str!("../../README.md");
    let blocks: Vec<&str> =
        readme.split("```rust\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(blocks.len(), 11);
    for block in blocks {
        // Where a block leaves out what stands between two of its pieces, it has an empty line.
        for piece in block.trim().split("\n\n") {
            let piece = trimmed(piece);
            assert!(here.windows(piece.len()).any(|lines| lines == piece), "not here:\n{}", piece.join("\n"));
        }
    }
}
