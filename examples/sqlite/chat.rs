//! The backend of a chat: messages, who is online, who is typing. `cargo run --example chat`
//!
//! On Redis: `CACHE_URL=redis://127.0.0.1:6379 cargo run --example chat`
#![allow(clippy::print_stdout, reason = "it shows what happens")]

mod db;

use anyhow::Result;
use cache_runtime::prelude::*;
use serde::{Deserialize, Serialize};

use db::Db;

#[derive(Clone, Debug, Serialize, Deserialize, CacheValue)]
struct Message {
    id: i64,
    author: i64,
    text: String,
}

/// Messages: everybody has to see a new one at once, so that writes go through the cache.
#[cache_strategy(namespace = "chat", ttl = "30m", kind = "write_through")]
struct Conversations {
    // A field is #[key] when it changes the answer (a tenant, say), and #[skip] when it doesn't.
    #[skip]
    db: Db,
}

#[cache_strategy]
impl Conversations {
    /// The latest fifty messages.
    #[cached(key = "conversation/<id>/messages")]
    async fn messages(&self, id: i64) -> Result<Vec<Message>> {
        latest(&self.db, id).await
    }

    /// Adds a message. The closure writes, and returns what the cache is to hold as it is *after* the write.
    async fn add(&self, id: i64, author: i64, text: &str) -> Result<Vec<Message>> {
        let text = text.to_owned();
        self.messages_entry(id)
            .write(|| async {
                let sql = "INSERT INTO message (conversation, author, text) VALUES (?, ?, ?)";
                self.db.call(move |db| db.execute(sql, (id, author, text))).await?;
                latest(&self.db, id).await
            })
            .await
    }

    /// Removes a person's messages. Nothing to cache here: the next reader loads.
    #[cache_invalidate(self.messages(id))]
    async fn remove(&self, id: i64, author: i64) -> Result<usize> {
        let sql = "DELETE FROM message WHERE conversation = ? AND author = ?";
        self.db.call(move |db| db.execute(sql, (id, author))).await
    }
}

async fn latest(db: &Db, conversation: i64) -> Result<Vec<Message>> {
    let sql = "SELECT id, author, text FROM message WHERE conversation = ? ORDER BY id DESC LIMIT 50";
    db.call(move |db| {
        let mut statement = db.prepare_cached(sql)?;
        let rows = statement.query_map([conversation], |row| {
            Ok(Message { id: row.get(0)?, author: row.get(1)?, text: row.get(2)? })
        })?;
        rows.collect()
    })
    .await
}

/// Signs of life: nothing but the cache holds them, and they end by themselves.
#[cache_strategy(namespace = "presence", ttl = 60)]
struct Presence;

// Without a body there is nothing to load: an entry to set and get.
#[cache_strategy]
impl Presence {
    /// Set at every request of a user.
    #[cached(key = "user/<user>/online")]
    fn online(&self, user: i64) -> Entry<bool>;

    /// Set at every keystroke, for ten seconds.
    #[cached(key = "conversation/<id>/typing/<user>", ttl = "10s")]
    fn typing(&self, id: i64, user: i64) -> Entry<bool>;
}

#[tokio::main]
async fn main() -> Result<()> {
    Cache::from_env().await?.install()?;
    println!("cache: {}", Cache::installed());
    // This database is new at every start, so nothing may be left of an earlier run. A real one stays: leave this out.
    for namespace in ["chat", "presence"] {
        CacheManager::global().clear_namespace(namespace).await?;
    }

    let chat = Conversations { db: Db::create(include_str!("chat.sql"))? };
    for what in ["miss", "hit"] {
        let messages = chat.messages(7).await?;
        println!("{what}: {} messages, database calls so far: {}", messages.len(), chat.db.calls());
    }

    let calls = chat.db.calls();
    chat.add(7, 3, "hello").await?;
    println!("written through, database calls: {}", chat.db.calls() - calls);
    let messages = chat.messages(7).await?;
    let newest = messages.first().map(|message| message.text.as_str());
    println!("read again: {newest:?}, database calls: {}", chat.db.calls() - calls);

    let removed = chat.remove(7, 2).await?;
    let messages = chat.messages(7).await?;
    let left = messages.iter().filter(|message| message.author == 2).count();
    println!("removed {removed} messages of user 2, who has {left} in the next read");

    let presence = Presence;
    presence.online(3).set(&true).await?;
    presence.typing(7, 3).set(&true).await?;
    for user in [3, 4] {
        let online = presence.online(user).get().await.unwrap_or(false);
        let typing = presence.typing(7, user).get().await.unwrap_or(false);
        println!("user {user}: online {online}, typing {typing}");
    }
    Ok(())
}
