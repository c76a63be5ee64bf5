//! Whether values are kept in the process too.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, near = false)]
async fn far(id: u64) -> String {
    id.to_string()
}

#[cached(namespace = "user", key = "near/<id>", ttl = 60, near, near_ttl = "5s")]
async fn near(id: u64) -> String {
    id.to_string()
}

#[cache_strategy(namespace = "users", ttl = 60, near = false, near_ttl = "1s")]
struct Users;

#[cache_strategy]
impl Users {
    #[cached(key = "name/<id>")]
    async fn name(&self, id: u64) -> String {
        id.to_string()
    }

    #[cached(key = "page/<id>", near, near_ttl = false)]
    async fn page(&self, id: u64) -> Option<String> {
        Some(id.to_string())
    }

    #[cached(key = "online/<id>", near)]
    fn online(&self, id: u64) -> Entry<bool>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert_eq!(far(1).await, "1");
    assert_eq!(near(1).await, "1");
    assert_eq!(Users.name(2).await, "2");
    assert_eq!(Users.page(2).await.as_deref(), Some("2"));
    assert_eq!(Users.online(3).get().await, None);
    let policies = CacheManager::global().catalog().into_iter().map(|entry| entry.policy.to_string());
    let policies: Vec<String> = policies.collect();
    assert!(policies.contains(&"1m, not near".to_owned()), "{policies:?}");
    assert!(policies.contains(&"1m, near_ttl 5s".to_owned()), "{policies:?}");
}
