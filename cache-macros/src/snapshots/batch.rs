#[allow(clippy::too_many_lines)]
async fn profiles(
    db: &Db,
    tenant: String,
    ids: &[i64],
) -> Result<HashMap<i64, Profile>, DbError> {
    ::cache_runtime::__private::batch_result(
            ::cache_runtime::__private::Batch::<Profile>::new(__profiles_entries()),
            &ids[..],
            |ids: &i64| {
                let mut __key = ::cache_runtime::__private::KeyWriter::empty();
                __key.begin("user:v1");
                __key.literal(":tenant:");
                <String as ::cache_runtime::CacheKey>::render(&tenant, &mut __key);
                __key.literal(":profile:");
                <i64 as ::cache_runtime::CacheKey>::render(&ids, &mut __key);
                __key.finish()
            },
            ::cache_runtime::__private::share_of!(DbError),
            |ids: ::std::vec::Vec<i64>| {
                let tenant = ::core::clone::Clone::clone(&tenant);
                async move { profiles_uncached(db, tenant, &ids).await }
            },
        )
        .await
}
/// The body of [`profiles`], past the cache.
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
async fn profiles_uncached(
    db: &Db,
    tenant: String,
    ids: &[i64],
) -> Result<HashMap<i64, Profile>, DbError> {
    db.profiles(&tenant, ids).await
}
/// The cache entry of [`profiles`].
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
fn profiles_entry(
    tenant: String,
    ids: i64,
) -> ::cache_runtime::Entry<Profile, ::cache_runtime::kind::Ttl> {
    ::cache_runtime::__private::entry(
        __profiles_entries(),
        {
            let mut __key = ::cache_runtime::__private::KeyWriter::empty();
            __key.begin("user:v1");
            __key.literal(":tenant:");
            <String as ::cache_runtime::CacheKey>::render(&tenant, &mut __key);
            __key.literal(":profile:");
            <i64 as ::cache_runtime::CacheKey>::render(&ids, &mut __key);
            __key.finish()
        },
    )
}
/// The cache entries of [`profiles`]: `Any` stands for every value of a part.
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
fn profiles_pattern(
    tenant: impl ::cache_runtime::__private::KeyMatch<String>,
    ids: impl ::cache_runtime::__private::KeyMatch<i64>,
) -> ::cache_runtime::EntryPattern {
    let mut __pattern = ::cache_runtime::__private::PatternWriter::new("user:v1");
    __pattern.literal(":tenant:");
    __pattern.part::<String, _>(&tenant);
    __pattern.literal(":profile:");
    __pattern.part::<i64, _>(&ids);
    __pattern.finish(::cache_runtime::Cache::installed(), __profiles_site())
}
#[doc(hidden)]
#[allow(dead_code, clippy::all, clippy::pedantic, clippy::nursery)]
#[inline]
fn __profiles_entries() -> ::cache_runtime::__private::Entries<'static> {
    ::cache_runtime::__private::Entries::new(
        __profiles_site(),
        ::cache_runtime::Cache::installed(),
        ::cache_runtime::__private::schema_of!(Profile),
    )
}
#[doc(hidden)]
#[allow(dead_code, clippy::all, clippy::pedantic, clippy::nursery)]
const fn __profiles_site() -> &'static ::cache_runtime::__private::Site {
    static TALLY: ::cache_runtime::__private::Tally = ::cache_runtime::__private::Tally::new();
    static SITE: ::cache_runtime::__private::Site = {
        ::cache_runtime::__private::assert_plain!(Profile);
        let __declaration = ::cache_runtime::__private::Declaration {
            name: "profiles",
            strategy: const {
                &::cache_runtime::__private::Strategy {
                    name: "",
                    namespace: "user",
                    version: 1u32,
                    prefix: "user:v1",
                    kind: ::cache_runtime::__private::KindName::Ttl,
                    policy: ::cache_runtime::__private::Policy::new(
                        ::cache_runtime::__private::millis(3600000u64),
                    ),
                    fields: &[],
                    reason: "",
                    location: ::cache_runtime::__private::Location {
                        file: ::core::file!(),
                        line: ::core::line!(),
                        module: ::core::module_path!(),
                    },
                }
            },
            template: "tenant/<tenant>/profile/<ids>",
            segments: &[
                ::cache_runtime::__private::Segment::Text("tenant"),
                ::cache_runtime::__private::Segment::Around(
                    "",
                    <String as ::cache_runtime::CacheKey>::CLASS,
                    "",
                ),
                ::cache_runtime::__private::Segment::Text("profile"),
                ::cache_runtime::__private::Segment::Around(
                    "",
                    <i64 as ::cache_runtime::CacheKey>::CLASS,
                    "",
                ),
            ],
            value: "Profile",
            policy: ::cache_runtime::__private::in_batch(
                ::cache_runtime::__private::Policy::new(
                    ::cache_runtime::__private::millis(3600000u64),
                ),
            ),
            reason: "",
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
