"""Candidates by level and role, limits, separation of duties, closing conditions."""

from __future__ import annotations

from typing import Any

from engine import Config, Engine, ManualClock
from tests.support.bpmn import diagram, end, start, user
from tests.support.driving import BEGIN, World, check, micros
from tests.verbs.acting import do, prop, props, refused, task

CLOSING = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="closing" namespace="c">
<decision id="closing" name="结案条件"><decisionTable id="t" hitPolicy="COLLECT">
<input id="i1"><inputExpression id="x1"><text>delivered</text></inputExpression></input>
<input id="i2"><inputExpression id="x2"><text>reached</text></inputExpression></input>
<output id="o1" name="rule"/><output id="o2" name="message"/>
<rule id="r1"><inputEntry id="a1"><text>not(true)</text></inputEntry><inputEntry id="a2"><text>-</text></inputEntry>
<outputEntry id="b1"><text>"document"</text></outputEntry><outputEntry id="b2"><text>"文书未送达"</text></outputEntry></rule>
<rule id="r2"><inputEntry id="a3"><text>-</text></inputEntry><inputEntry id="a4"><text>false</text></inputEntry>
<outputEntry id="b3"><text>"follow-up"</text></outputEntry><outputEntry id="b4"><text>"回访未完成"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def test_who_did_one_task_may_not_do_the_other(world: World) -> None:
    case = world.run(
        start("s"), user("handle"), user("visit", extension=prop("separation", "handle")), end("e"),
        "s -> handle -> visit -> e",
    )  # fmt: skip
    do(case, "handle", "li")
    item = task(case, "visit").id
    with refused(case, "separation"):
        world.engine.claim(case.id, item, actor="li")
    with refused(case, "separation"):
        world.engine.complete(case.id, item, {}, actor="li")
    world.engine.claim(case.id, item, actor="wang")
    with refused(case, "separation"):
        world.engine.transfer(case.id, item, "li", actor="wang")
    do(case, "visit", "wang")
    assert case.is_done


def test_a_case_is_not_closed_while_a_condition_is_unmet(world: World) -> None:
    world.deploy(
        p_bpmn=diagram(
            start("s"),
            user("close", extension=props(condition="closing", milestone="closed")),
            end("e"),
            "s -> close -> e",
        ),
        closing_dmn=CLOSING.encode(),
    )
    case = world.start(reached=False)
    with refused(case, "close.document"):
        do(case, "close", "li", delivered=False)
    with refused(case, "close.follow-up"):
        do(case, "close", "li", delivered=True)
    do(case, "close", "li", delivered=True, reached=True)
    assert case.is_done


def test_what_does_not_close_the_case_is_not_refused_as_closing(world: World) -> None:
    world.deploy(
        p_bpmn=diagram(
            start("s"), user("a", extension=prop("condition", "closing")), end("e"), "s -> a -> e"
        ),
        closing_dmn=CLOSING.encode(),
    )
    with refused(world.start(reached=False), "condition.document"):
        do(world.cases()[-1], "a", "li", delivered=False)


def with_providers(**providers: Any) -> tuple[Engine, ManualClock]:
    """An engine whose outside facts are given."""
    clock = ManualClock(micros(BEGIN))
    named = {name.replace("_", "."): provider for name, provider in providers.items()}
    return Engine.open("sqlite://", clock=clock, config=Config(providers=named)), clock


def test_candidates_come_from_the_directory_and_a_gap_is_an_incident() -> None:
    answers = {"镇/调委会": {"groups": ["unit:t1/mediation"], "gap": None, "version": 3}}
    engine, _ = with_providers(
        directory_candidates=lambda key: (
            answers.get(key[0])
            or {"groups": ["unit:t1/court"], "gap": ["nobody", "t1", "青石镇"], "version": 3}
        )
    )
    with engine:
        files = {
            "p.bpmn": diagram(
                start("s"), user("a", extension=prop("candidate", "镇/调委会")),
                user("b", extension=prop("candidate", "镇/法庭")), end("e"), "s -> a -> b -> e",
            )
        }  # fmt: skip
        engine.deploy(files, actor="d")
        case = engine.start("p", {"grid": "g1"}, actor="li").case_id
        (first,) = engine.tasks(group="unit:t1/mediation")
        engine.complete(case, first.id, {}, actor="wang")
        (incident,) = engine.queries.incidents(case)
        assert incident["kind"] == "staffing.gap"
        answers["镇/法庭"] = {"groups": ["unit:t1/bench"], "gap": None, "version": 4}
        engine.retry(case, incident["incident_id"], actor="admin")
        assert engine.queries.incidents(case) == []
        (second,) = engine.tasks(group="unit:t1/bench")
        engine.complete(case, second.id, {}, actor="judge")
        check(engine, case)


def test_candidates_may_be_an_expression(world: World) -> None:
    whom = prop("candidate", "=if kind = null then null else &quot;县/&quot; + kind")
    case = world.run(start("s"), user("a", extension=whom), end("e"), "s -> a -> e", kind="城管")
    assert task(case, "a").groups == ["县/城管"]
    other = world.run(start("s"), user("a", extension=whom), end("e"), "s -> a -> e")
    assert task(other, "a").groups == []


def test_a_limit_nobody_configured_is_an_incident(world: World) -> None:
    case = world.run(
        start("s"), user("a", extension=prop("limit", "whistle.check_in")), end("e"), "s -> a -> e"
    )
    assert case.incidents == [("limit.unknown", "a")]
