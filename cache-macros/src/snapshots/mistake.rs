pub async fn feed(id: i64) -> Vec<Post> {
    load(id).await
}
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
#[allow(unused)]
pub async fn feed_uncached(id: i64) -> Vec<Post> {
    loop {}
}
/// The cache entry of [`feed`].
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
pub fn feed_entry(
    id: i64,
) -> ::cache_runtime::Entry<Vec<Post>, ::cache_runtime::kind::Ttl> {
    loop {}
}
/// The cache entries of [`feed`]: `Any` stands for every value of a part.
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
pub fn feed_pattern(
    id: impl ::cache_runtime::__private::KeyMatch<i64>,
) -> ::cache_runtime::EntryPattern {
    loop {}
}
::core::compile_error! {
    "a duration of zero would keep nothing; write whole seconds (`1800`), or text such as `\"500ms\"`, `\"30m\"`, `\"1h30m\"`, `\"7d\"`"
}
::core::compile_error! {
    "segments are separated by `/`, not by `:`\n\n    \"user:<id>\"\n         ^\n\nwrite `/` here; it is rendered as `:`"
}
