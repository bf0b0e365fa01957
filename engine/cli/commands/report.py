"""`bihuan report`: indicators and reports, as the API gives them, on a screen or as a file."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.cli.command import argument, command, option
from engine.cli.desk import Desk
from engine.cli.grammar import Group
from engine.cli.options import shared_options
from engine.cli.types import File, OneOf
from engine.errors import InvalidInput
from engine.i18n import Catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from engine.facade import Engine
    from engine.reports import Printer, Report, Reports

FILES = ("csv", "xlsx", "pdf")
PROVENANCES = ("live", "imported", "simulated")
GROUPINGS = ("none", "unit", "department", "category", "flow", "grade", "level", "grid", "period")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What `report show` is asked for. stored: as the facts are, without bringing them up to the logs."""

    name: str
    period: str | None
    unit: str | None
    department: str | None
    process: str | None
    category: str | None
    provenance: str | None
    by: str
    step: str
    definition: str | None
    output: Path | None
    stored: bool

    @property
    def narrowed(self) -> dict[str, str | None]:
        """What it is about, by the names that reports have for it."""
        return {
            "unit": self.unit, "department": self.department, "flow": self.process, "category": self.category,
            "step": self.step, "definition": self.definition,
        }  # fmt: skip


def report(say: Catalogue) -> Group:
    """The group."""
    group = Group("report", say, name="report", params=shared_options(say))
    group.add_command(command("list", say, _list, topic="report_list", of_database=False))
    params = [
        argument("name", "NAME"),
        option(say, "report_show", "--period", metavar="PERIOD"),
        option(say, "report_show", "--unit", metavar="ID"),
        option(say, "report_show", "--department", metavar="ID"),
        option(say, "report_show", "--process", metavar="KEY"),
        option(say, "report_show", "--category", metavar="TEXT"),
        option(say, "report_show", "--provenance", type=OneOf(PROVENANCES, say)),
        option(say, "report_show", "--by", type=OneOf(GROUPINGS, say), default="none"),
        option(say, "report_show", "--step", type=OneOf(("week", "month"), say), default="month"),
        option(say, "report_show", "--definition", metavar="DIGEST"),
        option(say, "report_show", "--output", type=File(), metavar="FILE"),
        option(say, "report_show", "--stored", is_flag=True),
    ]
    group.add_command(command("show", say, _show, params, topic="report_show", formats=FILES))
    return group


def _list(desk: Desk) -> None:
    from engine.reports import WRITERS

    names = [(name, desk.say(f"report.{name}")) for name in WRITERS]
    if desk.chosen.is_json:
        desk.screen.json({"reports": [{"name": name, "title": title} for name, title in names]})
        return
    desk.screen.table([desk.say("report_list.name"), desk.say("report_list.title")], names)


def _show(desk: Desk, **given: Any) -> None:
    from engine.cli.operator import operator
    from engine.reports import Asked, Grouping

    wanted = Wanted(**given)
    check_output(desk, wanted.output)
    narrowed: dict[str, Any] = wanted.narrowed
    asked = Asked(
        period=wanted.period or this_month(desk),
        provenance=PROVENANCES if wanted.provenance is None else (wanted.provenance,),
        by=Grouping(wanted.by),
        **narrowed,
    )
    with desk.engine() as engine, _reports(desk, engine) as reports:
        if not wanted.stored:
            follow(desk, reports)
        written = reports.write(wanted.name, operator(engine), asked, desk.say)
        hand_out(desk, reports.zone, written, wanted.output)


@contextmanager
def _reports(desk: Desk, engine: Engine) -> Iterator[Reports]:
    from engine.cli.shipped import settings_folder
    from engine.installation import Timetables
    from engine.reports import open_reports

    config = settings_folder()
    yield open_reports(engine, config, Timetables(config))


def follow(desk: Desk, reports: Reports) -> None:
    """Bring the facts up to the logs first, as a worker does."""
    lagging = 0
    with desk.screen.progress(desk.say("report_show.following")) as advance:
        while (more := reports.rollup.sweep(most=200)) == 200:
            lagging += more
            advance(more)


def hand_out(desk: Desk, zone: ZoneInfo, written: Report, output: Path | None) -> None:
    """A report on the screen, or into a file. zone: in which its moments are told."""
    from engine.reports import FILES as KINDS
    from engine.reports import Printer, to_json

    printer = Printer(say=desk.say, zone=zone)
    kind = desk.chosen.format
    if kind in KINDS:
        keep(desk, KINDS[kind].write(written, printer, None), output)
        return
    if output is None:
        if kind == "json":
            desk.screen.json(to_json(written))
        else:
            _tell(desk, printer, written)
        return
    raise click.UsageError(
        desk.say("report_show.no_file", formats=" ".join(FILES)), click.get_current_context()
    )


def keep(desk: Desk, content: bytes, output: Path | None) -> None:
    """What a file holds, into the file or on the screen."""
    if output is None:
        # Text: in full, as it would be in a file.
        click.echo(content, nl=False)
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise InvalidInput.at(
            str(output),
            message_zh=f"无法写入：{error.strerror}",
            message_en=f"cannot be written: {error.strerror}",
        ) from None
    desk.screen.remark(desk.say("report_show.done", file=output))


def check_output(desk: Desk, output: Path | None) -> None:
    """What is no text goes into a file."""
    if desk.chosen.format in ("xlsx", "pdf") and output is None:
        raise click.UsageError(desk.say("report_show.file"), click.get_current_context())


def _tell(desk: Desk, printer: Printer, written: Report) -> None:
    from engine.reports.printing import is_counted
    from engine.reports.report import Kind

    screen = desk.screen
    screen.line(written.title, style="bold")
    for title, text in printer.statement(written):
        screen.line(f"{title}  {text}")
    for table in written.tables:
        columns = [
            f"{'' if column.kind in (Kind.TEXT, Kind.DAY, Kind.MOMENT) else '#'}{column.title}"
            for column in table.columns
        ]
        rows = [
            [
                printer.text(
                    row.get(column.name),
                    column.kind,
                    counted=is_counted(table.name, row.get("key"), column.name),
                )
                for column in table.columns
            ]
            for row in table.rows
        ]
        screen.table(columns, rows, title=table.title)
    if written.notes:
        screen.line()
    for note in written.notes:
        screen.remark(note)


def this_month(desk: Desk) -> str:
    return f"{datetime.now(UTC).astimezone(desk.zone):%Y-%m}"


def last_week(desk: Desk) -> str:
    """The last week that is over, as ISO 8601 has it."""
    year, week, _ = (datetime.now(UTC).astimezone(desk.zone) - timedelta(days=7)).isocalendar()
    return f"{year}-W{week:02d}"
