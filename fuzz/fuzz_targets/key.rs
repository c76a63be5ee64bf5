//! Two lists of three values, cut out of the input at each byte that is no UTF-8.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut pieces = bytes.split(|byte| *byte == 0xFF).map(String::from_utf8_lossy);
    let mut next = || pieces.next().unwrap_or_default();
    let (one, other) = ([next(), next(), next()], [next(), next(), next()]);
    cache_runtime::__private::fuzzing::keys(one.each_ref().map(|text| &**text), other.each_ref().map(|text| &**text));
});
