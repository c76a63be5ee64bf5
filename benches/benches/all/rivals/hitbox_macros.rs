//! `hitbox`: a function that is run over `moka` in memory, and over Redis. It keeps bytes in both.

use cache_benches::Profile;
use hitbox_fn::{CacheableResponse, cached};
use serde::{Deserialize, Serialize};

/// Its own type: what it caches has to derive its trait.
#[derive(Clone, Debug, Serialize, Deserialize, CacheableResponse)]
pub(crate) struct Response {
    profile: Profile,
}

#[cached(prefix = "benchmark")]
pub(crate) async fn profile(id: i64) -> Response {
    Response { profile: Profile::of(id) }
}
