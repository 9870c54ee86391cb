//! The real event loop over real sockets on loopback, beating every millisecond.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};

use wanctl::autorate::{Autorate, Wan};
use wanctl::cli::assemble;
use wanctl::cli::stage::reflectors::Manner;
use wanctl::cli::stage::world::{World, WorldOptions};
use wanctl::direction::Direction;
use wanctl::program::Program;
use wanctl::shell::clock::Clock;
use wanctl::shell::event_loop::{After, EventLoop, LoopParams};
use wanctl::shell::scribe::{self, LogFormat, Scribe, ScribeParams, WanFiles};
use wanctl::shell::systemd::Notifier;
use wanctl::sim::line::LineOptions;
use wanctl::sim::schedule::{Change, Schedule};
use wanctl::status::label;
use wanctl::time::{Duration, Instant};
use wanctl::units::Rate;

use super::counter;
use super::demo;
use super::harness::{WanFile, load};

const PERIOD: Duration = Duration::from_millis(1);
/// Connections, name look-ups and first logs lie behind.
const WARM_UP: u32 = 2_000;

/// What one run saw.
#[derive(Debug)]
struct Seen {
    ticks: u64,
    exchanges: u64,
    writes: u64,
    pages: u64,
    failures: u64,
}

fn certificate() -> Arc<rustls::ServerConfig> {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a key");
    let key = made.signing_key.serialize_der().try_into();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has them")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.expect("PKCS #8"));
    Arc::new(config.expect("key and certificate belong together"))
}

/// 3 ms away, overloaded for one second out of two.
fn world(tls: bool) -> World {
    let line = LineOptions {
        propagation: Duration::from_millis(3),
        ..LineOptions::default()
    };
    let demand = |ms, rate| {
        let change = Change::Demand(Direction::Down, rate);
        (Duration::from_millis(ms), change)
    };
    let schedule = [
        demand(0, Rate::mbit(900)),
        demand(1_000, Rate::ZERO),
        // Something must happen at the end for the story to repeat there.
        demand(1_999, Rate::ZERO),
    ];
    let schedule = schedule
        .into_iter()
        .fold(Schedule::new(), |all, (at, change)| all.at(at, change));
    World::start(WorldOptions {
        tls: tls.then(certificate),
        line,
        schedule: schedule.repeating_every(Duration::from_secs(2)),
        ..WorldOptions::default()
    })
    .expect("loopback has free ports")
}

fn run(tls: bool, ticks: u32) -> Seen {
    let world = world(tls);
    let dir = tempfile::tempdir().expect("a directory");
    let file = WanFile {
        name: "wan1",
        scheme: if tls { "https" } else { "http" },
        router_port: world.router_port(),
        reflectors: demo::udp(world.reflector_addresses()),
        more: String::new(),
    };
    let config = load(&file).config;
    let clock = Clock::start();
    let scribe = Scribe::start::<Autorate>(
        clock,
        ScribeParams {
            wans: vec![WanFiles {
                name: label("wan1"),
                main_log: Some(dir.path().join("wan1.log")),
                debug_log: Some(dir.path().join("wan1_debug.log")),
                states: vec![dir.path().join("wan1_state.json")],
            }],
            format: LogFormat::Text,
            debug: true,
            console: false,
        },
        Vec::new(),
    )
    .expect("a thread");
    scribe::install_log(&scribe.inbox());
    let ports = assemble::wan_ports(&config).expect("sockets");
    let mut wans = heapless::Vec::new();
    let params = assemble::wan_params(&config, None, false);
    assert!(wans.push(Wan::new(clock.now(), params)).is_ok());
    let any_port: SocketAddr = "127.0.0.1:0".parse().expect("an address");
    let params = LoopParams {
        signals: wanctl::shell::signals::catch().expect("signals can be caught"),
        period: PERIOD,
        wans: vec![ports],
        health: Some(any_port),
        aside: None,
        metrics: None,
        inbox: scribe.inbox(),
        notifier: Notifier::mute(),
    };
    let mut event_loop = EventLoop::new(clock, Autorate::new(wans, false), params).expect("a loop");
    let visitor = Visitor::start(event_loop.health_address().expect("it listens"));
    let exchanges = || world.scene().router.journal.total();
    let (mut ticked, mut before) = (0, 0);
    let ended = event_loop.run(|_: Instant, _: &mut Autorate| {
        ticked += 1;
        counter::unwatched(|| trouble(&world, ticked, tls));
        if ticked == WARM_UP {
            before = exchanges();
            counter::watch();
        } else if ticked == WARM_UP + ticks {
            counter::rest();
            return After::Stop;
        }
        After::GoOn
    });
    ended.expect("no trouble with poll");
    let pages = visitor.stop();
    scribe.stop(Duration::from_secs(5));
    let state = std::fs::read_to_string(dir.path().join("wan1_state.json"));
    assert!(state.expect("a state document").contains("ewma"));
    let status = event_loop.program().status();
    Seen {
        ticks: status.pulse.ticks,
        exchanges: exchanges() - before,
        writes: status.wans[0].counters.updates,
        pages,
        failures: status.wans[0].counters.ping_failures,
    }
}

