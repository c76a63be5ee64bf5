//! Templates of keys. The parser is part of a crate of macros, which exports nothing else, so its file is taken as it is.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../cache-macros/src/template_check.rs"]
mod check;
#[path = "../../cache-macros/src/template.rs"]
#[allow(dead_code)]
mod template;

fuzz_target!(|text: &str| check::template(text));
