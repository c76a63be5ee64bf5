//! Attributes imported one by one, and used inside blocks alone: each import counts as used.
#![deny(warnings)]
#![forbid(unsafe_code)]

use cache_runtime::{Cache, cache_invalidate, cache_put, cache_strategy, cached};

#[cache_strategy(namespace = "imports", ttl = 60, kind = "write_through")]
struct Names {
    cache: Cache,
}

#[cache_strategy]
impl Names {
    #[cached(key = "<id>")]
    async fn name(&self, id: u8) -> String {
        id.to_string()
    }

    #[cache_put(self.name(id))]
    async fn rename(&self, id: u8, name: &str) -> String {
        let _ = id;
        name.to_owned()
    }

    #[cache_invalidate(self.name(id))]
    async fn forget(&self, id: u8) {
        let _ = id;
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let names = Names { cache: Cache::memory() };
    assert_eq!(names.rename(1, "ann").await, "ann");
    assert_eq!(names.name(1).await, "ann");
    names.forget(1).await;
    assert_eq!(names.name(1).await, "1");
}
