//! What the two sockets answer: `/health` on 9101, `/metrics` on 9100 (contract 6).

use super::http_server::{Answer, Site, error};
use crate::report::{health, prometheus};
use crate::status::Status;

/// `/` and `/health`; anything else, a query string included, is not found, as in v1.7.
#[derive(Clone, Copy, Debug)]
pub struct HealthSite {
    /// How many WANs the document describes.
    pub wans: usize,
}

impl Site for HealthSite {
    fn answer(&self, status: &Status, path: &str, body: &mut [u8]) -> Answer {
        if !matches!(path, "/" | "/health") {
            return error(404, body);
        }
        match health::write(status, body) {
            Ok(len) => Answer {
                status: if health::is_healthy(status) { 200 } else { 503 },
                content_type: "application/json",
                len,
            },
            Err(_) => error(500, body),
        }
    }

    fn capacity(&self) -> usize {
        health::capacity(self.wans)
    }
}

/// `/metrics`, and `/health` as a plain sign of life.
#[derive(Clone, Copy, Debug)]
pub struct MetricsSite {
    /// How many WANs the metrics describe.
    pub wans: usize,
}

impl Site for MetricsSite {
    fn answer(&self, status: &Status, path: &str, body: &mut [u8]) -> Answer {
        match path {
            "/metrics" => match prometheus::write(status, body) {
                Ok(len) => Answer {
                    status: 200,
                    content_type: "text/plain; version=0.0.4; charset=utf-8",
                    len,
                },
                Err(_) => error(500, body),
            },
            "/health" => plain(200, "OK\n", body),
            _ => plain(404, "Not Found\n", body),
        }
    }

    fn capacity(&self) -> usize {
        prometheus::capacity(self.wans)
    }
}

fn plain(status: u16, text: &str, body: &mut [u8]) -> Answer {
    body[..text.len()].copy_from_slice(text.as_bytes());
    Answer {
        status,
        content_type: "text/plain",
        len: text.len(),
    }
}
