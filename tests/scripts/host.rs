//! A host to deploy to: a mount namespace of this machine, in which `/etc` and the rest can be written to at will.

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;
use wanctl::cli::stage::world::{World, WorldOptions};

use crate::wan_file::WanFile;

const BINARY: &str = env!("CARGO_BIN_EXE_wanctl");
const ROOT: &str = env!("CARGO_MANIFEST_DIR");

const COMMENT: &str = "ADAPTIVE: Steer latency-sensitive to WAN2";

/// What is written there is gone with it. This tree stays where it is, even below `/tmp`.
const MOUNTS: &str = "
mount -t tmpfs none \"$1\"
mkdir \"$1/tmp\"
case $2 in /tmp/*)
    mkdir -p \"$1$2\"
    mount --bind \"$2\" \"$1$2\"
esac
for place in /etc /usr/local /var/lib /var/log; do
    mkdir -p \"$1$place/upper\" \"$1$place/work\"
    mount -t overlay -o lowerdir=$place,upperdir=\"$1$place/upper\",workdir=\"$1$place/work\" overlay $place
done
mount -t tmpfs none /run
mount --rbind \"$1/tmp\" /tmp
mkdir -p /run/systemd/system
echo ready
exec cat";

/// What a command came to.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) text: String,
    pub(crate) errors: String,
}

impl Said {
    pub(crate) fn of(command: &mut Command) -> Self {
        let done = command.stdin(Stdio::null()).output();
        let Output {
            status,
            stdout,
            stderr,
        } = done.expect("it is there");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self {
            code: status.code(),
            text: text(stdout),
            errors: text(stderr),
        }
    }
}

/// One of our scripts.
pub(crate) fn script(name: &str) -> Command {
    Command::new(Path::new(ROOT).join("scripts").join(name))
}

/// A router and reflectors, and a file for them whose `/health` is on this port.
pub(crate) fn line(dir: &Path) -> (World, PathBuf, u16) {
    let world = World::start(WorldOptions::default()).expect("loopback has free ports");
    let port = free_port();
    let reflectors = world.reflector_addresses().iter();
    let file = WanFile {
        name: "wan1",
        scheme: "http",
        router_port: world.router_port(),
        reflectors: reflectors.map(|at| format!("udp://{at}")).collect(),
        more: format!(
            "health_check: {{ port: {port} }}\nlogging: {{ main_log: {0}/wan1.log, debug_log: {0}/debug.log }}\n\
             lock_file: {0}/wan1.lock\n",
            dir.display()
        ),
    };
    let path = dir.join("wan1.yaml");
    fs::write(&path, file.text()).expect("ours");
    (world, path, port)
}

/// One that nobody has, unless somebody takes it just now.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
    listener.local_addr().expect("just bound").port()
}

pub(crate) struct Host {
    pub(crate) dir: TempDir,
    holder: Child,
    pub(crate) world: World,
    /// Of `/health`.
    pub(crate) port: u16,
}

impl Host {
    /// A fresh one; `None` if there can be none here.
    pub(crate) fn new() -> Option<Self> {
        // Not in /tmp, which the host has one of its own of.
        let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"));
        let dir = dir.expect("a place for temporary files");
        for (name, text) in [
            ("ssh", include_str!("ssh.sh")),
            ("systemctl", include_str!("systemctl.sh")),
        ] {
            let path = dir.path().join("bin").join(name);
            fs::create_dir_all(path.parent().expect("bin")).expect("ours");
            fs::write(&path, text).expect("ours");
            fs::set_permissions(&path, Permissions::from_mode(0o755)).expect("ours");
        }
        let space = dir.path().join("space");
        fs::create_dir(&space).expect("ours");
        let mut holder = Command::new("unshare")
            .args([
                "--mount",
                "--propagation",
                "private",
                "sh",
                "-e",
                "-c",
                MOUNTS,
                "sh",
            ])
            .arg(&space)
            .arg(ROOT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut ready = String::new();
        let mut said = BufReader::new(holder.stdout.take()?);
        said.read_line(&mut ready).ok()?;
        if ready != "ready\n" {
            println!("skipped: needs root, mount namespaces and overlays");
            let _ = holder.wait();
            return None;
        }
        let (world, _, port) = line(dir.path());
        Some(Self {
            dir,
            holder,
            world,
            port,
        })
    }

    /// `scripts/NAME` with this host behind ssh.
    pub(crate) fn script(&self, name: &str) -> Command {
        self.script_in(Path::new(ROOT), &format!("scripts/{name}"))
    }

    /// The same from another directory.
    pub(crate) fn script_in(&self, directory: &Path, name: &str) -> Command {
        let mut command = Command::new(directory.join(name));
        let bin = self.dir.path().join("bin");
        let path = std::env::var("PATH").unwrap_or_default();
        command
            .env("WANCTL_SSH", bin.join("ssh"))
            .env("HOUSE", self.holder.id().to_string())
            .env("PATH", format!("{}:{path}", bin.display()));
        command
    }

    /// `scripts/deploy.sh wan1 host` with this binary and these options.
    pub(crate) fn deploy(&self, binary: &Path, options: &[&str]) -> Said {
        let mut command = self.script("deploy.sh");
        command.args(["wan1", "host", "--binary"]).arg(binary);
        Said::of(command.args(options))
    }

    /// Our binary, without what only a debugger needs.
    pub(crate) fn binary(&self) -> PathBuf {
        let path = self.dir.path().join("good");
        if !path.exists() {
            let stripped = Command::new("strip")
                .arg("-o")
                .arg(&path)
                .arg(BINARY)
                .status();
            if !stripped.is_ok_and(|status| status.success()) {
                fs::copy(BINARY, &path).expect("room for it");
            }
        }
        path
    }

    /// The host's own configuration, steering included, as `/etc/wanctl` there has it.
    pub(crate) fn configure(&self) {
        let router = self.world.router_port();
        self.world.scene().router.add_steering_rule(COMMENT);
        let text = format!(
            "\
wan_name: steering
router: {{ host: 127.0.0.1, port: {router}, scheme: http, transport: rest, user: wanctl, password: secret, ssh_key: /nonexistent }}
topology: {{ primary_wan: wan1, primary_wan_config: /etc/wanctl/wan1.yaml, alternate_wan: wan2 }}
mangle_rule: {{ comment: \"{COMMENT}\" }}
measurement: {{ interval_seconds: 0.5, ping_host: \"udp://{reflector}\", ping_count: 1 }}
cake_state_sources: {{ primary: {dir}/wan1_state.json }}
cake_queues: {{ primary_download: WAN-Download, primary_upload: WAN-Upload }}
thresholds: {{}}
state: {{ file: {dir}/steering_state.json, history_size: 60 }}
logging: {{ main_log: {dir}/steering.log, debug_log: {dir}/steering_debug.log }}
lock_file: {dir}/steering.lock
lock_timeout: 300
storage: {{ db_path: \"\" }}
health_check: {{ port: {port} }}
",
            reflector = self.world.reflector_addresses()[0],
            dir = self.dir.path().display(),
            port = free_port(),
        );
        let path = self.dir.path().join("steering.yaml");
        fs::write(&path, text).expect("ours");
        self.shell(&format!(
            "cp {}/*.yaml /etc/wanctl/",
            self.dir.path().display()
        ));
    }

    /// What a shell there says.
    pub(crate) fn shell(&self, command: &str) -> String {
        let mut nsenter = Command::new("nsenter");
        let holder = self.holder.id().to_string();
        nsenter.args(["--target", &holder, "--mount", "--", "sh", "-c", command]);
        let said = Said::of(&mut nsenter);
        said.text + &said.errors
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let systemctl = self.dir.path().join("bin/systemctl");
        let services = "wanctl@wan1.service wanctl-steering.service";
        self.shell(&format!("{} stop {services}", systemctl.display()));
        // It may have ended already.
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
