//! Calls in a row.

/// One turn: nanoseconds of one of so many calls, one after the other. A macro, so that an async call is in the loop as it is.
macro_rules! turn {
    ($count:expr, $runtime:expr, $call:expr) => {
        || {
            $runtime.block_on(async {
                let started = std::time::Instant::now();
                for _ in 0..$count {
                    std::hint::black_box($call);
                }
                started.elapsed().as_nanos() as f64 / $count as f64
            })
        }
    };
}

pub(crate) use turn;
