"""What a command writes: results on standard output, progress and complaints on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from engine.cli.options import Chosen
from engine.cli.printable import printable


class Advance(Protocol):
    """Moves a bar by how much more is done; `total`, when given, is how much there is."""

    def __call__(self, more: int, total: int | None = None, /) -> None: ...


UNCUT = 100_000
"""Columns of output that goes to a file or another program: nothing is wrapped there."""


class _Rate(ProgressColumn):
    """How many a second."""

    def render(self, task: Task) -> Text:
        return Text("" if task.speed is None else f"{task.speed:.0f}/s")


class Screen:
    """Writes for a person or, with `--format json`, for a program."""

    def __init__(self, chosen: Chosen) -> None:
        self._chosen = chosen
        width = None if sys.stdout.isatty() else UNCUT
        self._out = Console(file=sys.stdout, width=width, highlight=False, emoji=False)
        self._err = Console(file=sys.stderr, highlight=False, emoji=False)

    def json(self, value: Any) -> None:
        """One JSON document."""
        text = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=False)
        sys.stdout.write(f"{text}\n")

    def line(self, text: str = "", style: str = "") -> None:
        """One line, in full; what a terminal would obey is made visible."""
        self._out.print(Text(printable(text), style=style), soft_wrap=True)

    def remark(self, text: str) -> None:
        """A line about what was done, left out with `--quiet`."""
        if not self._chosen.quiet:
            self.line(text)

    def warn(self, text: str) -> None:
        """A line on standard error."""
        self._err.print(Text(printable(text)), soft_wrap=True)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[object]], *, title: str = "") -> None:
        """A table; columns whose name begins with `#` hold figures, a title stands off from what is above."""
        if title:
            self.line()
            self.line(title, style="bold")
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", show_edge=False)
        for name in columns:
            figures = name.startswith("#")
            table.add_column(
                Text(name.removeprefix("#")), justify="right" if figures else "left", overflow="fold"
            )
        for row in rows:
            table.add_row(*(Text(printable(cell)) for cell in row))
        self._out.print(table)

    @contextmanager
    def progress(self, description: str, total: int | None = None) -> Iterator[Advance]:
        """A bar on standard error while the block runs; nothing where nobody would see it.

        The block gets a function to call with how much more is done.
        """
        if self._chosen.is_json or self._chosen.quiet or not sys.stderr.isatty():
            yield lambda _, __=None: None
            return
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.completed:.0f}"),
            _Rate(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=self._err, transient=True) as bar:
            task = bar.add_task(printable(description), total=total)

            def advance(more: int, known: int | None = None, /) -> None:
                bar.update(task, advance=more, total=known)

            yield advance
