#[allow(clippy::too_many_lines)]
fn fib(n: u64) -> Result<u64, String> {
    let __key = {
        let __brief = ::cache_runtime::__private::Brief::new()
            .and(<u64 as ::cache_runtime::CacheKey>::number(&n));
        if let ::core::option::Option::Some(__hit) = ::cache_runtime::__private::again(
            ::cache_runtime::__private::Fallible,
            __fib_entries(),
            __brief,
        ) {
            return __hit;
        }
        let mut __key = ::cache_runtime::__private::KeyWriter::empty();
        __key.begin("math:v1");
        __key.literal(":fib:");
        <u64 as ::cache_runtime::CacheKey>::render(&n, &mut __key);
        if let ::core::option::Option::Some(__hit) = ::cache_runtime::__private::here(
            ::cache_runtime::__private::Fallible,
            __fib_entries(),
            ::core::option::Option::Some(__brief),
            &mut __key,
        ) {
            return __hit;
        }
        __key.finish()
    };
    let __loaded = ::cache_runtime::__private::memo(
        ::cache_runtime::__private::Fallible,
        __fib_entries().at(&__key),
        ::cache_runtime::__private::share_of!(String),
        move || fib_uncached(n),
    );
    __loaded
}
/// The body of [`fib`], past the cache.
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
fn fib_uncached(n: u64) -> Result<u64, String> {
    Ok(if n < 2 { n } else { fib(n - 1)? + fib(n - 2)? })
}
/// The cache entry of [`fib`].
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
fn fib_entry(n: u64) -> ::cache_runtime::SyncEntry<u64, ::cache_runtime::kind::Ttl> {
    ::cache_runtime::SyncEntry::new(
        ::cache_runtime::__private::entry(
            __fib_entries(),
            {
                let mut __key = ::cache_runtime::__private::KeyWriter::empty();
                __key.begin("math:v1");
                __key.literal(":fib:");
                <u64 as ::cache_runtime::CacheKey>::render(&n, &mut __key);
                __key.finish()
            },
        ),
    )
}
/// The cache entries of [`fib`]: `Any` stands for every value of a part.
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
fn fib_pattern(
    n: impl ::cache_runtime::__private::KeyMatch<u64>,
) -> ::cache_runtime::SyncEntryPattern {
    let mut __pattern = ::cache_runtime::__private::PatternWriter::new("math:v1");
    __pattern.literal(":fib:");
    __pattern.part::<u64, _>(&n);
    ::cache_runtime::SyncEntryPattern::new(
        __pattern
            .finish(
                ::cache_runtime::__private::in_process(
                    ::cache_runtime::Cache::installed(),
                ),
                __fib_site(),
            ),
    )
}
#[doc(hidden)]
#[allow(dead_code, clippy::all, clippy::pedantic, clippy::nursery)]
#[inline]
fn __fib_entries() -> ::cache_runtime::__private::Entries<'static> {
    ::cache_runtime::__private::Entries::new(
        __fib_site(),
        ::cache_runtime::__private::in_process(::cache_runtime::Cache::installed()),
        ::cache_runtime::__private::schema_of!(u64),
    )
}
#[doc(hidden)]
#[allow(dead_code, clippy::all, clippy::pedantic, clippy::nursery)]
const fn __fib_site() -> &'static ::cache_runtime::__private::Site {
    static TALLY: ::cache_runtime::__private::Tally = ::cache_runtime::__private::Tally::new();
    static SITE: ::cache_runtime::__private::Site = {
        ::cache_runtime::__private::assert_plain!(u64);
        let __declaration = ::cache_runtime::__private::Declaration {
            name: "fib",
            strategy: const {
                &::cache_runtime::__private::Strategy {
                    name: "",
                    namespace: "math",
                    version: 1u32,
                    prefix: "math:v1",
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
            template: "fib/<n>",
            segments: &[
                ::cache_runtime::__private::Segment::Text("fib"),
                ::cache_runtime::__private::Segment::Around(
                    "",
                    <u64 as ::cache_runtime::CacheKey>::CLASS,
                    "",
                ),
            ],
            value: "u64",
            policy: ::cache_runtime::__private::in_thread(
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
