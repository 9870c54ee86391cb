//! Every way to fail, as a client sees it.

use super::*;

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
    // A pooled client may write into the closing socket and see a reset: one client per request.
    for _ in 0..3 {
        assert_eq!(get(&agent(), &world, DOWN).0, 200);
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
