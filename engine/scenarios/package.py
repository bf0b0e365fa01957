"""A package's scenarios: every file of its folder `scenarios`, and what they share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from engine.errors import InvalidInput
from engine.model import read_package
from engine.model.definition import Definition
from engine.scenarios.actions import ACTIONS
from engine.scenarios.scenario import Expectation, Given, Scenario, Step
from engine.scenarios.toml_text import Table, read_toml

FOLDER = "scenarios"
COMMON = "common.toml"
"""The file with what a package's scenarios share."""
ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """An entry of the vocabulary: a variable's path and the values that have a name of their own."""

    path: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Common:
    """What the scenarios of a package share.

    filled: task name to what its form is filled with unless a step says otherwise. actors: task name to who does
    it. words: names of variables.
    """

    filled: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    actors: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Word] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class ScenarioPackage:
    """A process package with its scenarios. files: what is deployed; definitions: what is in them."""

    key: str
    folder: Path
    files: Mapping[str, bytes]
    definitions: tuple[Definition, ...]
    common: Common
    scenarios: tuple[Scenario, ...]


def read_package_folder(folder: Path, files: Mapping[str, bytes]) -> ScenarioPackage:
    """The scenarios beside the files of a package, in order of their names.

    Raises InvalidInput with file and step for what is not well written, ModelErrors for a package that cannot be
    deployed.
    """
    meta = read_toml(folder / "package.toml") if (folder / "package.toml").is_file() else {}
    key = str(meta.get("key", folder.name))
    common_file = folder / FOLDER / COMMON
    shared = read_toml(common_file) if common_file.is_file() else {}
    common = _common(Table(shared, str(common_file)))
    base = _given_of(shared)
    paths = sorted(path for path in (folder / FOLDER).glob("*.toml") if path.name != COMMON)
    texts = {path.stem: (path, read_toml(path)) for path in paths}
    scenarios = tuple(_scenario(name, texts, base, key, ()) for name in texts)
    definitions = read_package(files, known_processes=None).definitions
    return ScenarioPackage(
        key=key, folder=folder, files=files, definitions=definitions, common=common, scenarios=scenarios
    )


def _given_of(shared: Mapping[str, Any]) -> Mapping[str, Any]:
    given = shared.get("给定", {})
    return given if isinstance(given, dict) else {}


def _common(table: Table) -> Common:
    table.take("给定", dict)
    filled = table.take("填写", dict, {})
    actors = table.take("人员", dict, {})
    words = table.take("词汇", dict, {})
    table.done()
    return Common(filled=filled, actors=actors, words={name: _word(value) for name, value in words.items()})


def _word(value: Any) -> Word:
    if isinstance(value, dict):
        return Word(path=str(value["变量"]), values=dict(value.get("值", {})))
    return Word(path=str(value))


def _scenario(
    name: str,
    texts: Mapping[str, tuple[Path, dict[str, Any]]],
    base: Mapping[str, Any],
    key: str,
    over: tuple[str, ...],
) -> Scenario:
    path, values = texts[name]
    table = Table(values, str(path))
    title = table.need("标题", str)
    follows = table.take("接着", str)
    before: tuple[tuple[str, Step], ...] = ()
    if follows is None:
        given = _given(Table({**base, **table.take("给定", dict, {})}, f"{path} 给定"), key, base)
    else:
        if follows not in texts or follows in over:
            table.fail(f"没有可以接着的场景“{follows}”", f'there is no scenario "{follows}" to go on from')
        first = _scenario(follows, texts, base, key, (*over, name))
        given, before = first.given, (*first.before, *((first.file, step) for step in first.steps))
    rows = table.take("步骤", list, [])
    table.done()
    steps = tuple(_step(number, row, f"{path} 步骤 {number}") for number, row in enumerate(rows, start=1))
    return Scenario(name=name, file=str(path), title=title, given=given, before=before, steps=steps)


def _given(table: Table, key: str, base: Mapping[str, Any]) -> Given:
    variables = {**base.get("变量", {}), **table.take("变量", dict, {})}
    at = table.take("时间", datetime, datetime(2026, 3, 2, 9, tzinfo=ZONE))
    given = Given(
        process=table.take("流程", str, key),
        at=(at if at.tzinfo is not None else at.replace(tzinfo=ZONE)).astimezone(UTC),
        variables=variables,
        actor=table.take("谁", str, "登记人"),
        message=table.take("消息", str),
    )
    table.done()
    return given


def _step(number: int, row: Any, where: str) -> Step:
    if not isinstance(row, dict):
        raise InvalidInput.at(where, message_zh="须是表", message_en="must be a table")
    table = Table(row, where)
    named = [name for name in row if name in ACTIONS]
    if len(named) != 1:
        table.fail(
            f"须恰有一个动作（{'、'.join(ACTIONS)}）", "must have exactly one action: " + ", ".join(ACTIONS)
        )
    action = named[0]
    value = table.need(action, object)
    details = {name: table.take(name, object) for name in ACTIONS[action].details}
    expectation = _expectation(Table(table.take("期望", dict, {}), f"{where} 期望"))
    table.done()
    return Step(
        number=number,
        action=action,
        object=value,
        details={name: detail for name, detail in details.items() if detail is not None},
        expectation=expectation,
    )


def _expectation(table: Table) -> Expectation:
    groups = table.take("候选", dict, {})
    found = Expectation(
        tasks=table.texts("待办"),
        missing=table.texts("没有待办") or (),
        variables=table.take("变量", dict, {}),
        status=table.take("状态", str),
        passed=table.texts("经过") or (),
        not_passed=table.texts("没有经过") or (),
        documents=table.texts("文书") or (),
        due=table.take("期限", dict, {}),
        groups={name: tuple([value] if isinstance(value, str) else value) for name, value in groups.items()},
        refused=table.take("被拒", str),
        errors=table.texts("表单错误") or (),
        found=table.take("得出", object),
    )
    table.done()
    return found
