#![no_main]

#[expect(dead_code, reason = "each target takes one of them")]
#[path = "../parsers.rs"]
mod parsers;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| parsers::sheet_code(bytes));
