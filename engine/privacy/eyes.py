"""What one reader sees of one case: which sealed values opened, which masked, which not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol
from uuid import UUID

import sqlalchemy as sa

from engine import canonical
from engine.canonical import VaultRef, Wire
from engine.errors import BihuanError
from engine.privacy.access import AccessLog
from engine.privacy.grants import Grant, grant_of
from engine.privacy.masking import HIDDEN, mask
from engine.privacy.reader import Reader
from engine.privacy.rules import PrivacyRules
from engine.store import Database, Reading
from engine.store.tables import case_people, tasks, vault_entries
from engine.vault import Damaged, Erased, Vault

ERASED: Final = "（已依法删除）"
"""What stands for content whose key was destroyed."""

DAMAGED: Final = "（内容已损坏）"
"""What stands for content that is not what was sealed."""

_TAG: Final = "@vault:"
_BATCH: Final = 400
"""References looked up at once; SQLite takes no more than some thousand parameters."""


class Sealing(Protocol):
    """The parts of an engine that opening needs."""

    database: Database
    vault: Vault


@dataclass(kw_only=True)
class Eyes:
    """Opens what a reader may see of a case and masks the rest; notes what was opened, for the access log.

    handles: whether they have an open task of the case or own it. grant: leave to see it unmasked. blind: whether
    who reported must stay unknown to them. part: the tasks that are theirs when they see nothing else; None when
    they see the case. whole: whether they see everything, see `unhindered`. masked, opened: path to masking class, of what `show` met.
    """

    reader: Reader
    case_id: UUID
    handles: bool
    grant: Grant | None
    blind: bool
    part: frozenset[int] | None
    rules: PrivacyRules
    vault: Vault
    whole: bool = False
    masked: dict[str, str] = field(default_factory=dict)
    opened: dict[str, str] = field(default_factory=dict)
    _bases: dict[str, set[str]] = field(default_factory=dict)
    _entries: dict[int, tuple[str | None, bytes, str | None]] = field(default_factory=dict)

    @property
    def is_mediator(self) -> bool:
        """Whether they read what is meant for the mediators."""
        return self.reader.index is None or bool(self.rules.mediators & self.reader.roles)

    def unhindered(self) -> Eyes:
        """Eyes that see everything, for what is made of it and sealed again, and shown to nobody."""
        return replace(self, whole=True, blind=False, part=None, masked={}, opened={}, _bases={})

    def aside(self) -> Eyes:
        """The same eyes, to find out what would be masked; what they open is shown to nobody and not written down."""
        return replace(self, masked={}, opened={}, _bases={})

    def sees_task(self, task: int | None) -> bool:
        """Whether a task, or what belongs to it, is theirs to see."""
        return self.part is None or task is None or task in self.part

    def hears(self, audience: str, unit: str | None, author: str) -> bool:
        """Whether something said to an audience is for them."""
        if self.whole or author == self.reader.person or audience == "case":
            return True
        return self.is_mediator if audience == "mediators" else unit in self.reader.units

    def prepare(self, tx: Reading, *values: Wire) -> None:
        """Fetch what `show` will open of these values."""
        wanted = sorted({ref.entry for value in values for ref in references(value)} - self._entries.keys())
        columns = (
            vault_entries.c.entry_id,
            vault_entries.c.party,
            vault_entries.c.ciphertext,
            vault_entries.c.kind,
        )
        for start in range(0, len(wanted), _BATCH):
            query = sa.select(*columns).where(
                vault_entries.c.case_id == self.case_id,
                vault_entries.c.entry_id.in_(wanted[start : start + _BATCH]),
            )
            for entry, party, ciphertext, kind in tx.execute(query):
                self._entries[entry] = party, bytes(ciphertext), kind

    def show(self, value: Wire, path: str = "", *, kind: str | None = None) -> Any:
        """A value in Python form as this reader sees it.

        path: what it is called in the access log. kind: its masking class, where the entry itself says none.
        """
        if isinstance(value, dict):
            return {
                name: self.show(part, f"{path}.{name}".lstrip("."), kind=kind) for name, part in value.items()
            }
        if isinstance(value, list):
            return [self.show(part, f"{path}[{index}]", kind=kind) for index, part in enumerate(value)]
        found = canonical.from_wire(value)
        return self._opened(found, path, kind) if isinstance(found, VaultRef) else found

    def _opened(self, ref: VaultRef, path: str, kind: str | None) -> Any:
        party, ciphertext, sealed_kind = self._entries.get(ref.entry, (None, b"", None))
        kind = sealed_kind or kind
        basis = self._basis(kind, party)
        if not ciphertext or (party == self.rules.reporter and self.blind):
            self.masked[path] = kind or "text"
            return HIDDEN
        try:
            wire = self.vault.open(
                self.case_id, ref.entry, party, ciphertext, commitment=ref.commitment, kind=sealed_kind
            )
        except Erased:
            return ERASED
        except Damaged:
            # One entry that was tampered with does not close the whole case; `verify` finds it.
            self.masked[path] = kind or "text"
            return DAMAGED
        value = canonical.from_wire(wire)
        if basis is None:
            self.masked[path] = kind or "text"
            return mask(kind or "text", value)
        self.opened[path] = kind or "text"
        self._bases.setdefault(basis, set()).add(path)
        return value

    def _basis(self, kind: str | None, party: str | None) -> str | None:
        if self.whole:
            return "role"
        if self.reader.index is None and self.grant is None:
            return None
        rule = self.rules.rule(kind)
        if self.reader.index is None:
            return "grant" if rule.grant else None
        reader = self.reader
        return rule.opens(reader.roles, reader.acting, handles=self.handles, granted=self.grant is not None)

    def record(self, database: Database, log: AccessLog) -> None:
        """Write down what was opened; what comes after this call may be shown."""
        if not self._bases:
            return
        with database.transaction() as tx:
            for basis, paths in sorted(self._bases.items()):
                log.add(
                    tx,
                    at=self.reader.at,
                    person=self.reader.person,
                    case_id=self.case_id,
                    fields=sorted(paths),
                    basis=basis,
                    reason=self.grant.reason if basis == "grant" and self.grant is not None else "",
                    request=self.reader.request,
                )
        self._bases = {}


def open_eyes(
    tx: Reading,
    engine: Sealing,
    rules: PrivacyRules,
    reader: Reader,
    case_id: UUID,
    variables: Mapping[str, Wire],
    events: Iterable[list[list[Any]]] = (),
) -> Eyes:
    """The eyes of a reader for a case, whose scope has been checked.

    variables: the case's, wire form. events: the effects of its events, read only for people who see no more than
    their own part.
    """
    reads_part = reader.index is not None and bool(reader.roles) and reader.roles <= rules.part_roles
    return Eyes(
        reader=reader,
        case_id=case_id,
        handles=_handles(tx, reader, case_id),
        grant=grant_of(tx, reader.person, case_id, reader.at),
        blind=_is_reported(reader, rules, variables),
        part=own_tasks(reader, events) if reads_part else None,
        rules=rules,
        vault=engine.vault,
    )


def own_tasks(reader: Reader, events: Iterable[list[list[Any]]]) -> frozenset[int]:
    """The tasks, open or done, that were for somebody or for one of their groups."""
    found: set[int] = set()
    for effects in events:
        for effect in effects:
            if effect[0] == "task+":
                row = effect[2]
                is_theirs = reader.person in (row[4], *row[6]) or not reader.groups.isdisjoint(row[5])
                if is_theirs:
                    found.add(row[0])
            elif (effect[0] == "task~" and effect[4] == reader.person) or (
                effect[0] == "task=" and not reader.groups.isdisjoint(effect[3].get("groups") or ())
            ):
                found.add(effect[2])
    return frozenset(found)


def references(value: Wire) -> Iterator[VaultRef]:
    """The references into the vault that a value in wire form holds."""
    if isinstance(value, str):
        if value.startswith(_TAG):
            try:
                found = canonical.from_wire(value)
            except BihuanError:
                return
            if isinstance(found, VaultRef):
                yield found
    elif isinstance(value, dict):
        for part in value.values():
            yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)


def _handles(tx: Reading, reader: Reader, case_id: UUID) -> bool:
    working = sa.select(tasks.c.case_id).where(tasks.c.case_id == case_id, tasks.c.assignee == reader.person)
    owning = sa.select(case_people.c.case_id).where(
        case_people.c.case_id == case_id,
        case_people.c.person_id == reader.person,
        case_people.c.part == "owner",
    )
    return tx.execute(sa.union_all(working, owning)).first() is not None


def _is_reported(reader: Reader, rules: PrivacyRules, variables: Mapping[str, Wire]) -> bool:
    """Whether somebody belongs to a unit that the case is about, or to one below it."""
    named: set[str] = set()
    for name in rules.reported:
        value = variables.get(name)
        named |= {unit for unit in (value if isinstance(value, list) else [value]) if isinstance(unit, str)}
    return any(f"/{unit}/" in path for unit in named for path in reader.paths)
