#[path = "../harness/mod.rs"]
mod harness;
#[path = "../house/mod.rs"]
mod house;
mod tale;
mod tales;
mod v17;
use house::Mode;
use tales::Name;
#[test]
fn smoke() {
    for interval_ms in [2000, 50] {
        for confidence in [false, true] {
            for name in Name::ALL {
                let t = std::time::Instant::now();
                let o = name.tale().play(Mode {
                    confidence,
                    interval_ms,
                });
                println!(
                    "{:30} {interval_ms} {confidence} never {:6.1} v17 {:6.1} legacy {:6.1} {:?} ours {:6.1} {} {:?} {} {:?}",
                    name.words(),
                    o.never.bad(),
                    o.v17.bad(),
                    o.legacy.bad(),
                    o.legacy.switched.len(),
                    o.ours.bad(),
                    o.ours.switched.len(),
                    &o.ours.switched[..o.ours.switched.len().min(12)],
                    o.believes_what_is,
                    t.elapsed()
                );
            }
        }
    }
}
#[test]
fn trace() {
    let t = Name::Evening.tale();
    let mut h = house::House::new(
        Mode {
            confidence: false,
            interval_ms: 2000,
        },
        t.lines.clone(),
    );
    for n in 0..250 * 20u64 {
        h.tick(&mut wanctl::sim::wires::NoMeter);
        if n >= 119 * 20 && (n % 100 == 0 || n < 122 * 20 && n % 4 == 0) {
            let p = &h.shapers[0]
                .health()
                .map(|x| String::from_utf8_lossy(x).to_string())
                .unwrap();
            println!(
                "{:.2} {:?} {:?} {}",
                n as f64 / 20.0,
                h.world.rtt(0),
                h.world.scene.max_limit(wanctl::direction::Direction::Down),
                p.lines()
                    .filter(|l| l.contains("\"state\"")
                        || l.contains("baseline")
                        || l.contains("load_rtt")
                        || l.contains("at_floor"))
                    .collect::<Vec<_>>()
                    .join("")
            );
        }
    }
}
