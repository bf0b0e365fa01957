"""Making and signing documents: all or nothing at every statement, and numbers without gaps when many are in a hurry."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.cases import Outcome
from engine.store.probe import FaultAt, InjectedFault
from tests.property.checks import dump
from tests.unit.documents.paper_world import PaperWorld, build

Act = Callable[[PaperWorld], Outcome]


def _make(world: PaperWorld) -> Outcome:
    number = world.document("受理登记表", "li")
    return world.content.documents.make(world.as_("li"), world.case, number, idempotency_key="k")


def _sign(world: PaperWorld) -> Outcome:
    (made,), _ = world.content.documents.of(world.as_("wang"), world.case)
    return world.content.documents.sign(
        world.as_("wang"), world.case, made.id, made.versions[0].sha256, idempotency_key="s"
    )


def _correct(world: PaperWorld) -> Outcome:
    number = world.document("受理登记表", "li")
    return world.content.documents.make(
        world.as_("li"), world.case, number, reason="地点有误", idempotency_key="c"
    )


def _seal(world: PaperWorld) -> Outcome:
    return world.content.dossiers.seal(world.as_("wang"), world.case, idempotency_key="d")


def _ready(kind: str, world: PaperWorld) -> Act:
    if kind == "make":
        return _make
    _make(world)
    if kind == "sign":
        return _sign
    if kind == "correct":
        world.engine.set_variables(world.case, {"place_note": "村委会"}, actor="qian")
        return _correct
    world.finish()
    for name in ("调解笔录", "处置单"):
        world.content.documents.make(world.as_("wang"), world.case, world.document(name))
    return _seal


@pytest.mark.parametrize("kind", ["make", "sign", "correct", "seal"])
def test_a_fault_at_any_statement_leaves_no_trace(kind: str, database_url: str, tmp_path: Path) -> None:
    world = build(database_url, tmp_path)
    act = _ready(kind, world)
    before = _durable(world)
    faults = 0
    while True:
        try:
            with world.engine.database.probed(FaultAt(faults + 1)):
                outcome = act(world)
            break
        except InjectedFault:
            faults += 1
        after = _durable(world)
        if after != before:
            # Only what follows the commit failed: the answer is found by its key.
            assert act(world).repeated
            outcome = act(world)
            break
    assert faults > 3
    assert act(world).seq == outcome.seq
    world.check()
    numbers = [row for row in dump(world.engine.database)["document_numbers"] if row[2] == "受理登记表"]
    assert [row[3] for row in numbers] == [1]
    world.engine.close()


def _durable(world: PaperWorld) -> dict[str, object]:
    """All rows but those of the access log, which tells of readings."""
    return {name: rows for name, rows in dump(world.engine.database).items() if name != "access_log"}


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_many_at_once_get_the_numbers_one_after_the_other(database_url: str, tmp_path: Path) -> None:
    world = build(database_url, tmp_path)
    cases = [world.case, *(world.start() for _ in range(5))]
    failed: list[BaseException] = []

    def work(mine: int) -> None:
        try:
            for case in cases[mine::3]:
                (due,), _ = world.content.documents.of(world.as_("li"), case)
                world.content.documents.make(world.as_("li"), case, due.id)
        except BaseException as error:  # noqa: BLE001 - told below
            failed.append(error)

    threads = [threading.Thread(target=work, args=(mine,)) for mine in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    told = [world.content.documents.of(world.as_("li"), case)[0][0].number for case in cases]
    assert sorted(told) == [f"青石镇综治中心〔1975〕受理登记表第{number}号" for number in range(1, 7)]
    for case in cases:
        world.check(case)
    world.engine.close()
