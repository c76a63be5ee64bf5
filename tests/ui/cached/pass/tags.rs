//! Tags of functions, methods and entries without a body.
#![deny(warnings, clippy::all, clippy::pedantic)]

use cache_runtime::KeyType;
use cache_runtime::prelude::*;

#[derive(CacheValue)]
pub struct Marker;

pub struct Request {
    pub user: User,
    pub page: u32,
}

#[derive(CacheKey)]
pub struct User {
    pub id: u64,
    pub team: u64,
}

#[cached(namespace = "a", key = "user/<user_id>/<page>", ttl = 60, tags("user/<user_id>", "feed"), skip(db))]
pub async fn function(db: &str, user_id: u64, page: u32) -> String {
    format!("{db}{user_id}{page}")
}

#[cached(namespace = "b", key = "<req.user>/<req.page>/<T>/<N>/<name>", ttl = 60, partial(req), skip(K),
         tags("team/<req.user.team>", "type/<T>/n_<N>", "page_<req.page>", "name/<name>"), background)]
pub async fn generic<T: KeyType + Send + 'static, K: CacheKey + Send + Sync + 'static, const N: usize>(
    req: std::sync::Arc<Request>,
    name: K,
) -> u64 {
    let _ = name;
    req.user.id + u64::from(req.page)
}

#[cache_strategy(namespace = "c", ttl = 60)]
#[derive(Clone)]
pub struct Users {
    #[key]
    tenant: u32,
}

#[cache_strategy]
impl Users {
    #[cached(key = "user/<id>/<_field>", tags("user/<id>"), stale_if_error = 60)]
    pub async fn user(&self, r#id: u64, _field: &str) -> Result<String, String> {
        Ok(id.to_string())
    }

    #[cached(key = "online/<id>", tags("user/<id>"))]
    pub fn online(&self, id: u64) -> Entry<bool>;
}

#[tokio::main]
async fn main() {
    assert_eq!(function("x", 7, 1).await, "x71");
    let req = Request { user: User { id: 1, team: 2 }, page: 3 };
    assert_eq!(generic::<Marker, _, 5>(req.into(), 7_u64).await, 4);
    let users = Users { tenant: 3 };
    assert_eq!(users.user(7, "name").await.as_deref(), Ok("7"));
    users.online(7).set(&true).await.unwrap();
    let tags = |name| {
        let catalog = CacheManager::new(&Cache::disabled()).catalog();
        catalog.into_iter().find(|entry| entry.name == name).map(|entry| entry.tags)
    };
    assert_eq!(tags("function"), Some(&["user/<user_id>", "feed"][..]));
    assert_eq!(tags("online"), Some(&["user/<id>"][..]));
}
