//! What a load in the background takes along.

use std::future::Future;

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
