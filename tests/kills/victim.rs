//! A daemon that is killed again and again, on the same files, before its own router.

use std::fs::{self, File};
use std::io;
use std::os::unix::net::UnixDatagram;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use tempfile::TempDir;
use wanctl::cli::stage::world::{World, WorldOptions};
use wanctl::direction::Direction;
use wanctl::sim::random::Random;
use wanctl::units::Rate;

use crate::judge::{Death, Judge};
use crate::moment::{BATCH, Moment};
use crate::router::Held;
use crate::steering_file::{self, SteeringFile};
use crate::tally::Found;

const COMMENT: &str = "ADAPTIVE: Steer latency-sensitive to WAN2";
/// Nothing takes longer on a machine that has other things to do, unless it never happens.
const PATIENCE: Duration = Duration::from_mins(1);
/// Between two looks at a file.
const GLANCE: Duration = Duration::from_micros(400);

/// Which of the two daemons.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Role {
    Autorate,
    Steering,
}

/// The files a life leaves, by name.
pub(crate) const STATE: &str = "state.json";
pub(crate) const HALF_STATE: &str = "state.json.tmp";
pub(crate) const LOG: &str = "main.log";
pub(crate) const HISTORY: &str = "metrics.db";
pub(crate) const STDERR: &str = "stderr";
const NOTIFY: &str = "notify";

pub(crate) struct Victim {
    role: Role,
    binary: PathBuf,
    world: World,
    home: TempDir,
    judge: Judge,
    held: Held,
}

impl Victim {
    pub(crate) fn new(role: Role, binary: &Path) -> Self {
        let options = WorldOptions {
            reflectors: 1,
            ..WorldOptions::default()
        };
        let world = World::start(options).expect("loopback has free ports");
        world.scene().router.add_steering_rule(COMMENT);
        let home = tempfile::tempdir().expect("a place for temporary files");
        let judge = Judge::new(role, home.path(), binary);
        let held = Held::before(role, &world);
        let victim = Self {
            role,
            binary: binary.to_owned(),
            world,
            home,
            judge,
            held,
        };
        for (name, text) in victim.files() {
            fs::write(victim.path(name), text).expect("a directory of ours");
        }
        victim
    }

    /// Starts it, kills it, and judges what is left.
    pub(crate) fn live_and_die(
        &mut self,
        moment: Moment,
        random: &mut Random,
    ) -> Result<Found, String> {
        self.change_the_weather(random);
        let manager = self.manager();
        let mut child = self.start();
        let ready = match moment {
            Moment::Starting(after) => {
                sleep(after);
                hears_ready(&manager)
            }
            _ => Some(until_ready(&manager, &mut child)?),
        };
        self.wait_for(moment, random, &mut child)?;
        child.kill().expect("our child");
        let (killed, at) = (SystemTime::now(), self.world.clock().now());
        child.wait().expect("our child");
        let death = Death {
            kind: moment.kind(),
            ready,
            killed,
            at,
        };
        self.held.follow(&self.world);
        self.judge.examine(&death, &self.held)
    }

    /// What was wrong, and where it can be looked at: the files stay.
    pub(crate) fn lament(self, broken: &str) -> String {
        let role = self.role;
        let home = self.home.keep();
        format!("{role:?}: {broken}\nits files are in {}", home.display())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Rates move and the rule is switched, so that there is something to write down.
    fn change_the_weather(&self, random: &mut Random) {
        let squeezed = random.happens(0.5);
        let (demand, capacity) = if squeezed { (1_000, 250) } else { (0, 500) };
        self.world.set_demand(Direction::Down, Rate::mbit(demand));
        self.world
            .set_capacity(Direction::Down, Rate::mbit(capacity));
    }

    /// The service manager's end.
    fn manager(&self) -> UnixDatagram {
        let path = self.path(NOTIFY);
        // There is none before the first life.
        let _ = fs::remove_file(&path);
        let manager = UnixDatagram::bind(path).expect("a directory of ours");
        manager.set_nonblocking(true).expect("a socket of ours");
        manager
    }

    fn start(&self) -> Child {
        let mut command = Command::new(&self.binary);
        let config = match self.role {
            Role::Autorate => "wan1.yaml",
            Role::Steering => {
                command.arg0("wanctl-steering");
                "steering.yaml"
            }
        };
        for variable in ["WATCHDOG_USEC", "WATCHDOG_PID", "WANCTL_LOG_FORMAT"] {
            command.env_remove(variable);
        }
        command
            .args(["--config".as_ref(), self.path(config).as_os_str()])
            .env("NOTIFY_SOCKET", self.path(NOTIFY))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(self.path(STDERR)).expect("a directory of ours"))
            .spawn()
            .expect("the binary is there")
    }

