//! A cached function's future can be spawned, and holds what its body borrows.
#![deny(warnings)]
#![forbid(unsafe_code)]

use std::sync::Arc;

use cache_runtime::prelude::*;

struct Db(Vec<u8>);

#[cached(namespace = "send", key = "<at>", ttl = 60, skip(db))]
async fn get(db: &Db, at: usize) -> Result<Arc<str>, std::io::Error> {
    tokio::task::yield_now().await;
    Ok(format!("{:?}", db.0.get(at)).into())
}

fn send<T: Send>(t: T) -> T {
    t
}

#[tokio::main]
async fn main() {
    let db = Arc::new(Db(vec![1, 2]));
    let task = tokio::spawn(async move { send(get(&db, 1)).await.map(|text| text.to_string()) });
    assert_eq!(task.await.expect("the task").expect("a value"), "Some(2)");
}
