//! Policies, checked while they are compiled.

use std::time::Duration;

use crate::policy::Policy;

/// Milliseconds, as the macros give times.
pub const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// The policy of a function whose loads run inside its callers.
///
/// # Panics
///
/// While it is compiled: where the strategy's defaults ask for more.
#[track_caller] // The error is then at the declaration alone, not here as well.
pub const fn in_caller(policy: Policy) -> Policy {
    assert!(
        !policy.needs_task(),
        "an option of this strategy works in the background: add `background` to `#[cached]`, which clones what this \
         function borrows into a task, or switch the option off here (`stale_while_revalidate = false`)"
    );
    sound(policy)
}

/// The policy of a function whose loads may run in a task; `times_out` says whether its error can tell of a load that took
/// too long.
///
/// # Panics
///
/// While it is compiled: where it does not fit the function, or its options do not go together.
#[track_caller]
pub const fn in_background(policy: Policy, times_out: bool) -> Policy {
    assert!(
        policy.bound().is_none() || times_out,
        "a function with `load_timeout` returns a `Result` whose error implements `From<cache_runtime::LoadTimeout>`; or \
         give `timeout_error = path`, a function that makes the error; or switch the strategy's off (`load_timeout = false`)"
    );
    sound(policy)
}

#[track_caller]
const fn sound(policy: Policy) -> Policy {
    match policy.problem() {
        None => policy,
        Some((setting, _)) => panic_about(setting),
    }
}

/// One attribute alone is checked by the macros; together with its strategy's defaults it may not be sound.
#[track_caller]
#[expect(clippy::panic, reason = "it is the compiler that panics")]
const fn panic_about(setting: &str) -> ! {
    match setting.as_bytes() {
        b"soft_load_timeout" => panic!(
            "`soft_load_timeout` needs a stale window (`stale_if_error` or `stale_while_revalidate`), and has to be shorter \
             than `load_timeout`"
        ),
        _ => panic!("an option of this function is out of range"),
    }
}
