//! The router double over real TCP, judged by an independent HTTP client and, where clients are too
//! polite, by bare sockets.

mod console;
mod faults;
mod tls;
mod www;

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration as StdDuration;

use ureq::tls::TlsConfig;
use ureq::{Agent, Body};
use wanctl::cli::stage::clock::Clock;
use wanctl::cli::stage::world::{World, WorldOptions};
use wanctl::direction::Direction;
use wanctl::sim::double::faults::Fault;
use wanctl::time::{Duration, Instant};
use wanctl::units::Rate;

const DOWN: &str = "/rest/queue/tree/*1000000";
/// `wanctl:secret`.
const BASIC: &str = "Basic d2FuY3RsOnNlY3JldA==";

fn world() -> World {
    World::start(WorldOptions::default()).expect("loopback has free ports")
}

fn agent() -> Agent {
    let tls = TlsConfig::builder().disable_verification(true).build();
    Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(StdDuration::from_secs(10)))
        .tls_config(tls)
        .build()
        .new_agent()
}

fn url(world: &World, path: &str) -> String {
    format!("http://127.0.0.1:{}{path}", world.router_port())
}

fn get(agent: &Agent, world: &World, path: &str) -> (u16, String) {
    let request = agent.get(url(world, path)).header("Authorization", BASIC);
    text(request.call().expect("the double answers"))
}

fn patch(agent: &Agent, world: &World, body: &str) -> (u16, String) {
    let request = agent.patch(url(world, DOWN)).header("Authorization", BASIC);
    text(request.send(body).expect("the double answers"))
}

fn text(mut response: ureq::http::Response<Body>) -> (u16, String) {
    let body = response.body_mut().read_to_string().expect("a whole body");
    (response.status().as_u16(), body)
}

/// Sends a GET over a bare socket and leaves the answer to the caller.
fn bare_get(world: &World) -> TcpStream {
    let address = (Ipv4Addr::LOCALHOST, world.router_port());
    let mut stream = TcpStream::connect(address).expect("the double listens");
    ask(&mut stream);
    stream
}

fn ask(stream: &mut TcpStream) {
    let timeout = StdDuration::from_secs(10);
    stream.set_read_timeout(Some(timeout)).expect("not zero");
    // In one piece: whoever does not like its beginning may be gone before its end.
    let request = format!("GET {DOWN} HTTP/1.1\r\nAuthorization: {BASIC}\r\n\r\n");
    stream
        .write_all(request.as_bytes())
        .expect("the double reads");
}

fn until_closed(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    stream
        .read_to_end(&mut bytes)
        .expect("closed in good order");
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn one_connection_serves_many_requests() {
    let (world, agent) = (world(), agent());
    for _ in 0..20 {
        assert_eq!(get(&agent, &world, "/rest/queue/tree").0, 200);
    }
    assert_eq!(world.connections(), 1);
    assert_eq!(world.journal().len(), 20);
}

#[test]
fn a_patch_shapes_the_line() {
    let (world, agent) = (world(), agent());
    let (status, body) = patch(&agent, &world, r#"{"max-limit":"300000000"}"#);
    assert_eq!(status, 200);
    assert!(body.contains(r#""max-limit":"300000000""#), "{body}");
    assert_eq!(world.max_limit(Direction::Down), Some(Rate::mbit(300)));
    let journal = world.journal();
    assert_eq!(journal[0].method, "PATCH");
    assert_eq!(journal[0].path, DOWN);
}

#[test]
fn without_credentials_the_answer_is_a_late_401() {
    let (world, agent) = (world(), agent());
    let clock = Clock::new();
    let response = agent.get(url(&world, DOWN)).call().expect("an answer");
    assert!(clock.now() >= Instant::ZERO + Duration::from_millis(120));
    assert!(response.headers().contains_key("WWW-Authenticate"));
    let refusal = r#"{"error":401,"message":"Unauthorized"}"#.to_owned();
    assert_eq!(text(response), (401, refusal));
}

#[test]
fn the_headers_are_routeros_headers() {
    let world = world();
    world.fault(Fault::CloseAfterEach);
    let answer = until_closed(bare_get(&world));
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let mut lines = head.lines();
    assert_eq!(lines.next(), Some("HTTP/1.1 200 OK"));
    let names = lines.filter_map(|line| line.split(':').next());
    assert_eq!(
        names.collect::<Vec<_>>(),
        [
            "Cache-Control",
            "Connection",
            "Content-Length",
            "Content-Type",
            "Date",
            "Expires",
            "X-Frame-Options"
        ]
    );
    assert!(head.contains(&format!("Content-Length: {}", body.len())));
}

#[test]
fn head_is_501_and_ends_the_connection() {
    let (world, agent) = (world(), agent());
    let request = agent.head(url(&world, DOWN)).header("Authorization", BASIC);
    assert_eq!(request.call().expect("an answer").status(), 501);
    assert_eq!(get(&agent, &world, DOWN).0, 200);
    assert_eq!(world.connections(), 2);
}

#[test]
fn requests_may_come_in_pieces_and_in_a_row() {
    let world = world();
    world.fault(Fault::None);
    let address = (Ipv4Addr::LOCALHOST, world.router_port());
    let mut stream = TcpStream::connect(address).expect("the double listens");
    stream.set_nodelay(true).expect("a TCP socket");
    let one = format!("GET {DOWN} HTTP/1.1\r\nAuthorization: {BASIC}\r\n\r\n");
    let last = one.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    for piece in format!("{one}{one}{last}").as_bytes().chunks(11) {
        stream.write_all(piece).expect("the double reads");
    }
    assert_eq!(until_closed(stream).matches("HTTP/1.1 200").count(), 3);
}

#[test]
fn an_idle_connection_may_be_closed_silently() {
    let world = world();
    let mut stream = bare_get(&world);
    let first = stream.read(&mut [0; 4096]).expect("an answer");
    assert!(first > 0);
    world.hang_up();
    assert_eq!(stream.read(&mut [0; 4096]).expect("closed"), 0);
}

#[test]
fn an_unplugged_router_refuses_and_returns_on_the_same_port() {
    let (mut world, agent) = (world(), agent());
    let port = world.router_port();
    patch(&agent, &world, r#"{"max-limit":"300M"}"#);
    world.unplug_router();
    let refused = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect_err("unplugged");
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    world.plug_router().expect("the port is still ours");
    assert_eq!(world.router_port(), port);
    let (_, body) = get(&agent, &world, DOWN);
    assert!(body.contains(r#""max-limit":"300000000""#), "limits stay");
}
