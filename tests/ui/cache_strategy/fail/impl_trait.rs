//! A type parameter without a name in methods, with a body and without.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60)]
struct Users<T> {
    #[skip]
    by: T,
}

#[cache_strategy(skip(T))]
impl<T: Sync + Send> Users<T> {
    #[cached(key = "shown/<id>", tags("user/<id>"))]
    async fn shown(&self, id: impl CacheKey + ToString + Send + Sync) -> String {
        let _ = &self.by;
        id.to_string()
    }

    #[cached(key = "online/<id>")]
    fn online(&self, id: &impl CacheKey) -> Entry<bool>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let users = Users { by: 1 };
    let _ = (users.shown("7").await, users.online(&7).get().await);
}
