//! Above `#[async_trait]`, which goes on to the trait impl.
#![deny(warnings)]
#![forbid(unsafe_code)]

use std::sync::Arc;

use async_trait::async_trait;
use cache_runtime::prelude::*;

#[async_trait]
pub trait Users: Send + Sync {
    async fn name(&self, id: u8) -> Result<String, String>;
    async fn rename(&self, id: u8, name: &str) -> Result<String, String>;
    async fn remove(&self, id: u8);
}

#[cache_strategy(namespace = "users", ttl = 60, kind = "write_through")]
pub struct PgUsers {
    #[skip]
    prefix: String,
}

#[cache_strategy]
#[async_trait]
impl Users for PgUsers {
    #[cached(key = "<id>")]
    async fn name(&self, id: u8) -> Result<String, String> {
        Ok(format!("{}{id}", self.prefix))
    }

    #[cache_put(self.name(id))]
    async fn rename(&self, id: u8, name: &str) -> Result<String, String> {
        if name.is_empty() {
            return Err(format!("{}{id}", self.prefix));
        }
        Ok(name.to_owned())
    }

    #[cache_invalidate(self.name(id))]
    async fn remove(&self, id: u8) {
        let _ = (&self.prefix, id);
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let users: Arc<PgUsers> = Arc::new(PgUsers { prefix: "u".into() });
    let dynamic: Arc<dyn Users> = users.clone();
    assert_eq!(dynamic.name(1).await.as_deref(), Ok("u1"));
    assert_eq!(users.name_entry(1).get().await.as_deref(), Some("u1"));
    assert_eq!(dynamic.rename(1, "ann").await.as_deref(), Ok("ann"));
    assert_eq!(dynamic.name(1).await.as_deref(), Ok("ann"));
    dynamic.remove(1).await;
    assert_eq!(dynamic.name(1).await.as_deref(), Ok("u1"));
}
