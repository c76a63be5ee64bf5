#[async_trait]
impl Repo for PgRepo {
    type Error = DbError;
    #[allow(clippy::too_many_lines)]
    async fn row(&self, id: u64) -> Result<Option<Row>, Self::Error> {
        let __key = {
            let mut __key = ::cache_runtime::__private::KeyWriter::empty();
            __key.begin(<Self as ::cache_runtime::CacheStrategy>::STRATEGY.prefix);
            <Self as ::cache_runtime::CacheStrategy>::render_fields(self, &mut __key);
            __key.literal(":row:");
            <u64 as ::cache_runtime::CacheKey>::render(&id, &mut __key);
            if let ::core::option::Option::Some(__hit) = ::cache_runtime::__private::here(
                ::cache_runtime::__private::FallibleOptional,
                Self::__row_entries(self),
                ::core::option::Option::None,
                &mut __key,
            ) {
                return __hit;
            }
            __key.finish()
        };
        let __loaded = ::cache_runtime::__private::read(
                ::cache_runtime::__private::FallibleOptional,
                Self::__row_entries(self).at(&__key),
                ::cache_runtime::__private::share_of!(Self::Error),
            )
            .through(::core::pin::pin!(Self::row_uncached(self, id)))
            .await;
        __loaded
    }
}
impl PgRepo {
    /// The body of `row`, past the cache.
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
    pub async fn row_uncached(
        &self,
        id: u64,
    ) -> Result<Option<Row>, <Self as Repo>::Error> {
        self.find(id).await.map_err(<Self as Repo>::Error::from)
    }
    /// The cache entry of `row`.
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
    pub fn row_entry(
        &self,
        id: u64,
    ) -> ::cache_runtime::Entry<Row, <Self as ::cache_runtime::CacheStrategy>::Kind> {
        ::cache_runtime::__private::entry(
            Self::__row_entries(self),
            {
                let mut __key = ::cache_runtime::__private::KeyWriter::empty();
                __key.begin(<Self as ::cache_runtime::CacheStrategy>::STRATEGY.prefix);
                <Self as ::cache_runtime::CacheStrategy>::render_fields(
                    self,
                    &mut __key,
                );
                __key.literal(":row:");
                <u64 as ::cache_runtime::CacheKey>::render(&id, &mut __key);
                __key.finish()
            },
        )
    }
    /// The cache entries of `row`: `Any` stands for every value of a part.
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
    pub fn row_pattern(
        &self,
        id: impl ::cache_runtime::__private::KeyMatch<u64>,
    ) -> ::cache_runtime::EntryPattern {
        let mut __pattern = ::cache_runtime::__private::PatternWriter::new(
            <Self as ::cache_runtime::CacheStrategy>::STRATEGY.prefix,
        );
        <Self as ::cache_runtime::CacheStrategy>::render_fields(
            self,
            __pattern.fields(),
        );
        __pattern.literal(":row:");
        __pattern.part::<u64, _>(&id);
        __pattern
            .finish(
                <Self as ::cache_runtime::CacheStrategy>::cache(self),
                Self::__row_site(),
            )
    }
    #[doc(hidden)]
    #[allow(dead_code, clippy::all, clippy::pedantic, clippy::nursery)]
    #[inline]
    fn __row_entries(&self) -> ::cache_runtime::__private::Entries<'_> {
        ::cache_runtime::__private::Entries::new(
            Self::__row_site(),
            <Self as ::cache_runtime::CacheStrategy>::cache(self),
            ::cache_runtime::__private::schema_of!(Row),
        )
    }
    #[doc(hidden)]
    #[allow(dead_code, clippy::all, clippy::pedantic, clippy::nursery)]
    const fn __row_site() -> &'static ::cache_runtime::__private::Site {
        static TALLY: ::cache_runtime::__private::Tally = ::cache_runtime::__private::Tally::new();
        static SITE: ::cache_runtime::__private::Site = {
            ::cache_runtime::__private::assert_plain!(Row);
            ::cache_runtime::__private::require_schema(
                <PgRepo as ::cache_runtime::CacheStrategy>::STRATEGY.policy,
                ::cache_runtime::__private::has_schema!(Row),
            );
            let __declaration = ::cache_runtime::__private::Declaration {
                name: "row",
                strategy: <PgRepo as ::cache_runtime::CacheStrategy>::STRATEGY,
                template: "row/<id>",
                segments: &[
                    ::cache_runtime::__private::Segment::Text("row"),
                    ::cache_runtime::__private::Segment::Around(
                        "",
                        <u64 as ::cache_runtime::CacheKey>::CLASS,
                        "",
                    ),
                ],
                value: "Row",
                policy: ::cache_runtime::__private::in_caller(
                    <PgRepo as ::cache_runtime::CacheStrategy>::STRATEGY.policy,
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
        &SITE
    }
}
::cache_runtime::__private::register!(< PgRepo > ::__row_site(),);
#[cached(__used)]
const _: () = ();
