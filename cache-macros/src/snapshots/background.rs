impl Messages {
    #[allow(clippy::too_many_lines)]
    async fn messages(
        &self,
        db: &Db,
        id: i64,
        name: &str,
        by: impl Fn() + Send + 'static,
    ) -> Result<Vec<Message>, DbError> {
        let __key = {
            let mut __key = ::cache_runtime::__private::KeyWriter::empty();
            __key.begin(<Self as ::cache_runtime::CacheStrategy>::STRATEGY.prefix);
            <Self as ::cache_runtime::CacheStrategy>::render_fields(self, &mut __key);
            __key.literal(":conversation:");
            <i64 as ::cache_runtime::CacheKey>::render(&id, &mut __key);
            __key.separator();
            <&str as ::cache_runtime::CacheKey>::render(&name, &mut __key);
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
        let __loaded = ::cache_runtime::__private::load_owned(
                ::cache_runtime::__private::Fallible,
                Self::__messages_entries(self).at(&__key),
                ::cache_runtime::__private::share_of!(DbError),
                ::cache_runtime::__private::timed_out!(DbError),
                move || {
                    let __this = {
                        ::cache_runtime::__private::can_own::<Self>();
                        ::cache_runtime::__private::own(self)
                    };
                    let __db = {
                        ::cache_runtime::__private::can_own::<Db>();
                        ::cache_runtime::__private::own(db)
                    };
                    let __id = {
                        ::cache_runtime::__private::can_carry::<i64>();
                        ::cache_runtime::__private::carry(id)
                    };
                    let __name = {
                        ::cache_runtime::__private::can_own::<str>();
                        ::cache_runtime::__private::own(name)
                    };
                    let __by = ::cache_runtime::__private::carry(by);
                    ::cache_runtime::__private::in_task(async move {
                        Self::messages_uncached(&__this, &__db, __id, &__name, __by)
                            .await
                    })
                },
            )
            .await;
        __loaded
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
    async fn messages_uncached(
        &self,
        db: &Db,
        id: i64,
        name: &str,
        by: impl Fn() + Send + 'static,
    ) -> Result<Vec<Message>, DbError> {
        self.latest(db, id, name, by).await
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
    fn messages_entry(
        &self,
        id: i64,
        name: &str,
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
                __key.separator();
                <&str as ::cache_runtime::CacheKey>::render(&name, &mut __key);
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
    fn messages_pattern<'__0>(
        &self,
        id: impl ::cache_runtime::__private::KeyMatch<i64>,
        name: impl ::cache_runtime::__private::KeyMatch<&'__0 str>,
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
        __pattern.separator();
        __pattern.part::<&'__0 str, _>(&name);
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
                    .stale_while_revalidate(
                        ::core::option::Option::Some(
                            ::cache_runtime::__private::millis(600000u64),
                        ),
                    )
                    .load_timeout(
                        ::core::option::Option::Some(
                            ::cache_runtime::__private::millis(2000u64),
                        ),
                    ),
                ::cache_runtime::__private::has_schema!(Vec < Message >),
            );
            let __declaration = ::cache_runtime::__private::Declaration {
                name: "messages",
                strategy: <Messages as ::cache_runtime::CacheStrategy>::STRATEGY,
                template: "conversation/<id>/<name>",
                segments: &[
                    ::cache_runtime::__private::Segment::Text("conversation"),
                    ::cache_runtime::__private::Segment::Around(
                        "",
                        <i64 as ::cache_runtime::CacheKey>::CLASS,
                        "",
                    ),
                    ::cache_runtime::__private::Segment::Around(
                        "",
                        <&str as ::cache_runtime::CacheKey>::CLASS,
                        "",
                    ),
                ],
                value: "Vec<Message>",
                policy: ::cache_runtime::__private::in_background(
                    <Messages as ::cache_runtime::CacheStrategy>::STRATEGY
                        .policy
                        .stale_while_revalidate(
                            ::core::option::Option::Some(
                                ::cache_runtime::__private::millis(600000u64),
                            ),
                        )
                        .load_timeout(
                            ::core::option::Option::Some(
                                ::cache_runtime::__private::millis(2000u64),
                            ),
                        ),
                    ::cache_runtime::__private::times_out!(DbError),
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
::cache_runtime::__private::register!(< Messages > ::__messages_site(),);
#[cached(__used)]
const _: () = ();
