"""What signed roots say of histories: what they cover must be there as it was, and what came later is unproven.

An attacker who writes the database but holds neither the signing key nor a root that was handed out can change what no
root covers, and nothing else unnoticed. Roots that were handed out are believed whatever the database says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from engine import canonical
from engine.errors import BihuanError
from engine.history import merkle
from engine.history.bundle import Bundle
from engine.history.findings import HistoryFinding
from engine.history.signing import is_signed
from engine.history.statements import Leaf, PublicKey, Root, leaf_hash, linked
from engine.history.tree import DamagedTree, all_leaves, keys, latest, leaves_of, path_of
from engine.store import Reading
from engine.store.tables import cases, events, proof_leaves, proof_roots, tombstones, unproved_events


@dataclass(frozen=True, kw_only=True, slots=True)
class Covered:
    """root: the latest that is believed, None without any. anchored: whether a key or root from outside the database
    says so; else the keys in the database were taken at their word. keys: those trusted. found: what is wrong.
    """

    root: Root | None
    anchored: bool
    keys: Mapping[str, PublicKey]
    published: tuple[Root, ...] = ()
    found: tuple[HistoryFinding, ...] = ()

    @property
    def size(self) -> int:
        """How many leaves are covered."""
        return 0 if self.root is None else self.root.size


@dataclass(slots=True)
class CaseProof:
    """The leaves of one case beside its log, as it is read. listed: up to which event it is in the tree or waits to be."""

    case_id: UUID
    leaves: Sequence[Leaf]
    covered: Covered
    listed: int
    hashes: dict[int, bytes] = field(default_factory=dict)
    last: int = 0
    _wanted: set[int] = field(init=False)

    def __post_init__(self) -> None:
        self._wanted = {leaf.seq for leaf in self.leaves if leaf.kind == "head"}

    def note(self, seq: int, found: bytes) -> None:
        """An event of the log."""
        self.last = max(self.last, seq)
        if seq in self._wanted:
            self.hashes[seq] = found

    @property
    def proved(self) -> int:
        """How many events the roots cover."""
        return max((leaf.seq for leaf in self.leaves), default=0)

    @property
    def buried(self) -> bool:
        """Whether the roots cover a tombstone, which says who destroyed the case."""
        return any(leaf.kind == "tombstone" for leaf in self.leaves)

    def compare(self, tx: Reading, *, broken: bool) -> Iterator[HistoryFinding]:
        """Whether the log is as the tree has it. broken: it was not read to its end."""
        for leaf in self.leaves:
            if not self._is_there(tx, leaf):
                zh, en = (
                    "证明树的这片叶与签名的根不符",
                    "this leaf is not the one that the root was signed over",
                )
                yield self._finding("proof.leaf", leaf.seq, zh, en, place=f"proof_leaves[{leaf.place}]")
        tombstone = next((leaf for leaf in self.leaves if leaf.kind == "tombstone"), None)
        if tombstone is not None:
            yield from self._tombstone(tx, tombstone)
            if not self.last:
                return
        heads = [leaf for leaf in self.leaves if leaf.kind == "head"]
        longest = max((leaf.seq for leaf in heads), default=0)
        if longest > self.last and not broken:
            if self.last:
                zh = f"记录被截断：已证明有 {longest} 条事件，现有 {self.last} 条"
                en = f"the log was cut: {longest} events are proved, {self.last} are there"
                yield self._finding("proof.cut", self.last, zh, en)
            else:
                zh = f"案件被整个删除：已证明有 {longest} 条事件，且没有依法销毁的墓碑"
                en = (
                    f"the whole case was removed: {longest} events are proved, and there is no tombstone of a "
                    "lawful destruction"
                )
                yield self._finding("proof.missing", None, zh, en)
        for leaf in reversed(heads):
            if leaf.seq <= self.last and leaf.seq in self.hashes and self.hashes[leaf.seq] != leaf.head:
                zh = "历史被改写：这条事件的哈希与已证明的不同"
                en = "history was rewritten: the hash of this event is another than the one proved"
                yield self._finding("proof.rewritten", leaf.seq, zh, en)
                return
        if self.covered.size and self.last > self.listed and not broken:
            zh = "事件既不在证明树里，也不在待列入的清单里，将永远得不到证明"
            en = "the event is neither in the proof tree nor waits for it: it would never be proved"
            yield self._finding("proof.unlisted", self.last, zh, en)

    def _is_there(self, tx: Reading, leaf: Leaf) -> bool:
        root = self.covered.root
        if root is None:
            return False
        try:
            path = path_of(tx, merkle.inclusion(leaf.place, root.size))
        except DamagedTree:
            return False
        return merkle.is_included(leaf.entry(), leaf.place, root.size, path, root.root)

    def _tombstone(self, tx: Reading, leaf: Leaf) -> Iterator[HistoryFinding]:
        row = tx.execute(sa.select(tombstones).where(tombstones.c.case_id == self.case_id)).first()
        if row is None or not _is_sound(row, self.covered.keys, leaf):
            zh, en = "墓碑的签名或内容不成立", "the tombstone's signature or content does not hold"
            yield self._finding("proof.tombstone", leaf.seq, zh, en)
        elif self.last:
            zh, en = "案件已有墓碑，销毁尚未完成", "the case has a tombstone, its destruction is not finished"
            yield self._finding("proof.unfinished", leaf.seq, zh, en)

    def _finding(self, rule: str, seq: int | None, zh: str, en: str, *, place: str = "") -> HistoryFinding:
        return HistoryFinding(
            rule=rule, case_id=self.case_id, seq=seq, place=place, message_zh=zh, message_en=en
        )


def cover(tx: Reading, published: Iterable[Bundle] = (), anchor: str | None = None) -> Covered:
    """What roots cover. published: roots that were handed out. anchor: the name of the key that signs here."""
    bundles = list(published)
    known = {each.id: each for each in keys(tx)}
    for bundle in bundles:
        known |= bundle.keys
    anchors = {bundle.root.key_id for bundle in bundles} | ({anchor} if anchor in known else set())
    trusted = linked(known, anchors or set(known))
    believed = {name: known[name] for name in trusted}
    found: list[HistoryFinding] = []
    root = latest(tx)
    if root is not None and not _is_believed(root, believed):
        found.append(_forged(root))
        root = None
    for bundle in bundles:
        if not _is_believed(bundle.root, believed):
            found.append(_forged(bundle.root))
        elif root is None or root.size < bundle.root.size:
            found.append(_shorter(root, bundle.root))
    return Covered(
        root=root,
        anchored=bool(anchors),
        keys=believed,
        published=tuple(bundle.root for bundle in bundles),
        found=tuple(found),
    )


def proof_of(tx: Reading, case_id: UUID, covered: Covered) -> CaseProof:
    """What the tree has of a case."""
    if not covered.size:
        return CaseProof(case_id=case_id, leaves=(), covered=covered, listed=0)
    leaves = leaves_of(tx, case_id)
    waiting = tx.execute(
        sa.select(sa.func.max(unproved_events.c.seq)).where(unproved_events.c.case_id == case_id)
    ).scalar()
    return CaseProof(
        case_id=case_id,
        leaves=[leaf for leaf in leaves if leaf.place < covered.size],
        covered=covered,
        listed=max([waiting or 0, *(leaf.seq for leaf in leaves)]),
    )


def check_tree(tx: Reading, covered: Covered) -> Iterator[HistoryFinding]:
    """Build the whole tree anew and compare it with every signed root, those handed out included."""
    yield from covered.found
    roots: dict[int, list[Root]] = {}
    for row in tx.execute(sa.select(proof_roots).order_by(proof_roots.c.size)):
        root = Root(
            size=row.size,
            root=bytes(row.root),
            signed_at=row.signed_at,
            key_id=row.key_id,
            signature=bytes(row.signature),
        )
        if not _is_believed(root, covered.keys):
            yield _forged(root)
        roots.setdefault(root.size, []).append(root)
    for root in covered.published:
        roots.setdefault(root.size, []).append(root)
    tree = merkle.Growing()
    for leaf, stored in all_leaves(tx):
        made = leaf_hash(leaf.entry())
        if leaf.place != tree.size or made != stored:
            zh, en = "证明树的叶被改动或缺失", "a leaf of the proof tree was altered or is missing"
            yield _finding("proof.leaf", f"proof_leaves[{leaf.place}]", zh, en)
            return
        tree.add(made)
        for root in roots.pop(tree.size, ()):
            if root.root != tree.root():
                zh = f"证明树的前 {root.size} 片叶与签名的根不符：历史被改写"
                en = f"the first {root.size} leaves are not what the root was signed over: history was rewritten"
                yield _finding("proof.root", f"proof_roots[{root.size}]", zh, en)
                return
    for size in sorted(roots):
        zh, en = (
            f"证明树缺少叶：根签于 {size} 片叶，现有 {tree.size} 片",
            f"leaves of the proof tree are missing: a root was signed over {size}, {tree.size} are there",
        )
        yield _finding("proof.tree", f"proof_roots[{size}]", zh, en)


def gone(tx: Reading, covered: Covered) -> list[UUID]:
    """The cases of the tree that have neither a row nor any event."""
    leaf = proof_leaves.c
    query = (
        sa.select(leaf.case_id)
        .where(leaf.place < covered.size)
        .where(~sa.exists().where(cases.c.case_id == leaf.case_id))
        .where(~sa.exists().where(events.c.case_id == leaf.case_id))
        .distinct()
        .order_by(leaf.case_id)
    )
    return list(tx.execute(query).scalars())


def _is_believed(root: Root, believed: Mapping[str, PublicKey]) -> bool:
    key = believed.get(root.key_id)
    return key is not None and root.is_by(key.public)


def _is_sound(row: Any, believed: Mapping[str, PublicKey], leaf: Leaf) -> bool:
    key = believed.get(row.key_id)
    statement = bytes(row.statement)
    if key is None or not is_signed(statement, bytes(row.signature), key.public):
        return False
    try:
        says = canonical.loads(statement)
    except (BihuanError, ValueError):
        return False
    stated = {
        "is": "bihuan.tombstone.1",
        "case": str(row.case_id),
        "events": leaf.seq,
        "head": leaf.head.hex(),
    }
    return isinstance(says, dict) and stated.items() <= says.items()


def _forged(root: Root) -> HistoryFinding:
    zh = f"根的签名不成立，或其密钥 {root.key_id} 不可信"
    en = f"the signature of the root does not hold, or its key {root.key_id} is not trusted"
    return _finding("proof.signature", f"proof_roots[{root.size}]", zh, en)


def _shorter(root: Root | None, published: Root) -> HistoryFinding:
    size = 0 if root is None else root.size
    zh = f"证明树比已交出的根短：{size} 片叶，交出的根签于 {published.size} 片"
    en = f"the proof tree is shorter than a root that was handed out: {size} leaves, that root has {published.size}"
    return _finding("proof.shorter", f"proof_roots[{published.size}]", zh, en)


def _finding(rule: str, place: str, zh: str, en: str) -> HistoryFinding:
    return HistoryFinding(rule=rule, place=place, message_zh=zh, message_en=en)
