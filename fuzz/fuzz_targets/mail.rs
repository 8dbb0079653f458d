#![no_main]

#[expect(dead_code, reason = "each target takes one of them")]
#[path = "../parsers.rs"]
mod parsers;

// The reader of mail catches what the library under it panics at; a panic that nobody catches ends the run all the same.
libfuzzer_sys::fuzz_target!(init: drop(std::panic::take_hook()), |bytes: &[u8]| parsers::mail(bytes));
