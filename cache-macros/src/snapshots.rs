//! What the macros write, on paper: `src/snapshots/*.rs`. `CACHE_BLESS=1` accepts what they write now.

#![allow(clippy::expect_used, reason = "a test says what it expected")]

use std::path::Path;

use proc_macro2::TokenStream;

use crate::entry;

fn tokens(text: &str) -> TokenStream {
    text.parse().expect("tokens")
}

fn check(name: &str, written: TokenStream) {
    let file = syn::parse2(written).expect("an expansion that parses");
    let written = prettyplease::unparse(&file);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/snapshots/{name}.rs"));
    if std::env::var_os("CACHE_BLESS").is_some() {
        std::fs::write(&path, &written).expect("a snapshot is written");
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(written, known, "the expansion of `{name}` changed; CACHE_BLESS=1 accepts it");
}

fn strategy(name: &str, args: &str, item: &str) {
    check(name, entry::cache_strategy(tokens(args), tokens(item)));
}

fn cached(name: &str, args: &str, item: &str) {
    check(name, entry::cached(tokens(args), tokens(item)));
}

fn change(name: &str, attribute: &str, args: &str, item: &str) {
    check(name, entry::change(attribute, tokens(args), tokens(item)));
}

#[test]
fn struct_strategy() {
    strategy(
        "strategy",
        r#"namespace = "chat", ttl = 1800, kind = "write_through""#,
        "/// Recent messages: half an hour.\n///\n/// More words.
        pub struct Messages { #[key] tenant: u64, #[skip] db: Db, cache: Cache }",
    );
}

#[test]
fn generic_strategy() {
    strategy(
        "strategy_generic",
        r#"namespace = "x", ttl = "1m""#,
        "pub struct Service<R> { #[skip] repository: R }",
    );
}

#[test]
fn methods() {
    strategy(
        "methods",
        "",
        r#"impl Messages {
            /// Recent messages.
            #[cached(key = "conversation/<id>/page_<page>", ttl = "10m")]
            pub async fn messages(&self, id: i64, mut page: &str) -> Result<Vec<Message>, DbError> {
                page = page.trim();
                Ok(self.db.latest(id, page).await?)
            }

            #[cached(key = "user/<id>/online")]
            fn online(&self, id: i64) -> Entry<bool>;

            fn plain(&self) -> bool { true }
        }"#,
    );
}

#[test]
fn trait_impl() {
    strategy(
        "trait_impl",
        "",
        r#"#[async_trait]
        impl Repo for PgRepo {
            type Error = DbError;

            #[cached(key = "row/<id>")]
            async fn row(&self, id: u64) -> Result<Option<Row>, Self::Error> {
                self.find(id).await.map_err(Self::Error::from)
            }
        }"#,
    );
}

#[test]
fn function() {
    cached(
        "function",
        r#"namespace = "feed", key = "user/<user_id>/feed/page_<page>", ttl = "1h", none_ttl = 5, skip(db)"#,
        "/// A user's feed.
        pub async fn user_feed(db: &Db, user_id: i64, page: u32) -> Option<Arc<Vec<Post>>> { db.feed(user_id, page).await }",
    );
}

#[test]
fn generic_function() {
    cached(
        "function_generic",
        r#"strategy = Feed, key = "<T>/<N>/<req.user.id>/<name>", skip(S, source), partial(req), crate = my::runtime"#,
        "async fn find<'a, T, S: Source<T>, const N: usize>(source: &S, req: &'a Request, name: &str) -> anyhow::Result<T>
        where T: Value + From<S> + KeyType { source.find() }",
    );
}

#[test]
fn background() {
    strategy(
        "background",
        "",
        r#"impl Messages {
            #[cached(key = "conversation/<id>/<name>", stale_while_revalidate = "10m", load_timeout = "2s", skip(db, by))]
            async fn messages(&self, db: &Db, id: i64, name: &str, by: impl Fn() + Send + 'static) -> Result<Vec<Message>, DbError> {
                self.latest(db, id, name, by).await
            }
        }"#,
    );
}

#[test]
fn batch() {
    cached(
        "batch",
        r#"namespace = "user", key = "tenant/<tenant>/profile/<ids>", ttl = "1h", skip(db), batch"#,
        "async fn profiles(db: &Db, tenant: String, ids: &[i64]) -> Result<HashMap<i64, Profile>, DbError> { db.profiles(&tenant, ids).await }",
    );
}

#[test]
fn sync_function() {
    cached(
        "function_sync",
        r#"namespace = "math", key = "fib/<n>", ttl = "1h""#,
        "fn fib(n: u64) -> Result<u64, String> { Ok(if n < 2 { n } else { fib(n - 1)? + fib(n - 2)? }) }",
    );
}

#[test]
fn tags() {
    strategy(
        "tags",
        "",
        r#"impl Feed {
            #[cached(key = "user/<user_id>/<page>", tags("user/<user_id>", "feed"))]
            async fn feed(&self, user_id: u64, page: u32) -> Feed { self.load(user_id, page).await }

            #[cache_invalidate(tag("user/<author.id>"), tag("feed", strategy = Home), tag("all", namespace = "home", version = 2))]
            async fn post(&self, author: Author) { self.store(author).await }
        }"#,
    );
}

#[test]
fn put() {
    change(
        "put",
        "cache_put",
        "self.messages(id)",
        "pub async fn replace(&self, id: i64, messages: Vec<Message>) -> Result<Vec<Message>, DbError> { self.db.replace(id, messages).await }",
    );
}

#[test]
fn invalidate_around_put() {
    change(
        "invalidate",
        "cache_invalidate",
        r#"feed::user_feed(author.id, *), on = "success""#,
        "#[cache_put(name(author.id))] async fn rename(author: Author) -> String { author.rename().await }",
    );
}

#[test]
fn key_of_struct_and_enum() {
    check("derive_key_newtype", entry::derive_key(tokens("pub struct Id<T>(T);")));
    check(
        "derive_key_enum",
        entry::derive_key(tokens(
            "enum Filter { All, By(u64, #[cache(skip)] String), Range { from: u8, to: u8 } }",
        )),
    );
}

#[test]
fn value_of_struct_and_enum() {
    check(
        "derive_value_struct",
        entry::derive_value(tokens(
            r#"#[serde(rename_all = "camelCase")] struct Post<T> {
                id: i64, #[cache(version)] changed: u32, #[serde(default)] items: Vec<T>, #[serde(skip)] local: Cell<u8>, #[cache(opaque = "2")] raw: Foreign
            }"#,
        )),
    );
    check(
        "derive_value_enum",
        entry::derive_value(tokens(
            r#"#[cache(name = "author")] enum Author { Nobody, #[serde(rename = "id")] Id(u64) }"#,
        )),
    );
}

#[test]
fn after_a_mistake() {
    cached(
        "mistake",
        r#"namespace = "feed", key = "user:<id>", ttl = 0"#,
        "pub async fn feed(id: i64) -> Vec<Post> { load(id).await }",
    );
}
