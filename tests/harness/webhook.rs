//! A web service that notices are sent to: it writes down what it gets, and answers as it is told.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The request line and the headers, names in lower case.
    pub(crate) head: Vec<String>,
    pub(crate) body: String,
}

impl Request {
    /// The body of format `json`.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("a JSON body")
    }
}

/// A running service; dropping it ends it.
pub(crate) struct Webhook {
    address: SocketAddr,
    desk: Arc<Desk>,
}

struct Desk {
    /// 0 is silence.
    status: AtomicU16,
    requests: Mutex<Vec<Request>>,
    stop: AtomicBool,
}

impl Webhook {
    /// One that takes everything, behind TLS if it is given a configuration.
    pub(crate) fn start(tls: Option<Arc<rustls::ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        let desk = Arc::new(Desk {
            status: AtomicU16::new(200),
            requests: Mutex::default(),
            stop: AtomicBool::new(false),
        });
        let work = Arc::clone(&desk);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if work.stop.load(Ordering::Relaxed) {
                    return;
                }
                let (desk, tls) = (Arc::clone(&work), tls.clone());
                // Whoever hangs up in the middle has said nothing.
                thread::spawn(move || stream.ok().and_then(|stream| serve_one(&desk, stream, tls)));
            }
        });
        Self { address, desk }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// How it answers from now on; without a status, not at all.
    pub(crate) fn answer(&self, status: Option<u16>) {
        self.desk
            .status
            .store(status.unwrap_or(0), Ordering::Relaxed);
    }

    /// What it got, answered or not.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.desk
            .requests
            .lock()
            .expect("no test panics here")
            .clone()
    }

    /// `router problem` for each notice of format `json` that it got, repeats left out.
    pub(crate) fn told(&self) -> Vec<String> {
        let requests = self.requests();
        let mut told: Vec<String> = requests
            .iter()
            .map(|request| {
                let body = request.json();
                let word = |key: &str| body[key].as_str().expect("a text").to_owned();
                format!("{} {}", word("kind"), word("state"))
            })
            .collect();
        told.dedup();
        told
    }
}

impl Drop for Webhook {
    fn drop(&mut self) {
        self.desk.stop.store(true, Ordering::Relaxed);
        // It waits for somebody.
        let _ = TcpStream::connect(self.address);
    }
}

fn serve_one(desk: &Desk, stream: TcpStream, tls: Option<Arc<rustls::ServerConfig>>) -> Option<()> {
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .ok()?;
    match tls {
        None => talk(desk, stream),
        Some(config) => {
            let connection = rustls::ServerConnection::new(config).ok()?;
            talk(desk, rustls::StreamOwned::new(connection, stream))
        }
    }
}

fn talk(desk: &Desk, stream: impl Read + Write) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) => head.push(format!("{}: {value}", name.to_ascii_lowercase())),
            None if line.trim_end().is_empty() => break,
            None => head.push(line.trim_end().to_owned()),
        }
    }
    let length = head
        .iter()
        .find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length?.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8(body).ok()?;
    desk.requests.lock().ok()?.push(Request { head, body });
    match desk.status.load(Ordering::Relaxed) {
        0 => {
            // Until the other side has had enough.
            let _ = reader.read(&mut [0]);
        }
        status => {
            let answer =
                format!("HTTP/1.1 {status} It\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            reader.get_mut().write_all(answer.as_bytes()).ok()?;
            reader.get_mut().flush().ok()?;
        }
    }
    Some(())
}
