//! The compiler follows the types of futures to a depth of 128 (`recursion_limit`), and a program's own layers count too: half of it
//! is the user's.
#![recursion_limit = "64"]

use std::collections::HashMap;

use cache_runtime::prelude::*;

#[derive(Clone)]
#[cache_strategy(namespace = "depth", ttl = 60, kind = "write_through")]
struct Through;

#[cache_strategy]
impl Through {
    #[cached(key = "number/<id>", tags("numbers"))]
    async fn number(&self, id: u64) -> Result<u64, String> {
        Ok(id)
    }

    #[cached(key = "task/<id>", detached)]
    async fn task(&self, id: u64) -> u64 {
        id
    }

    #[cached(key = "many/<ids>", batch)]
    async fn many(&self, ids: &[u64]) -> Result<HashMap<u64, u64>, String> {
        Ok(ids.iter().map(|id| (*id, *id)).collect())
    }

    #[cache_put(self.number(id))]
    async fn put(&self, id: u64) -> Result<u64, String> {
        Ok(id + 1)
    }

    #[cache_invalidate(self.number(id), self.number(*), tag("numbers"))]
    async fn change(&self, id: u64) -> Result<(), String> {
        let _ = id;
        Ok(())
    }
}

#[cached(namespace = "depth", key = "page/<id>", ttl = 60)]
fn page(id: u64) -> Entry<u64>;

#[cache_strategy(namespace = "depth", ttl = 60, kind = "cache_aside")]
struct Aside;

#[cache_strategy]
impl Aside {
    #[cached(key = "aside/<id>")]
    fn aside(&self, id: u64) -> Entry<u64>;
}

async fn all() -> Result<(), CacheError> {
    let cache = Cache::from_env().await?;
    cache.clone().install()?;
    let loaded = (Through.number(7).await, Through.task(7).await, Through.many(&[7]).await.map(|many| many.len()));
    assert_eq!(loaded, (Ok(7), 7, Ok(1)));
    assert_eq!((Through.put(7).await, Through.change(7).await), (Ok(8), Ok(())));
    let entry = Through.number_entry(7);
    assert_eq!(entry.write(|| async { Ok::<_, String>(9) }).await, Ok(9));
    assert_eq!((entry.get().await, entry.try_get().await?), (Some(9), Some(9)));
    assert_eq!(entry.get_or_load(|| async { Ok::<_, String>(cache_runtime::Load::new(1)) }).await, Ok(9));
    entry.invalidate().await?;
    Through.invalidate_tag(("numbers",)).await?;
    assert_eq!(Through.number_pattern(Any).invalidate().await?, 0);
    page(7).set(&1).await?;
    assert_eq!(Aside.aside(7).fetch(|| async { Ok::<_, String>(2) }).await, Ok(2));
    assert_eq!(Aside.get_many::<u64, _>([("aside", 7)]).await, [Some(2)]);
    let manager = CacheManager::new(&cache);
    assert!(manager.health_check().await.reachable);
    assert!(manager.stats().await.store.entries > Some(0));
    assert!(manager.clear_namespace("depth").await? > 0);
    let after = cache.after_commit();
    after.scope(Through.change(7)).await.expect("changed");
    after.commit().await?;
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    all().await.expect("all of it");
}
