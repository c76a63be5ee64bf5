//! `fleet [PROCESSES]`: what many processes with a near cache cost one server. `cargo xtask fleet` runs it.

use std::process::ExitCode;

use cache_tests::fleet::fleet;

#[tokio::main]
async fn main() -> ExitCode {
    let Ok(processes) = std::env::args().nth(1).map_or(Ok(1000), |processes| processes.parse::<u64>()) else {
        eprintln!("usage: fleet [PROCESSES]");
        return ExitCode::from(2);
    };
    match fleet(processes).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}
