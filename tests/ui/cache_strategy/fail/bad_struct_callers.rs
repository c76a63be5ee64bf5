//! A mistake on the struct: its methods stand.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = "soon")]
struct Users {
    tenant: u8,
}

#[cache_strategy]
impl Users {
    #[cached(key = "<id>")]
    async fn user(&self, id: u64) -> u64 {
        id + u64::from(self.tenant)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let _ = Users { tenant: 1 }.user(1).await;
}
