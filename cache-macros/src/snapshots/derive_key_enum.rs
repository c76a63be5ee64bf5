#[automatically_derived]
impl ::cache_runtime::CacheKey for Filter {
    const CLASS: ::cache_runtime::__private::CharClass = ::cache_runtime::__private::CharClass::ANY;
    fn render(&self, __key: &mut ::cache_runtime::__private::KeyWriter) {
        match self {
            Self::All { .. } => {
                __key.text("All");
            }
            Self::By { 0: __field0, .. } => {
                __key.text("By");
                __key.open();
                <u64 as ::cache_runtime::CacheKey>::render(__field0, __key);
                __key.close();
            }
            Self::Range { from: __field0, to: __field1, .. } => {
                __key.text("Range");
                __key.open();
                <u8 as ::cache_runtime::CacheKey>::render(__field0, __key);
                __key.comma();
                <u8 as ::cache_runtime::CacheKey>::render(__field1, __key);
                __key.close();
            }
        }
    }
}
