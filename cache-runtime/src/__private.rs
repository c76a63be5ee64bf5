//! What generated code uses, and nothing else should: these names change without notice.

use std::future::Future;
use std::marker::PhantomData;

pub use crate::batch::{Batch, batch_result, batch_value, in_batch};
pub use crate::catalog::{Registered, RegisteredStrategy};
pub use crate::encoding::{require_codec, require_compression, require_schema};
pub use crate::entry::{Entry, EntryPattern};
pub use crate::invalidate::{InvalidateGuard, Invalidations};
pub use crate::key::{CacheKey, CharClass, Key, KeyMatch, KeyType, KeyWriter, PatternWriter};
pub use crate::load::ErrorSharing;
pub use crate::policy::{Declaration, KindName, Location, Placeholder, Policy, Segment, Strategy};
pub use crate::read::Call;
pub use crate::site::Site;
pub use crate::sync::{in_process, in_thread, memo_option, memo_result, memo_result_option, memo_value};
pub use crate::value::{SchemaVisitor, Shape};
pub use inventory;

use std::convert::Infallible;
use std::fmt::Display;
use std::time::Duration;

use crate::cache::Cache;
use crate::entry::{load_some, load_some_owned};
use crate::error::{LoadTimeout, SharedError};
use crate::load::{Load, load, load_owned};
use crate::value::{CacheValue, Value, by_name, by_schema};

/// For the targets in `fuzz/`.
#[cfg(fuzzing)]
pub mod fuzzing {
    pub use crate::fuzzing::{keys, record};
}

/// For the interleaving checker in `tests/`.
#[cfg(feature = "__interleaving")]
pub mod interleaving {
    pub use crate::interleaving::{
        Background, Hook, Standing, age, end_claim, evict, expire, read_owned, set_hook, sibling, standing,
    };
}

/// Puts a site into the catalog.
#[doc(hidden)]
#[macro_export]
macro_rules! __cache_register {
    ($site:expr) => {
        $crate::__private::inventory::submit! { $crate::__private::Registered(&$site) }
    };
}
pub use crate::__cache_register as register;

/// Puts a strategy into the catalog.
#[doc(hidden)]
#[macro_export]
macro_rules! __cache_register_strategy {
    ($strategy:expr) => {
        $crate::__private::inventory::submit! { $crate::__private::RegisteredStrategy($strategy) }
    };
}
pub use crate::__cache_register_strategy as register_strategy;

/// A typed entry.
pub fn entry<V, K>(site: &'static Site, cache: &Cache, key: Key, schema: Shape) -> Entry<V, K> {
    Entry::new(site, cache, key, schema)
}

impl PatternWriter {
    /// Where a strategy appends its key fields.
    pub fn fields(&mut self) -> &mut KeyWriter {
        self.key()
    }

    /// The finished pattern.
    pub fn finish(self, cache: &Cache, site: &'static Site) -> EntryPattern {
        EntryPattern::new(cache, site, self.into_pattern())
    }
}

