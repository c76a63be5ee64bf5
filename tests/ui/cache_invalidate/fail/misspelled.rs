//! The name of a target, by a method and by a path, and how many arguments it takes: said where it stands.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60)]
struct Users;

#[cache_strategy]
impl Users {
    #[cached(key = "user/<id>")]
    async fn user(&self, id: u64) -> u64 {
        id
    }

    #[cache_invalidate(self.usr(id))]
    async fn change(&self, id: u64) {
        let _ = id;
    }

    #[cache_invalidate(self.user(id, 3))]
    async fn remove(&self, id: u64) {
        let _ = id;
    }
}

#[cached(namespace = "user", key = "free/<id>", ttl = 60)]
async fn free(id: u64) -> u64 {
    id
}

#[cache_invalidate(fre(id))]
async fn change(id: u64) {
    let _ = id;
}

fn main() {}
