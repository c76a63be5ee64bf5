//! Looking after a cache: health, figures, the decision matrix, clearing. `cargo run --example admin`
//!
//! On Redis: `CACHE_URL=redis://127.0.0.1:6379 cargo run --example admin`
#![allow(clippy::print_stdout, reason = "it shows what happens")]

use std::time::Duration;

use anyhow::Result;
use cache_runtime::prelude::*;

/// An oversold product costs a customer: a sale writes through.
#[cache_strategy(namespace = "stock", ttl = "5m", kind = "write_through")]
struct Stock;

#[cache_strategy]
impl Stock {
    #[cached(key = "product/<id>/left")]
    async fn left(&self, id: u32) -> Result<u32> {
        Ok(100 - id)
    }

    async fn sell(&self, id: u32) -> Result<u32> {
        self.left_entry(id).write(|| async { Ok(99 - id) }).await
    }
}

/// Descriptions change once a week, and the editor who changes one invalidates it.
#[cached(namespace = "shop", key = "product/<id>/description", ttl = "6h", kind = "cache_aside")]
async fn description(id: u32) -> Result<String> {
    Ok(format!("product {id}"))
}

/// Who looks at a product right now: nobody misses it when it is gone.
#[cache_strategy(namespace = "visitors", ttl = 30)]
struct Visitors;

#[cache_strategy]
impl Visitors {
    #[cached(key = "product/<id>/visitor/<session>")]
    fn visitor(&self, id: u32, session: &str) -> Entry<bool>;
}

#[tokio::main]
async fn main() -> Result<()> {
    let cache = Cache::from_env().await?;
    cache.clone().install()?;
    let manager = CacheManager::new(&cache);

    let health = manager.health_check().await;
    println!("health: {} is {}", health.store, if health.reachable { "reachable" } else { "down" });
    if let (Some(version), Some(took)) = (&health.version, health.round_trip) {
        println!("        {version}, answers in {took:.1?}");
    }

    // At the start of a service: two declarations that can render the same key are an error that names both.
    manager.verify()?;
    println!("\ndecision matrix:\n");
    print_matrix(&manager);

    for id in [1, 2, 1, 1] {
        Stock.left(id).await?;
        description(id).await?;
    }
    Stock.sell(1).await?;
    Visitors.visitor(1, "a:b").set(&true).await?;
    println!("\nfigures:\n\n{}\n", manager.stats().await);

    for namespace in ["stock", "shop", "visitors"] {
        println!("keys cleared from {namespace}: {}", manager.clear_namespace(namespace).await?);
    }
    Ok(())
}

/// What is cached, how, for how long and why, for everything that is linked into this program. The reason is the first
/// paragraph of the doc comment: the matrix can't be out of date.
fn print_matrix(manager: &CacheManager) {
    let header = ["data", "strategy", "TTL", "reason"].map(str::to_owned);
    let rows = manager.catalog().into_iter().map(|entry| {
        let data = format!("{}: {}", entry.namespace, entry.template);
        [data, entry.kind.to_string(), readable(entry.policy.time_to_live()), entry.reason.to_owned()]
    });
    let rows: Vec<[String; 4]> = std::iter::once(header).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2)];
    for [data, strategy, ttl, reason] in &rows {
        println!("{data:0$}  {strategy:1$}  {ttl:>2$}  {reason}", widths[0], widths[1], widths[2]);
    }
}

/// `90` seconds as `1m 30s`.
fn readable(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let units = [(seconds / 3600, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")];
    let parts: Vec<String> =
        units.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count}{unit}")).collect();
    parts.join(" ")
}
