"""The command line as a whole: its commands, and how each way of failing ends."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import click

from engine.cli.commands.accounts import accounts
from engine.cli.commands.bench import bench
from engine.cli.commands.case import case
from engine.cli.commands.cases import cases
from engine.cli.commands.categories import categories
from engine.cli.commands.claim import claim
from engine.cli.commands.complete import complete
from engine.cli.commands.db import db
from engine.cli.commands.decide import decide
from engine.cli.commands.demo import demo
from engine.cli.commands.deploy import deploy
from engine.cli.commands.destruction import destruction
from engine.cli.commands.directory import directory
from engine.cli.commands.document import document
from engine.cli.commands.export import export
from engine.cli.commands.feel import feel
from engine.cli.commands.history import history
from engine.cli.commands.imports import imports
from engine.cli.commands.init import init
from engine.cli.commands.limits import limits
from engine.cli.commands.lint import lint
from engine.cli.commands.message import message
from engine.cli.commands.notices import notices
from engine.cli.commands.proof import proof
from engine.cli.commands.proofs import replay, verify
from engine.cli.commands.report import report as reports
from engine.cli.commands.retry import retry
from engine.cli.commands.run_due import run_due
from engine.cli.commands.scenarios import scenarios
from engine.cli.commands.simulate import simulate
from engine.cli.commands.start import start
from engine.cli.commands.stuck import stuck
from engine.cli.commands.table import table
from engine.cli.commands.tasks import tasks
from engine.cli.elsewhere import Unreachable
from engine.cli.exits import Exit, exit_of
from engine.cli.found import OpenGroup
from engine.cli.grammar import complaint
from engine.cli.incident import report
from engine.cli.installed import follow_settings
from engine.cli.options import Chosen, from_environment, shared_options
from engine.cli.printable import printable
from engine.errors import BihuanError, InvalidInput
from engine.i18n import Catalogue, catalogue, preferred

COMMANDS = (
    demo,
    init,
    directory,
    lint,
    feel,
    decide,
    table,
    scenarios,
    deploy,
    start,
    tasks,
    claim,
    complete,
    cases,
    case,
    history,
    message,
    retry,
    stuck,
    notices,
    limits,
    categories,
    imports,
    run_due,
    simulate,
    verify,
    replay,
    proof,
    destruction,
    reports,
    document,
    export,
    accounts,
    db,
    bench,
)


def application(say: Catalogue) -> OpenGroup:
    """All commands, those of the parts above included, speaking one language."""
    group = OpenGroup("bihuan", say, name="bihuan", params=[*shared_options(say)])
    for make in COMMANDS:
        group.add_command(make(say))
    return group


def run(arguments: Sequence[str]) -> int:
    """Carry a command line out; the exit code. Nothing it meets ends in a traceback, except with --debug."""
    say = catalogue(preferred(arguments, os.environ))
    chosen = Chosen()
    try:
        follow_settings(os.environ)
        chosen = from_environment(say)
        chosen.debug = "--debug" in arguments
        done = application(say).main(list(arguments), "bihuan", standalone_mode=False, obj=chosen)
        sys.stdout.flush()
        return int(done or Exit.OK)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return Exit.USAGE
    except click.ClickException as error:
        return _misused(error, say, chosen)
    except (click.Abort, KeyboardInterrupt):
        _tell(say("failure.interrupted"))
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # Whoever read us has enough; what is left in the buffer must not complain on the way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except BihuanError as error:
        return _failed(error, say, chosen)
    except Exception as error:  # noqa: BLE001 - whatever else happens, the user gets a number, not a traceback
        return _unforeseen(error, say, chosen)


def _misused(error: click.ClickException, say: Catalogue, chosen: Chosen) -> Exit:
    reason = complaint(error, say)
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context is not None else "bihuan"
    if chosen.is_json:
        _tell_json({"code": "usage", "exit": Exit.USAGE, "message": reason})
    else:
        _tell(say("failure.said", reason=reason))
        _tell(say("failure.usage", command=path))
    return Exit.USAGE


def _failed(error: BihuanError, say: Catalogue, chosen: Chosen) -> Exit:
    code = Exit.UNAVAILABLE if isinstance(error, Unreachable) else exit_of(error)
    if chosen.debug:
        traceback.print_exception(error)
    fields = error.fields if isinstance(error, InvalidInput) else {}
    if chosen.is_json:
        _tell_json(
            {
                "code": error.code,
                "exit": code,
                "message_zh": error.message_zh,
                "message_en": error.message_en,
                "place": dict(error.place),
                "fields": {
                    name: [{"message_zh": message.zh, "message_en": message.en} for message in messages]
                    for name, messages in fields.items()
                },
            }
        )
        return code
    _tell(say("failure.said", reason=say.of(error)))
    if len(fields) > 1 or not any(name in error.message_zh for name in fields):
        for name, messages in fields.items():
            for message in messages:
                _tell(f"  {name}: {message.zh if say.language == 'zh' else message.en}")
    return code


def _unforeseen(error: Exception, say: Catalogue, chosen: Chosen) -> Exit:
    if chosen.debug:
        traceback.print_exception(error)
    unreachable = _unreachable(error)
    if unreachable is not None:
        if chosen.is_json:
            _tell_json({"code": "database.unavailable", "exit": Exit.UNAVAILABLE, "message": unreachable})
        else:
            _tell(say("failure.said", reason=say("failure.unavailable", reason=unreachable)))
        return Exit.UNAVAILABLE
    number, path = report(error)
    if chosen.is_json:
        _tell_json({"code": "internal", "exit": Exit.INTERNAL, "incident": number, "report": str(path)})
    else:
        _tell(say("failure.internal", number=number))
        if path is not None:
            _tell(say("failure.report", path=path))
    return Exit.INTERNAL


def _unreachable(error: Exception) -> str | None:
    """Why a database or a keyring cannot be opened, without the address, which may hold a password."""
    import sqlite3

    import sqlalchemy as sa

    if isinstance(error, sa.exc.DBAPIError) and not isinstance(error, sa.exc.IntegrityError):
        reason = error.orig
    elif isinstance(error, sqlite3.DatabaseError):
        reason = error
    else:
        return None
    return next(iter(str(reason).strip().splitlines()), type(reason).__name__)


def _tell(text: str) -> None:
    click.echo(printable(text), err=True)


def _tell_json(error: dict[str, Any]) -> None:
    click.echo(json.dumps({"error": error}, ensure_ascii=False), err=True)
