"""One command: its words in the catalogue, its parameters, and what it does at a desk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from engine.cli.desk import Desk
from engine.cli.elsewhere import check_actor, elsewhere
from engine.cli.exits import Exit
from engine.cli.grammar import Command
from engine.cli.options import Chosen, shared_options
from engine.i18n import Catalogue

Run = Callable[..., Exit | None]


def command(
    name: str,
    say: Catalogue,
    run: Run,
    params: Sequence[click.Parameter] = (),
    *,
    topic: str = "",
    of_database: bool = True,
    formats: Sequence[str] = (),
) -> Command:
    """A command called `name` whose texts are the section `topic` (by default its name) of the catalogue.

    formats: what `--format` may be beside text and json. of_database: whether it works on a database, so that with `--server` a server does it instead.
    run: called with the desk and the parameters; returns the exit code, None for success.
    """

    def callback(**given: Any) -> int:
        ctx = click.get_current_context()
        chosen = ctx.ensure_object(Chosen)
        if chosen.server is None or not of_database:
            return int(run(Desk(chosen, say), **given) or Exit.OK)
        check_actor(ctx, given, say)
        return int(elsewhere(topic or name, say)(Desk(chosen, say), **given) or Exit.OK)

    return Command(
        topic or name,
        say,
        name=name,
        callback=callback,
        params=[*params, *shared_options(say, formats)],
        options_metavar=say("usage.options"),
    )


def option(say: Catalogue, topic: str, *names: str, **settings: Any) -> click.Option:
    """An option explained under `<topic>.<its first name>` in the catalogue."""
    key = names[0].lstrip("-").replace("-", "_")
    return click.Option(list(names), help=say(f"{topic}.{key}"), **settings)


def argument(name: str, metavar: str, **settings: Any) -> click.Argument:
    """An argument shown as `metavar`; the command's help explains it."""
    return click.Argument([name], metavar=metavar, **settings)
