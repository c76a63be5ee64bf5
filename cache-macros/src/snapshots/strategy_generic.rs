pub struct Service<R> {
    repository: R,
}
#[doc(hidden)]
#[allow(non_upper_case_globals, dead_code, unreachable_pub)]
pub const Service: &'static ::cache_runtime::__private::Strategy = &::cache_runtime::__private::Strategy {
    name: "Service",
    namespace: "x",
    version: 1u32,
    prefix: "x:v1",
    kind: ::cache_runtime::__private::KindName::Ttl,
    policy: ::cache_runtime::__private::Policy::new(
        ::cache_runtime::__private::millis(60000u64),
    ),
    fields: &[],
    reason: "",
    location: ::cache_runtime::__private::Location {
        file: ::core::file!(),
        line: ::core::line!(),
        module: ::core::module_path!(),
    },
};
impl<R> ::cache_runtime::CacheStrategy for Service<R>
where
    Self: ::core::marker::Send + ::core::marker::Sync,
{
    type Kind = ::cache_runtime::kind::Ttl;
    const STRATEGY: &'static ::cache_runtime::__private::Strategy = Service;
}
impl<R> ::cache_runtime::__private::AnyThread for Service<R>
where
    Self: ::core::marker::Send + ::core::marker::Sync,
{}
impl<R> ::cache_runtime::kind::IsTtl for Service<R>
where
    Self: ::core::marker::Send + ::core::marker::Sync,
{}
::cache_runtime::__private::register_strategy!(Service);
