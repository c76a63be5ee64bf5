#[allow(clippy::too_many_lines)]
async fn find<'a, T, S: Source<T>, const N: usize>(
    source: &S,
    req: &'a Request,
    name: &str,
) -> anyhow::Result<T>
where
    T: Value + From<S> + KeyType,
{
    let __key = {
        let mut __key = my::runtime::__private::KeyWriter::empty();
        __key.begin(<Feed as my::runtime::CacheStrategy>::STRATEGY.prefix);
        __key.separator();
        <T as my::runtime::KeyType>::render_type(&mut __key);
        __key.separator();
        __key.part(&N);
        __key.separator();
        __key.part(&req.user.id);
        __key.separator();
        <&str as my::runtime::CacheKey>::render(&name, &mut __key);
        if let ::core::option::Option::Some(__hit) = my::runtime::__private::here(
            my::runtime::__private::Fallible,
            __find_entries::<T>(),
            ::core::option::Option::None,
            &mut __key,
        ) {
            return __hit;
        }
        __key.finish()
    };
    let __loaded = my::runtime::__private::read(
            my::runtime::__private::Fallible,
            __find_entries::<T>().at(&__key),
            my::runtime::__private::share_of!(
                < anyhow::Result < T > as my::runtime::__private::IsResult > ::Err
            ),
        )
        .through(::core::pin::pin!(find_uncached:: < T, S, N > (source, req, name)))
        .await;
    __loaded
}
/// The body of [`find`], past the cache.
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
async fn find_uncached<'a, T, S: Source<T>, const N: usize>(
    source: &S,
    req: &'a Request,
    name: &str,
) -> anyhow::Result<T>
where
    T: Value + From<S> + KeyType,
{
    source.find()
}
/// The cache entry of [`find`].
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
fn find_entry<'a, T, const N: usize>(
    req: &'a Request,
    name: &str,
) -> my::runtime::Entry<T, <Feed as my::runtime::CacheStrategy>::Kind>
where
    T: Value + KeyType,
{
    const {
        my::runtime::__private::assert_plain!(T);
        my::runtime::__private::require_schema(
            <Feed as my::runtime::CacheStrategy>::STRATEGY.policy,
            my::runtime::__private::has_schema!(T),
        );
    }
    my::runtime::__private::entry(
        __find_entries::<T>(),
        {
            let mut __key = my::runtime::__private::KeyWriter::empty();
            __key.begin(<Feed as my::runtime::CacheStrategy>::STRATEGY.prefix);
            __key.separator();
            <T as my::runtime::KeyType>::render_type(&mut __key);
            __key.separator();
            __key.part(&N);
            __key.separator();
            __key.part(&req.user.id);
            __key.separator();
            <&str as my::runtime::CacheKey>::render(&name, &mut __key);
            __key.finish()
        },
    )
}
/// The cache entries of [`find`]: `Any` stands for every value of a part.
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
fn find_pattern<'__0, T, const N: usize>(
    req_user_id: impl my::runtime::PatternPart,
    name: impl my::runtime::__private::KeyMatch<&'__0 str>,
) -> my::runtime::EntryPattern
where
    T: Value + KeyType,
{
    let mut __pattern = my::runtime::__private::PatternWriter::new(
        <Feed as my::runtime::CacheStrategy>::STRATEGY.prefix,
    );
    __pattern.separator();
    let _ = <T as my::runtime::KeyType>::render_type;
    __pattern.type_part::<T>();
    __pattern.separator();
    __pattern.part::<usize, usize>(&N);
    __pattern.separator();
    my::runtime::PatternPart::render(&req_user_id, &mut __pattern);
    __pattern.separator();
    __pattern.part::<&'__0 str, _>(&name);
    __pattern.finish(my::runtime::Cache::installed(), __find_site())
}
#[doc(hidden)]
#[allow(dead_code, clippy::all, clippy::pedantic, clippy::nursery)]
#[inline]
fn __find_entries<T>() -> my::runtime::__private::Entries<'static>
where
    T: Value + KeyType,
{
    my::runtime::__private::Entries::new(
        __find_site(),
        my::runtime::Cache::installed(),
        my::runtime::__private::schema_of!(T),
    )
}
#[doc(hidden)]
#[allow(dead_code, clippy::all, clippy::pedantic, clippy::nursery)]
const fn __find_site() -> &'static my::runtime::__private::Site {
    const _: () = ::core::assert!(
        < Feed as my::runtime::CacheStrategy > ::STRATEGY.fields.is_empty(),
        "this strategy has `#[key]` fields, and a free function has no `self` to take them from: make it a method"
    );
    static TALLY: my::runtime::__private::Tally = my::runtime::__private::Tally::new();
    static SITE: my::runtime::__private::Site = {
        let __declaration = my::runtime::__private::Declaration {
            name: "find",
            strategy: <Feed as my::runtime::CacheStrategy>::STRATEGY,
            template: "<T>/<N>/<req.user.id>/<name>",
            segments: &[
                my::runtime::__private::Segment::Around(
                    "",
                    my::runtime::__private::CharClass::ANY,
                    "",
                ),
                my::runtime::__private::Segment::Around(
                    "",
                    <usize as my::runtime::CacheKey>::CLASS,
                    "",
                ),
                my::runtime::__private::Segment::Around(
                    "",
                    my::runtime::__private::CharClass::ANY,
                    "",
                ),
                my::runtime::__private::Segment::Around(
                    "",
                    <&str as my::runtime::CacheKey>::CLASS,
                    "",
                ),
            ],
            value: "T",
            policy: my::runtime::__private::in_caller(
                <Feed as my::runtime::CacheStrategy>::STRATEGY.policy,
            ),
            reason: "",
            location: my::runtime::__private::Location {
                file: ::core::file!(),
                line: ::core::line!(),
                module: ::core::module_path!(),
            },
            loads: true,
            tags: &[],
        };
        my::runtime::__private::Site::new(__declaration, &TALLY)
    };
    my::runtime::__private::register!(& SITE);
    &SITE
}
