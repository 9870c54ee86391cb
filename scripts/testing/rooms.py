"""The rooms that decide, each as a small crate of its own: what mutants and coverage are measured on.

The rooms below one are a second crate, which stays as it is: a change in the room then costs seconds to build, where all of
wanctl costs a minute. The tests are those beside the code, and those in tests/ that need nothing else.
"""

import json
import os
import shutil
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "target" / "mutants"

# Each room may use those before it (src/lib.rs, tests/layers.rs).
LAYERS = ["units", "time", "direction", "control", "steering", "wire", "router"]
# What the rooms use of other crates; with the versions and features of Cargo.toml.
CRATES = ["heapless", "httparse", "serde", "serde_json"]
# Tests in tests/ that need nothing but the room and those below it.
TESTS = {"control": ["tests/control"], "steering": ["tests/steering"], "router": []}

PACKAGE = '[package]\nname = "{name}"\nversion = "0.0.0"\nedition = "2024"\n\n[lib]\nname = "{lib}"\n'
PROFILE = "\n[profile.dev]\ndebug = false\n\n[workspace]\n"

# A property that fails has said so: nothing to shrink, nothing to remember. 32 cases of 256, for their price.
PROPTEST = {"PROPTEST_CASES": "32", "PROPTEST_MAX_SHRINK_ITERS": "0", "PROPTEST_DISABLE_FAILURE_PERSISTENCE": "1"}


def toml(value):
    """A value of Cargo.toml as it stands there; JSON's strings, numbers and lists are TOML's."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(of)}" for key, of in value.items()) + " }"
    return json.dumps(value)


def dependencies(section, names, also=""):
    table = tomllib.loads((ROOT / "Cargo.toml").read_text())[section]
    lines = "".join(f"{name} = {toml(table[name])}\n" for name in names)
    return f"\n[{section}]\n{lines}{also}"


def sources(rooms):
    """The files of these rooms."""
    for room in rooms:
        yield from [f for f in [ROOT / "src" / f"{room}.rs"] if f.exists()]
        yield from sorted((ROOT / "src" / room).rglob("*.rs"))


def put(folder, files):
    """Makes `folder` hold these files, by their path, and no other source; what is there already stays untouched, so that
    cargo builds only what has changed."""
    for old in [*folder.glob("src/**/*.rs"), *folder.glob("tests/**/*")]:
        if old.is_file() and str(old.relative_to(folder)) not in files:
            old.unlink()
    for name, content in files.items():
        file = folder / name
        if not file.exists() or file.read_bytes() != content:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)


def crate(room):
    """Lays out the crate of a room, and tells where."""
    folder = WORK / room
    below = LAYERS[: LAYERS.index(room)]
    real = {str(file.relative_to(ROOT)): file.read_bytes() for file in sources([*below, room])}
    own = f"src/{room}/", f"src/{room}.rs"
    tests = [file for test in TESTS[room] for file in (ROOT / test).rglob("*") if file.is_file()]

    manifest = PACKAGE.format(name=f"below-{room}", lib="below") + dependencies("dependencies", CRATES)
    put(
        folder / "below",
        {name: text for name, text in real.items() if not name.startswith(own)}
        | {"Cargo.toml": manifest.encode()}
        | {"src/lib.rs": "".join(f"pub mod {name};\n" for name in below).encode()},
    )
    manifest = (
        PACKAGE.format(name=room, lib="wanctl")
        + dependencies("dependencies", CRATES, f'below-{room} = {{ path = "below" }}\n')
        + dependencies("dev-dependencies", ["proptest"])
        + PROFILE
    )
    put(
        folder,
        {name: text for name, text in real.items() if name.startswith(own)}
        | {str(file.relative_to(ROOT)): file.read_bytes() for file in tests}
        | {"Cargo.toml": manifest.encode()}
        | {"src/lib.rs": f"pub use below::{{{', '.join(below)}}};\npub mod {room};\n".encode()}
        | {".cargo/mutants.toml": (ROOT / ".cargo/mutants.toml").read_bytes()},
    )
    shutil.copy(ROOT / "Cargo.lock", folder)
    return folder


def environment(target):
    """For cargo in such a crate. Whatever the caller builds in, `target` is their place; an incremental build is what makes
    a mutant cheap."""
    return {**os.environ, **PROPTEST, "CARGO_INCREMENTAL": "1", "CARGO_TARGET_DIR": str(WORK / target)}
