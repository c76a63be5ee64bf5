//! The catalog of a program whose declarations can't meet.
#![allow(clippy::expect_used, clippy::unwrap_used, dead_code, reason = "a test that fails has to fail")]

use cache_runtime::prelude::*;
use cache_runtime::{CatalogEntry, KindName};

/// What users wrote; strong consistency.
///
/// This paragraph is for those who read the code.
#[cache_strategy(namespace = "posts", ttl = "1h", kind = "write_through", version = 3)]
struct Posts {
    #[skip]
    cache: Cache,
}

#[cache_strategy]
impl Posts {
    /// A post by its number.
    #[cached(key = "post/<id>", ttl = "2h")]
    async fn post(&self, id: i64) -> Option<String> {
        Some(id.to_string())
    }

    // No number is `me`.
    #[cached(key = "post/me")]
    async fn mine(&self) -> Option<String> {
        None
    }

    #[cached(key = "post/<id>/page_<page>")]
    fn page(&self, id: i64, page: u32) -> Entry<Vec<String>>;

    // `page_7` and `page-7` can't meet.
    #[cached(key = "post/<id>/page-<page>")]
    fn other_page(&self, id: i64, page: u32) -> Entry<Vec<String>>;
}

/// The same text, in another version.
#[cache_strategy(namespace = "posts", ttl = 60, version = 4)]
struct NewPosts {
    cache: Cache,
}

#[cache_strategy]
impl NewPosts {
    #[cached(key = "post/<id>")]
    fn post(&self, id: i64) -> Entry<String>;
}

/// One more segment, from the field.
#[cache_strategy(namespace = "tenant", ttl = 60)]
struct Tenant {
    #[key]
    name: String,
    cache: Cache,
}

#[cache_strategy]
impl Tenant {
    #[cached(key = "post/<id>")]
    fn post(&self, id: i64) -> Entry<String>;
}

#[cached(namespace = "tenant", key = "post/<id>", ttl = 60)]
async fn post(id: i64) -> String {
    id.to_string()
}

/// A strategy with dynamic keys alone.
#[cache_strategy(namespace = "dynamic", ttl = 60)]
struct Dynamic;

/// A declaration of a generic impl is known before any type is put in.
#[cache_strategy(namespace = "generic", ttl = 60)]
struct Latest<T> {
    #[skip]
    of: std::marker::PhantomData<fn() -> T>,
}

#[cache_strategy]
impl<T: KeyType + Send + Sync + serde::Serialize + serde::de::DeserializeOwned + Clone + 'static> Latest<T> {
    #[cached(key = "latest/<T>")]
    fn latest(&self) -> Entry<T>;
}

use cache_runtime::KeyType;

fn find<'a>(catalog: &'a [CatalogEntry], strategy: &str, name: &str) -> &'a CatalogEntry {
    catalog
        .iter()
        .find(|entry| (entry.strategy, entry.name) == (strategy, name))
        .expect("it is in the catalog")
}

#[test]
fn the_catalog_tells_every_declaration() {
    let catalog = CacheManager::new(&Cache::disabled()).catalog();
    assert_eq!(catalog.len(), 9, "{catalog:#?}");

    let post = find(&catalog, "Posts", "post");
    assert_eq!(
        (post.namespace, post.version, post.template, post.value),
        ("posts", 3, "post/<id>", "String")
    );
    assert_eq!((post.kind, post.policy.to_string().as_str()), (KindName::WriteThrough, "2h"));
    assert_eq!(post.reason, "A post by its number.");
    assert!(post.location.file.ends_with("catalog.rs") && post.location.line > 10, "{}", post.location);

    let mine = find(&catalog, "Posts", "mine");
    assert_eq!(
        (mine.policy.to_string().as_str(), mine.reason),
        ("1h", "What users wrote; strong consistency.")
    );
    assert_eq!(find(&catalog, "Posts", "page").value, "Vec<String>");
    assert_eq!(find(&catalog, "", "post").kind, KindName::Ttl);
    assert_eq!(find(&catalog, "Dynamic", "").template, "");
    assert_eq!(find(&catalog, "Latest", "latest").template, "latest/<T>");
}

#[test]
fn declarations_that_can_not_meet_are_no_alarm() {
    assert_eq!(CacheManager::new(&Cache::disabled()).verify(), Ok(()));
}
