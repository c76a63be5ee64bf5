//! Many entries in one round trip. `cargo run --example bulk`, on Redis with `CACHE_URL=redis://127.0.0.1:6379`
#![allow(clippy::print_stdout, reason = "it shows what happens")]

use std::collections::HashMap;
use std::time::Instant;

use anyhow::Result;
use cache_runtime::prelude::*;

/// Prices in cents: ten minutes old is good enough.
#[cache_strategy(namespace = "prices", ttl = "10m")]
struct Prices {
    cache: Cache,
}

impl Prices {
    /// The price of every product: cached ones by one read, the missing ones by one query.
    async fn of(&self, products: &[u32]) -> Result<HashMap<u32, u64>> {
        let cached = self.get_many(products.iter().map(key)).await;
        let mut prices: HashMap<u32, u64> =
            products.iter().zip(cached).filter_map(|(product, price)| Some((*product, price?))).collect();

        let missing: Vec<u32> =
            products.iter().copied().filter(|product| !prices.contains_key(product)).collect();
        println!("  {} cached, {} missing", prices.len(), missing.len());
        if !missing.is_empty() {
            let loaded = query(&missing).await?;
            let entries = loaded.iter().map(|(product, price)| (key(product), price));
            if let Err(error) = self.set_many(entries).await {
                // The prices are there: a cache that is down must not fail the read.
                eprintln!("not cached: {error}");
            }
            prices.extend(loaded);
        }
        Ok(prices)
    }
}

/// The parts of a price's key, in one place: `prices:v1:product:7`.
fn key(product: &u32) -> (&'static str, u32) {
    ("product", *product)
}

/// To change: your database, one query for all of them (`WHERE id = ANY($1)`).
async fn query(products: &[u32]) -> Result<HashMap<u32, u64>> {
    Ok(products.iter().map(|product| (*product, u64::from(*product) * 100 + 99)).collect())
}

#[tokio::main]
async fn main() -> Result<()> {
    let prices = Prices { cache: Cache::from_env().await? };
    println!("cache: {}", prices.cache());

    for count in [500, 1000, 1000] {
        println!("{count} products:");
        let start = Instant::now();
        let found = prices.of(&Vec::from_iter(1..=count)).await?;
        println!("  {} prices in {:.1?}", found.len(), start.elapsed());
    }

    // So that the next run starts like this one.
    let removed = prices.entries(("product", Any)).invalidate().await?;
    println!("removed: {removed}");
    Ok(())
}
