/// A user's feed.
#[allow(clippy::too_many_lines)]
pub async fn user_feed(db: &Db, user_id: i64, page: u32) -> Option<Arc<Vec<Post>>> {
    let __key = {
        let __brief = ::cache_runtime::__private::Brief::new()
            .and(<i64 as ::cache_runtime::CacheKey>::number(&user_id))
            .and(<u32 as ::cache_runtime::CacheKey>::number(&page));
        if let ::core::option::Option::Some(__hit) = ::cache_runtime::__private::again(
            ::cache_runtime::__private::Optional,
            __user_feed_entries(),
            __brief,
        ) {
            return __hit;
        }
        let mut __key = ::cache_runtime::__private::KeyWriter::empty();
        __key.begin("feed:v1");
        __key.literal(":user:");
        <i64 as ::cache_runtime::CacheKey>::render(&user_id, &mut __key);
        __key.literal(":feed:page_");
        <u32 as ::cache_runtime::CacheKey>::render(&page, &mut __key);
        if let ::core::option::Option::Some(__hit) = ::cache_runtime::__private::here(
            ::cache_runtime::__private::Optional,
            __user_feed_entries(),
            ::core::option::Option::Some(__brief),
            &mut __key,
        ) {
            return __hit;
        }
        __key.finish()
    };
    let __loaded = ::cache_runtime::__private::read(
            ::cache_runtime::__private::Optional,
            __user_feed_entries().at(&__key),
            ::cache_runtime::__private::ErrorSharing::never(),
        )
        .through(::core::pin::pin!(user_feed_uncached(db, user_id, page)))
        .await;
    __loaded
}
/// The body of [`user_feed`], past the cache.
#[allow(
    dead_code,
    unreachable_pub,
    private_interfaces,
    private_bounds,
    clippy::too_many_arguments,
    clippy::unused_async,
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::redundant_pub_crate
)]
pub async fn user_feed_uncached(
    db: &Db,
    user_id: i64,
    page: u32,
) -> Option<Arc<Vec<Post>>> {
    db.feed(user_id, page).await
}
/// The cache entry of [`user_feed`].
#[must_use]
#[allow(
    dead_code,
    unused_variables,
    unreachable_pub,
    private_interfaces,
    private_bounds,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]
pub fn user_feed_entry(
    user_id: i64,
    page: u32,
) -> ::cache_runtime::Entry<Arc<Vec<Post>>, ::cache_runtime::kind::Ttl> {
    ::cache_runtime::__private::entry(
        __user_feed_entries(),
        {
            let mut __key = ::cache_runtime::__private::KeyWriter::empty();
            __key.begin("feed:v1");
            __key.literal(":user:");
            <i64 as ::cache_runtime::CacheKey>::render(&user_id, &mut __key);
            __key.literal(":feed:page_");
            <u32 as ::cache_runtime::CacheKey>::render(&page, &mut __key);
            __key.finish()
        },
    )
}
/// The cache entries of [`user_feed`]: `Any` stands for every value of a part.
#[must_use]
#[allow(
    dead_code,
    unused_variables,
    unreachable_pub,
    private_interfaces,
    private_bounds,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]
pub fn user_feed_pattern(
    user_id: impl ::cache_runtime::__private::KeyMatch<i64>,
    page: impl ::cache_runtime::__private::KeyMatch<u32>,
) -> ::cache_runtime::EntryPattern {
    let mut __pattern = ::cache_runtime::__private::PatternWriter::new("feed:v1");
    __pattern.literal(":user:");
    __pattern.part::<i64, _>(&user_id);
    __pattern.literal(":feed:page_");
    __pattern.part::<u32, _>(&page);
    __pattern.finish(::cache_runtime::Cache::installed(), __user_feed_site())
}
#[doc(hidden)]
#[allow(dead_code, clippy::all, clippy::pedantic, clippy::nursery)]
#[inline]
fn __user_feed_entries() -> ::cache_runtime::__private::Entries<'static> {
    ::cache_runtime::__private::Entries::new(
        __user_feed_site(),
        ::cache_runtime::Cache::installed(),
        ::cache_runtime::__private::schema_of!(Arc < Vec < Post > >),
    )
}
#[doc(hidden)]
#[allow(dead_code, clippy::all, clippy::pedantic, clippy::nursery)]
const fn __user_feed_site() -> &'static ::cache_runtime::__private::Site {
    static TALLY: ::cache_runtime::__private::Tally = ::cache_runtime::__private::Tally::new();
    static SITE: ::cache_runtime::__private::Site = {
        ::cache_runtime::__private::assert_plain!(Arc < Vec < Post > >);
        let __declaration = ::cache_runtime::__private::Declaration {
            name: "user_feed",
            strategy: const {
                &::cache_runtime::__private::Strategy {
                    name: "",
                    namespace: "feed",
                    version: 1u32,
                    prefix: "feed:v1",
                    kind: ::cache_runtime::__private::KindName::Ttl,
                    policy: ::cache_runtime::__private::Policy::new(
                            ::cache_runtime::__private::millis(3600000u64),
                        )
                        .none_ttl(
                            ::core::option::Option::Some(
                                ::cache_runtime::__private::millis(5000u64),
                            ),
                        ),
                    fields: &[],
                    reason: "A user's feed.",
                    location: ::cache_runtime::__private::Location {
                        file: ::core::file!(),
                        line: ::core::line!(),
                        module: ::core::module_path!(),
                    },
                }
            },
            template: "user/<user_id>/feed/page_<page>",
            segments: &[
                ::cache_runtime::__private::Segment::Text("user"),
                ::cache_runtime::__private::Segment::Around(
                    "",
                    <i64 as ::cache_runtime::CacheKey>::CLASS,
                    "",
                ),
                ::cache_runtime::__private::Segment::Text("feed"),
                ::cache_runtime::__private::Segment::Around(
                    "page_",
                    <u32 as ::cache_runtime::CacheKey>::CLASS,
                    "",
                ),
            ],
            value: "Arc<Vec<Post>>",
            policy: ::cache_runtime::__private::in_caller(
                ::cache_runtime::__private::Policy::new(
                        ::cache_runtime::__private::millis(3600000u64),
                    )
                    .none_ttl(
                        ::core::option::Option::Some(
                            ::cache_runtime::__private::millis(5000u64),
                        ),
                    ),
            ),
            reason: "A user's feed.",
            location: ::cache_runtime::__private::Location {
                file: ::core::file!(),
                line: ::core::line!(),
                module: ::core::module_path!(),
            },
            loads: true,
            tags: &[],
        };
        ::cache_runtime::__private::Site::new(__declaration, &TALLY)
    };
    ::cache_runtime::__private::register!(& SITE);
    &SITE
}
