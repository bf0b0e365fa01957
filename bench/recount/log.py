"""What happened in a case, told from the lines of its exported log."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from bench.recount.moments import micros
from bench.recount.trail import Trail


@dataclass(slots=True)
class Place:
    """A running process or sub-process. token: that it belongs to. tokens: that stand in it."""

    key: str
    definition: str
    parent: int | None
    token: int | None
    variables: dict[str, Any]
    tokens: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Work:
    """A task. how: completed, another word of the log, `gone` without one, or empty while it is open."""

    place: int
    element: str
    unit: str
    level: str
    red: bool
    opened: int
    claimed: int | None
    due: int | None
    ended: int | None = None
    how: str = ""
    entered: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Stage:
    """A level of mediation or a term of an agreement."""

    kind: str
    level: str
    opened: int
    deadline: Any
    outcome: str = ""
    is_gone: bool = False


class Case:
    """A case read to its last event."""

    def __init__(self, number: str, rules: dict[str, Any], keys: dict[str, str]) -> None:
        self.number = number
        self._marks = {name: set(elements) for name, elements in rules["passed"].items()}
        self._stage = {key: kind for kind, found in rules["processes"].items() for key in found}
        self._keys = keys
        self.places: dict[int, Place] = {}
        self._held: dict[int, set[int]] = {}
        self.work: dict[int, Work] = {}
        self.stages: dict[int, Stage] = {}
        self.trail = Trail()
        self.flow, self.status = "", "active"
        self.variables: dict[str, Any] = {}
        self.clock: int | None = None
        self.begun = self.last = 0
        self.ended: int | None = None
        self.first_settled: Any = None
        self.passed: dict[str, list[int]] = {}
        self.stood: list[list[int | None]] = []

    def take(self, line: dict[str, Any]) -> None:
        """Read a line."""
        if line["kind"] == "refused":
            return
        at = self.last = micros(line["effective_at"])
        self.begun = self.begun or at
        given = line["input"]
        if line["kind"] == "complete" and "task" in given:
            work = self.work.get(given["task"])
            if work is not None:
                work.entered.update(given.get("variables") or {})
        if line["kind"] == "recall" and given.get("task") in self.work:
            work = self.work[given["task"]]
            work.how, work.entered = "recalled", {}
        for effect in line["effects"]:
            reader = getattr(self, _READERS.get(effect[0], ""), None)
            if reader is not None:
                reader(at, *effect[1:])
        if self.first_settled is None:
            self.first_settled = self.variables.get("settled_at")

    def _case(self, at: int, status: str) -> None:
        self.status = status
        if status == "suspended":
            self.stood.append([at, None])
        elif self.stood and self.stood[-1][1] is None:
            self.stood[-1][1] = at
        if status in ("completed", "cancelled"):
            self.ended = at

    def _clocks(self, at: int, clocks: dict[str, Any]) -> None:
        self.clock = clocks["case"]["at"] if "case" in clocks else None

    def _open_place(
        self, at: int, number: int, parent: int | None, token: int | None, kind: str, element: str,
        definition: str, index: int | None, variables: dict[str, Any],
    ) -> None:  # fmt: skip
        key = self._keys[definition]
        place = self.places[number] = Place(key, definition, parent, token, dict(variables))
        if parent is None:
            self.flow, self.variables = key, place.variables
        if kind == "process" and key in self._stage:
            deadline = (
                (variables.get("term") or {}).get("deadline")
                if isinstance(variables.get("term"), dict)
                else None
            )
            self.stages[number] = Stage(self._stage[key], plain(variables.get("level")), at, deadline)

    def _close_place(self, at: int, number: int, reason: str, *, is_told: bool = True) -> None:
        for inner in [each for each, place in self.places.items() if place.parent == number]:
            self._close_place(at, inner, reason, is_told=is_told)
        place = self.places.pop(number)
        for token in list(place.tokens):
            self._vanish(at, token)
        stage = self.stages.get(number)
        if stage is not None and not stage.outcome and not is_told:
            stage.is_gone = True

    def _set(self, at: int, number: int, values: dict[str, Any]) -> None:
        self.places[number].variables.update(values)

    def _open_token(
        self, at: int, number: int, token: int, element: str, status: str, flow: str | None, *_: Any
    ) -> None:
        place = self.places[number]
        place.tokens.add(token)
        if status == "armed":
            self.trail.wait(token, place.definition, element)
        else:
            self.trail.come(token, place.definition, element, flow, at)
        self._pass(at, number, element)

    def _move(self, at: int, number: int, token: int, flow: str, element: str) -> None:
        self.trail.come(token, self.places[number].definition, element, flow, at)
        self._pass(at, number, element)

    def _turn_token(self, at: int, number: int, token: int, status: str, _: Any) -> None:
        if status != "armed":
            self.trail.fire(token, at)

    def _close_token(self, at: int, number: int, token: int, *_: Any) -> None:
        for inner in [
            each for each, place in self.places.items() if place.parent == number and place.token == token
        ]:
            self._close_place(at, inner, "", is_told=False)
        self.places[number].tokens.discard(token)
        self._vanish(at, token)

    def _vanish(self, at: int, token: int) -> None:
        self.trail.leave(token, at)
        for task in self._held.pop(token, ()):
            work = self.work.get(task)
            if work is not None and work.ended is None:
                work.ended, work.how = at, "gone"

    def _open_work(self, at: int, number: int, row: list[Any]) -> None:
        if "sign_of" in (row[12] or {}):
            return
        place = self.places[number]
        self._held.setdefault(row[1], set()).add(row[0])
        self.work[row[0]] = Work(
            place=number,
            element=f"{place.key}.{row[2]}",
            unit=unit(row[5]),
            level=plain(place.variables.get("level") or self.variables.get("level")),
            red=(self.variables.get("risk_grade") or self.variables.get("grade")) == "red",
            opened=at,
            claimed=at if row[3] == "claimed" else None,
            due=row[9],
        )

    def _claim(self, at: int, number: int, task: int, status: str, assignee: str | None) -> None:
        work = self.work.get(task)
        if work is not None and status == "claimed" and work.claimed is None:
            work.claimed = at

    def _change(self, at: int, number: int, task: int, fields: dict[str, Any]) -> None:
        work = self.work.get(task)
        if work is not None:
            work.due = fields.get("due", work.due)
            work.unit = unit(fields["groups"]) if "groups" in fields else work.unit

    def _close_work(self, at: int, number: int, task: int, reason: str) -> None:
        work = self.work.get(task)
        if work is not None:
            work.ended, work.how = at, reason

    def _pass(self, at: int, number: int, element: str) -> None:
        name = f"{self.places[number].key}.{element}"
        for mark, elements in self._marks.items():
            if name in elements:
                self.passed.setdefault(mark, []).append(at)
                if mark == "raised":
                    levels = [each for each, stage in self.stages.items() if stage.kind == "level"]
                    if levels:
                        self.stages[max(levels)].outcome = "raised"
                elif mark in ("performed", "unperformed"):
                    self._perform(number, mark)

    def _perform(self, number: int | None, mark: str) -> None:
        while number is not None:
            if number in self.stages and self.stages[number].kind == "term":
                self.stages[number].outcome = mark
                return
            number = self.places[number].parent


_READERS = {
    "case": "_case",
    "clocks": "_clocks",
    "scope+": "_open_place",
    "scope-": "_close_place",
    "var": "_set",
    "token+": "_open_token",
    "move": "_move",
    "token~": "_turn_token",
    "token-": "_close_token",
    "task+": "_open_work",
    "task~": "_claim",
    "task=": "_change",
    "task-": "_close_work",
}


def cases(file: Path, rules: dict[str, Any]) -> Iterator[tuple[Case, int]]:
    """The cases of an exported log, each with how many events it has. One case at a time is held in memory."""
    keys: dict[str, str] = {}
    with file.open("rb") as lines:
        for number, found in groupby(map(json.loads, lines), key=lambda line: line["case"]):
            case, events = Case(number, rules, keys), 0
            for line in found:
                keys.update(line["processes"])
                case.take(line)
                events += 1
            yield case, events


def rules_in(file: Path) -> dict[str, Any]:
    """What counts as what."""
    return tomllib.loads(file.read_text("utf-8"))


def unit(groups: Iterable[str]) -> str:
    """The unit that a task waits for: of the directory where one is given."""
    given = list(groups)
    known = [each.split(":", 1)[1].split("/")[0] for each in given if each.startswith("unit:")]
    return (known or given or [""])[0]


def plain(value: Any) -> str:
    """A short text that is no reference into the vault."""
    return (
        ""
        if not isinstance(value, (str, int)) or isinstance(value, bool) or str(value).startswith("@vault:")
        else str(value)[:100]
    )
