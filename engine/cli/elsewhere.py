"""Commands that are carried out by a server instead of on a database (`--server`), found by an entry point.

The command line stays what it is, options and all; who speaks to servers is the part above that knows how.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from typing import Any, Final

import click

from engine.cli.exits import Exit
from engine.errors import BihuanError
from engine.i18n import Catalogue

GROUP: Final = "bihuan.remote"
Run = Callable[..., Exit | None]


class Unreachable(BihuanError):
    """The server does not answer."""


def elsewhere(name: str, say: Catalogue) -> Run:
    """What carries the command `name` out on a server. Raises click.UsageError for one that needs the database itself."""
    found: Mapping[str, Run] = {}
    for entry in entry_points(group=GROUP):
        found = entry.load()
    if name not in found:
        raise click.UsageError(say("usage.not_elsewhere", name=name, names=" ".join(sorted(found))))
    return found[name]


def check_actor(ctx: click.Context, given: Mapping[str, Any], say: Catalogue) -> None:
    """Raises click.UsageError when an actor was named: a server knows its caller."""
    if "actor" in given and ctx.get_parameter_source("actor") is click.core.ParameterSource.COMMANDLINE:
        raise click.UsageError(say("usage.actor_elsewhere"))
