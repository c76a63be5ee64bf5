//! The catalog of a program with two declarations that can render the same key.
#![allow(clippy::unwrap_used, dead_code, reason = "a test that fails has to fail")]

use cache_runtime::prelude::*;

#[cached(namespace = "users", key = "user/<name>/profile", ttl = 60)]
async fn by_name(name: String) -> String {
    name
}

#[cache_strategy(namespace = "users", ttl = 60)]
struct Users {
    #[key]
    tenant: String,
    cache: Cache,
}

#[cache_strategy]
impl Users {
    // With `user` for the tenant this is the other one's key.
    #[cached(key = "<id>/profile")]
    async fn by_id(&self, id: i64) -> u64 {
        id.unsigned_abs()
    }
}

#[test]
fn two_declarations_that_can_meet_are_an_error_that_names_both_places() {
    let overlap = CacheManager::new(&Cache::disabled()).verify().unwrap_err();
    let text = overlap.to_string();
    for part in ["user/<name>/profile", "<id>/profile", "overlap.rs:", "namespace `users`"] {
        assert!(text.contains(part), "{text}");
    }
    let (one, other) = (overlap.one.location.line, overlap.other.location.line);
    assert!(
        text.contains(&format!(":{one}")) && text.contains(&format!(":{other}")) && one != other,
        "{text}"
    );
}
