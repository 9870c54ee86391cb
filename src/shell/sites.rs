//! What the two sockets answer: `/health` and `/metrics` (contract 6).

use core::fmt;
use core::marker::PhantomData;

use super::http_server::{Answer, Site, error};
use crate::report::Report;

/// `/` and `/health`; anything else, a query string included, is not found, as in v1.7.
pub struct HealthSite<P> {
    capacity: usize,
    program: PhantomData<fn() -> P>,
}

/// `/metrics`, and `/health` as a plain sign of life.
pub struct MetricsSite<P> {
    capacity: usize,
    program: PhantomData<fn() -> P>,
}

impl<P: Report> HealthSite<P> {
    /// With room for everything that `program` may have to say.
    pub fn of(program: &P) -> Self {
        Self {
            capacity: P::health_capacity(program.status()),
            program: PhantomData,
        }
    }
}

impl<P: Report> MetricsSite<P> {
    /// With room for everything that `program` may have to say.
    pub fn of(program: &P) -> Self {
        Self {
            capacity: P::metrics_capacity(program.status()),
            program: PhantomData,
        }
    }
}

impl<P: Report> Site for HealthSite<P> {
    type Status = P::Status;

    fn answer(&self, status: &P::Status, path: &str, body: &mut [u8]) -> Answer {
        if !matches!(path, "/" | "/health") {
            return error(404, body);
        }
        match P::health(status, body) {
            Ok(len) => Answer {
                status: if P::is_healthy(status) { 200 } else { 503 },
                content_type: "application/json",
                len,
            },
            Err(_) => error(500, body),
        }
    }

    fn capacity(&self) -> usize {
        self.capacity
    }
}

impl<P: Report> Site for MetricsSite<P> {
    type Status = P::Status;

    fn answer(&self, status: &P::Status, path: &str, body: &mut [u8]) -> Answer {
        match path {
            "/metrics" => match P::metrics(status, body) {
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
        self.capacity
    }
}

impl<P> fmt::Debug for HealthSite<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HealthSite").finish_non_exhaustive()
    }
}

impl<P> fmt::Debug for MetricsSite<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetricsSite").finish_non_exhaustive()
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