/// For a function that returns `V`.
pub async fn load_value<V, F, Fut>(call: Call<'_>, loader: F) -> V
where
    V: Value,
    F: FnOnce() -> Fut,
    Fut: Future<Output = V>,
{
    let result: Result<V, Infallible> =
        load_some(call, ErrorSharing::never(), || async { Ok(Load::new(loader().await)) }).await;
    match result {
        Ok(value) => value,
    }
}

/// For a function that returns `Option<V>`.
pub async fn load_option<V, F, Fut>(call: Call<'_>, loader: F) -> Option<V>
where
    V: Value,
    F: FnOnce() -> Fut,
    Fut: Future<Output = Option<V>>,
{
    let result: Result<Option<V>, Infallible> =
        load(call, ErrorSharing::never(), || async { Ok(Load::new(loader().await)) }).await;
    match result {
        Ok(value) => value,
    }
}

/// For a function that returns `Result<V, E>`.
pub async fn load_result<V, E, F, Fut>(call: Call<'_>, sharing: ErrorSharing<E>, loader: F) -> Result<V, E>
where
    V: Value,
    F: FnOnce() -> Fut,
    Fut: Future<Output = Result<V, E>>,
{
    load_some(call, sharing, || async { loader().await.map(Load::new) }).await
}

/// For a function that returns `Result<Option<V>, E>`.
pub async fn load_result_option<V, E, F, Fut>(
    call: Call<'_>,
    sharing: ErrorSharing<E>,
    loader: F,
) -> Result<Option<V>, E>
where
    V: Value,
    F: FnOnce() -> Fut,
    Fut: Future<Output = Result<Option<V>, E>>,
{
    load(call, sharing, || async { loader().await.map(Load::new) }).await
}

/// Milliseconds, as the macros give times.
pub const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// The policy of a function whose loads run inside its callers.
///
/// # Panics
///
/// While it is compiled: where the strategy's defaults ask for more.
#[track_caller] // The error is then at the declaration alone, not here as well.
pub const fn in_caller(policy: Policy) -> Policy {
    assert!(
        !policy.needs_task(),
        "an option of this strategy works in the background: add `background` to `#[cached]`, which clones what this \
         function borrows into a task, or switch the option off here (`stale_while_revalidate = false`)"
    );
    sound(policy)
}

/// The policy of a function whose loads may run in a task; `times_out` says whether its error can tell of a load that took
/// too long.
///
/// # Panics
///
/// While it is compiled: where it does not fit the function, or its options do not go together.
#[track_caller]
pub const fn in_background(policy: Policy, times_out: bool) -> Policy {
    assert!(
        policy.bound().is_none() || times_out,
        "a function with `load_timeout` returns a `Result` whose error implements `From<cache_runtime::LoadTimeout>`; or \
         give `timeout_error = path`, a function that makes the error; or switch the strategy's off (`load_timeout = false`)"
    );
    sound(policy)
}

#[track_caller]
const fn sound(policy: Policy) -> Policy {
    match policy.problem() {
        None => policy,
        Some((setting, _)) => panic_about(setting),
    }
}

/// One attribute alone is checked by the macros; together with its strategy's defaults it may not be sound.
#[track_caller]
#[expect(clippy::panic, reason = "it is the compiler that panics")]
const fn panic_about(setting: &str) -> ! {
    match setting.as_bytes() {
        b"soft_load_timeout" => panic!(
            "`soft_load_timeout` needs a stale window (`stale_if_error` or `stale_while_revalidate`), and has to be shorter \
             than `load_timeout`"
        ),
        _ => panic!("an option of this function is out of range"),
    }
}

/// Where a load in the background runs. It is what can or can't take a type along: asked of the type, the compiler would
/// suggest to borrow it, or to bound it by a name of this module.
pub struct Task;

/// A task that clones what a function borrows. It lends it to the load, so that is `Sync`.
#[diagnostic::on_unimplemented(
    message = "`{T}` can't be cloned into a task",
    label = "borrowed, and a load in the background needs one of its own",
    note = "implement `Clone` for `{T}` (it has to be `Send + Sync + 'static` too), take the parameter owned (an `Arc`, say), or leave the options out that work in the background"
)]
pub trait Own<T: ?Sized> {
    /// The copy. A type of this trait, so that the compiler says once what `T` lacks.
    type Mine: Send + Sync + 'static;

    /// Makes the copy.
    fn own(borrowed: &T) -> Self::Mine;
}

#[diagnostic::do_not_recommend]
impl<T: ToOwned<Owned: Send + Sync + 'static> + ?Sized> Own<T> for Task {
    type Mine = T::Owned;

    fn own(borrowed: &T) -> T::Owned {
        borrowed.to_owned()
    }
}

/// A task that takes along what a function owns.
#[diagnostic::on_unimplemented(
    message = "`{T}` can't be moved into a task",
    label = "a load in the background takes it along",
    note = "it has to be `Send + 'static` (an `Arc` instead of an `Rc`, `impl Trait + Send + 'static`, `T: Send + 'static`); or leave the options out that work in the background"
)]
pub trait Carry<T> {
    /// The type itself, by way of this trait as in [`Own`].
    type Carried: Send + 'static;

    /// Gives it away.
    fn carry(owned: T) -> Self::Carried;
}

#[diagnostic::do_not_recommend]
impl<T: Send + 'static> Carry<T> for Task {
    type Carried = T;

    fn carry(owned: T) -> T {
        owned
    }
}

/// A copy of what a function borrows.
pub fn own<T: ?Sized>(borrowed: &T) -> <Task as Own<T>>::Mine
where
    Task: Own<T>,
{
    Task::own(borrowed)
}

/// What a function owns.
pub fn carry<T>(owned: T) -> <Task as Carry<T>>::Carried
where
    Task: Carry<T>,
{
    Task::carry(owned)
}

/// Refuses what can't be cloned into a task.
pub const fn can_own<T: ?Sized>()
where
    Task: Own<T>,
{
}

/// Refuses what can't be moved into a task.
pub const fn can_carry<T>()
where
    Task: Carry<T>,
{
}

/// A load that can run in a task. Not its own type any more, so that the compiler says once what the body holds and no task
/// can.
pub fn in_task<T>(
    load: impl Future<Output = T> + Send + 'static,
) -> impl Future<Output = T> + Send + 'static {
    load
}