    fn wait_for(
        &self,
        moment: Moment,
        random: &mut Random,
        child: &mut Child,
    ) -> Result<(), String> {
        match moment {
            Moment::Starting(_) => return Ok(()),
            Moment::Running(span) => sleep(span),
            Moment::Saving(after) => {
                sleep(after);
                self.change_the_weather(random);
                let half = self.path(HALF_STATE);
                // Nothing may be worth saving any more.
                let patience = Instant::now() + Duration::from_secs(4);
                while !half.exists() && Instant::now() < patience {
                    sleep(GLANCE);
                }
            }
            Moment::Recording(into) => {
                self.run_for(BATCH.saturating_sub(Duration::from_secs(1)), random);
                let log = self.path(HISTORY).with_extension("db-wal");
                let before = modified(&log);
                let patience = Instant::now() + PATIENCE;
                while modified(&log) == before {
                    if Instant::now() > patience {
                        return Err("it writes no history".into());
                    }
                    sleep(GLANCE);
                }
                sleep(into);
            }
            Moment::Late(span) => self.run_for(span, random),
        }
        lives(child)
    }

    /// Time passes, and the weather changes.
    fn run_for(&self, span: Duration, random: &mut Random) {
        let until = Instant::now() + span;
        while Instant::now() < until {
            sleep(Duration::from_secs(3).min(until - Instant::now()));
            self.change_the_weather(random);
        }
    }

    fn files(&self) -> Vec<(&'static str, String)> {
        let dir = self.home.path();
        match self.role {
            Role::Autorate => vec![("wan1.yaml", autorate(&self.world, dir))],
            Role::Steering => {
                vec![
                    ("wan1.yaml", steering_file::primary()),
                    (
                        "wan1_state.json",
                        r#"{"ewma":{"baseline_rtt":24,"load_rtt":24}}"#.to_owned(),
                    ),
                    ("steering.yaml", steering(&self.world, dir)),
                ]
            }
        }
    }
}

fn until_ready(manager: &UnixDatagram, child: &mut Child) -> Result<SystemTime, String> {
    let start = Instant::now();
    loop {
        if let Some(ready) = hears_ready(manager) {
            return Ok(ready);
        }
        lives(child)?;
        if start.elapsed() > PATIENCE {
            return Err("it is not ready".into());
        }
        sleep(5 * GLANCE);
    }
}

/// Whether READY came by now, and that it came now.
fn hears_ready(manager: &UnixDatagram) -> Option<SystemTime> {
    let mut bytes = [0; 1024];
    while let Ok(length) = manager.recv(&mut bytes) {
        if &bytes[..length] == b"READY=1" {
            return Some(SystemTime::now());
        }
    }
    None
}

fn lives(child: &mut Child) -> Result<(), String> {
    let ended = child.try_wait().map_err(|e| e.to_string())?;
    ended.map_or(Ok(()), |status| {
        Err(format!("it ended by itself: {status}"))
    })
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path)
        .and_then(|metadata: fs::Metadata| -> io::Result<SystemTime> { metadata.modified() })
        .ok()
}

fn router(world: &World) -> String {
    format!(
        "{{ host: 127.0.0.1, port: {}, scheme: http, transport: rest, user: wanctl, password: secret, \
         ssh_key: /nonexistent, queue_types: {{ download: leave, upload: leave }} }}",
        world.router_port()
    )
}

fn files(dir: &Path) -> String {
    let dir = dir.display();
    format!(
        "\
logging: {{ main_log: {dir}/{LOG}, debug_log: {dir}/debug.log }}
lock_file: {dir}/lock
lock_timeout: 300
storage: {{ db_path: {dir}/{HISTORY} }}
health_check: {{ port: 0 }}
"
    )
}

fn autorate(world: &World, dir: &Path) -> String {
    format!(
        "\
wan_name: wan1
router: {router}
queues: {{ download: WAN-Download, upload: WAN-Upload }}
continuous_monitoring:
  enabled: true
  baseline_rtt_initial: 24
  download:
    floor_green_mbps: 150
    floor_yellow_mbps: 120
    floor_soft_red_mbps: 100
    floor_red_mbps: 80
    ceiling_mbps: 480
    step_up_mbps: 3
    factor_down: 0.85
  upload: {{ floor_mbps: 8, ceiling_mbps: 38, step_up_mbps: 1, factor_down: 0.9 }}
  thresholds:
    target_bloat_ms: 12
    warn_bloat_ms: 45
    hard_red_bloat_ms: 80
    baseline_time_constant_sec: 50
    load_time_constant_sec: 0.1
  ping_hosts: [\"udp://{reflector}\"]
  fallback_checks: {{ check_gateway: false, check_tcp: false }}
state_file: {dir}/{STATE}
{files}",
        router = router(world),
        reflector = world.reflector_addresses()[0],
        files = files(dir),
        dir = dir.display(),
    )
}

fn steering(world: &World, dir: &Path) -> String {
    let file = SteeringFile {
        router: router(world),
        comment: COMMENT,
        dir,
        state: STATE,
        reflector: world.reflector_addresses()[0],
        interval: 0.05,
        more: files(dir),
    };
    file.text()
}
