//! The backlog of a cluster: one for all nodes, made up for by the task that looks after the map.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::super::backlog::Target;
use super::super::call::Call;
use super::super::scan::{BATCH, Scope};
use super::super::scripts::Script;
use super::super::supervisor::heartbeat_timeout;
use super::Shared;
use crate::key::Key;

impl Shared {
    /// Makes up for the invalidations that could not be sent. What can't be made up for yet stays in the backlog, and unread; a
    /// node that comes back may therefore be used at once for everything else.
    pub(super) async fn replay(self: &Arc<Self>) {
        if self.backlog.is_empty() || self.map.load().nodes.is_empty() {
            return;
        }
        let targets = self.backlog.begin();
        let mut left = Vec::new();
        for target in &targets {
            left.extend(self.replayed(target).await.err());
        }
        let all_left = left == targets;
        self.backlog.finish(left);
        if !all_left {
            tracing::info!(server = %self.target.shown, "made up for invalidations that could not be sent");
        }
    }

    /// The error is what is left to do.
    async fn replayed(self: &Arc<Self>, target: &Target) -> Result<(), Target> {
        let bound = heartbeat_timeout(self.config.deadline);
        let scope = match target {
            Target::Keys(keys) => return self.replayed_keys(keys, bound).await,
            Target::Pattern(pattern) => Scope::Pattern(pattern),
            Target::Namespace(namespace) => Scope::Namespace(namespace),
        };
        self.invalidate_scanned(bound, scope).await.map(|_| ()).map_err(|_| target.clone())
    }

    async fn replayed_keys(&self, keys: &[Key], bound: Duration) -> Result<(), Target> {
        let mut left = Vec::new();
        for batch in keys.chunks(BATCH) {
            let calls: Vec<Call<'_>> =
                batch.iter().map(|key| Call::script(Script::Invalidate, key.as_bytes(), &[])).collect();
            match timeout(bound, self.each(&calls)).await {
                Ok(answers) => {
                    let refused = batch.iter().zip(answers).filter(|(_, answer)| answer.is_err());
                    left.extend(refused.map(|(key, _)| key.clone()));
                }
                Err(_) => left.extend_from_slice(batch),
            }
        }
        if left.is_empty() { Ok(()) } else { Err(Target::Keys(left)) }
    }
}
