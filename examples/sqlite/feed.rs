//! The backend of a feed: posts, their details, their reactions, cache-aside. `cargo run --example feed`
//!
//! On Redis: `CACHE_URL=redis://127.0.0.1:6379 cargo run --example feed`
#![allow(clippy::print_stdout, reason = "it shows what happens")]

mod db;

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use cache_runtime::prelude::*;
use rusqlite::{OptionalExtension as _, Row};
use serde::{Deserialize, Serialize};

use db::Db;

#[derive(Clone, Debug, Serialize, Deserialize, CacheValue)]
struct Post {
    id: i64,
    author: i64,
    text: String,
}

/// Feeds: read far more often than written, and a reader can wait for the database once an hour.
#[cache_strategy(namespace = "feed", ttl = "1h", kind = "cache_aside")]
struct Feed;

/// What a person's feed shows: a page of posts by those whom they follow.
// An `Arc` is served from this process's memory without a copy of the posts.
#[cached(strategy = Feed, key = "user/<user>/page/<page>", skip(db))]
async fn user_feed(db: &Db, user: i64, page: u32) -> Result<Arc<Vec<Post>>> {
    let sql = "SELECT post.id, post.author, post.text FROM post JOIN follows USING (author)
               WHERE follower = ? ORDER BY post.id DESC LIMIT 20 OFFSET ?";
    db.call(move |db| {
        let mut statement = db.prepare_cached(sql)?;
        let rows = statement.query_map((user, i64::from(page) * 20), post)?;
        rows.collect::<Result<_, _>>().map(Arc::new)
    })
    .await
}

/// One post. That there is none is remembered for a minute, so that a dead link does not reach the database every time.
#[cached(strategy = Feed, key = "post/<id>", ttl = "2h", none_ttl = "1m", skip(db))]
async fn post_detail(db: &Db, id: i64) -> Result<Option<Post>> {
    let sql = "SELECT id, author, text FROM post WHERE id = ?";
    db.call(move |db| db.query_row(sql, [id], post).optional()).await
}

/// How many reactions of each kind a post has: they change often and are cheap to count.
#[cached(strategy = Feed, key = "post/<id>/reactions", ttl = "30m", skip(db))]
async fn reaction_counts(db: &Db, id: i64) -> Result<BTreeMap<String, i64>> {
    let sql = "SELECT kind, count(*) FROM reaction WHERE post = ? GROUP BY kind";
    db.call(move |db| {
        let mut statement = db.prepare_cached(sql)?;
        statement.query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    })
    .await
}

/// Reacts to a post. Its counts fall on every way out, also after an error, which does not mean that nothing was written.
#[cache_invalidate(reaction_counts(id))]
async fn react(db: &Db, id: i64, person: i64, kind: &'static str) -> Result<()> {
    let sql = "INSERT OR REPLACE INTO reaction (post, person, kind) VALUES (?, ?, ?)";
    db.call(move |db| db.execute(sql, (id, person, kind)).map(|_| ())).await
}

/// Follows somebody: every page of the follower's feed falls (`*` stands for any).
#[cache_invalidate(user_feed(follower, *))]
async fn follow(db: &Db, follower: i64, author: i64) -> Result<()> {
    let sql = "INSERT OR IGNORE INTO follows (follower, author) VALUES (?, ?)";
    db.call(move |db| db.execute(sql, (follower, author)).map(|_| ())).await
}

fn post(row: &Row<'_>) -> rusqlite::Result<Post> {
    Ok(Post { id: row.get(0)?, author: row.get(1)?, text: row.get(2)? })
}

#[tokio::main]
async fn main() -> Result<()> {
    Cache::from_env().await?.install()?;
    println!("cache: {}", Cache::installed());
    // This database is new at every start, so nothing may be left of an earlier run. A real one stays: leave this out.
    CacheManager::global().clear_namespace("feed").await?;

    let db = Db::create(include_str!("feed.sql"))?;
    for what in ["miss", "hit"] {
        let posts = user_feed(&db, 1, 0).await?;
        println!("{what}: {} posts in the feed, database calls so far: {}", posts.len(), db.calls());
    }

    follow(&db, 1, 100).await?;
    let posts = user_feed(&db, 1, 0).await?;
    let newest = posts.iter().find(|post| post.author == 100).map(|post| post.text.as_str());
    println!("after following user 100: {newest:?}");

    println!("reactions: {:?}", reaction_counts(&db, 42).await?);
    react(&db, 42, 9, "like").await?;
    println!("after one more: {:?}", reaction_counts(&db, 42).await?);

    let calls = db.calls();
    for id in [42, 42, 123_456, 123_456] {
        let text = post_detail(&db, id).await?.map(|post| post.text);
        println!("post {id}: {text:?}");
    }
    println!("database calls for these four: {}", db.calls() - calls);
    Ok(())
}
