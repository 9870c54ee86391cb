#!/usr/bin/env python3
"""What builds of wanctl weigh: bytes on disk, memory at its peak, time of a core, time from exec to READY=1.

    scripts/testing/sizes.py target/release/wanctl target/small/wanctl

The first binary also plays the router and the reflectors (`wanctl double`), so it needs to be whole. Each daemon has one WAN
and runs for SECONDS (default 30) while the double's line is used and its rates move. Prints a table in Markdown.
"""

import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SECONDS = int(os.environ.get("SECONDS_EACH", "30"))
STARTS = 15
CONFIG = Path(__file__).resolve().parents[2] / "configs" / "cable.yaml"


def double(binary):
    """The router and its reflectors, and what its greeting says of them."""
    process = subprocess.Popen([binary, "double"], stdout=subprocess.PIPE, text=True)
    greeting = "".join(process.stdout.readline() for _ in range(5))
    port = re.search(r"REST: http://127\.0\.0\.1:(\d+)/", greeting)[1]
    return process, port, re.findall(r"udp://\S+", greeting)


def configuration(home, port, reflectors):
    text = CONFIG.read_text()
    for old, new in [
        ('host: "192.168.1.1"', 'host: "127.0.0.1"'),
        ('user: "admin"', 'user: "wanctl"'),
        ("  port: 443", f"  port: {port}"),
        ("-Cable", ""),
        ("/var/log/wanctl", str(home)),
        ("/var/lib/wanctl", str(home)),
        ("/run/wanctl", str(home)),
        ("  port: 9101", "  port: 0"),
    ]:
        assert old in text, old
        text = text.replace(old, new)
    hosts = "\n".join(f'    - "{address}"' for address in reflectors)
    text = re.sub(r'(  ping_hosts:\n)(    - .*\n)+', lambda found: found[1] + hosts + "\n", text)
    path = home / "wan.yaml"
    path.write_text(text)
    return path


def start(binary, config, home):
    """The daemon, and how many milliseconds it took to be ready."""
    path = home / "notify"
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(str(path))
        notify.settimeout(20)
        environment = {**os.environ, "NOTIFY_SOCKET": str(path), "ROUTER_PASSWORD": "secret"}
        began = time.monotonic()
        daemon = subprocess.Popen([binary, "--config", config], env=environment, stderr=subprocess.DEVNULL)
        while b"READY=1" not in notify.recv(4096):
            pass
        return daemon, (time.monotonic() - began) * 1e3


def stop(daemon):
    daemon.send_signal(signal.SIGTERM)
    daemon.wait(10)


def peak(pid):
    """Megabytes, of 10^6 bytes."""
    kilobytes = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]
    return int(kilobytes) * 1024 / 1e6


def used(pid):
    """Seconds of a core, its threads included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def stripped(binary, home):
    copy = home / "stripped"
    subprocess.run(["strip", "-o", copy, binary], check=True)
    return copy.stat().st_size / 1e6


def measure(binary, port, reflectors):
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        config = configuration(home, port, reflectors)
        starts = []
        for _ in range(STARTS):
            daemon, took = start(binary, config, home)
            stop(daemon)
            starts.append(took)
        daemon, _ = start(binary, config, home)
        time.sleep(SECONDS)
        memory, core = peak(daemon.pid), used(daemon.pid) / SECONDS
        stop(daemon)
        return stripped(binary, home), memory, core, statistics.median(starts)


def main(binaries):
    if not binaries:
        sys.exit(__doc__)
    process, port, reflectors = double(binaries[0])
    try:
        print("| build | binary, stripped | memory at its peak | of one core | exec to READY=1 |\n|---|---|---|---|---|")
        for binary in binaries:
            size, memory, core, ready = measure(binary, port, reflectors)
            print(f"| {binary} | {size:.1f} MB | {memory:.1f} MB | {core:.1%} | {ready:.0f} ms |", flush=True)
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main(sys.argv[1:])
