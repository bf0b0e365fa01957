"""What a case asks the directory is recorded, small, and enough for a replay."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from engine import canonical
from engine.directory import Directory, StaffingGap
from engine.directory.changes import Leave
from engine.directory.reads import functions, providers
from engine.errors import InvalidInput
from engine.feel import Environment, compile_expression
from engine.runtime.reads import LiveReads, ReplayDiverged, ReplayReads
from engine.store import Database
from tests.unit.directory.office import NOW, STAFF, UNITS, VOCABULARY, away

MED = "unit:T1-med/*"


@pytest.fixture
def directory() -> Directory:
    made = Directory(Database.open("sqlite://", create=True), VOCABULARY)
    made.change(*UNITS, *STAFF, away("wang", "sun"), actor="x", recorded_at=NOW, reason="x")
    return made


def feel(text: str, functions: Any, **variables: Any) -> Any:
    environment = Environment(now=datetime(2026, 1, 1, tzinfo=UTC), functions=functions)
    return compile_expression(text).evaluate(variables, environment)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('candidates("镇/调委会", grid)', [MED]),
        ('candidates(["镇/调委会", "县/人社", "town/mediation"], grid)', [MED, "unit:K-labour/*"]),
        ('candidates(expression: "镇/调委会", place: grid, separated from: ["zhao"])', [MED]),
        ('unit(grid, "town", "mediation")', "T1-med"),
        ('unit(grid, "镇", "调委会")', "T1-med"),
        ('unit(grid, "county")', "K"),
        ('unit(grid, "town", "police")', None),
        ('unit("nowhere", "town")', None),
        ('unit(null, "town")', None),
        ('members(candidates("镇/调委会", grid)[1])', ["sun", "zhao"]),
    ],
)
def test_expressions_ask_the_directory(directory: Directory, text: str, value: Any) -> None:
    reads = LiveReads(providers(directory))
    assert feel(text, functions(reads.read, NOW), grid="G1") == value
    canonical.dumps(canonical.to_wire(reads.record))
    replayed = ReplayReads(reads.record)
    assert feel(text, functions(replayed.read, NOW), grid="G1") == value
    assert replayed.record == reads.record


@pytest.mark.parametrize(
    ("ask", "error", "code"),
    [
        (lambda known: known["candidates"]("村/调委会", "G1"), StaffingGap, "directory.gap.department"),
        (lambda known: known["candidates"]("镇/调委会", None), StaffingGap, "directory.gap.place"),
        (lambda known: known["candidates"]("镇/调委会", "G1", ["zhao", "wang"]), StaffingGap, "directory.gap.separated"),
        (lambda known: known["candidates"]("镇/外星办", "G1"), InvalidInput, "directory.expression"),
        (lambda known: known["unit"]("G1", "州"), InvalidInput, "directory.expression"),
        (lambda known: known["unit"]("G1", "镇", "外星办"), InvalidInput, "directory.expression"),
    ],
)  # fmt: skip
def test_a_replay_fails_as_the_original_did(
    directory: Directory, ask: Callable[[Any], Any], error: type[Exception], code: str
) -> None:
    reads = LiveReads(providers(directory))
    with pytest.raises(error) as first:
        ask(functions(reads.read, NOW))
    replayed = ReplayReads(reads.record)
    with pytest.raises(error) as second:
        ask(functions(replayed.read, NOW))
    assert str(first.value) == str(second.value)
    assert getattr(first.value, "code", None) == code


def test_the_answer_names_the_version_and_a_later_change_does_not_reach_the_replay(
    directory: Directory,
) -> None:
    reads = LiveReads(providers(directory))
    version = directory.index.version
    assert functions(reads.read, NOW)["members"](MED) == ["sun", "zhao"]
    assert reads.record == [["directory.people", [MED, NOW], {"people": ["sun", "zhao"], "version": version}]]
    directory.change(Leave(person="zhao", at=NOW), actor="x", recorded_at=NOW, reason="x")
    assert functions(ReplayReads(reads.record).read, NOW)["members"](MED) == ["sun", "zhao"]
    assert functions(LiveReads(providers(directory)).read, NOW)["members"](MED) == ["sun"]
    with pytest.raises(ReplayDiverged):
        functions(ReplayReads(reads.record).read, NOW + 1)["members"](MED)


def test_a_command_is_checked_against_groups_and_substitutions(directory: Directory) -> None:
    ask = providers(directory)
    assert MED in ask["directory.groups"](["sun", NOW])["groups"]
    assert ask["directory.stands_in"](["sun", "wang", NOW])["roles"] == ["*"]
    assert ask["directory.stands_in"](["sun", "zhao", NOW])["roles"] == []
    assert ask["directory.groups"](["nobody", NOW])["groups"] == []
