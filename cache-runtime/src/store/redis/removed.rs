//! What an invalidation of many keys has come to. One key that is refused (its user has no right to it, its mark does not fit into
//! the memory any more) must not keep the others.

/// How many values went, and which keys were refused, by their places.
pub(super) struct Removed<E> {
    pub(super) gone: u64,
    pub(super) refused: Vec<(usize, E)>,
}

impl<E> Removed<E> {
    /// Of one answer for each key.
    pub(super) fn of(answers: impl IntoIterator<Item = Result<u64, E>>) -> Removed<E> {
        let mut removed = Removed { gone: 0, refused: Vec::new() };
        for (at, answer) in answers.into_iter().enumerate() {
            match answer {
                Ok(gone) => removed.gone += gone,
                Err(error) => removed.refused.push((at, error)),
            }
        }
        removed
    }

    pub(super) fn map_err<F>(self, change: impl Fn(E) -> F) -> Removed<F> {
        let refused = self.refused.into_iter().map(|(at, error)| (at, change(error))).collect();
        Removed { gone: self.gone, refused }
    }

    /// Of more keys, elsewhere. One that was refused is remembered: it says that not all went.
    pub(super) fn add(&mut self, more: Removed<E>) {
        self.gone += more.gone;
        if self.refused.is_empty() {
            self.refused.extend(more.refused.into_iter().take(1));
        }
    }

    /// How many went, where none was refused.
    pub(super) fn all(self) -> Result<u64, E> {
        self.refused.into_iter().next().map_or(Ok(self.gone), |(_, error)| Err(error))
    }
}
