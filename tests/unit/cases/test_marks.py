"""Cases about the same people or place are found by keyed marks, and nothing of them stands in the clear."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from engine import Engine, ManualClock
from engine.cases.marks import WINDOW, marks_of
from engine.installation import open_engine
from engine.model import ModelErrors
from engine.store.tables import case_blind_index
from tests.support.bpmn import diagram, end, script, start, user
from tests.support.driving import BEGIN, check, micros

CONFIG = Path(__file__).parents[3] / "config"
DAY = 86_400_000_000
FORM: dict[str, Any] = {
    "id": "register",
    "type": "default",
    "components": [
        {"key": "grid", "type": "textfield"},
        {
            "type": "dynamiclist", "path": "parties", "isRepeating": True,
            "components": [
                {"key": "name", "type": "textfield", "properties": {"bihuan:mask": "name", "bihuan:mark": "person"}},
                {"key": "phone", "type": "textfield", "properties": {"bihuan:mask": "phone", "bihuan:mark": "phone"}},
            ],
        },
        {"key": "address", "type": "textfield", "properties": {"bihuan:mask": "address", "bihuan:mark": "address"}},
    ],
}  # fmt: skip


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An engine with a flow that registers and then looks for similar cases."""
    clock = ManualClock(micros(BEGIN))
    with open_engine(f"sqlite:///{tmp_path}/b.db", CONFIG, clock=clock) as engine:
        files = {
            "p.bpmn": diagram(
                start("s"), user("register", form="register"), script("look", "=similar cases()", "found"),
                user("check"), end("e"), "s -> register -> look -> check -> e",
            ),
            "register.form": json.dumps(FORM).encode(),
        }  # fmt: skip
        engine.deploy(files, actor="designer")
        yield engine
        for case_id in engine.case_ids():
            check(engine, case_id, engine.settings)


def registered(engine: Engine, code: str, **values: Any) -> UUID:
    """A case whose registration is done."""
    case = engine.start("p", {"case_code": code}, actor="li").case_id
    (item,) = engine.tasks(case_id=case)
    given = {"grid": "G1", **values}
    engine.complete(case, item.id, given, actor="li")
    return case


def found(engine: Engine, case: UUID) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.case_code, one.kinds) for one in engine.duplicates(case)]


def later(engine: Engine, micros: int) -> None:
    assert isinstance(engine.clock, ManualClock)
    engine.clock.now += micros


def test_the_same_telephone_is_found_however_it_is_written(engine: Engine) -> None:
    registered(engine, "A", parties=[{"name": "周素云", "phone": "138 0013-8000"}])
    case = registered(engine, "B", parties=[{"name": "某人", "phone": "+8613800138000"}])
    assert found(engine, case) == [("A", ("phone",))]


def test_a_namesake_elsewhere_is_not_found(engine: Engine) -> None:
    registered(engine, "A", parties=[{"name": "周素云"}])
    same = registered(engine, "B", parties=[{"name": " 周 素云"}])
    other = registered(engine, "C", grid="G2", parties=[{"name": "周素云"}])
    assert found(engine, same) == [("A", ("party",))]
    assert found(engine, other) == []


def test_the_same_address_is_found_and_all_that_is_the_same_is_named(engine: Engine) -> None:
    registered(engine, "A", address="柳溪村一组（12号）", parties=[{"name": "周素云"}])
    case = registered(engine, "B", address="柳溪村 一组 12号", parties=[{"name": "周素云"}])
    assert found(engine, case) == [("A", ("address", "party"))]


def test_what_is_longer_ago_than_the_window_is_not_found(engine: Engine) -> None:
    registered(engine, "A", address="柳溪村一组")
    later(engine, WINDOW)
    on_the_day = registered(engine, "B", address="柳溪村一组")
    assert found(engine, on_the_day) == [("A", ("address",))]
    later(engine, DAY)
    case = registered(engine, "C", address="柳溪村一组")
    assert found(engine, case) == [("B", ("address",))]
    assert [one.case_code for one in engine.duplicates(case, window=100 * DAY)] == ["B", "A"]


def test_a_diagram_sees_them_in_the_same_command_and_a_replay_sees_the_same(engine: Engine) -> None:
    registered(engine, "A", address="柳溪村一组")
    case = registered(engine, "B", address="柳溪村一组")
    assert engine.variables(case)["found"] == [{"value": "A", "label": "A（同一地址）"}]
    registered(engine, "C", address="柳溪村一组")
    check(engine, case, engine.settings)


def test_confidential_cases_are_not_told_to_a_diagram(engine: Engine) -> None:
    first = registered(engine, "A", address="柳溪村一组")
    engine.set_variables(first, {"confidentiality": "confidential"}, actor="admin")
    case = registered(engine, "B", address="柳溪村一组")
    assert engine.variables(case)["found"] == []
    assert found(engine, case) == [("A", ("address",))]


def test_no_mark_stands_in_the_log_and_none_tells_its_content(engine: Engine) -> None:
    case = registered(engine, "A", parties=[{"name": "周素云", "phone": "13800138000"}])
    with engine.database.reading() as tx:
        marks = [bytes(row[0]) for row in tx.execute(sa.select(case_blind_index.c.mark))]
    assert sorted(len(mark) for mark in marks) == [32, 32]
    logged = repr([event.open() for event in engine.queries.events(case)])
    assert not any(mark.hex() in logged for mark in marks)
    assert "13800138000" not in logged


def test_another_secret_makes_other_marks() -> None:
    values = {"phone": "13800138000"}
    first, second = (list(marks_of(secret, {"phone": "phone"}, values, "G")) for secret in (b"a", b"b"))
    assert first != second


@pytest.mark.parametrize("text", ["", "12", " - "])
def test_what_tells_nothing_is_not_marked(text: str) -> None:
    assert list(marks_of(b"a", {"phone": "phone"}, {"phone": text}, "G")) == []


@pytest.mark.parametrize(
    "properties", [{"bihuan:mark": "phone"}, {"bihuan:mask": "phone", "bihuan:mark": "shoe size"}]
)
def test_only_a_protected_field_is_marked_and_only_as_something_known(
    engine: Engine, properties: dict[str, str]
) -> None:
    form = {**FORM, "id": "bad", "components": [{"key": "x", "type": "textfield", "properties": properties}]}
    files = {
        "q.bpmn": diagram(start("s"), user("a", form="bad"), end("e"), "s -> a -> e", key="q"),
        "bad.form": json.dumps(form).encode(),
    }
    with pytest.raises(ModelErrors) as refused:
        engine.deploy(files, actor="designer")
    assert [finding.rule for finding in refused.value.findings] == ["form.mark"]
