impl Feed {
    #[allow(clippy::too_many_lines)]
    async fn feed(&self, user_id: u64, page: u32) -> Feed {
        let __key = {
            let mut __key = ::cache_runtime::__private::KeyWriter::empty();
            __key.begin(<Self as ::cache_runtime::CacheStrategy>::STRATEGY.prefix);
            <Self as ::cache_runtime::CacheStrategy>::render_fields(self, &mut __key);
            __key.literal(":user:");
            <u64 as ::cache_runtime::CacheKey>::render(&user_id, &mut __key);
            __key.separator();
            <u32 as ::cache_runtime::CacheKey>::render(&page, &mut __key);
            if let ::core::option::Option::Some(__hit) = ::cache_runtime::__private::here(
                ::cache_runtime::__private::Plain,
                Self::__feed_entries(self),
                ::core::option::Option::None,
                &mut __key,
            ) {
                return __hit;
            }
            __key.finish()
        };
        let __tags = [
            {
                let mut __key = ::cache_runtime::__private::KeyWriter::empty();
                __key
                    .begin_tag(
                        <Self as ::cache_runtime::CacheStrategy>::STRATEGY.prefix,
                    );
                <Self as ::cache_runtime::CacheStrategy>::render_fields(
                    self,
                    &mut __key,
                );
                __key.literal(":user:");
                <u64 as ::cache_runtime::CacheKey>::render(&user_id, &mut __key);
                __key.finish()
            },
            {
                let mut __key = ::cache_runtime::__private::KeyWriter::empty();
                __key
                    .begin_tag(
                        <Self as ::cache_runtime::CacheStrategy>::STRATEGY.prefix,
                    );
                <Self as ::cache_runtime::CacheStrategy>::render_fields(
                    self,
                    &mut __key,
                );
                __key.literal(":feed");
                __key.finish()
            },
        ];
        let __loaded = ::cache_runtime::__private::read(
                ::cache_runtime::__private::Plain,
                Self::__feed_entries(self).at(&__key).tags(&__tags),
                ::cache_runtime::__private::ErrorSharing::never(),
            )
            .through(::core::pin::pin!(Self::feed_uncached(self, user_id, page)))
            .await;
        __loaded
    }
    async fn post(&self, author: Author) {
        let __guard = ::cache_runtime::__private::Invalidations::new()
            .tag(
                <Self as ::cache_runtime::CacheStrategy>::cache(self),
                <Self as ::cache_runtime::CacheStrategy>::STRATEGY,
                {
                    let mut __key = ::cache_runtime::__private::KeyWriter::empty();
                    __key
                        .begin_tag(
                            <Self as ::cache_runtime::CacheStrategy>::STRATEGY.prefix,
                        );
                    <Self as ::cache_runtime::CacheStrategy>::render_fields(
                        self,
                        &mut __key,
                    );
                    __key.literal(":user:");
                    __key.part(&author.id);
                    __key.finish()
                },
            )
            .tag(
                ::cache_runtime::Cache::installed(),
                {
                    const _: () = ::core::assert!(
                        < Home as ::cache_runtime::CacheStrategy > ::STRATEGY.fields
                        .is_empty(),
                        "this strategy has `#[key]` fields, and a free function has no `self` to take them from: make it a method"
                    );
                    <Home as ::cache_runtime::CacheStrategy>::STRATEGY
                },
                {
                    let mut __key = ::cache_runtime::__private::KeyWriter::empty();
                    __key
                        .begin_tag(
                            <Home as ::cache_runtime::CacheStrategy>::STRATEGY.prefix,
                        );
                    __key.literal(":feed");
                    __key.finish()
                },
            )
            .tag(
                ::cache_runtime::Cache::installed(),
                const {
                    &::cache_runtime::__private::Strategy {
                        name: "",
                        namespace: "home",
                        version: 2u32,
                        prefix: "home:v2",
                        kind: ::cache_runtime::__private::KindName::Ttl,
                        policy: ::cache_runtime::__private::Policy::new(
                            ::cache_runtime::__private::millis(1000),
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
                {
                    let mut __key = ::cache_runtime::__private::KeyWriter::empty();
                    __key.begin_tag("home:v2");
                    __key.literal(":all");
                    __key.finish()
                },
            )
            .arm();
        let __out = {
            async move {
                #[allow(
                    unreachable_code,
                    unused_variables,
                    clippy::all,
                    clippy::pedantic,
                    clippy::nursery
                )]
                if false {
                    let __never: () = loop {};
                    return __never;
                }
                { self.store(author).await }
            }
                .await
        };
        ::cache_runtime::__private::InvalidateGuard::finish(
                __guard,
                ::cache_runtime::__private::succeeded!(& __out),
            )
            .await;
        __out
    }
    /// The body of [`Self::feed`], past the cache.
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
    async fn feed_uncached(&self, user_id: u64, page: u32) -> Feed {
        self.load(user_id, page).await
    }
    /// The cache entry of [`Self::feed`].
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
    fn feed_entry(
        &self,
        user_id: u64,
        page: u32,
    ) -> ::cache_runtime::Entry<Feed, <Self as ::cache_runtime::CacheStrategy>::Kind> {
        ::cache_runtime::__private::entry(
                Self::__feed_entries(self),
                {
                    let mut __key = ::cache_runtime::__private::KeyWriter::empty();
                    __key
                        .begin(
                            <Self as ::cache_runtime::CacheStrategy>::STRATEGY.prefix,
                        );
                    <Self as ::cache_runtime::CacheStrategy>::render_fields(
                        self,
                        &mut __key,
                    );
                    __key.literal(":user:");
                    <u64 as ::cache_runtime::CacheKey>::render(&user_id, &mut __key);
                    __key.separator();
                    <u32 as ::cache_runtime::CacheKey>::render(&page, &mut __key);
                    __key.finish()
                },
            )
            .tagged([
                {
                    let mut __key = ::cache_runtime::__private::KeyWriter::empty();
                    __key
                        .begin_tag(
                            <Self as ::cache_runtime::CacheStrategy>::STRATEGY.prefix,
                        );
                    <Self as ::cache_runtime::CacheStrategy>::render_fields(
                        self,
                        &mut __key,
                    );
                    __key.literal(":user:");
                    <u64 as ::cache_runtime::CacheKey>::render(&user_id, &mut __key);
                    __key.finish()
                },
                {
                    let mut __key = ::cache_runtime::__private::KeyWriter::empty();
                    __key
                        .begin_tag(
                            <Self as ::cache_runtime::CacheStrategy>::STRATEGY.prefix,
                        );
                    <Self as ::cache_runtime::CacheStrategy>::render_fields(
                        self,
                        &mut __key,
                    );
                    __key.literal(":feed");
                    __key.finish()
                },
            ])
    }
    /// The cache entries of [`Self::feed`]: `Any` stands for every value of a part.
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
    fn feed_pattern(
        &self,
        user_id: impl ::cache_runtime::__private::KeyMatch<u64>,
        page: impl ::cache_runtime::__private::KeyMatch<u32>,
    ) -> ::cache_runtime::EntryPattern {
        let mut __pattern = ::cache_runtime::__private::PatternWriter::new(
            <Self as ::cache_runtime::CacheStrategy>::STRATEGY.prefix,
        );
        <Self as ::cache_runtime::CacheStrategy>::render_fields(
            self,
            __pattern.fields(),
        );
        __pattern.literal(":user:");
        __pattern.part::<u64, _>(&user_id);
        __pattern.separator();
        __pattern.part::<u32, _>(&page);
        __pattern
            .finish(
                <Self as ::cache_runtime::CacheStrategy>::cache(self),
                Self::__feed_site(),
            )
    }
    #[doc(hidden)]
    #[allow(dead_code, clippy::all, clippy::pedantic, clippy::nursery)]
    #[inline]
    fn __feed_entries(&self) -> ::cache_runtime::__private::Entries<'_> {
        ::cache_runtime::__private::Entries::new(
            Self::__feed_site(),
            <Self as ::cache_runtime::CacheStrategy>::cache(self),
            ::cache_runtime::__private::schema_of!(Feed),
        )
    }
    #[doc(hidden)]
    #[allow(dead_code, clippy::all, clippy::pedantic, clippy::nursery)]
    const fn __feed_site() -> &'static ::cache_runtime::__private::Site {
        static TALLY: ::cache_runtime::__private::Tally = ::cache_runtime::__private::Tally::new();
        static SITE: ::cache_runtime::__private::Site = {
            ::cache_runtime::__private::assert_plain!(Feed);
            ::cache_runtime::__private::require_schema(
                <Feed as ::cache_runtime::CacheStrategy>::STRATEGY.policy,
                ::cache_runtime::__private::has_schema!(Feed),
            );
            let __declaration = ::cache_runtime::__private::Declaration {
                name: "feed",
                strategy: <Feed as ::cache_runtime::CacheStrategy>::STRATEGY,
                template: "user/<user_id>/<page>",
                segments: &[
                    ::cache_runtime::__private::Segment::Text("user"),
                    ::cache_runtime::__private::Segment::Around(
                        "",
                        <u64 as ::cache_runtime::CacheKey>::CLASS,
                        "",
                    ),
                    ::cache_runtime::__private::Segment::Around(
                        "",
                        <u32 as ::cache_runtime::CacheKey>::CLASS,
                        "",
                    ),
                ],
                value: "Feed",
                policy: ::cache_runtime::__private::in_caller(
                    <Feed as ::cache_runtime::CacheStrategy>::STRATEGY.policy,
                ),
                reason: "",
                location: ::cache_runtime::__private::Location {
                    file: ::core::file!(),
                    line: ::core::line!(),
                    module: ::core::module_path!(),
                },
                loads: true,
                tags: &["user/<user_id>", "feed"],
            };
            ::cache_runtime::__private::Site::new(__declaration, &TALLY)
        };
        &SITE
    }
}
::cache_runtime::__private::register!(< Feed > ::__feed_site(),);
#[cached(__used)]
const _: () = ();
#[cache_invalidate(__used)]
const _: () = ();
