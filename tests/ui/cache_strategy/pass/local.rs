//! Inside a function: a strategy, its methods and a cached function of their own.
#![deny(warnings)]
#![forbid(unsafe_code)]

use cache_runtime::prelude::*;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    #[cache_strategy(namespace = "local", ttl = 60)]
    struct Local<T> {
        #[skip]
        first: T,
    }

    #[cache_strategy(skip(T))]
    impl<T: Into<u64> + Copy + Send + Sync> Local<T> {
        #[cached(key = "sum/<n>")]
        async fn sum(&self, n: u64) -> u64 {
            self.first.into() + n
        }
    }

    #[cached(strategy = Free, key = "double/<n>")]
    async fn double(n: u64) -> u64 {
        n * 2
    }

    #[cache_strategy(namespace = "free", ttl = 60)]
    struct Free;

    assert_eq!(Local { first: 1_u32 }.sum(2).await, 3);
    assert_eq!(Local { first: 1_u32 }.sum_entry(2).get().await, Some(3));
    assert_eq!(double(2).await, 4);
    assert_eq!(double_entry(2).get().await, Some(4));
}
