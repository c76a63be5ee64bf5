//! A mistake, and callers of all companions: they get no second error.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 0, kind = "writethrough")]
async fn user(id: u64) -> Result<String, ()> {
    Ok(id.to_string())
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let _ = user(1).await;
    let _ = user_uncached(1).await;
    let _ = user_entry(1).write(|| async { Ok::<_, ()>(String::new()) }).await;
    let _ = user_pattern(Any).invalidate().await;
}
