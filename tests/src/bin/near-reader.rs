//! A process with a near cache, `near-reader URL`: told to, it brings a number here (`warm`), says what is here without letting
//! anything else of it run (`look`), or reads it as anybody would (`read`). It is told so by the lines of its input, and between
//! two of them everything in it stands still.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a reader that fails has to fail"
)]

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use cache_runtime::{NearCache, prelude::*};
use cache_tests::races::Source;

#[cache_strategy(namespace = "still", ttl = "1h", kind = "cache_aside")]
struct Still {
    cache: Cache,
    #[skip]
    source: Source,
}

#[cache_strategy]
impl Still {
    #[cached(key = "number")]
    async fn number(&self) -> i64 {
        self.source.value("still", 0).await
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let url = std::env::args().nth(1).expect("near-reader URL");
    let cache = Cache::builder().url(&url).near(NearCache::megabytes(1)).require_connection().build().await;
    let still = Still { cache: cache.expect("a cache"), source: Source::there(&url).await };
    for line in std::io::stdin().lines() {
        match line.expect("a line").as_str() {
            "warm" => {
                while still.number_entry().counts().near_hits == 0 {
                    still.number().await;
                }
                println!("warm");
            }
            "look" => match pin!(still.number()).poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(number) => println!("{number}"),
                Poll::Pending => println!("nothing"),
            },
            "read" => println!("{}", still.number().await),
            other => panic!("`{other}`: warm | look | read"),
        }
    }
}
