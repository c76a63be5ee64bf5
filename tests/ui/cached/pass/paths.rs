//! A part of a parameter in the key, the rest left out by name.
#![deny(warnings)]
#![forbid(unsafe_code)]

use cache_runtime::prelude::*;

#[derive(Clone)]
pub struct Request {
    pub user: User,
    pub trace: String,
}

#[derive(Clone)]
pub struct User {
    pub id: i64,
}

#[cached(namespace = "path", key = "<req.user.id>/<pair.0>/x", ttl = 60, partial(req, pair))]
pub async fn load(req: &Request, pair: (u8, String)) -> String {
    format!("{}{}{}", req.user.id, pair.0, req.trace)
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let req = Request { user: User { id: 7 }, trace: "a".into() };
    assert_eq!(load(&req, (1, "x".into())).await, "71a");
    let other = Request { trace: "b".into(), ..req };
    assert_eq!(load(&other, (1, "y".into())).await, "71a");
    assert_eq!(load_entry(&other, (1, "z".into())).key().to_string(), "path:v1:7:1:x");
    assert_eq!(load_pattern(7_i64, Any).to_string(), "path:v1:7:*:x");
}
