//! Ten thousand connections, and what they leave in a process.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Connections that are open at a time: what a process may have open by default, less some.
const AT_A_TIME: usize = 500;
const TIMES: usize = 20;
/// What a process may grow by, in kB: the allocator's own, and the greatest answers of the history.
const GROWTH: u64 = 12 * 1024;

/// What clients send who mean no good, or know no better; most of them do not read what comes back.
fn requests(paths: &[&str]) -> Vec<Vec<u8>> {
    let mut requests: Vec<_> = paths
        .iter()
        .map(|path| format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").into_bytes())
        .collect();
    requests.extend([
        b"GET /../../../../etc/passwd HTTP/1.1\r\n\r\n".to_vec(),
        b"GET /%2e%2e/%2e%2e/etc/shadow HTTP/1.1\r\n\r\n".to_vec(),
        b"BREW /health HTTP/1.1\r\n\r\n".to_vec(),
        b"POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n".to_vec(),
        [b"GET / HTTP/1.1\r\nX: ".to_vec(), vec![b'a'; 60_000]].concat(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
        b"GET /health".to_vec(),
        Vec::new(),
    ]);
    requests
}

/// Ten thousand connections to a process's socket, in all kinds of ways; then it is as large as before, and
/// has as many files open.
pub(crate) fn flood(pid: u32, address: SocketAddr, paths: &[&str]) {
    let requests = requests(paths);
    // Once, for what is taken at the first use.
    wave(address, &requests, 50);
    settle(pid, usize::MAX);
    let (memory, files) = (resident(pid), open_files(pid));
    for _ in 0..TIMES {
        wave(address, &requests, AT_A_TIME);
    }
    settle(pid, files);
    let (more, open) = (resident(pid).saturating_sub(memory), open_files(pid));
    assert!(more < GROWTH, "{more} kB more than {memory} kB");
    assert!(open <= files, "{open} open files, once {files}");
}

fn wave(address: SocketAddr, requests: &[Vec<u8>], count: usize) {
    let mut streams: Vec<_> = (0..count)
        .filter_map(|n| {
            let mut stream = TcpStream::connect(address).ok()?;
            stream.set_nonblocking(true).ok()?;
            // It may have been thrown out already.
            let _ = stream.write(&requests[n % requests.len()]);
            Some(stream)
        })
        .collect();
    for stream in streams.iter_mut().step_by(3) {
        let _ = stream.read(&mut [0; 4_096]);
    }
}

/// Waits until no more than so many files are open, or long enough.
#[expect(clippy::disallowed_methods, reason = "tests wait in real time")]
fn settle(pid: u32, files: usize) {
    for round in 0..300 {
        std::thread::sleep(Duration::from_millis(50));
        // Silent connections live for two seconds, those that ask the history for longer.
        if round > 60 && open_files(pid) <= files {
            return;
        }
    }
}

fn open_files(pid: u32) -> usize {
    fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count)
}

/// `VmRSS`, in kB.
fn resident(pid: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}
