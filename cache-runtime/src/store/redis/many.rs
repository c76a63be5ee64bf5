//! The steps of a batch, in one pipeline to each server.

use std::time::Duration;

use redis::Value;

use super::super::{Answer, Ask, Filled, Lease, Settle, StoreMany};
use super::answer::integer;
use super::call::Call;
use super::scripts::Script;
use super::{RedisStore, filled, found, leasing, millis, payload};
use crate::key::Key;
use crate::record::{self, Nonce};

impl StoreMany for RedisStore {
    async fn lease_many(&self, asks: &[Ask], time: Duration) -> Answer<Vec<Answer<Lease>>> {
        let time = millis(time);
        let made: Vec<_> = asks.iter().map(|ask| leasing(ask.nonce, ask.dead.as_ref())).collect();
        let arguments: Vec<[&[u8]; 4]> = made
            .iter()
            .map(|(lease, beginning, length)| [&lease[..], &time, beginning, length.as_bytes()])
            .collect();
        let calls: Vec<Call<'_>> = asks
            .iter()
            .zip(&arguments)
            .map(|(ask, arguments)| Call::script(Script::Lease, ask.key.as_bytes(), arguments))
            .collect();
        let leased = |answer: Answer<Value>| match answer? {
            Value::Nil => Ok(Lease::Granted),
            held => found(held).map(Lease::Held),
        };
        Ok(self.servers.each(&calls).await?.into_iter().map(leased).collect())
    }

    async fn renew_many(&self, leases: &[(Key, Nonce)], time: Duration) -> Answer<()> {
        let time = millis(time);
        let made: Vec<Vec<u8>> = leases.iter().map(|(_, nonce)| record::lease(*nonce)).collect();
        let arguments: Vec<[&[u8]; 2]> = made.iter().map(|lease| [&lease[..], &time]).collect();
        let calls: Vec<Call<'_>> = leases
            .iter()
            .zip(&arguments)
            .map(|((key, _), arguments)| Call::script(Script::Renew, key.as_bytes(), arguments))
            .collect();
        self.servers.each(&calls).await?.into_iter().try_for_each(|answer| answer.map(|_| ()))
    }

    async fn settle_many(&self, settles: Vec<Settle>) -> Answer<Vec<Answer<Filled>>> {
        let _changing = self.changing(settles.iter().map(|settle| &settle.key));
        let made: Vec<(String, Option<Vec<u8>>)> = settles
            .iter()
            .map(|settle| {
                (settle.under.length.to_string(), settle.draft.as_ref().map(|(_, ttl)| millis(*ttl)))
            })
            .collect();
        let mut arguments: Vec<Vec<&[u8]>> = Vec::with_capacity(settles.len());
        for (settle, (length, time)) in settles.iter().zip(&made) {
            let mut of_one = vec![&settle.under.beginning[..], length.as_bytes()];
            if let (Some((draft, _)), Some(time)) = (&settle.draft, time) {
                of_one.extend([payload(draft)?, time]);
            }
            arguments.push(of_one);
        }
        let script = |settle: &Settle| if settle.draft.is_some() { Script::Fill } else { Script::Release };
        let calls: Vec<Call<'_>> = settles
            .iter()
            .zip(&arguments)
            .map(|(settle, arguments)| Call::script(script(settle), settle.key.as_bytes(), arguments))
            .collect();
        let answers = self.servers.each(&calls).await?;
        let settled = |(settle, answer): (&Settle, Answer<Value>)| match settle.draft {
            Some(_) => integer(answer?).map(filled),
            None => answer.map(|_| Filled::Revoked),
        };
        Ok(settles.iter().zip(answers).map(settled).collect())
    }
}
