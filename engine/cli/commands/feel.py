"""`bihuan feel`: a prompt to try expressions, or `-e` for scripts."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.cli.command import command, option
from engine.cli.desk import Desk
from engine.cli.exits import Exit
from engine.cli.grammar import Command
from engine.cli.printable import printable
from engine.cli.trial import environment, given_variables, result_json
from engine.errors import BihuanError
from engine.feel import Environment, FeelSyntaxError, compile_expression, to_text
from engine.feel.values import kind_of
from engine.i18n import Catalogue

PROMPT = "feel> "
HISTORY = 1_000
"""Lines kept of what was typed."""

_ASSIGNMENT = re.compile(r"\s*([^\W\d]\w*)\s*:=(.*)", re.DOTALL)


def feel(say: Catalogue) -> Command:
    """The command."""
    params = [
        option(say, "feel", "-e", "expressions", multiple=True, metavar="EXPR"),
        option(say, "feel", "--context", metavar="JSON|FILE"),
        option(say, "feel", "--now", metavar="TIME"),
    ]
    return command("feel", say, _run, params, of_database=False)


def _run(desk: Desk, expressions: tuple[str, ...], context: str | None, now: str | None) -> Exit:
    variables = given_variables(context, "--context")
    with environment(desk, now) as env:
        trial = _Trial(desk, env, variables)
        if expressions:
            results = [trial.evaluate(text) for text in expressions]
            return Exit.OK if all(results) else Exit.FOUND
        with _history():
            for text in _lines():
                trial.evaluate(text)
    return Exit.OK


class _Trial:
    """Evaluates one line after another; remembers the variables that lines set."""

    def __init__(self, desk: Desk, env: Environment, variables: dict[str, Any]) -> None:
        self._desk = desk
        self._env = env
        self._variables = variables

    def evaluate(self, text: str) -> bool:
        """Show the value of a line, or what is wrong with it; whether it had a value or was null."""
        assignment = _ASSIGNMENT.fullmatch(text)
        name, written = (assignment[1], assignment[2]) if assignment else (None, text)
        self._env.warnings.clear()
        try:
            expression = compile_expression(written, names=tuple(self._variables))
            value = expression.evaluate(self._variables, self._env)
        except FeelSyntaxError as error:
            self._show_mistake(text, error, len(text) - len(written))
            return False
        except BihuanError as error:
            self._show_failure(text, error)
            return False
        if name is not None:
            self._variables[name] = value
        self._show(text, name, value)
        return True

    def _show(self, text: str, name: str | None, value: Any) -> None:
        desk, kind = self._desk, kind_of(value)
        if desk.chosen.is_json:
            desk.screen.json(
                {
                    "expression": text,
                    "value": result_json(value),
                    "type": kind,
                    "nulls": [
                        {"code": one.code, "message_zh": one.message_zh, "message_en": one.message_en}
                        for one in self._env.warnings
                    ],
                }
            )
            return
        shown = f"{to_text([value])[1:-1]}  :: {kind}"
        desk.screen.line(shown if name is None else f"{name} = {shown}")
        for reason in self._env.warnings:
            desk.screen.line(desk.say("feel.null", reason=desk.say.of(reason)))

    def _show_mistake(self, text: str, error: FeelSyntaxError, before: int) -> None:
        if self._desk.chosen.is_json:
            self._show_failure(text, error)
            return
        position = error.position
        lines = text.split("\n")
        at = position.column - 1 + (before if position.line == 1 else 0)
        line = lines[position.line - 1]
        self._desk.screen.warn(line)
        self._desk.screen.warn(" " * _width(line[:at]) + "^ " + self._desk.say.of(error))

    def _show_failure(self, text: str, error: BihuanError) -> None:
        if not self._desk.chosen.is_json:
            self._desk.screen.warn(self._desk.say("failure.said", reason=self._desk.say.of(error)))
            return
        self._desk.screen.json(
            {
                "expression": text,
                "error": {
                    "code": error.code,
                    "message_zh": error.message_zh,
                    "message_en": error.message_en,
                    "place": dict(error.place),
                },
            }
        )


def _lines() -> Iterator[str]:
    """What the user types, or what comes on standard input; an empty line ends a prompt."""
    if not sys.stdin.isatty():
        yield from (line.rstrip("\n") for line in sys.stdin if line.strip())
        return
    while True:
        try:
            text = input(PROMPT)
        except EOFError:
            return
        if not text.strip():
            return
        yield text


@contextmanager
def _history() -> Iterator[None]:
    """Lines typed before can be called back; they are kept in the user's state folder."""
    if not sys.stdin.isatty():
        yield
        return
    import readline

    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    file = Path(base) / "bihuan" / "feel_history"
    readline.set_history_length(HISTORY)
    try:
        readline.read_history_file(file)
    except OSError:
        # The first time there is none.
        readline.clear_history()
    try:
        yield
    finally:
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            readline.write_history_file(file)
        except OSError:
            # A home that cannot be written to keeps no history.
            pass


def _width(text: str) -> int:
    """Columns a terminal needs for a text: two for each wide character."""
    from rich.cells import cell_len

    return cell_len(printable(text))
