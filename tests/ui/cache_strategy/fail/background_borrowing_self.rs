//! A strategy that borrows can't be in a task.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60)]
#[derive(Clone)]
struct Users<'a> {
    #[skip]
    name: &'a str,
}

#[cache_strategy]
impl Users<'_> {
    #[cached(key = "<id>", background)]
    async fn user(&self, id: u64) -> String {
        format!("{}{id}", self.name)
    }
}

fn main() {}
