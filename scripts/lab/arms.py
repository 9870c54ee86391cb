"""The arms: who controls the shapers in a run, and how each is set up and started.

All arms know the same of a line: its nominal capacity N, and that it may fall to a fifth and rise to twice of
that: floor 0.2 N, base 0.8 N, ceiling 2 N. v1.7 and our classic law, whose ceiling is to be "90-95 % of what
the line really delivers", get N as their ceiling and the proportions of v1.7's example for cable below it; the
arms named -2x get 2 N. All ask the same six reflectors, but v1.7 and classic, which take three.
"""

from pathlib import Path

HERE = Path(__file__).parent.resolve()
FLOOR, SAFE, BASE, CEILING = 0.2, 0.35, 0.8, 2.0
# The oracle: a share of the capacity, 30 ms (a round trip and a little queue) after each change.
ORACLE = (0.95, 0.03)
REFLECTORS = [f"192.0.2.{n}" for n in range(1, 7)]
QUEUES = {"down": "WAN-Download-Lab", "up": "WAN-Upload-Lab"}
# v1.7's own example for cable, as shares of its ceilings.
CABLE = {"green": 550 / 940, "yellow": 350 / 940, "soft_red": 275 / 940, "red": 200 / 940, "step": 10 / 940,
         "up_floor": 8 / 38, "up_step": 1 / 38}

STANDIN = "{here}/standin.py --seed {seed} --log {folder}/writes.csv {options} {down}=ifb-wan {up}=wan &\nsleep 1\n"


# What a file for v1.7 and one for us begin and end with.
HEAD = """\
schema_version: "1.0"
wan_name: lab
router: {{transport: rest, host: "127.0.0.1", user: admin, password: lab, ssh_key: /dev/null, port: 8728, verify_ssl: false}}
queues: {{download: {down}, upload: {up}}}
logging: {{main_log: {folder}/wanctl.log, debug_log: {folder}/wanctl-debug.log}}
lock_file: /run/wanctl-lab.lock
lock_timeout: 300
timeouts: {{ssh_command: 15, ping: 1}}
state_file: /run/wanctl-lab-state.json
health_check: {{enabled: true, host: "127.0.0.1", port: 9101}}
metrics: {{enabled: false}}
storage: {{db_path: ""}}
continuous_monitoring:
  enabled: true
  baseline_rtt_initial: 20
  fallback_checks: {{enabled: true, check_gateway: true, check_tcp: true, gateway_ip: "100.64.0.1", tcp_targets: [["203.0.113.2", 443]]}}
"""


def classic_config(line, ceiling, folder):
    """A file that v1.7 and our classic law read alike."""
    down, up = line["down"] * ceiling, line["up"] * ceiling
    return HEAD.format(folder=folder, **QUEUES) + f"""\
  ping_hosts: {REFLECTORS[:3]}
  use_median_of_three: true
  download:
    floor_green_mbps: {down * CABLE["green"]:.3f}
    floor_yellow_mbps: {down * CABLE["yellow"]:.3f}
    floor_soft_red_mbps: {down * CABLE["soft_red"]:.3f}
    floor_red_mbps: {min(down * CABLE["red"], line["down"] * FLOOR):.3f}
    ceiling_mbps: {down:.3f}
    step_up_mbps: {down * CABLE["step"]:.4f}
    factor_down: 0.85
    factor_down_yellow: 0.96
    green_required: 5
  upload:
    floor_mbps: {min(up * CABLE["up_floor"], line["up"] * FLOOR):.3f}
    ceiling_mbps: {up:.3f}
    step_up_mbps: {up * CABLE["up_step"]:.4f}
    factor_down: 0.90
    factor_down_yellow: 0.94
    green_required: 5
  thresholds:
    target_bloat_ms: 12
    warn_bloat_ms: 45
    hard_red_bloat_ms: 80
    baseline_time_constant_sec: 50
    load_time_constant_sec: 0.10
    baseline_update_threshold_ms: 3.0
    accel_threshold_ms: 12
    baseline_rtt_bounds: {{min: 10, max: 60}}
"""


def adaptive_config(line, folder):
    """Ours with the adaptive law, the same for every kind of line."""
    text = HEAD.format(folder=folder, **QUEUES) + f"  control_law: adaptive\n  ping_hosts: {REFLECTORS}\n"
    for section, way in (("download", "down"), ("upload", "up")):
        text += (f"  {section}: {{floor_mbps: {line[way] * FLOOR:.3f}, base_mbps: {line[way] * BASE:.3f}, "
                 f"ceiling_mbps: {line[way] * CEILING:.3f}}}\n")
    return text


def ours(config, options=""):
    """Our daemon behind the stand-in."""
    def prepare(run):
        run.write("lab.yaml", config(run))
        run.write("controller", standin(run, options) + f"exec {run.wanctl} --config {run.folder}/lab.yaml --debug\n")
    return prepare


def standin(run, options):
    """The lines that start the stand-in."""
    return STANDIN.format(here=HERE, seed=run.seed, folder=run.folder, options=options, **QUEUES)


def python_wanctl(ceiling):
    """v1.7. It runs three pings every 50 ms; busybox's costs the host half of what the usual one does."""
    def prepare(run):
        source = run.peer("wanctl-v1.7", "src/wanctl/autorate_continuous.py")
        run.write("lab.yaml", classic_config(run.line, ceiling, run.folder))
        run.write("controller", standin(run, "") + f"mkdir /run/bin; ln -s /bin/busybox /run/bin/ping; export PATH=/run/bin:$PATH\ncd {source}/src\n"
                  f"exec /usr/bin/python3 -m wanctl.autorate_continuous --config {run.folder}/lab.yaml\n")
    return prepare


