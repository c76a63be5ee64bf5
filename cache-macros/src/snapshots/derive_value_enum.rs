#[automatically_derived]
impl ::cache_runtime::CacheValue for Author {
    fn schema(__visitor: &mut ::cache_runtime::__private::SchemaVisitor) {
        __visitor
            .item::<
                Self,
            >(
                ::core::concat!(::core::module_path!(), "::", "Author"),
                "",
                |__visitor| {
                    __visitor.variant("Nobody", "", |_| {});
                    __visitor
                        .variant(
                            "Id",
                            "rename = \"id\"",
                            |__visitor| {
                                __visitor
                                    .field(
                                        "0",
                                        "",
                                        <u64 as ::cache_runtime::CacheValue>::schema,
                                    );
                            },
                        );
                },
            );
    }
}
#[automatically_derived]
impl ::cache_runtime::KeyType for Author {
    fn render_type(__key: &mut ::cache_runtime::__private::KeyWriter) {
        __key.text("author");
    }
}
