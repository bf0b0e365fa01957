"""`bihuan table`: a decision table into a spreadsheet and back."""

from __future__ import annotations

from pathlib import Path

from engine.cli.command import argument, command, option
from engine.cli.desk import Desk
from engine.cli.files import read_file
from engine.cli.grammar import Group
from engine.cli.options import shared_options
from engine.cli.types import File
from engine.errors import InvalidInput
from engine.i18n import Catalogue


def table(say: Catalogue) -> Group:
    """The group."""
    group = Group("table", say, name="table", params=shared_options(say))
    for name, run in (("export", _export), ("import", _import)):
        params = [
            argument("file", "FILE", type=File()),
            argument("rows", "CSV", type=File()),
            option(say, "table_export", "--decision", metavar="ID"),
        ]
        made = command(name, say, run, params, topic=f"table_{name}", of_database=False)
        group.add_command(made)
    return group


def _export(desk: Desk, file: Path, rows: Path, decision: str | None) -> None:
    from engine.dmn.table_csv import to_csv

    rows.write_bytes(to_csv(read_file(file), file=file.name, decision=decision))
    desk.screen.remark(desk.say("table_export.done", file=str(rows)))


def _import(desk: Desk, file: Path, rows: Path, decision: str | None) -> None:
    from engine.dmn.table_csv import from_csv

    try:
        made = from_csv(read_file(file), read_file(rows), file=file.name, decision=decision)
    except InvalidInput as error:
        raise InvalidInput(
            code=error.code,
            message_zh=f"{rows.name}：{error.message_zh}",
            message_en=f"{rows.name}: {error.message_en}",
        ) from None
    file.write_bytes(made)
    desk.screen.remark(desk.say("table_import.done", file=str(file)))
