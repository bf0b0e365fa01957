"""The command `bihuan`. It may use everything in the engine; nothing in the engine uses it."""

from __future__ import annotations

import sys


def main() -> None:
    """The console script."""
    # Imported here so that a broken installation is reported like any other failure of the interpreter.
    from engine.cli.application import run

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))
