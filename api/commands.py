"""`bihuan api` and `bihuan live`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from engine.cli.command import command, option
from engine.cli.desk import Desk
from engine.cli.grammar import Command
from engine.errors import InvalidInput
from engine.i18n import Catalogue

if TYPE_CHECKING:
    from engine.settings import ServiceSettings


def api(say: Catalogue) -> Command:
    """The command `bihuan api`."""
    params = [
        option(say, "api", "--host", metavar="ADDRESS"),
        option(say, "api", "--port", type=click.IntRange(1, 65_535), metavar="PORT"),
        option(say, "api", "--processes", type=click.IntRange(1, 64), metavar="N"),
    ]
    return command("api", say, _api, params, of_database=False)


def live(say: Catalogue) -> Command:
    """The command `bihuan live`."""
    params = [
        option(say, "live", "--host", metavar="ADDRESS"),
        option(say, "live", "--port", type=click.IntRange(1, 65_535), metavar="PORT"),
    ]
    return command("live", say, _live, params, of_database=False)


def _api(desk: Desk, host: str | None, port: int | None, processes: int | None) -> None:
    from api.serving import serve
    from engine.store import Database

    settings = _settings(desk, host=host, port=port, processes=processes)
    # Told here, once, instead of by each process as it fails to start.
    Database.open(settings.database, create=settings.database.startswith("sqlite")).close()
    serve(settings)


def _live(desk: Desk, host: str | None, port: int | None) -> None:
    from api.live import serve

    serve(_settings(desk, live_host=host, live_port=port))


def _settings(desk: Desk, **chosen: str | int | None) -> ServiceSettings:
    """The settings, with what the command line says. Raises InvalidInput where a server's keyring was not named."""
    from dataclasses import replace

    from engine.cli.options import DATABASE
    from engine.settings import ServiceSettings

    given = {name: value for name, value in chosen.items() if value is not None}
    if desk.chosen.database != DATABASE:
        given["database"] = desk.chosen.database
    if desk.chosen.keyring is not None:
        given["keyring"] = desk.chosen.keyring
    settings = replace(ServiceSettings.read(), **given)  # type: ignore[arg-type]  # the options' types are checked
    if not settings.database.startswith("sqlite") and not settings.keyring:
        raise InvalidInput(
            code="keyring.unnamed",
            message_zh="请用 --keyring 或 BIHUAN_KEYRING 指定密钥库（sqlite:///路径），密钥不与数据库放在一起",
            message_en="name the keyring with --keyring or BIHUAN_KEYRING (sqlite:///path): "
            "keys are kept apart from the database",
        )
    return settings
