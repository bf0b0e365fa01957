"""`bihuan directory`: the organisation from CSV or Excel and back, and a made-up county to try."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.command import argument, command, option
from engine.cli.commands.imports import write_refused
from engine.cli.desk import Desk, actor
from engine.cli.exits import Exit
from engine.cli.files import read_file
from engine.cli.grammar import Group
from engine.cli.options import shared_options
from engine.cli.outcomes import headings
from engine.cli.types import File
from engine.errors import InvalidInput
from engine.i18n import Catalogue

if TYPE_CHECKING:
    from engine.directory.exchange import DirectoryReport

ENDINGS = (".csv", ".xlsx")
SHOWN = 20
"""Refused rows told on the screen; all of them are in the file that `--refused` names."""


def directory(say: Catalogue) -> Group:
    """The group."""
    group = Group("directory", say, name="directory", params=shared_options(say))
    given = [
        argument("places", "FILE|FOLDER…", nargs=-1, required=True),
        option(say, "directory_import", "--check", is_flag=True),
        option(say, "directory_import", "--partial", is_flag=True),
        option(say, "directory_import", "--refused", type=File(), metavar="FILE"),
        option(say, "directory_import", "--reason", default="", metavar="TEXT"),
    ]
    group.add_command(command("import", say, _import, given, topic="directory_import"))
    folder = [argument("folder", "FOLDER")]
    group.add_command(command("export", say, _export, folder, topic="directory_export"))
    group.add_command(command("sample", say, _sample, folder, topic="directory_sample"))
    return group


def _import(
    desk: Desk, places: tuple[str, ...], check: bool, partial: bool, refused: Path | None, reason: str
) -> Exit | None:
    from engine.directory.exchange import import_directory, read_files

    tables = read_files({path.name: read_file(path) for path in _files(places)})
    with desk.engine(create=True) as engine:
        assert engine.directory is not None
        report = import_directory(
            engine.directory,
            tables,
            actor=actor(),
            at=engine.clock(),
            reason=reason or "bihuan directory import",
            zone=desk.zone,
            partial=partial,
            dry_run=check,
        )
    if refused is not None:
        write_refused(refused, [problem for table in report.tables.values() for problem in table.problems])
    if desk.chosen.is_json:
        desk.screen.json(report.to_json())
    else:
        _show(desk, report, check=check)
    return Exit.FOUND if report.refused else None


def _files(places: tuple[str, ...]) -> list[Path]:
    """The files named, and those of folders named."""
    found: list[Path] = []
    for place in map(Path, places):
        inside = (
            sorted(file for file in place.iterdir() if file.suffix.lower() in ENDINGS)
            if place.is_dir()
            else [place]
        )
        if not inside:
            raise InvalidInput.at(
                str(place),
                message_zh="文件夹里没有 .csv 或 .xlsx",
                message_en="no .csv or .xlsx in the folder",
            )
        found += inside
    return found


def _show(desk: Desk, report: DirectoryReport, *, check: bool) -> None:
    from engine.directory.exchange.layout import LAYOUTS

    counts = ("added", "changed", "unchanged", "refused")
    rows: list[tuple[Any, ...]] = [
        (LAYOUTS[name].title, *(getattr(table, count) for count in counts))
        for name, table in report.tables.items()
    ]
    desk.screen.table(headings(desk, ("table", *(f"#{count}" for count in counts))), rows)
    told = [
        (LAYOUTS[name].title, problem.row, problem.column or "", desk.say.of(problem), problem.excerpt or "")
        for name, table in report.tables.items()
        for problem in (*table.problems, *table.warnings)
    ]
    if told:
        desk.screen.table(headings(desk, ("table", "#row", "column", "reason", "excerpt")), told[:SHOWN])
        if len(told) > SHOWN:
            desk.screen.line(desk.say("directory_import.more", count=len(told) - SHOWN))
    how = "written" if report.written else "checked" if check and not report.refused else "unwritten"
    desk.screen.remark(desk.say(f"directory_import.{how}", version=report.version))


def _export(desk: Desk, folder: str) -> None:
    from engine.directory.exchange import export_csv

    with desk.engine() as engine:
        assert engine.directory is not None
        files = export_csv(engine.directory.index, engine.clock(), zone=desk.zone)
    _write(desk, Path(folder), files)


def _sample(desk: Desk, folder: str) -> None:
    from engine.directory.exchange.exporting import csv_bytes
    from engine.samples.county import county_tables

    _write(desk, Path(folder), {f"{name}.csv": csv_bytes(rows) for name, rows in county_tables().items()})


def _write(desk: Desk, folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    if desk.chosen.is_json:
        desk.screen.json({"folder": str(folder), "files": sorted(files)})
    else:
        desk.screen.remark(
            desk.say("directory_export.done", folder=str(folder), files=" ".join(sorted(files)))
        )
