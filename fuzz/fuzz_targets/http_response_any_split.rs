#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wanctl_fuzz::http_response_any_split(bytes));
