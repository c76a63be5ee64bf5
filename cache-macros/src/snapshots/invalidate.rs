async fn rename(author: Author) -> String {
    #[cache_put(__used)]
    const _: () = ();
    let __guard = ::cache_runtime::__private::Invalidations::new()
        .pattern(
            &{
                let __argument0 = ::core::clone::Clone::clone(&(author.id));
                feed::user_feed_pattern(__argument0, ::cache_runtime::Any)
            },
        )
        .on_success()
        .arm();
    let __out = {
        let __target = {
            let __argument0 = ::core::clone::Clone::clone(&(author.id));
            name_entry(__argument0)
        };
        let __entry: ::cache_runtime::Entry<String, _> = __target;
        __entry
            .write_value(move || async move {
                #[allow(
                    unreachable_code,
                    unused_variables,
                    clippy::all,
                    clippy::pedantic,
                    clippy::nursery
                )]
                if false {
                    let __never: String = loop {};
                    return __never;
                }
                { author.rename().await }
            })
            .await
    };
    ::cache_runtime::__private::InvalidateGuard::finish(
            __guard,
            ::cache_runtime::__private::succeeded!(& __out),
        )
        .await;
    __out
}
