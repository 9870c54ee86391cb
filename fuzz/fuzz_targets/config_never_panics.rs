#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wanctl_fuzz::config_never_panics(bytes));