/// For a function that returns `V`, whose loads may run in a task: `make` is called when there is something to load.
pub async fn load_value_owned<V, F, Fut>(call: Call<'_>, make: F) -> V
where
    V: Value,
    F: FnOnce() -> Fut,
    Fut: Future<Output = V> + Send + 'static,
{
    let make = || {
        let load = make();
        async { Ok(Load::new(load.await)) }
    };
    let result: Result<V, Infallible> = load_some_owned(call, ErrorSharing::never(), None, make).await;
    match result {
        Ok(value) => value,
    }
}

/// For a function that returns `Option<V>`.
pub async fn load_option_owned<V, F, Fut>(call: Call<'_>, make: F) -> Option<V>
where
    V: Value,
    F: FnOnce() -> Fut,
    Fut: Future<Output = Option<V>> + Send + 'static,
{
    let make = || {
        let load = make();
        async { Ok(Load::new(load.await)) }
    };
    let result: Result<Option<V>, Infallible> = load_owned(call, ErrorSharing::never(), None, make).await;
    match result {
        Ok(value) => value,
    }
}

/// For a function that returns `Result<V, E>`.
pub async fn load_result_owned<V, E, F, Fut>(
    call: Call<'_>,
    sharing: ErrorSharing<E>,
    timed_out: Option<fn(LoadTimeout) -> E>,
    make: F,
) -> Result<V, E>
where
    V: Value,
    E: Send + 'static,
    F: FnOnce() -> Fut,
    Fut: Future<Output = Result<V, E>> + Send + 'static,
{
    let make = || {
        let load = make();
        async { load.await.map(Load::new) }
    };
    load_some_owned(call, sharing, timed_out, make).await
}

/// For a function that returns `Result<Option<V>, E>`.
pub async fn load_result_option_owned<V, E, F, Fut>(
    call: Call<'_>,
    sharing: ErrorSharing<E>,
    timed_out: Option<fn(LoadTimeout) -> E>,
    make: F,
) -> Result<Option<V>, E>
where
    V: Value,
    E: Send + 'static,
    F: FnOnce() -> Fut,
    Fut: Future<Output = Result<Option<V>, E>> + Send + 'static,
{
    let make = || {
        let load = make();
        async { load.await.map(Load::new) }
    };
    load_owned(call, sharing, timed_out, make).await
}

/// `Result` behind an alias.
pub trait IsResult {
    /// The value's type.
    type Ok;
    /// The error's type.
    type Err;
}

impl<T, E> IsResult for Result<T, E> {
    type Ok = T;
    type Err = E;
}

/// `Option` behind an alias.
pub trait IsOption {
    /// The value's type.
    type Some;
}

impl<T> IsOption for Option<T> {
    type Some = T;
}

/// Refuses a type that can't be cached, at the place where it is written.
pub const fn assert_value<V: Value>() {}

/// Asks what a type can do: by method resolution, which takes the first of several traits whose bounds hold
/// (autoref specialisation, after David Tolnay's case study).
pub struct Probe<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Probe<T> {
    /// A probe for `T`.
    #[expect(clippy::new_without_default, reason = "only generated code makes one")]
    pub const fn new() -> Probe<T> {
        Probe(PhantomData)
    }
}

/// The derived schema, where there is one.
pub trait BySchema {
    /// The function that gives the fingerprint.
    fn schema(&self) -> Shape;
}

impl<V: CacheValue> BySchema for &Probe<V> {
    fn schema(&self) -> Shape {
        by_schema::<V>()
    }
}

/// Else the type's name.
pub trait ByName {
    /// The function that gives the fingerprint.
    fn schema(&self) -> Shape;
}

impl<V: 'static> ByName for Probe<V> {
    fn schema(&self) -> Shape {
        by_name::<V>()
    }
}

/// The function that gives a type's fingerprint.
#[doc(hidden)]
#[macro_export]
macro_rules! __cache_schema_of {
    ($value:ty) => {{
        #[allow(unused_imports)]
        use $crate::__private::{ByName as _, BySchema as _};
        (&&$crate::__private::Probe::<$value>::new()).schema()
    }};
}
pub use crate::__cache_schema_of as schema_of;

impl<V: CacheValue> Probe<V> {
    /// Whether the type has a schema.
    pub const HAS_SCHEMA: bool = true;
}

/// Every other type.
pub trait NoSchema {
    /// Whether the type has a schema.
    const HAS_SCHEMA: bool = false;
}

impl<T: ?Sized> NoSchema for Probe<T> {}

/// Whether a type has a schema.
#[doc(hidden)]
#[macro_export]
macro_rules! __cache_has_schema {
    ($value:ty) => {{
        #[allow(unused_imports)]
        use $crate::__private::NoSchema as _;
        <$crate::__private::Probe<$value>>::HAS_SCHEMA
    }};
}
pub use crate::__cache_has_schema as has_schema;

/// Errors that can be cloned.
pub trait ShareByClone<E> {
    /// How the error is shared.
    fn sharing(&self) -> ErrorSharing<E>;
}

impl<E: Clone + Send + Sync + 'static> ShareByClone<E> for &&Probe<E> {
    fn sharing(&self) -> ErrorSharing<E> {
        ErrorSharing::by(E::clone)
    }
}

