"""`bihuan bench`: the project's measurements, as `make bench` takes them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from engine.cli.command import command, option
from engine.cli.desk import Desk
from engine.cli.exits import Exit
from engine.cli.grammar import Command
from engine.cli.types import OneOf, Whole
from engine.errors import NotFound
from engine.i18n import Catalogue

MEASUREMENTS = ("floor", "kernel", "calendars", "feel", "load")
"""Modules of bench/, in the order of `make bench`; a test holds the two equal."""
TIMED = ("floor", "kernel", "calendars")
"""Those that can be told how long to measure."""


def bench(say: Catalogue) -> Command:
    """The command."""
    params = [
        option(say, "bench", "--only", type=OneOf(MEASUREMENTS, say)),
        option(say, "bench", "--seconds", type=Whole(say, least=1, most=3600)),
    ]
    return command("bench", say, _run, params, of_database=False)


def _run(desk: Desk, only: str | None, seconds: int | None) -> Exit:
    root = Path(__file__).resolve().parents[3]
    if not (root / "bench").is_dir():
        raise NotFound(
            code="bench.missing",
            message_zh="测量程序只在源代码目录中，安装包不含",
            message_en="the measurements are part of the source tree only",
        )
    for name in MEASUREMENTS if only is None else (only,):
        given = (
            ["saturation"]
            if name == "load"
            else []
            if seconds is None or name not in TIMED
            else ["--seconds", str(seconds)]
        )
        done = subprocess.run(  # noqa: S603 - our own interpreter and modules
            [sys.executable, "-m", f"bench.{name}", *given], cwd=root, check=False
        )
        if done.returncode:
            return Exit.INTERNAL
    return Exit.OK
