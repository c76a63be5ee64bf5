//! Many ids at once: what the ids, the map and the other parameters may be.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::sync::Arc;

use cache_runtime::prelude::*;

#[derive(Debug)]
struct Failed;

#[derive(Clone, Debug, PartialEq, Eq, Hash, CacheKey)]
struct UserId(i64);

struct Db;

#[cached(namespace = "user", key = "profile/<ids>", ttl = "1h", skip(db), batch)]
async fn profiles(db: &Db, ids: &[i64]) -> Result<HashMap<i64, String>, Failed> {
    let _ = db;
    Ok(ids.iter().map(|id| (*id, id.to_string())).collect())
}

#[cached(namespace = "user", key = "name/<language>/<ids>", ttl = "1h", none_ttl = "1m", batch)]
async fn names(mut ids: Vec<UserId>, language: String) -> HashMap<UserId, Arc<String>, BuildHasherDefault<DefaultHasher>> {
    ids.retain(|id| id.0 > 0);
    ids.into_iter().map(|id| (id, Arc::new(language.clone()))).collect()
}

#[cached(namespace = "user", key = "<tags>/<ids>", ttl = "1h", batch(ids), jitter = 0.1)]
async fn tagged(tags: &[u32], ids: &[String]) -> anyhow::Result<BTreeMap<String, u32>> {
    Ok(ids.iter().map(|id| (id.clone(), tags.len() as u32)).collect())
}

trait Users {
    fn profiles(&self, ids: &[i64]) -> impl Future<Output = BTreeMap<i64, bool>> + Send;
}

#[cache_strategy(namespace = "users", ttl = 60)]
struct Tenant {
    #[key]
    id: u32,
    cache: Cache,
}

#[cache_strategy]
impl Users for Tenant {
    #[cached(key = "<ids>", batch)]
    async fn profiles(&self, ids: &[i64]) -> BTreeMap<i64, bool> {
        ids.iter().map(|id| (*id, *id > i64::from(self.id))).collect()
    }
}

#[cache_invalidate(profiles(id))]
async fn change(id: i64) {}

fn is_send<T: Send>(value: T) -> T {
    value
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert_eq!(is_send(profiles(&Db, &[1, 2])).await.unwrap().len(), 2);
    assert_eq!(profiles_entry(1).get().await.as_deref(), Some("1"));
    change(1).await;
    assert_eq!(profiles_entry(1).get().await, None);
    assert_eq!(profiles_pattern(Any).invalidate().await, Ok(1));
    assert_eq!(profiles_uncached(&Db, &[3]).await.unwrap()[&3], "3");
    assert_eq!(names(vec![UserId(1), UserId(-1)], "en".into()).await.len(), 1);
    assert_eq!(*names_entry(UserId(1), "en".into()).get().await.unwrap(), "en");
    assert_eq!(tagged(&[1, 2], &["c".to_owned()]).await.unwrap()["c"], 2);
    let tenant = Tenant { id: 7, cache: Cache::memory() };
    assert_eq!(tenant.profiles(&[1, 9]).await, BTreeMap::from([(1, false), (9, true)]));
    assert_eq!(tenant.profiles_entry(9).key(), &"users:v1:7:9");
}
