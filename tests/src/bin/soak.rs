//! `soak [MINUTES]`: a mixed load on a real server and on a small memory cache. `cargo xtask soak` runs it.

use std::process::ExitCode;
use std::time::Duration;

use cache_tests::soak::soak;

#[tokio::main]
async fn main() -> ExitCode {
    let minutes = std::env::args().nth(1).map_or(Ok(10.0), |minutes| minutes.parse::<f64>());
    let time = minutes.ok().and_then(|minutes| Duration::try_from_secs_f64(60.0 * minutes).ok());
    let Some(time) = time else {
        eprintln!("usage: soak [MINUTES]");
        return ExitCode::from(2);
    };
    match soak(time).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}
