//! The shortest program with a cached function. `cargo run --example quickstart`
//!
//! It runs as it stands, with the cache in this process. To share the cache between processes, start it with
//! `CACHE_URL=redis://127.0.0.1:6379`.
#![allow(clippy::print_stdout, reason = "it shows what happens")]

use anyhow::Result;
use cache_runtime::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, CacheValue)]
struct Weather {
    city: String,
    degrees: i32,
}

// To change: the namespace is your service's name, the key names every parameter that changes the answer.
#[cached(namespace = "quickstart", key = "city/<city>/weather", ttl = "10m")]
async fn weather(city: &str) -> Result<Weather> {
    println!("  … asking the weather service");
    Ok(Weather { city: city.to_owned(), degrees: 21 })
}

#[tokio::main]
async fn main() -> Result<()> {
    Cache::from_env().await?.install()?;
    println!("cache: {}", Cache::installed());
    println!("key:   {}", weather_entry("Lisbon").key());

    println!("first call, a miss:");
    let first = weather("Lisbon").await?;
    println!("  {}: {} degrees", first.city, first.degrees);

    println!("second call, a hit:");
    let second = weather("Lisbon").await?;
    println!("  {}: {} degrees", second.city, second.degrees);

    let outcome = weather_entry("Lisbon").invalidate().await?;
    println!("invalidated: {outcome:?}, cached now: {:?}", weather_entry("Lisbon").get().await);

    for entry in CacheManager::global().stats().await.entries {
        let counts = entry.counts;
        println!("{}: hits {}, misses {}, loads {}", entry.name, counts.hits, counts.misses, counts.loads);
    }
    Ok(())
}
