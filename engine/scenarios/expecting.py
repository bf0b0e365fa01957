"""Comparing what is with what a step expects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine import canonical
from engine.errors import Message
from engine.scenarios.package import Word
from engine.scenarios.scenario import Expectation
from engine.scenarios.stage import EPOCH, Place, Stage
from engine.typesetting import split

STATUS = {"办理中": "active", "已挂起": "suspended", "已结束": "completed", "已取消": "cancelled"}


def check(stage: Stage, wanted: Expectation) -> Iterator[Message]:
    """What is not as expected, one message each."""
    places = stage.places()
    yield from _tasks(places, wanted)
    if wanted.status is not None:
        status = stage.engine.case(stage.case_id).status
        if status != STATUS.get(wanted.status, wanted.status):
            shown = next((name for name, value in STATUS.items() if value == status), status)
            yield _differs("状态", "status", wanted.status, shown)
    for name, value in wanted.variables.items():
        yield from _variable(stage, name, value)
    if wanted.found is not None and not _found(stage, wanted.found):
        given = "无" if stage.found is None else stage.found
        yield _differs("得出", "the table's result", wanted.found, given)
    yield from _path(stage, wanted)
    yield from _documents(stage, wanted)
    yield from _details(stage, places, wanted)


def _tasks(places: list[Place], wanted: Expectation) -> Iterator[Message]:
    names = sorted(place.node.name or place.node.id for place in places)
    if wanted.tasks is not None and Counter(names) != Counter(wanted.tasks):
        yield _differs("待办", "open tasks", "、".join(sorted(wanted.tasks)), "、".join(names))
    for name in wanted.missing:
        if name in names:
            yield Message(zh=f"不应有待办“{name}”", en=f'there must be no task "{name}"')


def _variable(stage: Stage, name: str, value: Any) -> Iterator[Message]:
    word = stage.common.words.get(name) or Word(path=name)
    expected = word.values.get(value, value) if isinstance(value, str) else value
    actual = stage.variable(word.path)
    if not _same(expected, actual, stage):
        shown = next((label for label, one in word.values.items() if one == actual), actual)
        yield _differs(name, name, value, shown)


def _same(expected: Any, actual: Any, stage: Stage) -> bool:
    if expected == "无":
        return actual is None
    if isinstance(actual, datetime) and isinstance(expected, datetime | date):
        return stage.words.moment(expected, stage.now) == actual
    if isinstance(expected, dict) and isinstance(actual, dict):
        return all(_same(value, actual.get(name), stage) for name, value in expected.items())
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(
            _same(one, other, stage) for one, other in zip(expected, actual, strict=True)
        )
    if isinstance(expected, float):
        expected = Decimal(str(expected))
    return bool(canonical.to_wire(expected) == canonical.to_wire(actual))


def _found(stage: Stage, expected: Any) -> bool:
    """What a table gave; a list of texts stands for the rules that a table of conditions names."""
    actual = stage.found
    if isinstance(expected, list) and all(isinstance(name, str) for name in expected):
        rows = actual if isinstance(actual, list) else [] if actual is None else [actual]
        actual = [row["rule"] if isinstance(row, dict) and "rule" in row else row for row in rows]
    return _same(expected, actual, stage)


def _path(stage: Stage, wanted: Expectation) -> Iterator[Message]:
    if not wanted.passed and not wanted.not_passed:
        return
    been = set()
    for effect in stage.effects():
        if effect[0] == "move":
            been.add(effect[4])
        elif effect[0] == "token+":
            been.add(effect[3])
    for name in wanted.passed:
        if not been & {node.id for node in stage.words.nodes(name)}:
            yield Message(zh=f"没有经过“{name}”", en=f'"{name}" was not passed')
    for name in wanted.not_passed:
        if been & {node.id for node in stage.words.nodes(name)}:
            yield Message(zh=f"不应经过“{name}”", en=f'"{name}" must not be passed')


def _documents(stage: Stage, wanted: Expectation) -> Iterator[Message]:
    if not wanted.documents:
        return
    produced = list(dict.fromkeys(documents(stage)))
    for name in wanted.documents:
        if name not in produced:
            yield _differs("文书", "documents", name, "、".join(produced))


def documents(stage: Stage) -> Iterator[str]:
    """The documents completed tasks have produced, in order (`bihuan:document`)."""
    programs = stage.engine.definitions.programs
    digests: dict[int, str] = {}
    elements: dict[int, str] = {}
    for effect in stage.effects():
        if effect[0] == "scope+":
            digests[effect[1]] = effect[6]
        elif effect[0] == "task+":
            elements[effect[2][0]] = effect[2][2]
        elif effect[0] == "task-" and effect[3] == "completed":
            node = programs.get(digests[effect[1]]).definition.nodes[elements[effect[2]]]
            if "bihuan:document" in node.properties:
                yield split(node.properties["bihuan:document"])[0]


def _details(stage: Stage, places: list[Place], wanted: Expectation) -> Iterator[Message]:
    for name, value in wanted.due.items():
        found = [place.task.due for place in places if name in (place.node.name, place.node.id)]
        moment = stage.words.moment(value, stage.now)
        expected = None if moment is None else stage.micros(moment)
        if expected not in found:
            shown = "、".join(_shown(due, stage) for due in found) or "没有这项待办"
            yield _differs(f"“{name}”的期限", f"due time of {name}", value, shown)
    for name, groups in wanted.groups.items():
        found_groups = [place.task.groups for place in places if name in (place.node.name, place.node.id)]
        if list(groups) not in found_groups:
            yield _differs(f"“{name}”的候选", f"candidates of {name}", list(groups), found_groups)


def _shown(due: int | None, stage: Stage) -> str:
    if due is None:
        return "无"
    moment = (EPOCH + timedelta(microseconds=due)).astimezone(stage.words.zone)
    return moment.isoformat(timespec="minutes")


def _differs(zh: str, en: str, expected: Any, actual: Any) -> Message:
    return Message(zh=f"{zh}：应是 {expected}，实际是 {actual}", en=f"{en}: expected {expected}, is {actual}")