/// Else errors that can be made from a message.
pub trait ShareByMessage<E> {
    /// How the error is shared.
    fn sharing(&self) -> ErrorSharing<E>;
}

impl<E: Display + From<SharedError>> ShareByMessage<E> for &Probe<E> {
    fn sharing(&self) -> ErrorSharing<E> {
        ErrorSharing::message()
    }
}

/// Else callers load for themselves.
pub trait ShareNever<E> {
    /// How the error is shared.
    fn sharing(&self) -> ErrorSharing<E>;
}

impl<E> ShareNever<E> for Probe<E> {
    fn sharing(&self) -> ErrorSharing<E> {
        ErrorSharing::never()
    }
}

/// How an error reaches callers that waited.
#[doc(hidden)]
#[macro_export]
macro_rules! __cache_share_of {
    ($error:ty) => {{
        #[allow(unused_imports)]
        use $crate::__private::{ShareByClone as _, ShareByMessage as _, ShareNever as _};
        (&&&$crate::__private::Probe::<$error>::new()).sharing()
    }};
}
pub use crate::__cache_share_of as share_of;

impl<E: From<LoadTimeout>> Probe<E> {
    /// Whether the error can tell of a load that took too long.
    pub const TIMES_OUT: bool = true;

    /// How it does.
    pub const TIMED_OUT: Option<fn(LoadTimeout) -> E> = Some(E::from);
}

/// Every other error.
pub trait NeverTimesOut<E> {
    /// Whether the error can tell of a load that took too long.
    const TIMES_OUT: bool = false;

    /// How it does.
    const TIMED_OUT: Option<fn(LoadTimeout) -> E> = None;
}

impl<E> NeverTimesOut<E> for Probe<E> {}

/// Whether an error can tell of a load that took too long.
#[doc(hidden)]
#[macro_export]
macro_rules! __cache_times_out {
    ($error:ty) => {{
        #[allow(unused_imports)]
        use $crate::__private::NeverTimesOut as _;
        <$crate::__private::Probe<$error>>::TIMES_OUT
    }};
}
pub use crate::__cache_times_out as times_out;

/// How an error tells of a load that took too long.
#[doc(hidden)]
#[macro_export]
macro_rules! __cache_timed_out {
    ($error:ty) => {{
        #[allow(unused_imports)]
        use $crate::__private::NeverTimesOut as _;
        <$crate::__private::Probe<$error>>::TIMED_OUT
    }};
}
pub use crate::__cache_timed_out as timed_out;

impl<T, E> Probe<Result<T, E>> {
    /// Whether the type is a `Result` or an `Option`.
    pub const HIDDEN: bool = true;
}

impl<T> Probe<Option<T>> {
    /// Whether the type is a `Result` or an `Option`.
    pub const HIDDEN: bool = true;
}

/// Every other type.
pub trait Plain {
    /// Whether the type is a `Result` or an `Option`.
    const HIDDEN: bool = false;
}

impl<T: ?Sized> Plain for Probe<T> {}

/// Refuses a `Result` or an `Option` that hides behind an alias: its error, or its `None`, would be cached.
#[doc(hidden)]
#[macro_export]
macro_rules! __cache_assert_plain {
    ($value:ty) => {{
        #[allow(unused_imports)]
        use $crate::__private::Plain as _;
        assert!(
            !<$crate::__private::Probe<$value>>::HIDDEN,
            "this return type is a `Result` or an `Option` behind an alias: add `result` or `option` to the attribute"
        )
    }};
}
pub use crate::__cache_assert_plain as assert_plain;

/// What a function returned.
pub struct Returned<'a, T>(pub &'a T);

/// A `Result`: whether it is `Ok`.
pub trait SucceededResult {
    /// Whether the function succeeded.
    fn succeeded(&self) -> bool;
}

impl<T, E> SucceededResult for &Returned<'_, Result<T, E>> {
    fn succeeded(&self) -> bool {
        self.0.is_ok()
    }
}

/// Anything else has succeeded.
pub trait SucceededAlways {
    /// Whether the function succeeded.
    fn succeeded(&self) -> bool;
}

impl<T> SucceededAlways for Returned<'_, T> {
    fn succeeded(&self) -> bool {
        true
    }
}

/// Whether what a function returned is a success.
#[doc(hidden)]
#[macro_export]
macro_rules! __cache_succeeded {
    ($out:expr) => {{
        #[allow(unused_imports)]
        use $crate::__private::{SucceededAlways as _, SucceededResult as _};
        (&&$crate::__private::Returned($out)).succeeded()
    }};
}
pub use crate::__cache_succeeded as succeeded;
