//! Reads that are under way at the same time, gathered into one command.
//!
//! A server and its client spend most of what a small read costs on the command around it: hundreds of reads in one `MGET` cost
//! a fraction of as many `GET`s. Who reads alone must not wait for others who may never come, so nothing here waits for the
//! network or for a clock: a read goes out at once while there are few, and else with all those that were made in the same turn
//! of the scheduler. The busier the process, the more that are. Where thousands want the same key at once, they share its place in
//! the command too: each of them came before it is sent, and that is all that a read has to promise.

use std::mem::take;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{Cmd, ErrorKind, RedisFuture, RedisResult, Value, pipe};
use tokio::sync::oneshot;
use tokio::task::yield_now;
use tokio::time::timeout;

use super::home::Home;

/// So many reads go out each on its own: the fewer there are, the less there is to gain, and a turn of the scheduler to lose.
const ALONE: usize = 4;

/// So many keys are asked for at once. More gain little, and the answer to the last key holds up that to the first.
const MOST: usize = 128;

const GET: &str = "GET";

/// How a server takes many reads at once.
#[derive(Clone, Copy)]
pub(super) enum Together {
    /// One command.
    Mget,
    /// A node of a cluster takes no command for keys of several slots, and says for each key whether it has gone elsewhere.
    Pipeline,
}

pub(super) struct Gather {
    shared: Arc<Shared>,
    home: Home,
}

struct Shared {
    connection: MultiplexedConnection,
    together: Together,
    /// How long a caller waits at the most. What waits for an answer keeps the connection open, also to a peer that has
    /// vanished, and must not do so for ever.
    deadline: Duration,
    /// Reads without an answer yet.
    reading: AtomicUsize,
    waiting: Mutex<Vec<Wanted>>,
}

/// A place in a command, and those who want what is there.
struct Wanted {
    key: Vec<u8>,
    answers: Vec<oneshot::Sender<RedisResult<Value>>>,
}

impl Wanted {
    fn tell(self, answer: &RedisResult<Value>) {
        for wants in self.answers {
            // Whoever has gone meanwhile does not hear it.
            let _ = wants.send(answer.clone());
        }
    }
}

impl Gather {
    pub(super) fn new(
        connection: MultiplexedConnection,
        together: Together,
        deadline: Duration,
        home: Home,
    ) -> Gather {
        let (reading, waiting) = (AtomicUsize::new(0), Mutex::default());
        let shared = Shared { connection, together, deadline, reading, waiting };
        Gather { shared: Arc::new(shared), home }
    }

    /// What stands at a key, as `GET` gives it; but another type may count as nothing. In a box: the room for what the client
    /// makes of it would be each reader's.
    pub(super) fn get<'a>(&self, key: &'a [u8]) -> RedisFuture<'a, Value> {
        let counted = Counted::begin(&self.shared);
        if counted.before < ALONE {
            // The room first: a kilobyte of it, most of which means nothing yet, would be copied into the box for each hit.
            let room = Box::new_uninit();
            let read: Pin<Box<_>> = Box::into_pin(Box::write(room, alone(counted, key)));
            return read;
        }
        let (answer, heard) = oneshot::channel();
        self.add(key, answer);
        Box::pin(async move {
            let _counted = counted;
            // Gone without an answer: the runtime of the connection is shutting down, or the deadline has passed.
            heard.await.unwrap_or_else(|_| Err((ErrorKind::Io, "no answer to a read among others").into()))
        })
    }

    fn add(&self, key: &[u8], answer: oneshot::Sender<RedisResult<Value>>) {
        let mut waiting = self.shared.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        // Only the last one: of thousands who want the same key most come one after the other.
        if let Some(last) = waiting.last_mut().filter(|last| last.key == key) {
            last.answers.push(answer);
            return;
        }
        waiting.push(Wanted { key: key.to_vec(), answers: vec![answer] });
        match waiting.len() {
            1 => {
                drop(waiting);
                let turn = Turn(Some(Arc::clone(&self.shared)));
                self.home.spawn(async move {
                    // Lets those go first that are about to read too.
                    yield_now().await;
                    turn.go().await;
                });
            }
            MOST => {
                let wanted = take(&mut *waiting);
                drop(waiting);
                let shared = Arc::clone(&self.shared);
                self.home.spawn(async move { shared.read(wanted).await });
            }
            _ => {}
        }
    }
}

