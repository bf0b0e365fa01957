"""Facts follow the logs: which cases a sweep takes up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from engine import ManualClock
from engine.installation import Timetables, open_engine
from engine.reports import open_reports
from engine.store import Reading, Transaction
from engine.store.tables import case_facts
from tests.support.bpmn import diagram, end, start, user

CONFIG = Path("config")
FLOW = diagram(start("s"), user("u"), end("e"), "s -> u -> e", key="flow")


def test_a_sweep_takes_up_what_is_new_and_what_changed(database_url: str, tmp_path: Path) -> None:
    # Databases in memory are no installation: each connection would have its own.
    keyring = f"sqlite:///{tmp_path / 'keys.db'}"
    with open_engine(database_url, CONFIG, create=True, clock=ManualClock(1), keyring=keyring) as engine:
        rollup = open_reports(engine, CONFIG, Timetables(CONFIG)).rollup
        engine.deploy({"flow.bpmn": FLOW}, actor="designer")
        first = engine.start("flow", actor="li").case_id
        assert list(rollup.behind()) == [first]
        assert rollup.sweep() == 1
        second = engine.start("flow", actor="li").case_id
        assert rollup.sweep() == 1
        (task,) = engine.tasks(case_id=first)
        engine.claim(first, task.id, actor="li")
        assert list(rollup.behind()) == [first]
        assert rollup.sweep(most=1) == 1
        assert rollup.sweep() == 0
        assert rollup.differences(second) == []
        more = {engine.start("flow", actor="li").case_id for _ in range(2)}
        assert rollup.sweep(pause=lambda: True) == 1
        assert len(more & set(rollup.behind())) == 1


def test_two_who_take_up_the_same_case_do_so_one_after_the_other(database_url: str, tmp_path: Path) -> None:
    keyring = f"sqlite:///{tmp_path / 'keys.db'}"
    with open_engine(database_url, CONFIG, create=True, clock=ManualClock(1), keyring=keyring) as engine:
        first, second = (open_reports(engine, CONFIG, Timetables(CONFIG)).rollup for _ in range(2))
        engine.deploy({"flow.bpmn": FLOW}, actor="designer")
        case_id = engine.start("flow", actor="li").case_id
        with ThreadPoolExecutor(1) as thread:
            with engine.database.transaction() as tx:
                assert first._write(tx, case_id)
                assert _rows(tx, case_id) == 1
                late = thread.submit(second.refresh, case_id)
                with suppress(TimeoutError):
                    late.result(timeout=1)
            assert late.result() is True
        with engine.database.reading() as tx:
            assert _rows(tx, case_id) == 1
        assert first.differences(case_id) == []


def test_what_another_worker_was_quicker_with_is_not_made_again(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring = f"sqlite:///{tmp_path / 'keys.db'}"
    with open_engine(database_url, CONFIG, create=True, clock=ManualClock(1), keyring=keyring) as engine:
        quick, slow = (open_reports(engine, CONFIG, Timetables(CONFIG)).rollup for _ in range(2))
        engine.deploy({"flow.bpmn": FLOW}, actor="designer")
        cases = [engine.start("flow", actor="li").case_id for _ in range(2)]
        known = list(slow.behind())
        assert sorted(known) == sorted(cases)
        quick.refresh(cases[0])
        monkeypatch.setattr(slow, "behind", lambda *, whole: iter(known))
        made: list[UUID] = []
        write = slow._write

        def told(tx: Transaction, case_id: UUID) -> bool:
            made.append(case_id)
            return write(tx, case_id)

        monkeypatch.setattr(slow, "_write", told)
        assert slow.sweep() == 2
        assert made == [cases[1]]
        assert all(slow.differences(case) == [] for case in cases)


def _rows(tx: Reading, case_id: UUID) -> int:
    return len(tx.execute(sa.select(case_facts.c.seq).where(case_facts.c.case_id == case_id)).all())
