//! A load in the background, in every form and without a warning.
#![deny(warnings, clippy::all, clippy::pedantic)]

use std::sync::Arc;

use cache_runtime::prelude::*;

#[derive(Clone)]
pub struct Db;

#[cached(namespace = "a", key = "<id>/<name>/<list>", ttl = 60, skip(db), background)]
pub async fn borrowed(db: &Db, id: &u64, name: &str, list: &[String]) -> String {
    let Db = db;
    format!("{id} {name} {}", list.len())
}

#[cached(namespace = "b", key = "<type>", ttl = 60, skip(db, unused), detached)]
#[allow(unused_mut)]
pub async fn owned(mut r#type: String, db: Arc<Db>, unused: ()) -> Option<String>
where
    (): Sized,
{
    let (Db, ()) = (&*db, unused);
    Some(r#type)
}

#[cached(namespace = "c", key = "<text>", ttl = 60, skip(T), early_refresh = 2)]
pub async fn shown<T: AsRef<str> + CacheKey + Clone + Send + Sync + 'static>(text: &T) -> anyhow::Result<usize> {
    Ok(text.as_ref().len())
}

macro_rules! through_macro {
    ($name:ident($parameter:ident: $ty:ty) -> $out:ty = $key:literal $body:block) => {
        #[cached(namespace = "d", key = $key, ttl = 60, background)]
        pub async fn $name($parameter: $ty) -> $out $body
    };
}
through_macro!(double(number: &u64) -> u64 = "<number>" { number * 2 });

#[tokio::main]
async fn main() {
    assert_eq!(borrowed(&Db, &1, "ann", &[]).await, "1 ann 0");
    assert_eq!(owned("x".to_owned(), Arc::new(Db), ()).await.as_deref(), Some("x"));
    assert_eq!(shown(&"abc".to_owned()).await.unwrap(), 3);
    assert_eq!(double(&2).await, 4);
}
