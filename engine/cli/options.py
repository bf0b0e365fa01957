"""Options that every command has, before or after its name."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import click

from engine.cli.grammar import SharedOption
from engine.cli.types import OneOf, Zone
from engine.i18n import Catalogue, Language

DATABASE = "sqlite:///bihuan.db"
ZONE = "Asia/Shanghai"


@dataclass(slots=True)
class Chosen:
    """What was chosen.

    database, keyring: addresses; keyring None means beside an embedded database. server: a service that is asked
    instead of a database.
    """

    database: str = DATABASE
    keyring: str | None = None
    server: str | None = None
    format: str = "text"
    quiet: bool = False
    debug: bool = False
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo(ZONE))

    @property
    def is_json(self) -> bool:
        """Whether programs read what is written."""
        return self.format == "json"


def shared_options(say: Catalogue, formats: Sequence[str] = ()) -> list[click.Option]:
    """The options, which put what they are given into the context's `Chosen`.

    formats: what `--format` may be beside text and json.
    """
    return list(_shared(say, tuple(formats)))


@cache
def _shared(say: Catalogue, formats: tuple[str, ...]) -> tuple[click.Option, ...]:
    # Made once for all commands: with one of its own for each, most of the time before a command began went there.
    def keep(ctx: click.Context, parameter: click.Parameter, value: Any) -> None:
        chosen = ctx.ensure_object(Chosen)
        if value is not None and parameter.name not in (None, "lang"):
            setattr(chosen, str(parameter.name), value)

    def option(name: str, **settings: Any) -> SharedOption:
        return SharedOption(
            [f"--{name}"],
            expose_value=False,
            callback=keep,
            is_eager=True,
            default=None,
            help=say(f"option.{name}"),
            **settings,
        )

    return (
        option("database", metavar="URL"),
        option("keyring", metavar="URL"),
        option("server", metavar="URL"),
        option("zone", type=Zone(say)),
        option("lang", type=OneOf(tuple(Language), say)),
        option("format", type=OneOf(("text", "json", *formats), say)),
        option("quiet", is_flag=True, flag_value=True),
        option("debug", is_flag=True, flag_value=True),
    )


def from_environment(say: Catalogue) -> Chosen:
    """What the environment chooses. Raises click.BadParameter for a zone nobody knows."""
    chosen = Chosen()
    chosen.database = os.environ.get("BIHUAN_DATABASE") or chosen.database
    chosen.keyring = os.environ.get("BIHUAN_KEYRING") or chosen.keyring
    chosen.server = os.environ.get("BIHUAN_SERVER") or None
    zone = os.environ.get("BIHUAN_ZONE")
    if zone:
        try:
            chosen.zone = Zone(say).convert(zone, None, None)
        except click.BadParameter as error:
            error.param_hint = "BIHUAN_ZONE"
            raise
    return chosen
