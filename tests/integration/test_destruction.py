"""Lawful destruction: by two people, when the time is over, with a tombstone that proves it, and in no other way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from engine import Engine, ManualClock
from engine.errors import Conflict, NotFound, Refusal
from engine.history import Verifier
from engine.history.destruction import KEPT, Destructions
from engine.history.keeping import Keeping, load_keeping
from engine.history.signing import SigningKey, is_signed
from engine.history.tree import ProofTree
from engine.store.probe import FaultAt, InjectedFault
from engine.store.tables import METADATA, events, tombstones, vault_entries
from engine.vault import Erased
from tests.integration.scenarios import begin, item, opened
from tests.property.checks import dump

YEAR = 366 * 86_400 * 1_000_000
RULES = (Keeping(name="一年", flow="p", years=1),)


@dataclass
class House:
    """A case that ended, with something sealed in its vault, beside one that goes on; both in the tree."""

    engine: Engine
    clock: ManualClock
    key: SigningKey
    tree: ProofTree
    ended: UUID
    other: UUID

    @property
    def destructions(self) -> Destructions:
        return Destructions(self.engine.database, self.engine.keyring, self.clock, RULES)

    def rules(self) -> set[str]:
        """Everything a verification finds."""
        verifier = Verifier(self.engine, anchor=self.key.id)
        return {finding.rule for report in verifier.verify_all() for finding in report.findings}

    def left(self) -> set[str]:
        """The tables that know of the case that ended."""
        with self.engine.database.reading() as tx:
            return {
                name
                for name, table in METADATA.tables.items()
                if "case_id" in table.c
                and tx.execute(sa.select(table.c.case_id).where(table.c.case_id == self.ended)).first()
            }

    def destroy(self) -> None:
        number = self.destructions.propose(self.ended, actor="li", reason="期限届满").number
        assert self.destructions.approve(number, actor="zhao", key=self.key).status == "done"


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    made = built(database_url)
    with made.engine:
        yield made


def built(url: str) -> House:
    engine, clock = opened(url)
    ended, other = begin(engine), begin(engine)
    task = item(engine, ended, "tasks", "first")
    engine.complete(ended, task, {"name": "李四", "result": "好"}, actor="zhang", idempotency_key="k")
    engine.cancel(ended, actor="admin")
    key, tree = SigningKey(Ed25519PrivateKey.generate()), ProofTree(engine.database, clock)
    tree.append(key)
    clock.advance(YEAR)
    return House(engine=engine, clock=clock, key=key, tree=tree, ended=ended, other=other)


def test_a_destroyed_case_leaves_its_tombstone_and_nothing_else(house: House) -> None:
    with house.engine.database.reading() as tx:
        entry = tx.execute(sa.select(vault_entries).where(vault_entries.c.case_id == house.ended)).first()
    assert entry is not None
    house.destroy()
    assert house.left() == {"destructions", "erasures", "proof_leaves", "tombstones"} <= KEPT
    with pytest.raises(Erased):
        house.engine.keyring.existing_key(house.ended, entry.party)
    with house.engine.database.reading() as tx:
        stone = tx.execute(sa.select(tombstones)).one()
    line = house.engine.erasure.of(house.ended)
    assert line is not None
    assert (line.actor, line.ground) == ("zhao", "destruction 1")
    assert is_signed(bytes(stone.statement), bytes(stone.signature), house.key.public)
    assert b"zhao" in bytes(stone.statement)
    proved = house.tree.inclusion(house.ended)
    assert (proved.leaf.kind, proved.leaf.statement) == ("tombstone", bytes(stone.statement))
    assert house.rules() == set()
    assert sum(each.destroyed for each in Verifier(house.engine).verify_all()) == 1
    assert house.engine.case(house.other).status == "active"
    with pytest.raises(NotFound):
        house.engine.case(house.ended)


def test_nobody_destroys_alone_or_twice(house: House) -> None:
    number = house.destructions.propose(house.ended, actor="li", reason="期限届满").number
    with pytest.raises(Refusal):
        house.destructions.approve(number, actor="li", key=house.key)
    assert house.destructions.get(number).status == "proposed"
    with pytest.raises(Conflict):
        house.destructions.propose(house.ended, actor="wang", reason="期限届满")
    assert house.destructions.reject(number, actor="wang").status == "rejected"
    with pytest.raises(Conflict):
        house.destructions.approve(number, actor="zhao", key=house.key)
    with pytest.raises(Conflict):
        house.destructions.carry_out(number)
    assert house.engine.case(house.ended).status == "cancelled"


def test_what_is_not_due_open_or_held_is_kept(house: House) -> None:
    with pytest.raises(Refusal):
        house.destructions.propose(house.other, actor="li", reason="x")
    number = house.destructions.propose(house.ended, actor="li", reason="期限届满").number
    house.destructions.hold(house.ended, actor="judge", reason="诉讼中")
    with pytest.raises(Refusal):
        house.destructions.approve(number, actor="zhao", key=house.key)
    assert house.destructions.get(number).status == "proposed"
    house.destructions.lift(house.ended, actor="judge")
    with pytest.raises(NotFound):
        house.destructions.lift(house.ended, actor="judge")
    house.clock.advance(-YEAR)
    with pytest.raises(Refusal):
        house.destructions.approve(number, actor="zhao", key=house.key)
    house.clock.advance(YEAR)
    assert house.destructions.approve(number, actor="zhao", key=house.key).status == "done"


def test_a_hold_after_the_approval_keeps_keys_and_rows_until_it_is_lifted(house: House) -> None:
    number = house.destructions.propose(house.ended, actor="li", reason="期限届满").number
    cut_off_after_the_tombstone(house, number)
    with house.engine.database.reading() as tx:
        entry = tx.execute(sa.select(vault_entries).where(vault_entries.c.case_id == house.ended)).first()
    assert entry is not None
    house.destructions.hold(house.ended, actor="judge", reason="诉讼中")
    with pytest.raises(Conflict) as refused:
        house.destructions.carry_out(number)
    assert refused.value.code == "vault.held"
    assert len(house.engine.keyring.existing_key(house.ended, entry.party)) == 32
    assert house.engine.erasure.of(house.ended) is None
    assert "events" in house.left()
    house.destructions.lift(house.ended, actor="judge")
    assert house.destructions.carry_out(number).status == "done"
    assert house.left() <= KEPT


def cut_off_after_the_tombstone(house: House, number: int) -> None:
    for statement in range(1, 100):
        with pytest.raises(InjectedFault), house.engine.database.probed(FaultAt(statement)):
            house.destructions.approve(number, actor="zhao", key=house.key)
        if house.destructions.get(number).status == "approved":
            return
    raise AssertionError("it was never cut off")


def test_what_its_flow_erased_is_destroyed_when_its_time_is_over_and_the_first_line_stays(
    house: House,
) -> None:
    house.engine.erasure.erase(house.ended, actor="worker", ground="job 7")
    erased = house.engine.erasure.of(house.ended)
    assert house.rules() == set()
    house.clock.advance(1)
    house.engine.erasure.erase(house.ended, actor="worker", ground="job 8")
    house.destroy()
    assert house.engine.erasure.of(house.ended) == erased
    assert erased is not None
    assert erased.ground == "job 7"


def test_keys_that_went_without_a_line_are_found_out(house: House) -> None:
    assert house.rules() == set()
    house.engine.keyring.destroy_case(house.ended)
    report = Verifier(house.engine).verify(house.ended)
    assert [(each.rule, each.case_id) for each in report.findings] == [("vault.key", house.ended)]
    assert Verifier(house.engine).verify(house.other).is_sound
    house.engine.erasure.erase(house.ended, actor="worker", ground="job 7")
    assert house.rules() == set()


def test_the_key_of_one_person_that_went_without_a_line_is_found_out(house: House) -> None:
    with house.engine.database.reading() as tx:
        query = sa.select(vault_entries.c.entry_id, vault_entries.c.party)
        entry = tx.execute(query.where(vault_entries.c.case_id == house.ended)).one()
    house.engine.keyring._connection.execute("DELETE FROM keys WHERE case_id = ?", (house.ended.bytes,))
    [found] = Verifier(house.engine).verify(house.ended).findings
    assert (found.rule, found.place) == ("vault.key", f"vault_entries[{entry.entry_id}]")
    assert "erasures" in found.message_zh
    assert "erasures" in found.message_en


def test_keys_that_went_from_a_case_without_sealed_content_are_found_out(house: House) -> None:
    house.engine.keyring.destroy_case(house.other)
    assert house.rules() == {"vault.key"}


def test_a_destruction_cut_off_between_keys_and_rows_is_unfinished_and_nothing_worse(house: House) -> None:
    number = house.destructions.propose(house.ended, actor="li", reason="期限届满").number
    cut_off_after_the_tombstone(house, number)
    house.engine.keyring.destroy_case(house.ended)
    assert house.rules() == {"proof.unfinished"}


def test_a_case_that_is_not_there_is_not_erased(house: House) -> None:
    with pytest.raises(NotFound):
        house.engine.erasure.erase(UUID(int=7), actor="worker", ground="job 1")


def test_an_erasure_that_is_cut_off_is_done_again(house: House) -> None:
    faults = 0
    while True:
        try:
            with house.engine.database.probed(FaultAt(faults + 1)):
                house.engine.erasure.erase(house.ended, actor="worker", ground="job 7")
            break
        except InjectedFault:
            faults += 1
            assert house.engine.erasure.of(house.ended) is None
    assert faults >= 3
    assert house.engine.erasure.of(house.ended) is not None
    with pytest.raises(Erased):
        house.engine.vault.seal(house.ended, 99, "somebody new", "text")


def test_the_nightly_list_has_what_is_due_and_destroys_nothing(house: House) -> None:
    assert house.destructions.list_due() == 1
    assert [each.case_id for each in house.destructions.due()] == [house.ended]
    assert house.engine.case(house.ended).status == "cancelled"
    house.destructions.hold(house.ended, actor="judge", reason="诉讼中")
    assert house.destructions.list_due() == 0
    assert house.destructions.due() == []


@pytest.mark.parametrize(("grade", "years"), [("yellow", 5), ("orange", 10), ("red", 10), (None, 10)])
def test_a_dispute_is_due_on_the_day_that_its_grade_says_and_not_a_moment_before(
    grade: str | None, years: int
) -> None:
    engine, clock = opened("sqlite://")
    with engine:
        given = {"key": "k", "a": 1} | ({} if grade is None else {"risk_grade": grade})
        case = engine.start("p", given, actor="starter").case_id
        engine.cancel(case, actor="admin")
        ended = datetime.fromtimestamp(clock() // 1_000_000, UTC)
        rules = [replace(rule, flow="p") for rule in load_keeping(Path("config")) if rule.flow == "dispute"]
        kept = Destructions(engine.database, engine.keyring, clock, rules)
        over = ended.replace(year=ended.year + years) - ended
        clock.advance(over.days * 86_400_000_000 - 1)
        assert kept.list_due() == 0
        with pytest.raises(Refusal):
            kept.propose(case, actor="li", reason="期限届满")
        clock.advance(1)
        assert kept.list_due() == 1
        assert kept.propose(case, actor="li", reason="期限届满").due_at == clock()


@pytest.mark.parametrize("flow", ["intake", "enterprise_request"])
def test_an_enquiry_is_due_a_year_after_its_end_to_the_moment_and_other_requests_never(
    flow: str, database_url: str
) -> None:
    engine, clock = opened(database_url)
    with engine:
        given = {"key": "k", "a": 1, "request_type": "complaint"}
        enquiry, complaint = (engine.start("p", given, actor="starter").case_id for _ in range(2))
        # What its type turns out to be at the end counts.
        engine.set_variables(enquiry, {"request_type": "consult"}, actor="starter")
        untyped = engine.start("p", {"key": "k", "a": 1}, actor="starter").case_id
        for each in (enquiry, complaint, untyped):
            engine.cancel(each, actor="admin")
        ended = datetime.fromtimestamp(clock() // 1_000_000, UTC)
        rules = [replace(rule, flow="p") for rule in load_keeping(Path("config")) if rule.flow == flow]
        kept = Destructions(engine.database, engine.keyring, clock, rules)
        over = ended.replace(year=ended.year + 1) - ended
        clock.advance(over.days * 86_400_000_000 - 1)
        assert kept.list_due() == 0
        with pytest.raises(Refusal):
            kept.propose(enquiry, actor="li", reason="期限届满")
        clock.advance(1)
        assert kept.list_due() == 1
        assert [(each.case_id, each.due_at) for each in kept.due()] == [(enquiry, clock())]
        assert kept.propose(enquiry, actor="li", reason="期限届满").due_at == clock()
        clock.advance(50 * YEAR)
        assert kept.list_due() == 1
        with pytest.raises(Refusal):
            kept.propose(complaint, actor="li", reason="期限届满")
        assert all(Verifier(engine).verify(each).is_sound for each in (enquiry, complaint, untyped))


def test_the_log_lets_go_of_no_case_without_a_tombstone(house: House) -> None:
    house.destroy()
    gone = events.delete().where(events.c.case_id == house.other)
    with pytest.raises(sa.exc.DBAPIError, match="append only"), house.engine.database.transaction() as tx:
        tx.execute(gone)
    with pytest.raises(sa.exc.DBAPIError, match="append only"), house.engine.database.transaction() as tx:
        tx.execute(tombstones.delete())


def test_another_key_buries_nothing(house: House) -> None:
    number = house.destructions.propose(house.ended, actor="li", reason="期限届满").number
    with pytest.raises(Conflict):
        house.destructions.approve(number, actor="zhao", key=SigningKey(Ed25519PrivateKey.generate()))
    assert house.destructions.get(number).status == "proposed"
    assert house.rules() == set()


def test_a_fault_at_any_statement_leaves_the_case_whole_or_its_destruction_to_be_gone_on_with(
    database_url: str,
) -> None:
    house = built(database_url)
    with house.engine:
        number = house.destructions.propose(house.ended, actor="li", reason="期限届满").number
        before, faults = dump(house.engine.database), 0
        while True:
            try:
                with house.engine.database.probed(FaultAt(faults + 1)):
                    if house.destructions.get(number).status == "proposed":
                        house.destructions.approve(number, actor="zhao", key=house.key)
                    else:
                        house.destructions.carry_out(number)
                break
            except InjectedFault:
                faults += 1
            if house.destructions.get(number).status == "proposed":
                assert dump(house.engine.database) == before, f"after a fault before statement {faults}"
            elif house.destructions.get(number).status == "approved":
                # The tombstone is there, the rows all are or none is, and it is said that this is not the end.
                assert house.rules() == {"proof.unfinished"}
                assert "events" in house.left()
        assert faults > 20
        assert house.destructions.get(number).status == "done"
        assert house.rules() == set()
