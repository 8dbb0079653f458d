#![no_main]

#[expect(dead_code, reason = "each target takes one of them")]
#[path = "../parsers.rs"]
mod parsers;

// The reader of pages catches what the libraries under it panic at; a panic that nobody catches ends the run all the same.
libfuzzer_sys::fuzz_target!(init: drop(std::panic::take_hook()), |bytes: &[u8]| parsers::pages(bytes));
