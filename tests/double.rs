//! The router double over real TCP, judged by an independent HTTP client and, where clients are too
//! polite, by bare sockets.

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
    write!(
        stream,
        "GET {DOWN} HTTP/1.1\r\nAuthorization: {BASIC}\r\n\r\n"
    )
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
fn garbage_is_no_http() {
    let world = world();
    world.fault(Fault::Garbage);
    let answer = until_closed(bare_get(&world));
    assert!(!answer.is_empty() && !answer.starts_with("HTTP"));
}

#[test]
fn silence_takes_the_request_and_says_nothing() {
    let world = world();
    world.fault(Fault::Silence);
    let mut stream = bare_get(&world);
    let patience = Some(StdDuration::from_millis(200));
    stream.set_read_timeout(patience).expect("not zero");
    let error = stream.read(&mut [0; 1]).expect_err("nothing comes");
    assert!(matches!(
        error.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut
    ));
    assert_eq!(world.journal().len(), 1);
}

#[test]
fn half_a_response_is_shorter_than_it_says() {
    let world = world();
    world.fault(Fault::HalfResponse);
    let answer = until_closed(bare_get(&world));
    let (head, body) = answer.split_once("\r\n\r\n").expect("a whole head");
    let length = head
        .lines()
        .find_map(|l| l.strip_prefix("Content-Length: "));
    let length: usize = length.and_then(|n| n.parse().ok()).expect("a length");
    assert!(body.len() < length && !body.is_empty());
}

#[test]
fn a_reset_is_a_reset() {
    let world = world();
    world.fault(Fault::Reset);
    let error = bare_get(&world)
        .read(&mut [0; 1])
        .expect_err("no good order");
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[test]
fn a_fault_can_come_and_go_on_one_connection() {
    let (world, agent) = (world(), agent());
    for status in [200, 503, 401, 200, 500, 403, 404, 200] {
        let fault = match status {
            200 => Fault::None,
            status => Fault::Status(status),
        };
        world.fault(fault);
        assert_eq!(get(&agent, &world, DOWN).0, status);
    }
    assert_eq!(world.connections(), 1);
}

#[test]
fn close_after_each_is_not_announced() {
    let world = world();
    world.fault(Fault::CloseAfterEach);
    let answer = until_closed(bare_get(&world));
    assert!(answer.contains("Connection: keep-alive"));
    let agent = agent();
    for _ in 0..3 {
        assert_eq!(get(&agent, &world, DOWN).0, 200);
    }
    assert_eq!(world.connections(), 4);
}

#[test]
fn a_slow_router_takes_its_time() {
    let (world, agent) = (world(), agent());
    world.fault(Fault::SlowBy(Duration::from_millis(150)));
    let clock = Clock::new();
    assert_eq!(get(&agent, &world, DOWN).0, 200);
    assert!(clock.now() >= Instant::ZERO + Duration::from_millis(150));
}

#[test]
fn an_empty_list_is_200_with_nothing_in_it() {
    let (world, agent) = (world(), agent());
    world.fault(Fault::EmptyList);
    let nothing = (200, "[]".to_owned());
    assert_eq!(get(&agent, &world, "/rest/queue/tree"), nothing);
}

#[test]
fn chunks_add_up() {
    let (world, agent) = (world(), agent());
    let whole = get(&agent, &world, "/rest/queue/type");
    world.fault(Fault::Chunked);
    assert_eq!(get(&agent, &world, "/rest/queue/type"), whole);
    assert_eq!(get(&agent, &world, "/rest/queue/type"), whole);
    assert_eq!(world.connections(), 1);
}

#[test]
fn a_clamping_router_shapes_the_line_to_its_own_idea() {
    let (world, agent) = (world(), agent());
    world.fault(Fault::ClampsTo(Rate::mbit(100)));
    assert_eq!(patch(&agent, &world, r#"{"max-limit":"300M"}"#).0, 200);
    assert_eq!(world.max_limit(Direction::Down), Some(Rate::mbit(100)));
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

/// A self-signed certificate, as RouterOS makes them.
fn certificate() -> Arc<rustls::ServerConfig> {
    let names = vec!["127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).expect("a key and a certificate");
    let key = made.signing_key.serialize_der().try_into();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has them")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.expect("PKCS #8"))
        .expect("key and certificate belong together");
    Arc::new(config)
}

fn tls_world() -> World {
    let options = WorldOptions {
        tls: Some(certificate()),
        ..WorldOptions::default()
    };
    World::start(options).expect("loopback has free ports")
}

#[test]
fn the_same_router_over_tls() {
    let (world, agent) = (tls_world(), agent());
    let url = url(&world, DOWN).replace("http:", "https:");
    for _ in 0..3 {
        let request = agent.get(&url).header("Authorization", BASIC);
        let (status, body) = text(request.call().expect("the double answers"));
        assert_eq!(status, 200);
        assert!(body.starts_with(r#"{".id":"*1000000""#));
    }
    assert_eq!(world.connections(), 1);
}

#[test]
fn many_clients_at_once_are_served_one_by_one() {
    let world = Arc::new(tls_world());
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let world = Arc::clone(&world);
            thread::spawn(move || {
                let url = url(&world, DOWN).replace("http:", "https:");
                let agent = agent();
                (0..10).all(|_| {
                    let request = agent.get(&url).header("Authorization", BASIC);
                    text(request.call().expect("an answer")).0 == 200
                })
            })
        })
        .collect();
    for client in clients {
        assert!(client.join().expect("no panic"));
    }
    assert_eq!(world.journal().len(), 40);
}

#[test]
fn plain_http_on_a_tls_port_is_not_understood() {
    let world = tls_world();
    let mut stream = bare_get(&world);
    let mut answer = Vec::new();
    // An alert or a reset, as the kernel likes; but no HTTP.
    let _ = stream.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"));
    assert!(world.journal().is_empty());
}
