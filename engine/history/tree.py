"""The proof tree in the database: adding the heads of changed cases, signing the root, and proofs of both kinds.

Complete subtrees are stored, so that adding a leaf writes about one more row and a proof reads as many as the tree is
deep, however large it is. Who adds holds one lock until the commit: two at once add once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine.errors import BihuanError, Conflict, NotFound
from engine.history import merkle
from engine.history.signing import SigningKey, key_id
from engine.history.statements import Leaf, PublicKey, Root, leaf_hash, root_statement, succession_statement
from engine.store import Database, Reading, Transaction, insert, lock_correlation
from engine.store.tables import (
    cases,
    proof_keys,
    proof_leaves,
    proof_nodes,
    proof_roots,
    tombstones,
    unproved_events,
)

BATCH: Final = 20_000
"""Leaves added in one transaction; the next one goes on."""
PAGE: Final = 10_000

_insert_leaf: Final = insert(proof_leaves)
_insert_node: Final = insert(proof_nodes)
_insert_root: Final = insert(proof_roots)
_insert_key: Final = insert(proof_keys)
_L = proof_leaves.c


class DamagedTree(BihuanError):
    """What is stored of the tree is not what its root was signed over; nothing is added to it."""

    default_code = "proof.damaged"


@dataclass(frozen=True, kw_only=True, slots=True)
class Inclusion:
    """That a leaf is in the tree of a root."""

    leaf: Leaf
    path: tuple[bytes, ...]
    root: Root


@dataclass(frozen=True, kw_only=True, slots=True)
class Consistency:
    """That the tree of one root was only added to until another."""

    before: Root
    path: tuple[bytes, ...]
    root: Root


class ProofTree:
    """Adds to the tree and proves what is in it."""

    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self._database = database
        self._clock = clock

    # -- adding ------------------------------------------------------------------------------------

    def append(self, key: SigningKey, *, batch: int = BATCH) -> Root | None:
        """Add the heads of cases that changed and sign the root, in one transaction; None when nothing changed.

        batch: at most so many leaves. Raises Conflict when roots were signed by another key, DamagedTree.
        """
        with self._database.reading() as tx:
            if tx.execute(sa.select(unproved_events.c.case_id).limit(1)).first() is None:
                return None
        with self._database.transaction() as tx:
            growing = self.take(tx, key)
            place = growing.size
            changed = sa.select(unproved_events.c.case_id).distinct().order_by(unproved_events.c.case_id)
            chosen = changed.limit(batch).subquery()
            heads = tx.execute(
                sa.select(cases.c.case_id, cases.c.seq, cases.c.head)
                .join(chosen, chosen.c.case_id == cases.c.case_id)
                .order_by(cases.c.case_id)
            ).all()
            leaves = [
                Leaf(place=place + number, kind="head", case_id=row[0], seq=row[1], head=bytes(row[2]))
                for number, row in enumerate(heads)
            ]
            if not leaves:
                return None
            root = self.add(tx, key, growing, leaves)
            covered = sa.exists().where(
                _L.place >= place, _L.case_id == unproved_events.c.case_id, _L.seq >= unproved_events.c.seq
            )
            tx.execute(unproved_events.delete().where(covered))
        return root

    def take(self, tx: Transaction, key: SigningKey) -> merkle.Growing:
        """Hold the tree until the transaction ends, and look at it before anything is signed over it.

        Raises Conflict when roots were signed by another key, DamagedTree when its subtrees are not those signed.
        """
        lock_correlation(tx, "proof", "tree")
        tx.flush()
        known = keys(tx)
        if not known:
            self._introduce(tx, PublicKey(id=key.id, public=key.public, since=self._clock()), 1)
        elif known[-1].id != key.id:
            raise Conflict(
                code="proof.other_key",
                message_zh=f"证明树由密钥 {known[-1].id} 签名，这里的密钥是 {key.id}；请找回原密钥文件，或按轮换办理",
                message_en=f"the proof tree is signed by the key {known[-1].id}, this one is {key.id}; "
                "restore the file of the key, or rotate it",
                current={"key": known[-1].id},
            )
        last = latest(tx)
        if last is None:
            return merkle.Growing()
        hashes = _hashes(tx, [(0, last.size)])
        if last.key_id != key.id or not last.is_by(key.public) or merkle.joined(hashes[0]) != last.root:
            raise DamagedTree(
                message_zh="证明树与其签名的根不符，不再追加；请运行 bihuan verify --all",
                message_en="the proof tree is not what its root was signed over; run bihuan verify --all",
            )
        return merkle.Growing(last.size, hashes[0])

    def add(self, tx: Transaction, key: SigningKey, growing: merkle.Growing, leaves: Sequence[Leaf]) -> Root:
        """Add leaves and sign the root over them."""
        rows, nodes = [], []
        for leaf in leaves:
            found = leaf_hash(leaf.entry())
            rows.append(
                {
                    "place": leaf.place,
                    "kind": leaf.kind,
                    "case_id": leaf.case_id,
                    "seq": leaf.seq,
                    "head": leaf.head,
                    "hash": found,
                }
            )
            nodes += [
                {"level": level, "place": place, "hash": each} for (level, place), each in growing.add(found)
            ]
        tx.write_many(_insert_leaf, rows)
        tx.write_many(_insert_node, nodes)
        return self._sign(tx, key, growing.size, growing.root())

    def rotate(self, old: SigningKey, new: SigningKey) -> Root | None:
        """Let another key sign from now on: the old one signs that it follows, and it signs the latest root anew.

        Does nothing when it has been done. Raises Conflict when the old key is not the one that signs.
        """
        with self._database.transaction() as tx:
            lock_correlation(tx, "proof", "tree")
            tx.flush()
            known = keys(tx)
            if known and known[-1].id == new.id:
                return latest(tx)
            growing = self.take(tx, old)
            known = keys(tx)
            unsigned = PublicKey(id=new.id, public=new.public, since=self._clock(), signed_by=old.id)
            signature = old.sign(succession_statement(unsigned, old.id))
            signed = PublicKey(
                id=new.id, public=new.public, since=unsigned.since, signed_by=old.id, signature=signature
            )
            self._introduce(tx, signed, len(known) + 1)
            return self._sign(tx, new, growing.size, growing.root()) if growing.size else None

    def _introduce(self, tx: Transaction, key: PublicKey, number: int) -> None:
        tx.write(
            _insert_key,
            {
                "number": number,
                "key_id": key.id,
                "public": key.public,
                "since": key.since,
                "signed_by": key.signed_by,
                "signature": key.signature,
            },
        )

    def _sign(self, tx: Transaction, key: SigningKey, size: int, root: bytes) -> Root:
        at = self._clock()
        signature = key.sign(root_statement(size, root, at, key.id))
        made = Root(size=size, root=root, signed_at=at, key_id=key.id, signature=signature)
        tx.write(
            _insert_root,
            {"size": size, "key_id": key.id, "root": root, "signed_at": at, "signature": signature},
        )
        return made

    # -- proving -----------------------------------------------------------------------------------

    def root(self, size: int | None = None) -> Root:
        """The root over so many leaves, by default the latest. Raises NotFound."""
        with self._database.reading() as tx:
            found = latest(tx) if size is None else _root_of(tx, size)
        if found is None:
            raise _no_root(size)
        return found

    def roots(self, *, before: int | None = None, limit: int = 100) -> list[Root]:
        """Signed roots, the latest first. before: over fewer leaves than this."""
        query = sa.select(proof_roots).order_by(proof_roots.c.size.desc(), proof_roots.c.signed_at.desc())
        if before is not None:
            query = query.where(proof_roots.c.size < before)
        with self._database.reading() as tx:
            return [_root(row) for row in tx.execute(query.limit(limit))]

    def public_keys(self) -> list[PublicKey]:
        """The public keys, the first one first."""
        with self._database.reading() as tx:
            return keys(tx)

    def inclusion(self, case_id: UUID, *, size: int | None = None) -> Inclusion:
        """That the last head of a case, or its tombstone, is in the tree of a root, by default the latest.

        Raises NotFound when the case is not in it (yet), DamagedTree.
        """
        with self._database.reading(snapshot=True) as tx:
            root = latest(tx) if size is None else _root_of(tx, size)
            if root is None:
                raise _no_root(size)
            leaf = next(iter(leaves_of(tx, case_id, below=root.size)), None)
            if leaf is None:
                raise NotFound(
                    code="proof.not_yet",
                    message_zh="案件尚未列入已签名的证明树",
                    message_en="the case is not in the signed proof tree yet",
                    place={"case": str(case_id)},
                )
            path = path_of(tx, merkle.inclusion(leaf.place, root.size))
        if not merkle.is_included(leaf.entry(), leaf.place, root.size, path, root.root):
            raise _damaged()
        return Inclusion(leaf=leaf, path=tuple(path), root=root)

    def consistency(self, earlier: int, *, size: int | None = None) -> Consistency:
        """That the tree was only added to since the root over `earlier` leaves. Raises NotFound, DamagedTree."""
        with self._database.reading(snapshot=True) as tx:
            before = _root_of(tx, earlier)
            root = latest(tx) if size is None else _root_of(tx, size)
            if before is None or root is None or before.size > root.size:
                raise _no_root(earlier if before is None else size)
            path = path_of(tx, merkle.consistency(earlier, root.size))
        if not merkle.is_consistent(earlier, root.size, before.root, root.root, path):
            raise _damaged()
        return Consistency(before=before, path=tuple(path), root=root)


def latest(tx: Reading) -> Root | None:
    """The latest root, by the key that signs now."""
    return _one(tx, sa.select(proof_roots))


def keys(tx: Reading) -> list[PublicKey]:
    """The public keys, the first one first."""
    query = sa.select(proof_keys).order_by(proof_keys.c.number)
    return [
        PublicKey(
            # Its name is made anew: the row is not taken at its word.
            id=key_id(bytes(row.public)),
            public=bytes(row.public),
            since=row.since,
            signed_by=row.signed_by,
            signature=None if row.signature is None else bytes(row.signature),
        )
        for row in tx.execute(query)
    ]


def leaves_of(tx: Reading, case_id: UUID, *, below: int | None = None) -> list[Leaf]:
    """The leaves of a case, the latest first. below: those of the tree with so many leaves."""
    query = _LEAVES.where(_L.case_id == case_id).order_by(_L.place.desc())
    if below is not None:
        query = query.where(_L.place < below)
    return [_leaf(row)[0] for row in tx.execute(query)]


def all_leaves(tx: Reading) -> Iterator[tuple[Leaf, bytes]]:
    """Every leaf in order, with the hash that is stored of it."""
    after = -1
    while True:
        rows = tx.execute(_LEAVES.where(_L.place > after).order_by(_L.place).limit(PAGE)).all()
        yield from (_leaf(row) for row in rows)
        if len(rows) < PAGE:
            return
        after = rows[-1].place


def _leaf(row: Any) -> tuple[Leaf, bytes]:
    statement = None if row.statement is None or row.kind == "head" else bytes(row.statement)
    leaf = Leaf(
        place=row.place,
        kind=row.kind,
        case_id=row.case_id,
        seq=row.seq,
        head=bytes(row.head),
        statement=statement,
    )
    return leaf, bytes(row.hash)


_LEAVES: Final = sa.select(
    _L.place, _L.kind, _L.case_id, _L.seq, _L.head, _L.hash, tombstones.c.statement
).join(tombstones, tombstones.c.case_id == _L.case_id, isouter=True)


def _root(row: Any) -> Root:
    return Root(
        size=row.size,
        root=bytes(row.root),
        signed_at=row.signed_at,
        key_id=row.key_id,
        signature=bytes(row.signature),
    )


def _root_of(tx: Reading, size: int) -> Root | None:
    return _one(tx, sa.select(proof_roots).where(proof_roots.c.size == size))


def _one(tx: Reading, query: sa.Select[Any]) -> Root | None:
    # Of a tree signed by two keys, the root of the later one counts.
    ordered = query.join(proof_keys, proof_keys.c.key_id == proof_roots.c.key_id, isouter=True).order_by(
        proof_roots.c.size.desc(), proof_keys.c.number.desc()
    )
    row = tx.execute(ordered.limit(1)).first()
    return None if row is None else _root(row)


def path_of(tx: Reading, parts: Sequence[merkle.Range]) -> list[bytes]:
    """The roots of ranges of the stored tree. Raises DamagedTree when something is missing."""
    return [merkle.joined(hashes) for hashes in _hashes(tx, parts)]


def _hashes(tx: Reading, parts: Sequence[merkle.Range]) -> list[list[bytes]]:
    """The hashes of the complete subtrees of each range, in one query for leaves and one for nodes."""
    wanted = [merkle.subtrees(part) for part in parts]
    flat = {place for places in wanted for place in places}
    found: dict[merkle.Place, bytes] = {}
    leaves = sorted(place for level, place in flat if level == 0)
    if leaves:
        query = sa.select(_L.place, _L.hash).where(_L.place.in_(leaves))
        found |= {(0, row[0]): bytes(row[1]) for row in tx.execute(query)}
    nodes = sorted(place for place in flat if place[0])
    if nodes:
        found |= _nodes(tx, nodes)
    if found.keys() != flat:
        raise _damaged()
    return [[found[place] for place in places] for places in wanted]


def _nodes(tx: Reading, places: Iterable[merkle.Place]) -> dict[merkle.Place, bytes]:
    n = proof_nodes.c
    levels: dict[int, list[int]] = {}
    for level, place in places:
        levels.setdefault(level, []).append(place)
    # Level by level: SQLite reads the whole table to find pairs in a list of pairs.
    wanted = sa.or_(
        sa.false(), *(sa.and_(n.level == level, n.place.in_(found)) for level, found in levels.items())
    )
    query = sa.select(n.level, n.place, n.hash).where(wanted)
    return {(row[0], row[1]): bytes(row[2]) for row in tx.execute(query)}


def _damaged() -> DamagedTree:
    return DamagedTree(
        message_zh="证明树被改动，无法给出证明；请运行 bihuan verify --all",
        message_en="the proof tree was altered and proves nothing; run bihuan verify --all",
    )


def _no_root(size: int | None) -> NotFound:
    if size is None:
        zh, en = "还没有签名的根", "there is no signed root yet"
    else:
        zh, en = f"没有 {size} 片叶的签名根", f"there is no signed root over {size} leaves"
    return NotFound(code="proof.no_root", message_zh=zh, message_en=en)
