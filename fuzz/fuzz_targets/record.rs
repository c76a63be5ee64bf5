//! Bytes from a store. Begin with the golden files, as CONTRIBUTING.md does.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| cache_runtime::__private::fuzzing::record(bytes));
