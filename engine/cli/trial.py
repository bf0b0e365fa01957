"""What expressions and decisions tried on the command line may use: a clock, the installation's functions, variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine import canonical
from engine.cli import moments
from engine.cli.desk import Desk
from engine.cli.files import read_file
from engine.cli.shipped import settings_folder
from engine.cli.values import LONGEST, json_object
from engine.errors import InvalidInput, NotFound
from engine.feel import Environment, to_text


@contextmanager
def environment(desk: Desk, now: str | None) -> Iterator[Environment]:
    """The environment of a trial: with the directory of the chosen database where there is one.

    now: as the user wrote it; None for the clock of this machine.
    """
    from engine.cases.clock import wall_clock
    from engine.installation import configured, trial_environment

    moment = wall_clock() if now is None else moments.given(now, "--now", desk.zone)
    try:
        with desk.engine() as engine:
            yield trial_environment(engine.config, now=moment, zone=desk.zone)
            return
    except NotFound as error:
        if error.code != "database.missing":
            raise
    config = configured(settings_folder())
    yield trial_environment(config, now=moment, zone=desk.zone)


def given_variables(text: str | None, option: str) -> dict[str, Any]:
    """Variables given as a JSON object, as `@file`, or as the name of a file; texts in wire form become dates.

    Raises InvalidInput for what is no JSON object, NotFound for a file that is not there.
    """
    if text is None:
        return {}
    written = text.strip()
    if written.startswith("{"):
        found = json_object(written.encode("utf-8", "surrogateescape"), option)
    else:
        path = Path(written.removeprefix("@"))
        found = json_object(read_file(path, LONGEST), str(path))
    return {name: _value(value) for name, value in found.items()}


def result_json(value: Any) -> Any:
    """A value for programs: in wire form, as text where it has none (functions, ranges)."""
    try:
        return canonical.to_wire(value)
    except InvalidInput:
        return to_text(value)


def _value(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("@"):
        try:
            return canonical.from_wire(value)
        except InvalidInput:
            return value
    if isinstance(value, Mapping):
        return {name: _value(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_value(part) for part in value]
    return value
