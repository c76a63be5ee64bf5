//! A look at an entry on a server, as a future by hand: of what a hit costs there beside the client's part, most would be the
//! layers of `async` functions. What it calls on its way is marked `#[inline]`, in other modules too: after a wait in the kernel the
//! code is cold, and each function of its own has to be fetched anew.

use std::any::Any;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::call::Call;
use crate::near::Ticket;
use crate::read::Look;
use crate::record::Found;
use crate::store::redis::{Reading, RedisStore, found};
use crate::store::{AnyStore, Budget, Clock, Store};
use crate::tags::{Standing, names_tags};

/// A look on its way.
pub(crate) struct Looking<'a> {
    store: &'a AnyStore,
    server: &'a RedisStore,
    reading: Reading<'a>,
    clock: Clock,
    ticket: Option<Ticket>,
}

/// A value that names tags, which have to be asked for. It is not kept near: what happened to them before this read is not known.
pub(crate) struct Named<'a> {
    pub(crate) store: &'a AnyStore,
    pub(crate) found: Found,
}

impl<'a> Looking<'a> {
    /// Begins a look. `None`: it takes another kind of look, in another store or at declared tags too.
    #[inline]
    pub(crate) fn begin(call: Call<'a>, store: &'a AnyStore) -> Option<Result<Looking<'a>, Look>> {
        let AnyStore::Redis(server) = store else { return None };
        call.tags.is_empty().then(|| {
            let ticket = call.begin_look(store)?;
            let reading = server.reading(call.key).map_err(|error| call.not_read(error))?;
            Ok(Looking { store, server, reading, clock: Clock::default(), ticket })
        })
    }

    /// A hit may be put into the caller's `place`.
    #[inline]
    pub(crate) fn poll(
        &mut self,
        call: Call<'_>,
        budget: &mut Budget,
        place: Option<&mut dyn Any>,
        context: &mut Context<'_>,
    ) -> Poll<Result<Look, Box<Named<'a>>>> {
        let reading = Pin::new(&mut self.reading);
        let answer = ready!(budget.poll_step(self.server.clock(), &mut self.clock, reading, context));
        Poll::Ready(match answer.and_then(found) {
            Ok(found) if names_tags(&found) => Err(Box::new(Named { store: self.store, found })),
            Ok(found) => {
                let (now, ticket) = (self.server.now(), self.ticket.take());
                Ok(call.look_at(&found, &Standing::default(), now, ticket, place))
            }
            Err(error) => Ok(call.not_read(error)),
        })
    }
}