/// What happens while the loop runs: all reflectors fall silent for a while, and a plain router closes
/// its idle connection now and then. (A new TLS session costs some hundred allocations, in rustls.)
fn trouble(world: &World, tick: u32, tls: bool) {
    let silent = match tick {
        3_000 => true,
        6_000 => false,
        _ if tick.is_multiple_of(3_500) && !tls => return world.hang_up(),
        _ => return,
    };
    for reflector in 0..3 {
        let manner = Manner {
            silent,
            ..Manner::default()
        };
        world.set_reflector(reflector, manner);
    }
}

/// Somebody who looks at `/health` over and over.
struct Visitor {
    stop: Arc<AtomicBool>,
    pages: Arc<AtomicU64>,
    thread: JoinHandle<()>,
}

impl Visitor {
    fn start(address: SocketAddr) -> Self {
        let (stop, pages) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicU64::new(0)),
        );
        let (said, count) = (Arc::clone(&stop), Arc::clone(&pages));
        let thread = thread::spawn(move || {
            while !said.load(Ordering::Relaxed) {
                if let Some(page) = page(address)
                    && page.starts_with("HTTP/1.1 ")
                {
                    count.fetch_add(1, Ordering::Relaxed);
                }
                thread::park_timeout(std::time::Duration::from_millis(20));
            }
        });
        Self {
            stop,
            pages,
            thread,
        }
    }

    fn stop(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("no panic");
        self.pages.load(Ordering::Relaxed)
    }
}

fn page(address: SocketAddr) -> Option<String> {
    let patience = std::time::Duration::from_secs(2);
    let mut stream = TcpStream::connect_timeout(&address, patience).ok()?;
    stream.set_read_timeout(Some(patience)).ok()?;
    stream.write_all(b"GET /health HTTP/1.1\r\n\r\n").ok()?;
    let mut page = String::new();
    stream.read_to_string(&mut page).ok()?;
    Some(page)
}

#[test]
fn the_real_loop_on_real_sockets_allocates_nothing() {
    let seen = run(false, 20_000);
    println!("{seen:?}");
    counter::expect_none("20,000 ticks on real sockets");
    assert!(seen.failures > 0 && seen.ticks >= 20_000, "{seen:?}");
    assert!(seen.writes > 100, "{seen:?}");
    assert!(seen.pages > 50, "{seen:?}");
}

/// One per record out, one per record in, and an answer comes in one or two records; a renewed key or a
/// session ticket now and then.
const PER_EXCHANGE: u64 = 3;

#[test]
fn over_tls_only_rustls_allocates_and_only_per_record() {
    let seen = run(true, 5_000);
    let (count, places) = counter::found();
    let exchanges = seen.exchanges;
    let each = count as f64 / exchanges as f64;
    println!("{each:.2} allocations per exchange ({count} in {exchanges}): {seen:?}");
    assert!(seen.writes > 50, "{seen:?}");
    assert!(count > 0, "the watched thread uses TLS");
    assert!(count <= PER_EXCHANGE * exchanges);
    for place in places {
        let place = place.to_string();
        assert!(place.contains("rustls::"), "not rustls:\n{place}");
    }
}
