"""The proof tree: what it holds, who may add to it, and that whoever rewrites what a signed root covers is found out.

The attacker writes the database, past all triggers, but holds neither the signing key nor a root already handed out.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from engine import Engine, ManualClock
from engine.cases.log import chain
from engine.cases.reading import read_events
from engine.errors import Conflict, NotFound
from engine.history import HistoryFinding, Verifier, bundle, merkle
from engine.history.bundle import Bundle
from engine.history.signing import SigningKey
from engine.history.statements import Root, root_statement
from engine.history.tree import DamagedTree, ProofTree
from engine.store.probe import Counter, FaultAt, InjectedFault
from engine.store.tables import (
    METADATA,
    cases,
    events,
    proof_leaves,
    proof_nodes,
    proof_roots,
    unproved_events,
)
from tests.integration.scenarios import begin, item, opened
from tests.integration.test_tampering import drop_protection, unfettered
from tests.property.checks import dump

DATABASES = ["sqlite", "postgresql"]


def new_key() -> SigningKey:
    return SigningKey(Ed25519PrivateKey.generate())


@pytest.fixture
def house(database_url: str) -> Iterator[tuple[Engine, ManualClock, ProofTree, SigningKey]]:
    engine, clock = opened(database_url)
    with engine:
        yield engine, clock, ProofTree(engine.database, clock), new_key()


House = tuple[Engine, ManualClock, ProofTree, SigningKey]


def handed_out(tree: ProofTree) -> Bundle:
    """What somebody else received: written, and read again."""
    return bundle.read(json.dumps(bundle.write(tree.root(), tree.public_keys())).encode())


def rules(engine: Engine, *published: Bundle, anchor: str | None = None) -> set[str]:
    verifier = Verifier(engine, published=published, anchor=anchor)
    return {finding.rule for report in verifier.verify_all() for finding in report.findings}


def count(engine: Engine, table: sa.Table) -> int:
    with engine.database.reading() as tx:
        return int(tx.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def test_a_root_covers_what_changed_and_is_signed_only_when_something_did(house: House) -> None:
    engine, clock, tree, key = house
    assert tree.append(key) is None
    one, two = begin(engine), begin(engine)
    root = tree.append(key)
    assert root is not None
    assert (root.size, root.is_by(key.public), root.signed_at) == (2, True, clock())
    assert count(engine, unproved_events) == 0
    before = dump(engine.database)
    assert tree.append(key) is None
    assert dump(engine.database) == before
    engine.suspend(two, actor="admin")
    later = tree.append(key)
    assert later is not None
    assert later.size == 3
    assert tree.inclusion(one).leaf.seq == 1
    assert tree.inclusion(two).leaf.seq == 2
    assert tree.inclusion(two, size=2).leaf.seq == 1
    assert tree.roots() == [later, root]
    report = list(Verifier(engine, anchor=key.id).verify_all())
    assert all(each.is_sound for each in report)
    assert sum(each.unproven for each in report) == 0


def test_looking_whether_anything_changed_is_one_read(house: House) -> None:
    engine, _, tree, key = house
    begin(engine)
    tree.append(key)
    statements = Counter()
    with engine.database.probed(statements):
        assert tree.append(key) is None
    assert len(statements.statements) == 1


def test_refusals_and_events_of_an_older_program_wait_for_the_tree_too(house: House) -> None:
    engine, _, tree, key = house
    case = begin(engine)
    tree.append(key)
    with engine.database.transaction() as tx:
        row = tx.execute(sa.select(events).where(events.c.case_id == case)).one()._asdict()
        tx.execute(events.insert().values(**{**row, "seq": 2}))
    with engine.database.reading() as tx:
        assert tx.execute(sa.select(unproved_events)).all() == [(case, 2)]


def test_many_batches_make_the_tree_of_one(house: House) -> None:
    engine, _, tree, key = house
    for _ in range(11):
        begin(engine)
    sizes = []
    while (root := tree.append(key, batch=3)) is not None:
        sizes.append(root.size)
    assert sizes == [3, 6, 9, 11]
    assert rules(engine, anchor=key.id) == set()
    for case in engine.case_ids():
        proved = tree.inclusion(case)
        assert merkle.is_included(
            proved.leaf.entry(), proved.leaf.place, proved.root.size, proved.path, proved.root.root
        )
    for size in sizes:
        way = tree.consistency(size)
        assert merkle.is_consistent(size, 11, way.before.root, way.root.root, way.path)


@pytest.mark.parametrize("database_url", DATABASES, indirect=True)
def test_two_leaders_at_once_append_once(house: House) -> None:
    engine, _, tree, key = house
    for _ in range(5):
        begin(engine)
    start = threading.Barrier(4)
    made: list[Root | None] = []

    def append() -> None:
        start.wait()
        made.append(tree.append(key))

    threads = [threading.Thread(target=append) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [root.size for root in made if root is not None] == [5]
    assert count(engine, proof_leaves) == 5
    assert rules(engine, anchor=key.id) == set()


@pytest.mark.parametrize("database_url", DATABASES, indirect=True)
def test_commands_given_while_heads_are_added_are_added_by_the_next(house: House) -> None:
    engine, _, tree, key = house
    case = begin(engine)
    done = threading.Event()

    def work() -> None:
        for number in range(30):
            (engine.suspend if number % 2 == 0 else engine.resume)(case, actor="admin")
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    while not done.is_set():
        tree.append(key)
    thread.join()
    tree.append(key)
    assert tree.inclusion(case).leaf.seq == engine.case(case).seq == 31
    assert count(engine, unproved_events) == 0
    assert rules(engine, anchor=key.id) == set()


def test_a_fault_at_any_statement_adds_nothing(database_url: str) -> None:
    engine, clock = opened(database_url)
    with engine:
        tree, key = ProofTree(engine.database, clock), new_key()
        begin(engine)
        tree.append(key)
        for _ in range(3):
            begin(engine)
        before, faults = dump(engine.database), 0
        while True:
            try:
                with engine.database.probed(FaultAt(faults + 1)):
                    root = tree.append(key)
                break
            except InjectedFault:
                faults += 1
            assert dump(engine.database) == before, f"after a fault before statement {faults}"
        assert faults > 5
        assert root is not None
        assert root.size == 4
        assert rules(engine, anchor=key.id) == set()


def test_another_key_signs_nothing_until_the_first_one_says_so(house: House) -> None:
    engine, _, tree, key = house
    begin(engine)
    tree.append(key)
    known = handed_out(tree)
    begin(engine)
    other = new_key()
    with pytest.raises(Conflict, match=key.id):
        tree.append(other)
    with pytest.raises(Conflict):
        tree.rotate(other, new_key())
    again = tree.rotate(key, other)
    assert again == tree.root()
    assert (again.key_id, again.size, again.root) == (other.id, 1, known.root.root)
    assert tree.rotate(key, other) == again
    with pytest.raises(Conflict, match=other.id):
        tree.append(key)
    tree.append(other)
    assert [each.id for each in tree.public_keys()] == [key.id, other.id]
    for anchor in (key.id, other.id):
        assert rules(engine, known, anchor=anchor) == set()
    way = tree.consistency(1)
    made = bundle.write(way.root, tree.public_keys(), consistency=way)
    assert bundle.check(bundle.read(json.dumps(made).encode()), known) == []


def test_what_is_not_there_is_not_proved(house: House) -> None:
    engine, _, tree, key = house
    with pytest.raises(NotFound):
        tree.root()
    case = begin(engine)
    with pytest.raises(NotFound):
        tree.inclusion(case)
    tree.append(key)
    later = begin(engine)
    with pytest.raises(NotFound):
        tree.inclusion(later)
    with pytest.raises(NotFound):
        tree.consistency(7)


# -- attacks ---------------------------------------------------------------------------------------


@pytest.fixture(params=DATABASES)
def attacked(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Attacked]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'bihuan.sqlite'}"
    else:
        server = request.getfixturevalue("postgres")
        url = server.url(server.create_database())
    engine, clock = opened(url, cache_size=0)
    owner = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    sa.event.listen(owner, "connect", unfettered)
    with engine:
        drop_protection(owner)
        yield Attacked(engine, ProofTree(engine.database, clock), owner)
    owner.dispose()


class Attacked:
    """Three cases, the second with three events, in a tree of two roots."""

    def __init__(self, engine: Engine, tree: ProofTree, owner: sa.Engine) -> None:
        self.engine, self.tree, self.owner = engine, tree, owner
        self.key = new_key()
        self.cases = [begin(engine) for _ in range(3)]
        engine.claim(self.cases[1], item(engine, self.cases[1], "tasks", "first"), actor="zhang")
        self.first = self.append()
        self.mark = self.rows()
        engine.suspend(self.cases[1], actor="admin")
        self.latest = self.append()

    def append(self) -> Bundle:
        assert self.tree.append(self.key) is not None
        return handed_out(self.tree)

    def rows(self) -> dict[str, list[dict[str, object]]]:
        """Every row of the database."""
        with self.owner.connect() as connection:
            return {
                table.name: [dict(row._mapping) for row in connection.execute(sa.select(table))]
                for table in METADATA.tables.values()
            }

    def put_back(self, rows: dict[str, list[dict[str, object]]]) -> None:
        """Make the database what it once was."""
        with self.owner.connect() as connection:
            for table in reversed(METADATA.sorted_tables):
                connection.execute(table.delete())
            for table in METADATA.sorted_tables:
                if rows[table.name]:
                    connection.execute(table.insert(), rows[table.name])

    def run(self, *statements: sa.Executable) -> None:
        with self.owner.connect() as connection:
            for statement in statements:
                connection.execute(statement)

    def remove(self, case: UUID, *kept: str) -> None:
        """Remove every row of a case."""
        self.run(
            *(
                table.delete().where(table.c.case_id == case)
                for table in METADATA.tables.values()
                if "case_id" in table.c and table.name not in ("proof_leaves", *kept)
            )
        )

    def findings(self, *published: Bundle, trusted: bool = True) -> list[HistoryFinding]:
        verifier = Verifier(self.engine, published=published, anchor=self.key.id if trusted else None)
        return [each for report in verifier.verify_all() for each in report.findings]

    def found(self, *published: Bundle, trusted: bool = True) -> set[str]:
        return {each.rule for each in self.findings(*published, trusted=trusted)}

    def rewrite(self, case: UUID, actor: str) -> None:
        """Let somebody else have given the commands of a case, with every hash computed anew."""
        from dataclasses import replace

        with self.engine.database.reading() as tx:
            log = list(read_events(tx, case))
        previous = bytes(32)
        for event in log:
            head = replace(event.head, actor=actor)
            previous = chain(previous, head, event.content)
            self.run(
                events.update()
                .where(events.c.case_id == case, events.c.seq == head.seq)
                .values(actor=actor, hash=previous)
            )
        self.run(cases.update().where(cases.c.case_id == case).values(head=previous))


def test_an_untouched_history_is_proved(attacked: Attacked) -> None:
    assert attacked.found(attacked.first, attacked.latest) == set()
    assert attacked.found(trusted=False) == set()


def test_events_cut_off_with_the_case_row_are_found(attacked: Attacked) -> None:
    case = attacked.cases[1]
    later = attacked.rows()
    # The case becomes what it was before its last event, in every table; the tree alone knows better.
    for name, rows in attacked.mark.items():
        table = METADATA.tables[name]
        if "case_id" in table.c and name not in ("proof_leaves", "unproved_events"):
            attacked.run(table.delete().where(table.c.case_id == case))
            for row in rows:
                if row["case_id"] == case:
                    attacked.run(table.insert().values(**row))
    found = attacked.findings()
    assert [(each.rule, each.case_id, each.seq) for each in found] == [("proof.cut", case, 2)]
    report = Verifier(attacked.engine, anchor=attacked.key.id).verify(case)
    assert [each.rule for each in report.findings] == ["proof.cut"]
    attacked.put_back(later)
    assert attacked.found() == set()


def test_a_case_that_was_removed_whole_is_named(attacked: Attacked) -> None:
    case = attacked.cases[2]
    attacked.remove(case)
    found = attacked.findings()
    assert [(each.rule, each.case_id) for each in found] == [("proof.missing", case)]
    assert {each.rule for each in Verifier(attacked.engine).verify(case).findings} == {"proof.missing"}


def test_a_history_rewritten_with_all_hashes_computed_anew_is_found(attacked: Attacked) -> None:
    attacked.rewrite(attacked.cases[1], "mallory")
    found = attacked.findings()
    assert [(each.rule, each.case_id, each.seq) for each in found] == [
        ("proof.rewritten", attacked.cases[1], 2)
    ]


def test_what_was_rewritten_between_two_roots_is_found_though_the_next_one_covers_it(
    attacked: Attacked,
) -> None:
    attacked.rewrite(attacked.cases[1], "mallory")
    attacked.engine.resume(attacked.cases[1], actor="admin")
    attacked.append()
    assert attacked.found() == {"proof.rewritten"}


def test_a_rewritten_leaf_is_found_and_nothing_more_is_signed_over_it(attacked: Attacked) -> None:
    case = attacked.cases[1]
    attacked.rewrite(case, "mallory")
    with attacked.engine.database.reading() as tx:
        hashes = {event.head.seq: event.hash for event in read_events(tx, case)}
    for row in attacked.rows()["proof_leaves"]:
        if row["case_id"] == case:
            from engine.history.statements import head_entry

            head = hashes[row["seq"]]  # type: ignore[index]
            made = merkle.leaf(head_entry(case, row["seq"], head))  # type: ignore[arg-type]
            attacked.run(
                proof_leaves.update().where(proof_leaves.c.place == row["place"]).values(head=head, hash=made)
            )
    assert attacked.found() == {"proof.root", "proof.leaf"}
    # The nodes are computed anew too: now the tree fits, and its root is no longer the signed one.
    forged = grown_anew(attacked)
    assert attacked.found() == {"proof.root", "proof.leaf"}
    begin(attacked.engine)
    with pytest.raises(DamagedTree):
        attacked.tree.append(attacked.key)
    # A root forged without the key does not help.
    attacked.run(proof_roots.update().where(proof_roots.c.size == forged.size).values(root=forged.root()))
    assert "proof.signature" in attacked.found()
    with pytest.raises(DamagedTree):
        attacked.tree.append(attacked.key)


def grown_anew(attacked: Attacked) -> merkle.Growing:
    """Compute all nodes of the tree from its leaves, as an attacker does."""
    growing = merkle.Growing()
    attacked.run(proof_nodes.delete())
    for row in sorted(attacked.rows()["proof_leaves"], key=lambda row: int(str(row["place"]))):
        for (level, place), found in growing.add(row["hash"]):  # type: ignore[arg-type]
            attacked.run(proof_nodes.insert().values(level=level, place=place, hash=found))
    return growing


def test_everything_forged_with_a_key_of_the_attackers_own_is_found(attacked: Attacked) -> None:
    mallory = new_key()
    attacked.rewrite(attacked.cases[1], "mallory")
    attacked.run(
        *(
            METADATA.tables[name].delete()
            for name in ("proof_leaves", "proof_nodes", "proof_roots", "proof_keys")
        )
    )
    with attacked.owner.connect() as connection:
        for case in attacked.cases:
            connection.execute(unproved_events.insert().values(case_id=case, seq=1))
    attacked.tree.append(mallory)
    # Within the database everything fits; whoever has the key or a root says otherwise.
    assert attacked.found(trusted=False) == set()
    assert not Verifier(attacked.engine).covered.anchored
    assert "proof.signature" in attacked.found(attacked.latest, trusted=False)
    begin(attacked.engine)
    with pytest.raises(Conflict):
        attacked.tree.append(attacked.key)


def test_a_database_set_back_is_found_by_a_root_handed_out_later(attacked: Attacked) -> None:
    attacked.put_back(attacked.mark)
    assert attacked.found() == set()
    assert attacked.found(attacked.first) == set()
    assert "proof.shorter" in attacked.found(attacked.latest)
    # Gone on differently, the tree is as long again, and another.
    begin(attacked.engine)
    begin(attacked.engine)
    attacked.append()
    assert "proof.root" in attacked.found(attacked.latest)


def test_an_event_kept_out_of_the_tree_is_found(attacked: Attacked) -> None:
    attacked.engine.resume(attacked.cases[1], actor="admin")
    assert attacked.found() == set()
    attacked.run(unproved_events.delete())
    assert attacked.found() == {"proof.unlisted"}


def test_what_happened_after_the_last_root_is_said_to_be_unproven(attacked: Attacked) -> None:
    attacked.engine.resume(attacked.cases[1], actor="admin")
    begin(attacked.engine)
    reports = list(Verifier(attacked.engine, anchor=attacked.key.id).verify_all())
    assert sum(each.unproven for each in reports) == 2
    assert sum(each.events for each in reports) == 7


@pytest.mark.parametrize(
    "alteration",
    [
        lambda given: given["root"].update(size=given["root"]["size"] + 1),
        lambda given: given["root"].update(root="00" * 32),
        lambda given: given["root"].update(signed_at=0),
        lambda given: given["root"].update(key=new_key().id),
        lambda given: given["inclusion"].update(place=given["inclusion"]["place"] + 1),
        lambda given: given["inclusion"].update(
            entry=given["inclusion"]["entry"].replace('"events":1', '"events":2')
        ),
        lambda given: given["inclusion"]["path"].pop(),
        lambda given: given["consistency"]["path"].append("00" * 32),
        lambda given: given["consistency"]["before"].update(size=2),
    ],
)
@pytest.mark.parametrize("database_url", ["memory"], indirect=True)
def test_an_altered_bundle_proves_nothing(house: House, alteration: object) -> None:
    engine, _, tree, key = house
    case = begin(engine)
    begin(engine)
    begin(engine)
    tree.append(key)
    known = handed_out(tree)
    begin(engine)
    tree.append(key)
    way = tree.consistency(3)
    made = bundle.write(way.root, tree.public_keys(), inclusion=tree.inclusion(case), consistency=way)
    assert bundle.check(bundle.read(json.dumps(made).encode()), known) == []
    alteration(made)  # type: ignore[operator]
    assert bundle.check(bundle.read(json.dumps(made).encode()), known) != []


@pytest.mark.parametrize("database_url", ["memory"], indirect=True)
def test_a_bundle_of_another_key_is_refused_by_who_has_a_root(house: House) -> None:
    engine, clock, tree, key = house
    begin(engine)
    tree.append(key)
    known = handed_out(tree)
    mallory = new_key()
    statement = root_statement(1, known.root.root, clock(), mallory.id)
    forged = Root(
        size=1, root=known.root.root, signed_at=clock(), key_id=mallory.id, signature=mallory.sign(statement)
    )
    from engine.history.statements import PublicKey

    made = bundle.write(forged, [PublicKey(id=mallory.id, public=mallory.public, since=0)])
    given = bundle.read(json.dumps(made).encode())
    assert bundle.check(given) == []
    assert [each.rule for each in bundle.check(given, known)] == ["proof.key"]
