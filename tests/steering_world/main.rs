#[path = "../harness/mod.rs"]
mod harness;
#[path = "../house/mod.rs"]
mod house;
mod tale; mod tales; mod v17;
use house::Mode;
use tales::Name;
#[test]
fn smoke() {
    for interval_ms in [2000,50] { for confidence in [false,true] {
    for name in Name::ALL {
        let t = std::time::Instant::now();
        let o = name.tale().play(Mode{confidence,interval_ms});
        println!("{:30} {interval_ms} {confidence} never {:6.1} v17 {:6.1} legacy {:6.1} {:?} ours {:6.1} {} {:?} {} {:?}", name.words(), o.never.bad(), o.v17.bad(), o.legacy.bad(), o.legacy.switched.len(), o.ours.bad(), o.ours.switched.len(), &o.ours.switched[..o.ours.switched.len().min(12)], o.believes_what_is, t.elapsed());
    } } }
}
