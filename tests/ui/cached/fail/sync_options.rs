//! What a function that is not async has no use for.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "name/<id>", ttl = 60, stale_while_revalidate = "1m", detached)]
fn name(id: u64) -> String {
    id.to_string()
}

#[cached(namespace = "user", key = "page/<id>", ttl = 60, tags("user/<id>"), codec = "msgpack")]
fn page(id: u64) -> String {
    id.to_string()
}

#[cache_strategy(namespace = "users", ttl = 60, early_refresh)]
struct Users;

#[cache_strategy]
impl Users {
    #[cached(key = "name/<id>")]
    fn name(&self, id: u64) -> String {
        id.to_string()
    }

    #[cached(key = "page/<id>", early_refresh = false)]
    fn page(&self, id: u64) -> String {
        id.to_string()
    }
}

fn main() {}
