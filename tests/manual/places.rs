//! Where each command line is run that README, guides and pages show. Those of wanctl are run here, unless this says
//! otherwise; every other one needs its line.

/// Where a command line is run.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Place {
    /// Here; it ends with this code.
    Here(i32),
    /// Here, until it is told to stop.
    Lasts,
    /// Here, while a daemon runs.
    Beside,
    /// By this file, in these words.
    Elsewhere(&'static str, &'static str),
}

use Place::{Beside, Elsewhere, Here, Lasts};

/// Builds, tests and measures everything.
const CI: &str = ".ci/run";

/// Installs, runs and removes it in a clean Debian root.
const CLEAN_ROOT: &str = "scripts/testing/clean-root/inside";

/// Runs what the guide to v1.7 and back says of other hosts.
const DEPLOY: &str = "tests/scripts/deploy.rs";

/// Command lines as they are shown, and where they are run.
pub(crate) const PLACES: &[(&str, Place)] = &[
    // What builds it.
    (
        "cargo run --release -- demo --seconds 20",
        Elsewhere(CI, "cargo run --release --locked -- demo --seconds 20"),
    ),
    ("cargo test", Elsewhere(CI, "cargo test --locked")),
    (
        "cargo bench --bench cost",
        Elsewhere(CI, "cargo bench --locked -- --seconds 5"),
    ),
    (
        "cargo bench --bench link",
        Elsewhere(CI, "cargo bench --locked -- --seconds 5"),
    ),
    // What it asks is played in tests/setup.
    ("wanctl setup --help", Here(0)),
    (
        "cargo build --profile small --no-default-features",
        Elsewhere(
            CI,
            "cargo build --locked --profile small --no-default-features",
        ),
    ),
    (
        "scripts/debian/build",
        Elsewhere(CI, "scripts/debian/build --binary target/release/wanctl"),
    ),
    // What installs it, and needs a service manager.
    (
        "scripts/install.sh",
        Elsewhere(CLEAN_ROOT, "scripts/install.sh --binary ./wanctl"),
    ),
    (
        "scripts/install.sh --binary ./wanctl",
        Elsewhere(CLEAN_ROOT, "scripts/install.sh --binary ./wanctl"),
    ),
    (
        "scripts/install.sh --binary ./wanctl -- --yes --router 192.168.1.1 --trust-on-first-use --user wanctl \
         --password-file /root/password --wan wan1 --line cable --download 500 --upload 40 --download-queue \
         WAN-Download --upload-queue WAN-Upload",
        Elsewhere(
            CLEAN_ROOT,
            "scripts/install.sh --binary ./wanctl -- $answers",
        ),
    ),
    (
        "scripts/install.sh --binary target/small/wanctl",
        Elsewhere(CLEAN_ROOT, "scripts/install.sh --binary ./wanctl"),
    ),
    (
        "/usr/local/share/wanctl/install.sh --uninstall",
        Elsewhere(CLEAN_ROOT, "/usr/local/share/wanctl/install.sh --uninstall"),
    ),
    (
        "apt install ./target/debian/wanctl_2.0.0-1_amd64.deb",
        Elsewhere(CLEAN_ROOT, "dpkg --install /root/wanctl.deb"),
    ),
    (
        "systemctl enable --now wanctl@wan1",
        Elsewhere(CLEAN_ROOT, "systemctl enable --now wanctl@wan1"),
    ),
    (
        "systemd-analyze security wanctl@wan1",
        Elsewhere(CLEAN_ROOT, "systemd-analyze security --no-pager"),
    ),
    (
        "systemd-run --pipe --wait --uid=wanctl -p EnvironmentFile=/etc/wanctl/secrets -p \
         AmbientCapabilities=CAP_NET_RAW wanctl check --config /etc/wanctl/wan1.yaml",
        Elsewhere(
            CLEAN_ROOT,
            "--pipe --wait --uid=wanctl -p EnvironmentFile=/etc/wanctl/secrets",
        ),
    ),
    // What is to be refused.
    ("wanctl --config broken.yaml --validate-config", Here(1)),
    // What needs a daemon.
    ("curl http://127.0.0.1:9101/health", Beside),
    ("wanctl check --config /etc/wanctl/steering.yaml", Beside),
    ("wanctl health", Beside),
    ("wanctl health --wait 30", Beside),
    (
        "wanctl health --config wan1.yaml steering.yaml --wait 30",
        Beside,
    ),
    // What goes on until it is stopped.
    (
        "wanctl dashboard --config /etc/wanctl/wan1.yaml /etc/wanctl/wan2.yaml /etc/wanctl/steering.yaml",
        Lasts,
    ),
    ("wanctl dashboard --config wan1.yaml steering.yaml", Lasts),
    // What has another host at its other end.
    (
        "scripts/deploy.sh --install-only gateway",
        Elsewhere(DEPLOY, "\"scripts/deploy.sh --install-only gateway\","),
    ),
    (
        "scripts/deploy.sh wan1 gateway --with-steering --dry-run",
        Elsewhere(
            DEPLOY,
            "\"scripts/deploy.sh wan1 gateway --with-steering --dry-run\",",
        ),
    ),
    (
        "scripts/deploy.sh wan1 gateway --with-steering",
        Elsewhere(
            DEPLOY,
            "\"scripts/deploy.sh wan1 gateway --with-steering\",",
        ),
    ),
    (
        "scripts/validate-deployment.sh wan1 --steering",
        Elsewhere(
            DEPLOY,
            "\"scripts/validate-deployment.sh wan1 --steering\",",
        ),
    ),
    (
        "scripts/soak-monitor.sh gateway",
        Elsewhere(DEPLOY, "\"scripts/soak-monitor.sh gateway\","),
    ),
    // What has another machine, or an SSH server, at its other end.
    (
        "ssh-keyscan -p 22 192.168.1.1 >> /etc/wanctl/ssh/known_hosts",
        Elsewhere("tests/ssh/check.rs", "ssh-keyscan -p {} 127.0.0.1 >> "),
    ),
    // What fills the line, here without one.
    (
        "wanctl calibrate --config /etc/wanctl/wan1.yaml --dry-run",
        Here(0),
    ),
    ("wanctl calibrate --config wan1.yaml --dry-run", Here(0)),
    (
        "wanctl calibrate --config /etc/wanctl/wan1.yaml --restore",
        Here(0),
    ),
    (
        "wanctl calibrate --config wan1.yaml --iperf3 iperf.example.net",
        Elsewhere(
            "tests/calibrate/tool.rs",
            "\"--iperf3\", \"192.0.2.1:5999\"",
        ),
    ),
    // What changes a whole system: here one without anything of v1.7's in it.
    ("wanctl upgrade", Here(0)),
    ("wanctl upgrade --dry-run", Here(0)),
    // Nothing was taken over there, so that there is no way back, which it says.
    ("wanctl upgrade --back", Here(1)),
    // What is no program of ours.
    ("install -d -m 700 /etc/wanctl/ssh", Here(0)),
    (
        "ssh-keygen -q -t rsa -b 3072 -m PEM -N '' -f /etc/wanctl/ssh/router.key",
        Here(0),
    ),
    (
        "cp configs/steering.yaml /etc/wanctl/steering.yaml.new",
        Here(0),
    ),
    (
        "wanctl --config /etc/wanctl/wan1.yaml --once --dry-run",
        Here(0),
    ),
];
