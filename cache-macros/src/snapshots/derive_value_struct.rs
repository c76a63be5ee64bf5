#[automatically_derived]
impl<T: ::cache_runtime::CacheValue> ::cache_runtime::CacheValue for Post<T> {
    fn schema(__visitor: &mut ::cache_runtime::__private::SchemaVisitor) {
        __visitor
            .item::<
                Self,
            >(
                ::core::concat!(::core::module_path!(), "::", "Post"),
                "rename_all = \"camelCase\"",
                |__visitor| {
                    __visitor
                        .field("id", "", <i64 as ::cache_runtime::CacheValue>::schema);
                    __visitor
                        .field(
                            "changed",
                            "",
                            <u32 as ::cache_runtime::CacheValue>::schema,
                        );
                    __visitor
                        .field(
                            "items",
                            "default",
                            <Vec<T> as ::cache_runtime::CacheValue>::schema,
                        );
                    __visitor.opaque_field("raw", "", "Foreign", "2");
                },
            );
    }
    fn version(&self) -> ::core::option::Option<u64> {
        ::core::option::Option::Some(
            <u32 as ::cache_runtime::Version>::version(&self.changed),
        )
    }
}
#[automatically_derived]
impl<T: ::cache_runtime::KeyType> ::cache_runtime::KeyType for Post<T> {
    fn render_type(__key: &mut ::cache_runtime::__private::KeyWriter) {
        __key.text(::core::concat!(::core::module_path!(), "::", "Post"));
        __key
            .type_arguments(|__key| {
                <T as ::cache_runtime::KeyType>::render_type(__key);
                __key.comma();
            });
    }
}
