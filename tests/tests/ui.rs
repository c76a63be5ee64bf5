//! What compiles and runs, and the words of what doesn't. `TRYBUILD=overwrite` accepts new words.
//!
//! The toolchain is pinned for these: the compiler's own words change from release to release.

#[test]
fn macros() {
    let cases = trybuild::TestCases::new();
    for name in ["cached", "cache_strategy", "cache_put", "cache_invalidate", "cache_key", "cache_value"] {
        cases.pass(format!("ui/{name}/pass/*.rs"));
        cases.compile_fail(format!("ui/{name}/fail/*.rs"));
    }
}
