/// Recent messages: half an hour.
///
/// More words.
pub struct Messages {
    tenant: u64,
    db: Db,
    cache: Cache,
}
impl ::cache_runtime::CacheStrategy for Messages {
    type Kind = ::cache_runtime::kind::WriteThrough;
    const STRATEGY: &'static ::cache_runtime::__private::Strategy = &::cache_runtime::__private::Strategy {
        name: "Messages",
        namespace: "chat",
        version: 1u32,
        prefix: "chat:v1",
        kind: ::cache_runtime::__private::KindName::WriteThrough,
        policy: ::cache_runtime::__private::Policy::new(
            ::cache_runtime::__private::millis(1800000u64),
        ),
        fields: &["tenant"],
        reason: "Recent messages: half an hour.",
        location: ::cache_runtime::__private::Location {
            file: ::core::file!(),
            line: ::core::line!(),
            module: ::core::module_path!(),
        },
    };
    fn cache(&self) -> &::cache_runtime::Cache {
        &self.cache
    }
    fn render_fields(&self, __key: &mut ::cache_runtime::__private::KeyWriter) {
        __key.separator();
        <u64 as ::cache_runtime::CacheKey>::render(&self.tenant, __key);
    }
}
impl ::cache_runtime::__private::AnyThread for Messages {}
impl ::cache_runtime::kind::IsWriteThrough for Messages {}
::cache_runtime::__private::register_strategy!(
    < Messages as ::cache_runtime::CacheStrategy > ::STRATEGY
);
