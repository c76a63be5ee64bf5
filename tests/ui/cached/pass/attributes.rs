//! Visibility, documentation, lint levels and conditions are carried over; nothing of ours fires a lint.
#![deny(warnings, missing_docs, unreachable_pub, rust_2018_idioms, unused_qualifications)]
#![forbid(unsafe_code)]

use cache_runtime::prelude::*;

/// A module, to look from outside.
mod inner {
    use cache_runtime::prelude::*;

    /// Visible in the crate; so are the companions.
    #[cached(namespace = "a", key = "crate/<n>", ttl = 60)]
    pub(crate) async fn in_crate(n: u8) -> u8 {
        private(n).await
    }

    #[cached(namespace = "a", key = "private/<n>", ttl = 60)]
    async fn private(n: u8) -> u8 {
        n
    }

    /// Only where the condition holds, companions included.
    #[cached(namespace = "a", key = "condition/<n>", ttl = 60)]
    #[cfg(any())]
    pub(crate) async fn condition(n: Nowhere) -> Nowhere {
        n
    }
}

/// Lint levels go with the body.
#[cached(namespace = "a", key = "lints/<n>", ttl = 60)]
#[expect(unused_variables, reason = "the body has one")]
#[inline]
#[must_use]
async fn lints(n: u8) -> u8 {
    let unused = 1;
    n
}

/// Conditions on methods.
#[cache_strategy(namespace = "m", ttl = 60)]
struct Methods;

#[cache_strategy]
impl Methods {
    #[cfg(any())]
    #[cached(key = "nowhere/<n>")]
    async fn nowhere(&self, n: Nowhere) -> Nowhere {
        n
    }

    #[cached(key = "somewhere/<n>")]
    async fn somewhere(&self, #[expect(unused_mut)] mut n: u8) -> u8 {
        n
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert_eq!(inner::in_crate(1).await, 1);
    assert_eq!(inner::in_crate_entry(1).get().await, Some(1));
    assert_eq!(lints(2).await, 2);
    assert_eq!(Methods.somewhere(3).await, 3);
}
