"""`bihuan import`: a file of requests becomes cases."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from engine.cli.command import argument, command, option
from engine.cli.desk import Desk
from engine.cli.exits import Exit
from engine.cli.files import read_file
from engine.cli.grammar import Command
from engine.cli.outcomes import headings
from engine.cli.printable import printable
from engine.cli.screen import Advance
from engine.cli.shipped import settings_folder
from engine.cli.types import File
from engine.errors import InvalidInput, NotFound
from engine.i18n import Catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engine.intake.layout import Layout
    from engine.intake.problem import Problem
    from engine.intake.report import ImportReport

SHOWN = 20
"""Refused rows that are listed on the screen; the file named by --refused holds all."""

COLUMNS = ("row", "line", "column", "code", "severity", "excerpt", "message_zh", "message_en")


def imports(say: Catalogue) -> Command:
    """The command."""
    params = [
        argument("file", "FILE", type=File()),
        option(say, "import", "--layout", required=True, metavar="NAME|FILE"),
        option(say, "import", "--refused", type=File(), metavar="FILE"),
    ]
    return command("import", say, _run, params)


def _run(desk: Desk, file: Path, layout: str, refused: Path | None) -> Exit:
    from engine.intake.importing import import_requests

    chosen = find_layout(layout)
    with (
        desk.engine(create=True) as engine,
        _opened(file) as stream,
        desk.screen.progress(file.name) as advance,
    ):
        report = import_requests(engine, stream, chosen, progress=advance_to(advance))
    if refused is not None:
        write_refused(refused, report.problems)
    if desk.chosen.is_json:
        desk.screen.json(report.to_json())
    else:
        _show(desk, report)
    return Exit.FOUND if report.refused else Exit.OK


def advance_to(advance: Advance) -> Callable[[int, int], None]:
    """A bar moved by how much is done in all, and told how much there is."""
    seen = 0

    def progress(done: int, total: int) -> None:
        nonlocal seen
        advance(done - seen, total)
        seen = done

    return progress


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        stream = path.open("rb")
    except FileNotFoundError:
        raise NotFound(
            code="file.missing", message_zh=f"文件不存在：{path}", message_en=f"there is no file {path}"
        ) from None
    except OSError as error:
        raise InvalidInput.at(
            str(path),
            message_zh=f"无法读取：{error.strerror}",
            message_en=f"cannot be read: {error.strerror}",
        ) from None
    with stream:
        yield stream


def find_layout(name: str) -> Layout:
    """A layout by its file, or by the name of one in the folder `imports` of the settings."""
    from engine.intake.layout import read_layout

    path = Path(name)
    if not path.suffix and not path.exists():
        candidates = sorted((settings_folder() / "imports").glob("*.toml"))
        path = next((each for each in candidates if each.stem == name), path)
        if not path.exists():
            known = " ".join(each.stem for each in candidates)
            raise NotFound(
                code="layout.unknown",
                message_zh=f"没有布局“{name}”，可用：{known}，或写布局文件的路径",
                message_en=f"there is no layout “{name}”; known: {known}, or give the path of one",
            )
    return read_layout(read_file(path, 1024 * 1024))


def _show(desk: Desk, report: ImportReport) -> None:
    say, screen = desk.say, desk.screen
    figures = ("rows", "imported", "continued", "already_there", "refused", "steps")
    for name in figures:
        screen.line(f"{say(f'import.{name}_count')}  {getattr(report, name)}")
    if report.snapshot is not None:
        screen.line(f"{say('import.snapshot')}  {report.snapshot.astimezone(desk.zone):%Y-%m-%d %H:%M}")
    if report.warnings:
        screen.line(say("import.warnings", count=len(report.warnings)))
    if report.problems:
        rows = [
            (problem.row, problem.column or "", desk.say.of(problem), problem.excerpt or "")
            for problem in report.problems[:SHOWN]
        ]
        screen.table(headings(desk, ("#row", "column", "reason", "excerpt")), rows)
        if len(report.problems) > SHOWN:
            screen.line(say("import.more", count=len(report.problems) - SHOWN))


def write_refused(path: Path, problems: Iterable[Problem]) -> None:
    """Write why rows were refused: CSV for a path that ends in .csv, else JSON. Raises InvalidInput."""
    rows = [problem.to_json() for problem in problems]
    if path.suffix.lower() == ".csv":
        text = _csv(rows)
    else:
        text = json.dumps(rows, ensure_ascii=False, indent=2) + "\n"
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidInput.at(
            str(path),
            message_zh=f"无法写入：{error.strerror}",
            message_en=f"cannot be written: {error.strerror}",
        ) from None


def _csv(rows: list[dict[str, str | int | None]]) -> str:
    from engine.intake.formula import neutralise

    out = io.StringIO()
    # Spreadsheets take a file without this mark for one in the local encoding.
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows:
        cells = ("" if row[name] is None else printable(row[name]) for name in COLUMNS)
        writer.writerow([neutralise(cell) for cell in cells])
    return out.getvalue()
