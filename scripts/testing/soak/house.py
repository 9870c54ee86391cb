"""What is soaked: two routers with their lines, autorate with two WANs, steering, and the files they keep."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

COMMENT = "ADAPTIVE: Steer latency-sensitive to WAN2"
# Seconds for what should take one or two.
PATIENCE = 30
# For a WAN's router only: steering moves no queues.
LEAVE = ", queue_types: { download: leave, upload: leave }"
# The kernel answers these.
ECHOED = ["127.0.0.2", "127.0.0.3", "127.0.0.4"]


def free_port():
    """One that nobody has now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Router:
    """A RouterOS double behind TLS, with the demo's line behind it: load comes and goes twice a minute."""

    def __init__(self, binary, folder, name):
        self.binary = binary
        self.console = folder / f"{name}.sock"
        self.process = subprocess.Popen(
            [binary, "double", "--tls", "--ssh-socket", self.console],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
        )
        said = {}
        while "reflectors" not in said:
            line = self.process.stdout.readline()
            if not line:
                raise SystemExit(f"soak: the double of {name} ended at once")
            key, _, value = line.strip().partition(": ")
            said[key] = value
        self.port = int(said["REST"].partition("/rest")[0].rpartition(":")[2])
        self.pin = said["tls_fingerprint"].strip('"')
        self.reflectors = said["reflectors"].split()

    def order(self, command):
        """One command at its console."""
        subprocess.run([self.binary, "double-cli", "--socket", self.console, command], check=True)

    def section(self, more=""):
        """How a configuration names it."""
        return (
            f"router: {{ transport: rest, host: 127.0.0.1, port: {self.port}, scheme: https, user: wanctl,\n"
            f"  password: secret, ssh_key: /nonexistent, verify_ssl: false, tls_fingerprint: {self.pin},\n"
            f"  verify_interval: 5{more} }}\n"
        )

    def hang(self, hung):
        """While it hangs it holds its connections and answers nothing, and nor do its reflectors."""
        os.kill(self.process.pid, signal.SIGSTOP if hung else signal.SIGCONT)


class Daemon:
    """One of ours."""

    def __init__(self, name, command, ports, stderr):
        self.name = name
        self.health_port, self.metrics_port = ports
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr
        )

    @staticmethod
    def page(port, path):
        """(status, text) as a monitor gets it; status 0 and the reason if nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()
        except (OSError, http.client.HTTPException) as error:
            return 0, str(error)

    def health(self):
        return self.page(self.health_port, "/health")

    def metrics(self):
        return self.page(self.metrics_port, "/metrics")

    def wait_until_healthy(self):
        deadline = time.monotonic() + PATIENCE
        while self.health()[0] != 200:
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise SystemExit(f"soak: {self.name} does not become healthy: {self.health()}")
            time.sleep(0.2)


class House:
    """Starts everything below a folder; `close` ends it."""

    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder
        self.history = folder / "metrics.db"
        self.stderr = open(folder / "stderr", "w", encoding="utf-8")
        self.routers, self.daemons = [], []
        try:
            self.furnish()
        except BaseException:
            self.close()
            raise

    def furnish(self):
        for name in ("wan1", "wan2"):
            self.routers.append(Router(self.binary, self.folder, name))
        first = self.routers[0]
        first.order(
            f'/ip firewall mangle add chain=prerouting action=mark-routing comment="{COMMENT}" '
            "connection-state=new disabled=yes new-routing-mark=to-WAN2"
        )
        reflectors = [first.reflectors, ECHOED]
        ports = (free_port(), free_port())
        files = [self.wan(n, ports, reflectors[n]) for n in (0, 1)]
        self.start("autorate", [self.binary, "--config", *files], ports)
        ports = (free_port(), free_port())
        self.start("steering", [self.binary, "steering", "--config", self.steering(ports, first)], ports)

    def start(self, name, command, ports):
        daemon = Daemon(name, command, ports, self.stderr)
        self.daemons.append(daemon)
        daemon.wait_until_healthy()

    def wan(self, n, ports, reflectors):
        """The first line's delays are the simulated line's, over UDP; the second's echoes are ICMP to the loopback."""
        name = f"wan{n + 1}"
        hosts = ", ".join(f'"{host}"' for host in reflectors)
        return self.file(name, ports, self.routers[n].section(LEAVE) + (
            "queues: { download: WAN-Download, upload: WAN-Upload }\n"
            "continuous_monitoring:\n"
            "  enabled: true\n"
            "  control_law: adaptive\n"
            "  line: cable\n"
            "  download: { floor_mbps: 25, base_mbps: 300, ceiling_mbps: 550 }\n"
            "  upload: { floor_mbps: 5, base_mbps: 30, ceiling_mbps: 45 }\n"
            f"  ping_hosts: [{hosts}]\n"
            "  fallback_checks: { enabled: true, check_gateway: true, gateway_ip: 127.0.0.1, check_tcp: true,\n"
            "    tcp_targets: [[127.0.0.1, 9]], fallback_mode: graceful_degradation, max_fallback_cycles: 3 }\n"
            f"state_file: {self.folder}/{name}_state.json\n"
            "timeouts: { ssh_command: 5, ping: 1 }\n"
        ))

    def steering(self, ports, router):
        """As shipped: a decision every two seconds."""
        return self.file("steering", ports, router.section() + (
            f"topology: {{ primary_wan: wan1, primary_wan_config: {self.folder}/wan1.yaml, alternate_wan: wan2 }}\n"
            f'mangle_rule: {{ comment: "{COMMENT}" }}\n'
            f'measurement: {{ interval_seconds: 2, ping_host: "{router.reflectors[0]}", ping_count: 3 }}\n'
            f"cake_state_sources: {{ primary: {self.folder}/wan1_state.json }}\n"
            "cake_queues: { primary_download: WAN-Download, primary_upload: WAN-Upload }\n"
            "mode: { cake_aware: true }\n"
            "thresholds: { red_rtt_ms: 15 }\n"
            f"state: {{ file: {self.folder}/steering_state.json, history_size: 60 }}\n"
            "timeouts: { ssh_command: 5, ping: 2 }\n"
        ))

    def file(self, name, ports, text):
        """A configuration with what all have."""
        health, metrics = ports
        path = self.folder / f"{name}.yaml"
        path.write_text(f'schema_version: "1.0"\nwan_name: {name}\n' + text + (
            f"logging: {{ main_log: {self.folder}/{name}.log, debug_log: {self.folder}/{name}_debug.log }}\n"
            f"lock_file: {self.folder}/{name}.lock\n"
            "lock_timeout: 300\n"
            f'storage: {{ db_path: "{self.history}" }}\n'
            f"health_check: {{ enabled: true, host: 127.0.0.1, port: {health} }}\n"
            f"metrics: {{ enabled: true, host: 127.0.0.1, port: {metrics} }}\n"
        ), encoding="utf-8")
        # There is a password in it.
        path.chmod(0o600)
        return path

    def rotate(self):
        """As logrotate does it: nobody is told."""
        for log in self.folder.glob("*.log"):
            log.rename(log.with_suffix(".log.1"))

    def close(self):
        """Every daemon's exit status by its name; the routers go last."""
        ended = {}
        for daemon in self.daemons:
            with contextlib.suppress(ProcessLookupError):
                daemon.process.terminate()
            ended[daemon.name] = daemon.process.wait(PATIENCE)
        for router in self.routers:
            router.hang(False)
            router.process.terminate()
            router.process.wait(PATIENCE)
        self.stderr.close()
        return ended
