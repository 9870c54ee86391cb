//! The attackers of the property tests, for every fuzz target to take its own.

#[path = "../../tests/attack/mod.rs"]
mod attack;

/// See `attack::config_never_panics`.
pub fn config_never_panics(bytes: &[u8]) {
    attack::config_never_panics(bytes);
}

/// See `attack::steering::console_text_sound`.
pub fn console_text_sound(bytes: &[u8]) {
    attack::steering::console_text_sound(bytes);
}

/// See `attack::feed_sound`.
pub fn feed_sound(bytes: &[u8]) {
    attack::feed_sound(bytes);
}

/// See `attack::http_request_sound`.
pub fn http_request_sound(bytes: &[u8]) {
    attack::http_request_sound(bytes);
}

/// See `attack::http_response_any_split`.
pub fn http_response_any_split(bytes: &[u8]) {
    attack::http_response_any_split(bytes);
}

/// See `attack::icmp_reply_parsing_sound`.
pub fn icmp_reply_parsing_sound(bytes: &[u8]) {
    attack::icmp_reply_parsing_sound(bytes);
}

/// See `attack::link::rest_link_any_bytes`.
pub fn rest_link_any_bytes(bytes: &[u8]) {
    attack::link::rest_link_any_bytes(bytes);
}

/// See `attack::routeros_json_sound`.
pub fn routeros_json_sound(bytes: &[u8]) {
    attack::routeros_json_sound(bytes);
}

/// See `attack::state_document_sound`.
pub fn state_document_sound(bytes: &[u8]) {
    attack::state_document_sound(bytes);
}

/// See `attack::steering::steering_document_sound`.
pub fn steering_document_sound(bytes: &[u8]) {
    attack::steering::steering_document_sound(bytes);
}

/// See `attack::steering::steering_link_any_bytes`.
pub fn steering_link_any_bytes(bytes: &[u8]) {
    attack::steering::steering_link_any_bytes(bytes);
}

/// See `attack::words::command_line_sound`.
pub fn command_line_sound(bytes: &[u8]) {
    attack::words::command_line_sound(bytes);
}

/// See `attack::history::history_query_sound`.
pub fn history_query_sound(bytes: &[u8]) {
    attack::history::history_query_sound(bytes);
}

/// See `attack::meeting::link_events_any_order`.
pub fn link_events_any_order(bytes: &[u8]) {
    attack::meeting::link_events_any_order(bytes);
}

/// See `attack::words::secrets_sound`.
pub fn secrets_sound(bytes: &[u8]) {
    attack::words::secrets_sound(bytes);
}

/// See `attack::words::steering_config_sound`.
pub fn steering_config_sound(bytes: &[u8]) {
    attack::words::steering_config_sound(bytes);
}

/// See `attack::words::times_sound`.
pub fn times_sound(bytes: &[u8]) {
    attack::words::times_sound(bytes);
}
