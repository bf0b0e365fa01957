"""Decisions of a case told from its log: inputs, matched rules with their reasons, output; nothing sealed shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.canonical import VaultRef, to_wire
from engine.cases import ManualClock
from engine.cli.story import Story
from engine.facade import Engine
from engine.history import decisions, outcomes
from engine.i18n import Language, catalogue
from tests.unit.cli.test_trying import TABLE
from tests.unit.model.writing import around, diagram, ext

NOON = 1_750_000_000_000_000


@pytest.fixture
def engine() -> Iterator[Engine]:
    body = around(
        '<businessRuleTask id="n" name="研判">'
        + ext('<zeebe:calledDecision decisionId="grade" resultVariable="grade"/>')
        + "</businessRuleTask>"
    )
    files = {"p.bpmn": diagram(body), "grade.dmn": TABLE.format(policy="FIRST", few="-").encode()}
    with Engine.open("sqlite://", clock=ManualClock(NOON)) as opened:
        opened.deploy(files, actor="d")
        yield opened


def test_a_decision_says_who_when_which_rule_and_why(engine: Engine) -> None:
    case = engine.start("p", {"people": 42}, actor="wang", on_behalf_of="li").case_id
    (taken,) = decisions(engine, case)
    assert (taken.seq, taken.at, taken.actor, taken.on_behalf_of) == (1, NOON, "wang", "li")
    assert (taken.element, taken.step) == ("n", "研判")
    (outcome,) = taken.decisions
    assert (outcome.id, outcome.name, outcome.inputs) == ("grade", "分级", {"people": 42})
    assert outcome.output == "red"
    (table,) = outcome.tables
    assert (table.policy, table.inputs) == ("FIRST", {"人数": 42})
    first, second = table.matched
    assert (first.row, first.annotation, first.gives) == (1, "三十人以上", {"grade": '"red"'})
    assert [(one.column, one.test, one.value) for one in first.because] == [("人数", ">= 30", 42)]
    assert (second.row, second.because) == (2, ())


def test_the_story_tells_it_in_both_languages(engine: Engine) -> None:
    case = engine.start("p", {"people": 42}, actor="wang").case_id
    told = {
        language: next(
            Story(catalogue(language), engine.definitions).tell(engine.queries.events(case))
        ).decisions
        for language in Language
    }
    assert told[Language.ZH][0] == "决策“分级”：第 1 条命中（三十人以上），因为 人数 = 42 (>= 30)"
    assert told[Language.EN][0] == "decision “分级”: rule 1 matched (三十人以上), because 人数 = 42 (>= 30)"
    assert told[Language.ZH][-1] == "决策“分级”得出 red"


def test_a_case_without_decisions_has_none(engine: Engine) -> None:
    plain = diagram(around('<task id="n"/>'), process='id="q" isExecutable="true"')
    engine.deploy({"q.bpmn": plain}, actor="d")
    assert decisions(engine, engine.start("q", actor="wang").case_id) == []


def test_what_is_sealed_stays_so_and_older_traces_are_read() -> None:
    sealed = to_wire(VaultRef(entry=3, commitment="ab" * 32))
    entry = {"decision": "d", "name": "d", "inputs": {"who": [sealed, {"x": sealed}]}, "output": sealed}
    matched = {"table": "t", "matched": [{"index": 2, "id": "r"}]}
    (outcome,) = outcomes(None, [entry | {"rules": [matched]}])
    assert outcome.inputs == {"who": ["***", {"x": "***"}]}
    assert outcome.output == "***"
    assert outcome.tables[0].matched[0].row == 2
