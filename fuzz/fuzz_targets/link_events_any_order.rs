#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wanctl_fuzz::link_events_any_order(bytes));
