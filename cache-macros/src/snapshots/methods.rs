impl Messages {
    /// Recent messages.
    #[allow(clippy::too_many_lines)]
    pub async fn messages(&self, id: i64, page: &str) -> Result<Vec<Message>, DbError> {
        let __key = {
            let mut __key = ::cache_runtime::__private::KeyWriter::empty();
            __key.begin(<Self as ::cache_runtime::CacheStrategy>::STRATEGY.prefix);
            <Self as ::cache_runtime::CacheStrategy>::render_fields(self, &mut __key);
            __key.literal(":conversation:");
            <i64 as ::cache_runtime::CacheKey>::render(&id, &mut __key);
            __key.literal(":page_");
            <&str as ::cache_runtime::CacheKey>::render(&page, &mut __key);
            if let ::core::option::Option::Some(__hit) = ::cache_runtime::__private::here(
                ::cache_runtime::__private::Fallible,
                Self::__messages_entries(self),
                ::core::option::Option::None,
                &mut __key,
            ) {
                return __hit;
            }
            __key.finish()
        };
        let __loaded = ::cache_runtime::__private::read(
                ::cache_runtime::__private::Fallible,
                Self::__messages_entries(self).at(&__key),
                ::cache_runtime::__private::share_of!(DbError),
            )
            .through(::core::pin::pin!(Self::messages_uncached(self, id, page)))
            .await;
        __loaded
    }
    #[must_use]
    #[allow(clippy::double_must_use)]
    fn online(
        &self,
        id: i64,
    ) -> Entry<bool, <Self as ::cache_runtime::CacheStrategy>::Kind> {
        Self::online_entry(self, id)
    }
    fn plain(&self) -> bool {
        true
    }
    /// The body of [`Self::messages`], past the cache.
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
    pub async fn messages_uncached(
        &self,
        id: i64,
        mut page: &str,
    ) -> Result<Vec<Message>, DbError> {
        page = page.trim();
        Ok(self.db.latest(id, page).await?)
    }
    /// The cache entry of [`Self::messages`].
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
    pub fn messages_entry(
        &self,
        id: i64,
        page: &str,
    ) -> ::cache_runtime::Entry<
        Vec<Message>,
        <Self as ::cache_runtime::CacheStrategy>::Kind,
    > {
        ::cache_runtime::__private::entry(
            Self::__messages_entries(self),
            {
                let mut __key = ::cache_runtime::__private::KeyWriter::empty();
                __key.begin(<Self as ::cache_runtime::CacheStrategy>::STRATEGY.prefix);
                <Self as ::cache_runtime::CacheStrategy>::render_fields(
                    self,
                    &mut __key,
                );
                __key.literal(":conversation:");
                <i64 as ::cache_runtime::CacheKey>::render(&id, &mut __key);
                __key.literal(":page_");
                <&str as ::cache_runtime::CacheKey>::render(&page, &mut __key);
                __key.finish()
            },
        )
    }
    /// The cache entries of [`Self::messages`]: `Any` stands for every value of a part.
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
    pub fn messages_pattern<'__0>(
        &self,
        id: impl ::cache_runtime::__private::KeyMatch<i64>,
        page: impl ::cache_runtime::__private::KeyMatch<&'__0 str>,
    ) -> ::cache_runtime::EntryPattern {
        let mut __pattern = ::cache_runtime::__private::PatternWriter::new(
            <Self as ::cache_runtime::CacheStrategy>::STRATEGY.prefix,
        );
        <Self as ::cache_runtime::CacheStrategy>::render_fields(
            self,
            __pattern.fields(),
        );
        __pattern.literal(":conversation:");
        __pattern.part::<i64, _>(&id);
        __pattern.literal(":page_");
        __pattern.part::<&'__0 str, _>(&page);
        __pattern
            .finish(
                <Self as ::cache_runtime::CacheStrategy>::cache(self),
                Self::__messages_site(),
            )
    }
    #[doc(hidden)]
    #[allow(dead_code, clippy::all, clippy::pedantic, clippy::nursery)]
    #[inline]
    fn __messages_entries(&self) -> ::cache_runtime::__private::Entries<'_> {
        ::cache_runtime::__private::Entries::new(
            Self::__messages_site(),
            <Self as ::cache_runtime::CacheStrategy>::cache(self),
            ::cache_runtime::__private::schema_of!(Vec < Message >),
        )
    }
    #[doc(hidden)]
    #[allow(dead_code, clippy::all, clippy::pedantic, clippy::nursery)]
    const fn __messages_site() -> &'static ::cache_runtime::__private::Site {
        static TALLY: ::cache_runtime::__private::Tally = ::cache_runtime::__private::Tally::new();
        static SITE: ::cache_runtime::__private::Site = {
            ::cache_runtime::__private::assert_plain!(Vec < Message >);
            ::cache_runtime::__private::require_schema(
                <Messages as ::cache_runtime::CacheStrategy>::STRATEGY
                    .policy
                    .ttl(::cache_runtime::__private::millis(600000u64)),
                ::cache_runtime::__private::has_schema!(Vec < Message >),
            );
            let __declaration = ::cache_runtime::__private::Declaration {
                name: "messages",
                strategy: <Messages as ::cache_runtime::CacheStrategy>::STRATEGY,
                template: "conversation/<id>/page_<page>",
                segments: &[
                    ::cache_runtime::__private::Segment::Text("conversation"),
                    ::cache_runtime::__private::Segment::Around(
                        "",
                        <i64 as ::cache_runtime::CacheKey>::CLASS,
                        "",
                    ),
                    ::cache_runtime::__private::Segment::Around(
                        "page_",
                        <&str as ::cache_runtime::CacheKey>::CLASS,
                        "",
                    ),
                ],
                value: "Vec<Message>",
                policy: ::cache_runtime::__private::in_caller(
                    <Messages as ::cache_runtime::CacheStrategy>::STRATEGY
                        .policy
                        .ttl(::cache_runtime::__private::millis(600000u64)),
                ),
                reason: "Recent messages.",
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
    /// The cache entry of [`Self::online`].
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
    fn online_entry(
        &self,
        id: i64,
    ) -> ::cache_runtime::Entry<bool, <Self as ::cache_runtime::CacheStrategy>::Kind> {
        ::cache_runtime::__private::assert_value::<bool>();
        ::cache_runtime::__private::entry(
            Self::__online_entries(self),
            {
                let mut __key = ::cache_runtime::__private::KeyWriter::empty();
                __key.begin(<Self as ::cache_runtime::CacheStrategy>::STRATEGY.prefix);
                <Self as ::cache_runtime::CacheStrategy>::render_fields(
                    self,
                    &mut __key,
                );
                __key.literal(":user:");
                <i64 as ::cache_runtime::CacheKey>::render(&id, &mut __key);
                __key.literal(":online");
                __key.finish()
            },
        )
    }
    /// The cache entries of [`Self::online`]: `Any` stands for every value of a part.
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
    fn online_pattern(
        &self,
        id: impl ::cache_runtime::__private::KeyMatch<i64>,
    ) -> ::cache_runtime::EntryPattern {
        let mut __pattern = ::cache_runtime::__private::PatternWriter::new(
            <Self as ::cache_runtime::CacheStrategy>::STRATEGY.prefix,
        );
        <Self as ::cache_runtime::CacheStrategy>::render_fields(
            self,
            __pattern.fields(),
        );
        __pattern.literal(":user:");
        __pattern.part::<i64, _>(&id);
        __pattern.literal(":online");
        __pattern
            .finish(
                <Self as ::cache_runtime::CacheStrategy>::cache(self),
                Self::__online_site(),
            )
    }
    #[doc(hidden)]
    #[allow(dead_code, clippy::all, clippy::pedantic, clippy::nursery)]
    #[inline]
    fn __online_entries(&self) -> ::cache_runtime::__private::Entries<'_> {
        ::cache_runtime::__private::Entries::new(
            Self::__online_site(),
            <Self as ::cache_runtime::CacheStrategy>::cache(self),
            ::cache_runtime::__private::schema_of!(bool),
        )
    }
    #[doc(hidden)]
    #[allow(dead_code, clippy::all, clippy::pedantic, clippy::nursery)]
    const fn __online_site() -> &'static ::cache_runtime::__private::Site {
        static TALLY: ::cache_runtime::__private::Tally = ::cache_runtime::__private::Tally::new();
        static SITE: ::cache_runtime::__private::Site = {
            ::cache_runtime::__private::assert_plain!(bool);
            ::cache_runtime::__private::require_schema(
                <Messages as ::cache_runtime::CacheStrategy>::STRATEGY.policy,
                ::cache_runtime::__private::has_schema!(bool),
            );
            let __declaration = ::cache_runtime::__private::Declaration {
                name: "online",
                strategy: <Messages as ::cache_runtime::CacheStrategy>::STRATEGY,
                template: "user/<id>/online",
                segments: &[
                    ::cache_runtime::__private::Segment::Text("user"),
                    ::cache_runtime::__private::Segment::Around(
                        "",
                        <i64 as ::cache_runtime::CacheKey>::CLASS,
                        "",
                    ),
                    ::cache_runtime::__private::Segment::Text("online"),
                ],
                value: "bool",
                policy: <Messages as ::cache_runtime::CacheStrategy>::STRATEGY.policy,
                reason: "",
                location: ::cache_runtime::__private::Location {
                    file: ::core::file!(),
                    line: ::core::line!(),
                    module: ::core::module_path!(),
                },
                loads: false,
                tags: &[],
            };
            ::cache_runtime::__private::Site::new(__declaration, &TALLY)
        };
        &SITE
    }
}
::cache_runtime::__private::register!(
    < Messages > ::__messages_site(), < Messages > ::__online_site(),
);
#[cached(__used)]
const _: () = ();
#[cached(__used)]
const _: () = ();
