"""All or nothing: a command that fails at any statement leaves no trace, and the same command then succeeds."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import Any
from uuid import UUID

import pytest

from engine import Engine, ManualClock
from engine.history import Replayer, Verifier
from engine.runtime import COMMANDS
from engine.store.channel import Channel
from engine.store.probe import FaultAt, InjectedFault
from tests.integration.scenarios import HOUR, SCENARIOS, begin, opened
from tests.property.actions import NOON
from tests.property.checks import dump


def test_every_kind_of_command_has_a_scenario() -> None:
    assert SCENARIOS.keys() == COMMANDS.keys()


@cache
def undisturbed(kind: str) -> dict[str, list[tuple[Any, ...]]]:
    """The rows a command leaves when nothing fails."""
    engine, clock = opened("sqlite://")
    with engine:
        SCENARIOS[kind](engine, clock)()
        return dump(engine.database)


class Fault(FaultAt):
    """Knows besides whether something had been committed when it came."""

    committed = False

    def statement(self, sql: str) -> None:
        super().statement(sql)
        self.committed = self.committed or sql == "COMMIT"


@pytest.mark.parametrize("kind", sorted(SCENARIOS))
def test_a_fault_at_any_statement_leaves_no_trace(kind: str, database_url: str) -> None:
    engine, clock = opened(database_url)
    with engine:
        act = SCENARIOS[kind](engine, clock)
        before = dump(engine.database)
        faults = 0
        while True:
            fault = Fault(faults + 1)
            try:
                with engine.database.probed(fault):
                    outcome = act()
                break
            except InjectedFault:
                faults += 1
            if fault.committed:
                # What follows a command (looking for a message that waits) failed; the command itself is done.
                outcome = act()
                assert outcome.repeated
                break
            assert dump(engine.database) == before, f"after a fault before statement {faults}"
        assert faults > 3
        after, expected = dump(engine.database), undisturbed(kind)
        for table, rows in expected.items():
            if kind == "start" or table == "vault_entries":
                # Another try makes other ids, keys and nonces.
                assert len(after[table]) == len(rows), table
            else:
                assert after[table] == rows, table
        assert Verifier(engine).verify(outcome.case_id).is_sound
        assert Replayer(engine, rebuild=True).replay(outcome.case_id).is_sound
        assert act().repeated
        assert dump(engine.database) == after


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.parametrize("kind", sorted(SCENARIOS))
def test_a_commit_whose_answer_is_lost_is_found_by_its_key(
    kind: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, clock = opened(database_url)
    with engine:
        act = SCENARIOS[kind](engine, clock)
        commit = Channel.commit

        def lost(channel: Channel) -> None:
            commit(channel)
            raise InjectedFault("the answer to COMMIT was lost")

        with monkeypatch.context() as patched:
            patched.setattr(Channel, "commit", lost)
            with pytest.raises(InjectedFault):
                act()
        after = dump(engine.database)
        outcome = act()
        assert outcome.repeated
        assert dump(engine.database) == after
        assert Verifier(engine).verify(outcome.case_id).is_sound


def _send(engine: Engine, clock: ManualClock, case: UUID) -> None:
    engine.send_message("answer", "k-1", {"b": 2}, message_id="m-1")


def _broadcast(engine: Engine, clock: ManualClock, case: UUID) -> None:
    engine.broadcast_signal("alarm", {"c": 3}, signal_id="s-1")


def _fire(engine: Engine, clock: ManualClock, case: UUID) -> None:
    clock.now = NOON + 2 * HOUR
    engine.run_due()


def _empty_outbox(engine: Engine, clock: ManualClock, case: UUID) -> None:
    engine.run_due()


SWEEPS = {"message": _send, "signal": _broadcast, "timers": _fire, "outbox": _empty_outbox}


def at_its_end(engine: Engine) -> UUID:
    """A case that has just put a message into the outbox, beside one that is all open and waits for it."""
    other = begin(engine)
    engine.send_message("answer", "k-1", message_id="kept")
    case = begin(engine)
    for _ in range(20):
        state = engine.queries.state(case)
        for scope in state.scopes.values():
            for task in scope.tasks.values():
                engine.complete(case, task.id, {"name": "李四", "result": "好"}, actor="zhang")
            for job in scope.jobs.values():
                engine.complete_job(case, job.id, actor="mailer")
        engine.send_message("answer", "k-1", message_id="kept-2")
        if engine.case(case).status == "completed":
            return other
    raise AssertionError("the case does not end")


@pytest.mark.parametrize("kind", sorted(SWEEPS))
def test_what_takes_several_transactions_takes_effect_once_whatever_fails(
    kind: str, database_url: str
) -> None:
    def finished(fault: FaultAt, url: str) -> tuple[bool, list[tuple[str, str, int]]]:
        engine, clock = opened(url)
        with engine:
            case = at_its_end(engine) if kind == "outbox" else begin(engine)
            with engine.database.probed(fault), suppress(InjectedFault):
                SWEEPS[kind](engine, clock, case)
            failed = fault.happened
            # What a sweep put aside is not waited for: its delay would show in the times of the case.
            for stuck in engine.stuck.list():
                engine.stuck.retry(stuck.work)
            SWEEPS[kind](engine, clock, case)
            engine.run_due()
            rows = dump(engine.database)
            assert rows["outbox"] == []
            assert all(Verifier(engine).verify(case_id).is_sound for case_id in engine.case_ids())
            cases = [engine.case(case_id) for case_id in engine.case_ids()]
            return failed, [(case.status, case.state_hash, case.seq) for case in cases]

    _, expected = finished(FaultAt(0), "sqlite://")
    if database_url != "sqlite://":
        assert finished(FaultAt(5), database_url)[1] == expected
        return
    number, failed = 0, True
    while failed:
        number += 1
        failed, found = finished(FaultAt(number), database_url)
        assert found == expected, f"after a fault before statement {number}"
    assert number > 10
