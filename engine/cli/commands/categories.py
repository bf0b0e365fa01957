"""`bihuan categories`: the categories of cases into a spreadsheet and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli.command import argument, command, option
from engine.cli.desk import Desk
from engine.cli.files import read_file
from engine.cli.grammar import Group
from engine.cli.options import shared_options
from engine.cli.types import File
from engine.i18n import Catalogue

if TYPE_CHECKING:
    from engine.categories import Categories


def categories(say: Catalogue) -> Group:
    """The group."""
    group = Group("categories", say, name="categories", params=shared_options(say))
    file = argument("file", "FILE", type=File())
    check = option(say, "categories_import", "--check", is_flag=True)
    for name, run, params in (("import", _import, [file, check]), ("export", _export, [file])):
        made = command(name, say, run, params, topic=f"categories_{name}", of_database=False)
        group.add_command(made)
    return group


def _import(desk: Desk, file: Path, check: bool) -> None:
    from engine.categories import FILE, CategoryFile, check_kept, write_categories
    from engine.cli.shipped import settings_folder

    config = settings_folder()
    read = _read(file)
    check_kept(CategoryFile(config)(), read)
    if not check:
        (config / FILE).write_text(write_categories(read), encoding="utf-8", newline="")
    how = "checked" if check else "done"
    desk.screen.remark(desk.say(f"categories_import.{how}", count=len(read.by_code), file=str(config / FILE)))


def _export(desk: Desk, file: Path) -> None:
    from engine.categories import CategoryFile, write_categories
    from engine.cli.shipped import settings_folder

    text = write_categories(CategoryFile(settings_folder())())
    if file.suffix.lower() == ".xlsx":
        import csv
        import io

        from engine.directory.exchange.workbook import write_workbook

        rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"), newline="")))
        file.write_bytes(write_workbook({"类别": rows}))
    else:
        file.write_text(text, encoding="utf-8", newline="")
    desk.screen.remark(desk.say("categories_export.done", file=str(file)))


def _read(file: Path) -> Categories:
    from engine.categories import from_rows, read_categories
    from engine.directory.exchange.workbook import read_workbook

    content = read_file(file)
    if file.suffix.lower() != ".xlsx":
        return read_categories(content, file=file.name)
    _, rows = next(read_workbook(content))
    # A formula reads as a text that is no code, name or day.
    texts = [
        (line, [cell if isinstance(cell, str) else f"={cell.zh}" for cell in cells]) for line, cells in rows
    ]
    return from_rows(texts, file=file.name)
