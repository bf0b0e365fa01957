"""Commands of the parts above the engine, found by the entry-point group `bihuan.commands`.

An entry point names a function that takes the catalogue and returns the command. It is loaded when its command is
asked for, so that other commands start as fast as if the parts were not installed.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Final

import click

from engine.cli.grammar import Group
from engine.i18n import Catalogue

GROUP: Final = "bihuan.commands"


class OpenGroup(Group):
    """A group that also has the commands it finds."""

    def __init__(self, topic: str, say: Catalogue, *, name: str, params: list[click.Option]) -> None:
        super().__init__(topic, say, name=name, params=params)
        self._known: dict[str, EntryPoint] | None = None

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One of its own, or one that is found."""
        own = super().get_command(ctx, cmd_name)
        if own is None and cmd_name in self._found():
            made: click.Command = self._found()[cmd_name].load()(self.say)
            self.add_command(made, cmd_name)
            return made
        return own

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Its own in their order, then those that are found, by name."""
        own = super().list_commands(ctx)
        return [*own, *sorted(name for name in self._found() if name not in own)]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands needs all of them."""
        for name in self._found():
            self.get_command(ctx, name)
        super().format_options(ctx, formatter)

    def _found(self) -> dict[str, EntryPoint]:
        if self._known is None:
            self._known = {entry.name: entry for entry in entry_points(group=GROUP)}
        return self._known
