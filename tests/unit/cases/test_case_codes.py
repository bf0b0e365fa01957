"""一案一码: a process that declares `case_code` finds the code of its case there, from the recorded start."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from engine import Engine, ManualClock
from engine.cases.codes import is_code
from engine.history import Verifier
from engine.store.tables import case_headers
from tests.support.bpmn import end, file, message, process, properties, start, user

NOW = 1_772_409_600_000_000


def coded(*, variables: str, code: str = "JF") -> bytes:
    said = {"bihuan:variables": variables, "bihuan:case_code": code}
    return file(process("p", start("s"), user("u"), end("e"), "s -> u -> e", extension=properties(said)))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    with Engine.open(database_url, clock=ManualClock(NOW)) as opened:
        yield opened


def code_of(engine: Engine, case_id: UUID) -> Any:
    with engine.database.reading() as tx:
        query = sa.select(case_headers.c.case_code).where(case_headers.c.case_id == case_id)
        return tx.execute(query).scalar_one()


def test_the_code_is_a_variable_of_a_process_that_declares_it(engine: Engine) -> None:
    engine.deploy({"p.bpmn": coded(variables="case_code: string")}, actor="x")
    case_id = engine.start("p", {}, actor="li").case_id
    code = engine.variables(case_id)["case_code"]
    assert is_code(code)
    assert code.startswith("JF-20260302-")
    assert code_of(engine, case_id) == code
    (event,) = engine.queries.events(case_id)
    assert event.open().input["variables"] == {"case_code": code}
    assert Verifier(engine).verify(case_id).is_sound


def test_a_code_that_is_given_stays(engine: Engine) -> None:
    engine.deploy({"p.bpmn": coded(variables="case_code")}, actor="x")
    case_id = engine.start("p", {"case_code": "甲-1"}, actor="li").case_id
    assert engine.variables(case_id) == {"case_code": "甲-1"}
    empty = engine.start("p", {"case_code": None}, actor="li").case_id
    assert is_code(engine.variables(empty)["case_code"])


def test_a_process_that_does_not_ask_keeps_its_variables(engine: Engine) -> None:
    engine.deploy({"p.bpmn": coded(variables="grid")}, actor="x")
    case_id = engine.start("p", {}, actor="li").case_id
    assert engine.variables(case_id) == {}
    assert code_of(engine, case_id).startswith("JF-20260302-")


def test_a_case_started_by_a_message_has_a_code_too(engine: Engine) -> None:
    parts = (start("s", message("m")), user("u"), end("e"), "s -> u -> e")
    said = properties({"bihuan:variables": "case_code, grid"})
    engine.deploy({"p.bpmn": file(process("p", *parts, extension=said))}, actor="x")
    (outcome,) = engine.send_message("m", "", {"grid": "G1"})
    found = engine.variables(outcome.case_id)
    assert found["grid"] == "G1"
    assert found["case_code"] == code_of(engine, outcome.case_id)
    assert is_code(found["case_code"])
