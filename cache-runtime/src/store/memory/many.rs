//! The steps of a batch: one after the other, as none of them waits.

use std::time::Duration;

use super::super::{Answer, Ask, Filled, Lease, Settle, Store, StoreMany};
use super::MemoryStore;
use crate::key::Key;
use crate::record::Nonce;

impl StoreMany for MemoryStore {
    async fn lease_many(&self, asks: &[Ask], time: Duration) -> Answer<Vec<Answer<Lease>>> {
        let mut answers = Vec::with_capacity(asks.len());
        for Ask { key, nonce, dead } in asks {
            answers.push(self.lease(key, *nonce, dead.as_ref(), time).await);
        }
        Ok(answers)
    }

    async fn renew_many(&self, leases: &[(Key, Nonce)], time: Duration) -> Answer<()> {
        for (key, nonce) in leases {
            self.renew(key, *nonce, time).await?;
        }
        Ok(())
    }

    async fn settle_many(&self, settles: Vec<Settle>) -> Answer<Vec<Answer<Filled>>> {
        let mut answers = Vec::with_capacity(settles.len());
        for Settle { key, under, draft } in settles {
            answers.push(match draft {
                Some((draft, ttl)) => self.fill(&key, &under, draft, ttl).await,
                None => self.release(&key, &under).await.map(|()| Filled::Revoked),
            });
        }
        Ok(answers)
    }
}
