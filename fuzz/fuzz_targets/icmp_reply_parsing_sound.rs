#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wanctl_fuzz::icmp_reply_parsing_sound(bytes));