def cake_autorate(*thresholds):
    """cake-autorate with fping; thresholds (ms) for delay, for raising at full stride, for cutting at full stride."""
    def prepare(run):
        source = run.peer("cake-autorate", "cake-autorate.sh")
        lines = ["dl_if=ifb-wan", "ul_if=wan", "adjust_dl_shaper_rate=1", "adjust_ul_shaper_rate=1", "pinger_method=fping",
                 f"reflectors=({' '.join(REFLECTORS)})", "randomize_reflectors=0", f"no_pingers={len(REFLECTORS)}",
                 "enable_sleep_function=0", f"connection_active_thr_kbps={int(min(run.line.values()) * FLOOR * 500)}",
                 f'log_file_path_override="{run.folder}"']
        for prefix, way in (("dl", "down"), ("ul", "up")):
            lines += [f"{name}_{prefix}_shaper_rate_kbps={int(run.line[way] * share * 1000)}"
                      for name, share in (("min", FLOOR), ("base", BASE), ("max", CEILING))]
            names = ("owd_delta_delay_thr_ms", "avg_owd_delta_max_adjust_up_thr_ms", "avg_owd_delta_max_adjust_down_thr_ms")
            lines += [f"{prefix}_{name}={value:.1f}" for name, value in zip(names, thresholds)]
        run.write("config.lab.sh", "\n".join(lines) + "\n")
        run.write("controller", f"export CAKE_AUTORATE_SCRIPT_PREFIX={source}\n"
                  f"exec bash {source}/cake-autorate.sh {run.folder}/config.lab.sh\n")
    return prepare


def sqm_autorate(run):
    """sqm-autorate-rust with its defaults (ICMP timestamps)."""
    binary = run.peer("sqm-autorate-rust", "sqm-autorate-rust") / "sqm-autorate-rust"
    run.write("reflectors.csv", "reflector_ip,ip_version,description\n" + "".join(f"{r},4,lab\n" for r in REFLECTORS))
    base = {way: int(run.line[way] * BASE * 1000) for way in run.line}
    run.write("config.toml", f"""\
[network]
download_interface = "ifb-wan"
upload_interface = "wan"
download_base_kbits = {base["down"]}.0
upload_base_kbits = {base["up"]}.0
download_min_percent = {100 * FLOOR / BASE}
upload_min_percent = {100 * FLOOR / BASE}
[output]
log_level = "INFO"
suppress_statistics = true
speed_hist_file = "/run/sqm-speeds.csv"
stats_file = "/run/sqm-stats.csv"
[advanced_settings]
reflector_list_file = "{run.folder}/reflectors.csv"
""")
    run.write("controller", "mkdir -p /etc/sqm-autorate-rust\n"
              f"cp {run.folder}/config.toml /etc/sqm-autorate-rust/\nexec {binary}\n")


def static(_run):
    """Nobody: the shapers stay as they are."""


def oracle(run):
    """Somebody who knows each new capacity as soon as the first echo through it is back: what could be had at best."""
    run.write("steps", "\n".join(run.plan.steps(ORACLE)) + "\n")


def classic(ceiling):
    """Our classic law."""
    return ours(lambda run: classic_config(run.line, ceiling, run.folder))


def adaptive(options=""):
    """Our adaptive law."""
    return ours(lambda run: adaptive_config(run.line, run.folder), options)


# How the shapers are built, as settings of net.
PLAIN, HTB = "SHAPER=cake", "SHAPER=htb"
# With the bucket that `wanctl check` asks for.
HTB_FINE = f"{HTB} BUCKET=0.01"

# By name: how to prepare it, the shapers' first rate (share of N), how the shapers are built, whether it is ours.
ARMS = {
    "static-safe": (static, SAFE, PLAIN, False),
    "static-ceiling": (static, CEILING, PLAIN, False),
    "oracle": (oracle, ORACLE[0], PLAIN, False),
    "v1.7": (python_wanctl(1.0), 1.0, PLAIN, False),
    "v1.7-2x": (python_wanctl(CEILING), CEILING, PLAIN, False),
    "cake-autorate": (cake_autorate(), BASE, PLAIN, False),
    # Its own defaults are 30, 10 and 60 ms.
    "cake-autorate-tuned": (cake_autorate(8.0, 3.0, 16.0), BASE, PLAIN, False),
    "sqm-autorate-rust": (sqm_autorate, BASE, PLAIN, False),
    "classic": (classic(1.0), 1.0, PLAIN, True),
    "classic-2x": (classic(CEILING), CEILING, PLAIN, True),
    "adaptive": (adaptive(), BASE, PLAIN, True),
    "adaptive-htb": (adaptive(), BASE, HTB, True),
    "adaptive-htb-fine": (adaptive("--bucket 0.01"), BASE, HTB_FINE, True),
    "adaptive-router": (adaptive("--slow --refresh 0.2 --lost 0.01"), BASE, PLAIN, True),
    "adaptive-router-htb": (adaptive("--slow --refresh 0.2 --lost 0.01 --bucket 0.01"), BASE, HTB_FINE, True),
}
PEERS = [name for name, (_, _, _, is_ours) in ARMS.items() if not is_ours]
