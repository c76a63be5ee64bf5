//! A codec without names for types whose schema nobody knows: of the function itself, and of its strategy.

use cache_runtime::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize)]
struct User {
    id: u64,
}

#[cached(namespace = "user", key = "user/<id>", ttl = 60, codec = "postcard")]
async fn user(id: u64) -> Option<User> {
    Some(User { id })
}

#[cache_strategy(namespace = "users", ttl = 60, codec = "postcard")]
struct Users;

#[cache_strategy]
impl Users {
    #[cached(key = "user/<id>")]
    async fn user(&self, id: u64) -> User {
        User { id }
    }

    #[cached(key = "named/<id>", codec = "msgpack")]
    async fn named(&self, id: u64) -> User {
        User { id }
    }

    #[cached(key = "number/<id>")]
    async fn number(&self, id: u64) -> Vec<u64> {
        vec![id]
    }
}

fn main() {}
