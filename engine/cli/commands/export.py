"""`bihuan export`: histories for other tools."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import click

from engine.cli.command import argument, command, option
from engine.cli.desk import Desk
from engine.cli.grammar import Group
from engine.cli.options import shared_options
from engine.cli.types import File
from engine.errors import InvalidInput
from engine.i18n import Catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from engine.facade import Engine


def export(say: Catalogue) -> Group:
    """The group of formats."""
    group = Group("export", say, name="export", params=shared_options(say))
    for name, run in (("xes", _xes), ("log", _log)):
        topic = f"export_{name}"
        params = [
            argument("file", "FILE", type=File()),
            option(say, topic, "--case", "names", multiple=True, metavar="CASE"),
            option(say, topic, "--all", "every", is_flag=True),
        ]
        group.add_command(command(name, say, run, params, topic=topic))
    return group


def _xes(desk: Desk, file: Path, names: tuple[str, ...], *, every: bool) -> None:
    from engine.history import export_xes

    _export(desk, file, names, every, "export_xes", export_xes)


def _log(desk: Desk, file: Path, names: tuple[str, ...], *, every: bool) -> None:
    from engine.history import export_lines

    _export(desk, file, names, every, "export_log", partial(export_lines, moment=desk.iso))


def _export(
    desk: Desk, file: Path, names: tuple[str, ...], every: bool, topic: str, write: Callable[..., int]
) -> None:
    from engine.cli.cases import find_case

    if every == bool(names):
        raise click.UsageError(desk.say("usage.all_or_some"), click.get_current_context())
    with desk.engine() as engine:
        chosen: Iterable[UUID] = engine.case_ids() if every else [find_case(engine, name) for name in names]
        cases, events = _write(desk, engine, file, chosen, write)
    if desk.chosen.is_json:
        desk.screen.json({"file": str(file), "cases": cases, "events": events})
    else:
        desk.screen.remark(desk.say(f"{topic}.done", cases=cases, events=events, file=file))


def _write(
    desk: Desk, engine: Engine, file: Path, case_ids: Iterable[UUID], write: Callable[..., int]
) -> tuple[int, int]:
    """Write beside the place first, so that a file that is there is never half of one."""
    cases = 0
    half = file.with_name(f".{file.name}.part")
    try:
        with desk.screen.progress(file.name) as advance, half.open("wb") as target:

            def progress(number: int) -> None:
                nonlocal cases
                advance(number - cases)
                cases = number

            events = write(engine, target, case_ids, progress=progress)
        half.replace(file)
    except OSError as error:
        raise InvalidInput.at(
            str(file),
            message_zh=f"无法写入：{error.strerror}",
            message_en=f"cannot be written: {error.strerror}",
        ) from None
    finally:
        half.unlink(missing_ok=True)
    return cases, events
