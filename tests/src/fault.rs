//! What a network can do to a connection beside closing it.

use std::sync::Mutex;

use tokio::io::AsyncWriteExt;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::watch;

use crate::races::Random;

/// What is wrong with a [`Proxy`](crate::Proxy)'s connections, those that stand and new ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// Bytes of the answers are replaced by others, or others come in between. None of them occurs in UTF-8: a letter that becomes
    /// another letter can't be told. Nor is any byte lost: a string that ends early may swallow just the answer behind it, and
    /// then each call gets that of the next one. Both are for TCP to notice.
    Garbage,
    /// An answer arrives up to its middle; the rest of it, and all that comes after, once the fault is gone.
    Partial,
    /// Who connects is accepted, and nothing else ever happens; connections that stand go on.
    HalfOpen,
    /// Nothing arrives any more, neither here nor there, and nothing is closed. What was sent arrives once the fault is gone.
    BlackHole,
}

impl Fault {
    /// Whether who connects gets through.
    pub(crate) fn lets_connect(self) -> bool {
        !matches!(self, Fault::HalfOpen | Fault::BlackHole)
    }
}

/// A fault that comes and goes.
pub(crate) struct Faults {
    now: watch::Sender<Fault>,
    random: Mutex<Random>,
}

impl Default for Faults {
    fn default() -> Faults {
        Faults { now: watch::Sender::new(Fault::None), random: Mutex::new(Random::new(1)) }
    }
}

impl Faults {
    pub(crate) fn set(&self, fault: Fault) {
        self.now.send_replace(fault);
    }

    pub(crate) fn now(&self) -> Fault {
        *self.now.borrow()
    }

    /// Waits until the fault is another one.
    pub(crate) async fn pass(&self, fault: Fault) {
        // The sender is here, so that this can't fail.
        drop(self.now.subscribe().wait_for(|now| *now != fault).await);
    }

    /// Carries an answer to its client.
    pub(crate) async fn carry(&self, answer: &[u8], to: &mut OwnedWriteHalf) -> std::io::Result<()> {
        self.pass(Fault::BlackHole).await;
        match self.now() {
            Fault::Garbage => to.write_all(&self.garbled(answer)).await,
            Fault::Partial => {
                let (first, rest) = answer.split_at(answer.len() / 2);
                to.write_all(first).await?;
                self.pass(Fault::Partial).await;
                to.write_all(rest).await
            }
            Fault::None | Fault::HalfOpen | Fault::BlackHole => to.write_all(answer).await,
        }
    }

    fn garbled(&self, answer: &[u8]) -> Vec<u8> {
        let mut random = self.random.lock().expect("nobody panics with it");
        let mut below = |bound: usize| random.below(bound.max(1) as u64) as usize;
        let at = below(answer.len());
        let noise: Vec<u8> = (0..1 + below(20)).map(|_| 248 + below(8) as u8).collect();
        let end = if below(2) == 0 { at } else { (at + noise.len()).min(answer.len()) };
        [&answer[..at], &noise, &answer[end..]].concat()
    }
}
