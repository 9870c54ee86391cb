#![no_main]

#[path = "../../tests/attack/mod.rs"]
mod attack;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| attack::feed_sound(bytes));
