//! A trait's methods: the companions stand beside the impl, with the trait's types spelled out.
#![deny(warnings)]
#![forbid(unsafe_code)]

use cache_runtime::prelude::*;

pub trait Repo {
    type Id: CacheKey;
    type Error;
    const LIMIT: usize;

    fn find(&self, id: Self::Id) -> impl Future<Output = Result<String, Self::Error>> + Send;
    fn count(&self) -> usize;
    fn seen(&self, id: u8) -> Entry<bool>;
}

#[derive(Debug, Clone)]
pub struct Failed;

#[cache_strategy(namespace = "repo", ttl = 60)]
pub struct PgRepo {
    #[skip]
    rows: Vec<&'static str>,
}

#[cache_strategy]
impl Repo for PgRepo {
    type Id = usize;
    type Error = Failed;
    const LIMIT: usize = 5;

    #[cached(key = "row/<id>")]
    async fn find(&self, id: Self::Id) -> Result<String, Self::Error> {
        let id: Self::Id = id.min(Self::LIMIT);
        self.rows.get(id).map(|row| (*row).to_owned()).ok_or(Failed)
    }

    fn count(&self) -> usize {
        self.rows.len()
    }

    #[cached(key = "seen/<id>")]
    fn seen(&self, id: u8) -> Entry<bool>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let repo = PgRepo { rows: vec!["a", "b"] };
    assert_eq!(repo.find(1).await.expect("a row"), "b");
    assert_eq!(repo.find_entry(1).get().await.as_deref(), Some("b"));
    assert_eq!(repo.find_uncached(0).await.expect("a row"), "a");
    assert_eq!(repo.find_pattern(Any).to_string(), "repo:v1:row:*");
    assert!(repo.find(9).await.is_err());
    repo.seen(1).set(&true).await.expect("memory");
    assert_eq!((repo.seen(1).get().await, repo.count()), (Some(true), 2));
}
