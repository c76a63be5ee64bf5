//! The same where the error has its name from a trait.

use cache_runtime::prelude::*;

trait Repo {
    type Error;
    async fn user(&self, id: u64) -> Result<String, Self::Error>;
}

#[cache_strategy(namespace = "user", ttl = 60, load_timeout = "2s")]
#[derive(Clone)]
struct Users;

#[cache_strategy]
impl Repo for Users {
    type Error = String;

    #[cached(key = "<id>", background)]
    async fn user(&self, id: u64) -> Result<String, Self::Error> {
        Ok(id.to_string())
    }
}

fn main() {}
