"""click, speaking the user's language: commands, groups and options whose texts come from the catalogue."""

from __future__ import annotations

from typing import Any

import click

from engine.i18n import Catalogue


class Command(click.Command):
    """A command whose help and complaints come from the catalogue; `topic` is its section there."""

    def __init__(self, topic: str, say: Catalogue, **settings: Any) -> None:
        super().__init__(
            help=say(f"{topic}.help"),
            short_help=say(f"{topic}.short"),
            add_help_option=False,
            **settings,
        )
        self.say = say
        self.params.append(help_option(say))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, but complain of surplus words ourselves."""
        ctx.allow_extra_args = True
        rest = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            raise click.UsageError(self.say("usage.surplus", words=" ".join(rest)), ctx)
        return rest

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The line that begins with `Usage:`."""
        _usage(self, self.say, ctx, formatter)

    def format_arguments(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Arguments are explained in the text."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command's own options, then those all commands have."""
        _options(self, self.say, ctx, formatter)


class Group(click.Group):
    """A command with commands below it; `topic` is its section in the catalogue."""

    def __init__(self, topic: str, say: Catalogue, **settings: Any) -> None:
        super().__init__(
            help=say(f"{topic}.help"),
            short_help=say(f"{topic}.short"),
            add_help_option=False,
            subcommand_metavar=say("usage.command"),
            options_metavar=say("usage.options"),
            no_args_is_help=True,
            **settings,
        )
        self.say = say
        self.params.append(help_option(say))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which they were added: the order of use."""
        return list(self.commands)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The line that begins with `Usage:`."""
        _usage(self, self.say, ctx, formatter)

    def format_arguments(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """A group has none."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Options, then commands."""
        _options(self, self.say, ctx, formatter)
        rows = [(name, command.get_short_help_str(200)) for name, command in self.commands.items()]
        with formatter.section(self.say("usage.commands")):
            formatter.write_dl(rows)


class SharedOption(click.Option):
    """An option that every command has."""


def help_option(say: Catalogue) -> click.Option:
    """`--help`."""

    def show(ctx: click.Context, _: click.Parameter, value: bool) -> None:
        if value and not ctx.resilient_parsing:
            click.echo(ctx.get_help())
            ctx.exit()

    return SharedOption(
        ["-h", "--help"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=show,
        help=say("usage.help"),
    )


def _usage(
    command: click.Command, say: Catalogue, ctx: click.Context, formatter: click.HelpFormatter
) -> None:
    pieces = " ".join(command.collect_usage_pieces(ctx))
    formatter.write_usage(ctx.command_path, pieces, prefix=say("usage.usage") + " ")


def _options(
    command: click.Command, say: Catalogue, ctx: click.Context, formatter: click.HelpFormatter
) -> None:
    own: list[tuple[str, str]] = []
    shared: list[tuple[str, str]] = []
    for parameter in command.get_params(ctx):
        record = parameter.get_help_record(ctx) if isinstance(parameter, click.Option) else None
        if record is not None:
            (shared if isinstance(parameter, SharedOption) else own).append(record)
    for title, rows in (("usage.own", own), ("usage.shared", shared)):
        if rows:
            with formatter.section(say(title)):
                formatter.write_dl(rows)


def complaint(error: click.ClickException, say: Catalogue) -> str:
    """What a misused command line is told, in the user's language."""
    if isinstance(error, click.NoSuchOption):
        return say("usage.no_option", name=error.option_name) + _nearest(error.possibilities, say)
    if isinstance(error, click.NoSuchCommand):
        return say("usage.no_command", name=error.command_name) + _nearest(error.possibilities, say)
    if isinstance(error, click.MissingParameter):
        return say("usage.missing", name=_name(error))
    if isinstance(error, click.BadParameter):
        return say("usage.bad", name=_name(error), reason=error.message)
    if isinstance(error, click.BadOptionUsage):
        return say("usage.option_use", name=error.option_name)
    return error.message


def _nearest(possibilities: list[str] | None, say: Catalogue) -> str:
    return say("usage.nearest", names=" ".join(possibilities)) if possibilities else ""


def _name(error: click.BadParameter) -> str:
    parameter = error.param
    if parameter is None:
        return str(error.param_hint or "")
    if isinstance(parameter, click.Option):
        return parameter.opts[-1]
    return str(parameter.make_metavar(error.ctx or click.Context(click.Command(None))))
