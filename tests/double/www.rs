//! The web server's oddities as a client sees them: bytes, resets and time.

use super::*;

fn is_reset(stream: &mut TcpStream) -> bool {
    let read = stream.read(&mut [0; 64]);
    read.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset)
}

/// Sends a request and hangs up before the answer, until the router has noticed.
fn abort(world: &World) {
    let aborts = || world.scene().router.www.aborts();
    let before = aborts();
    while aborts() == before {
        drop(bare_get(world));
        let patience = world.clock().now() + Duration::from_millis(300);
        while aborts() == before && world.clock().now() < patience {
            thread::yield_now();
        }
    }
}

#[test]
fn row_08_a_hanging_command_sends_zero_bytes_and_then_session_closed() {
    let world = world();
    world.fault(Fault::Hangs(Duration::from_millis(400)));
    let mut stream = bare_get(&world);
    let patience = Some(StdDuration::from_millis(200));
    stream.set_read_timeout(patience).expect("not zero");
    stream.read(&mut [0; 1]).expect_err("not a byte yet");
    stream.set_read_timeout(None).expect("a socket");
    let mut answer = [0; 4096];
    let length = stream.read(&mut answer).expect("an answer");
    let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
    assert!(
        answer.starts_with("HTTP/1.1 400 Bad Request\r\n"),
        "{answer}"
    );
    assert!(answer.ends_with(r#"{"detail":"Session closed","error":400,"message":"Bad Request"}"#));
}

#[test]
fn row_09_abort_and_complete_in_turn_break_the_server_for_everybody() {
    let (world, agent) = (world(), agent());
    world.scene().router.www.minds_aborts = true;
    let slow = Fault::SlowBy(Duration::from_millis(30));
    let is_broken = || {
        let now = world.clock().now();
        world.scene().router.www.is_broken(now)
    };
    world.fault(slow);
    abort(&world);
    assert_eq!(get(&agent, &world, DOWN).0, 200, "one abort is harmless");
    abort(&world);
    assert!(is_broken(), "two with an answer between them are not");
    world.fault(Fault::None);
    let (mut resets, mut strangers) = (0, 0);
    for _ in 0..20 {
        let mut stream = bare_get(&world);
        let mut answer = [0; 512];
        match stream.read(&mut answer) {
            Ok(_) if answer.starts_with(b"HTTP/1.1 401") => strangers += 1,
            Err(error) if error.kind() == ErrorKind::ConnectionReset => resets += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(resets > 2 && strangers > 2, "{resets} {strangers}");
    let clock = Clock::new();
    while is_broken() {
        thread::yield_now();
    }
    assert!(clock.now() < Instant::ZERO + Duration::from_millis(2_400));
    assert_eq!(get(&agent, &world, DOWN).0, 200);
}

#[test]
fn row_10_behind_the_budget_every_request_takes_its_20_ms() {
    let (world, agent) = (world(), agent());
    world.fault(Fault::Budget);
    let took = |count: usize| {
        let clock = Clock::new();
        for _ in 0..count {
            assert_eq!(get(&agent, &world, DOWN).0, 200);
        }
        clock.now() - Instant::ZERO
    };
    took(225);
    assert!(took(10) >= Duration::from_millis(200));
}

#[test]
fn a_reboot_breaks_connections_and_comes_back_by_itself() {
    let (world, agent) = (world(), agent());
    patch(&agent, &world, r#"{"max-limit":"300M"}"#);
    let mut open = bare_get(&world);
    assert!(open.read(&mut [0; 4096]).expect("an answer") > 0);
    world.fault(Fault::Reboot(Duration::from_millis(300)));
    assert_eq!(open.read(&mut [0; 1]).expect("closed"), 0);
    let address = (Ipv4Addr::LOCALHOST, world.router_port());
    let mut early = TcpStream::connect(address).expect("the double listens");
    assert!(is_reset(&mut early));
    while !world.scene().is_up(world.clock().now()) {
        thread::yield_now();
    }
    let (_, body) = get(&super::agent(), &world, DOWN);
    assert!(body.contains(r#""max-limit":"300000000""#), "limits stay");
}

#[test]
fn at_the_session_limit_a_new_connection_is_closed_and_old_ones_go_on() {
    let (world, agent) = (world(), agent());
    assert_eq!(get(&agent, &world, DOWN).0, 200);
    world.fault(Fault::SessionLimit(1));
    let address = (Ipv4Addr::LOCALHOST, world.router_port());
    let mut late = TcpStream::connect(address).expect("accepted");
    assert_eq!(late.read(&mut [0; 1]).expect("and closed"), 0);
    assert_eq!(get(&agent, &world, DOWN).0, 200);
}

#[test]
fn a_storm_of_401s_on_one_connection() {
    let (world, agent) = (world(), agent());
    world.fault(Fault::UnauthorizedStorm(50));
    let statuses: Vec<u16> = (0..20).map(|_| get(&agent, &world, DOWN).0).collect();
    assert!(statuses.contains(&401) && statuses.contains(&200));
    assert_eq!(world.connections(), 1);
}

#[test]
fn add_and_delete_over_the_wire() {
    let (world, agent) = (world(), agent());
    let list = url(&world, "/rest/ip/firewall/address-list");
    let add = agent.put(&list).header("Authorization", BASIC);
    let (status, body) = text(
        add.send(r#"{"address":"10.0.0.9","list":"steered"}"#)
            .expect("an answer"),
    );
    assert!(
        status == 201 && body.starts_with(r#"{".id":"*1""#),
        "{body}"
    );
    let delete = || {
        let request = agent.delete(format!("{list}/*1"));
        text(
            request
                .header("Authorization", BASIC)
                .call()
                .expect("an answer"),
        )
    };
    assert_eq!(delete(), (204, String::new()));
    assert_eq!(delete().0, 404);
}