/// A read of its own.
async fn alone(counted: Counted, key: &[u8]) -> RedisResult<Value> {
    // With room for all of it: what grows is copied too.
    let mut command = Cmd::with_capacity(2, GET.len() + key.len());
    let mut connection = counted.shared.connection.clone();
    connection.send_packed_command(command.arg(GET).arg(key)).await.and_then(Value::extract_error)
}

/// Whoever waits for the end of this turn of the scheduler. Dropped with a runtime that is shutting down it takes their reads
/// along: they hear that there will be no answer, and do not wait for the clock of that runtime.
struct Turn(Option<Arc<Shared>>);

impl Turn {
    async fn go(mut self) {
        if let Some(shared) = self.0.take() {
            let wanted = shared.take();
            shared.read(wanted).await;
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(shared) = self.0.take() {
            drop(shared.take());
        }
    }
}

impl Shared {
    fn take(&self) -> Vec<Wanted> {
        take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn read(&self, wanted: Vec<Wanted>) {
        if wanted.is_empty() {
            return;
        }
        let Ok(answers) = timeout(2 * self.deadline, self.ask(&wanted)).await else { return };
        match answers {
            Ok(answers) => {
                for (wanted, answer) in wanted.into_iter().zip(answers) {
                    wanted.tell(&answer.extract_error());
                }
            }
            Err(error) => {
                let error = Err(error);
                wanted.into_iter().for_each(|wanted| wanted.tell(&error));
            }
        }
    }

    /// As many answers as keys.
    async fn ask(&self, wanted: &[Wanted]) -> RedisResult<Vec<Value>> {
        let answers = match self.together {
            Together::Mget => match self.mget(wanted).await {
                // A user who may not read one of the keys, or not use this command, is told so for each key.
                Err(error) if error.code() == Some("NOPERM") => self.pipeline(wanted).await?,
                answers => answers?,
            },
            Together::Pipeline => self.pipeline(wanted).await?,
        };
        if answers.len() == wanted.len() {
            return Ok(answers);
        }
        Err((ErrorKind::UnexpectedReturnType, "not as many answers as keys").into())
    }

    async fn mget(&self, wanted: &[Wanted]) -> RedisResult<Vec<Value>> {
        let command = mget(wanted.iter().map(|wanted| &wanted.key[..]));
        match self.connection.clone().send_packed_command(&command).await?.extract_error()? {
            Value::Array(answers) => Ok(answers),
            _ => Ok(Vec::new()),
        }
    }

    async fn pipeline(&self, wanted: &[Wanted]) -> RedisResult<Vec<Value>> {
        let mut pipeline = pipe();
        for wanted in wanted {
            pipeline.cmd(GET).arg(&wanted.key);
        }
        self.connection.clone().send_packed_commands(&pipeline, 0, wanted.len()).await
    }
}

/// Reads them all. With room for all of it: what grows is copied again and again.
pub(super) fn mget<'k>(keys: impl ExactSizeIterator<Item = &'k [u8]> + Clone) -> Cmd {
    const NAME: &str = "MGET";
    let bytes: usize = keys.clone().map(<[u8]>::len).sum();
    let mut command = Cmd::with_capacity(1 + keys.len(), NAME.len() + bytes);
    command.arg(NAME);
    for key in keys {
        command.arg(key);
    }
    command
}

/// Counts a read for as long as it goes on.
struct Counted {
    shared: Arc<Shared>,
    before: usize,
}

impl Counted {
    fn begin(shared: &Arc<Shared>) -> Counted {
        Counted { shared: Arc::clone(shared), before: shared.reading.fetch_add(1, Ordering::Relaxed) }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.shared.reading.fetch_sub(1, Ordering::Relaxed);
    }
}
