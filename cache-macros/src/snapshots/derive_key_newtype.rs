#[automatically_derived]
impl<T: ::cache_runtime::CacheKey> ::cache_runtime::CacheKey for Id<T> {
    const CLASS: ::cache_runtime::__private::CharClass = <T as ::cache_runtime::CacheKey>::CLASS;
    const NULLABLE: bool = <T as ::cache_runtime::CacheKey>::NULLABLE;
    const MAX_LEN: ::core::option::Option<usize> = <T as ::cache_runtime::CacheKey>::MAX_LEN;
    fn render(&self, __key: &mut ::cache_runtime::__private::KeyWriter) {
        <T as ::cache_runtime::CacheKey>::render(&self.0, __key);
    }
}
