//! A server that answers like RouterOS and remembers when each request began to arrive.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};

const QUEUE: &str = r#"{".id":"*1000000","name":"WAN-Download","parent":"bridge","packet-mark":"","queue":"cake-down","max-limit":"LIMIT","limit-at":"0","priority":"8","bucket-size":"0.1","invalid":"false","disabled":"false"}"#;

/// It serves one connection, until that closes.
pub(crate) struct Server {
    port: u16,
    serving: JoinHandle<Vec<u64>>,
}

impl Server {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("its address").port();
        Self {
            port,
            serving: thread::spawn(move || {
                let (stream, _) = listener.accept().expect("a client");
                serve(stream)
            }),
        }
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// When each write arrived, once the client has gone.
    pub(crate) fn arrivals(self) -> Vec<u64> {
        self.serving.join().expect("it served")
    }
}

fn serve(mut stream: TcpStream) -> Vec<u64> {
    stream.set_nodelay(true).expect("no delay");
    let mut arrivals = Vec::new();
    let (mut input, mut buffer) = (Vec::new(), [0; 4096]);
    let mut began = 0;
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        if input.is_empty() {
            began = crate::shared_clock();
        }
        input.extend_from_slice(&buffer[..count]);
        let Some(body) = complete(&input) else {
            continue;
        };
        let limit = body.split('"').nth_back(1).unwrap_or("0").to_owned();
        let answer = if input.starts_with(b"PATCH") {
            arrivals.push(began);
            QUEUE.replace("LIMIT", &limit)
        } else {
            let download = QUEUE.replace("LIMIT", "1000000");
            let upload = download
                .replace("Download", "Upload")
                .replace("*1000000", "*1000001");
            format!("[{download},{upload}]")
        };
        input.clear();
        let head = format!(
            "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: {}\r\n\
             Content-Type: application/json\r\n\r\n",
            answer.len()
        );
        stream
            .write_all((head + &answer).as_bytes())
            .expect("it reads");
    }
    arrivals
}

/// The body of a whole request.
fn complete(input: &[u8]) -> Option<&str> {
    let text = core::str::from_utf8(input).expect("text");
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_it = name.eq_ignore_ascii_case("content-length");
        is_it.then(|| value.trim().parse::<usize>().ok()).flatten()
    });
    (body.len() >= length.unwrap_or(0)).then_some(body)
}
