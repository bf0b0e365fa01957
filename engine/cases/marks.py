"""Marks by which cases may be found to be about the same people or the same place.

A form says which of its personal fields are marked (`bihuan:mark`). From what is entered an HMAC is made under a
secret of the installation, kept with the vault's keys; the mark stands beside the case, never in its log, and tells
nothing to who has the database alone. A person goes by name and place, so that namesakes elsewhere are not found.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine.cases import statements as sql
from engine.directory.vocabulary import Confidentiality
from engine.store import Reading, Transaction
from engine.store.tables import case_blind_index, case_headers

if TYPE_CHECKING:
    from engine.runtime import Session

SIMILAR: Final = "cases.similar"
"""What diagrams read it as: `[window, now, most]` → `[{case_code, kinds, marked_at}, …]`; microseconds."""
PURPOSE: Final = "duplicates"
SECRET: Final = 1
"""The number of the secret in use."""
WINDOW: Final = 90 * 86_400_000_000
"""How far back one looks unless told, in microseconds [default]."""
MOST: Final = 20

_DIGITS: Final = re.compile(r"\d")
_KINDS: Final = {"phone": "phone", "person": "party", "address": "address"}
"""What forms call a mark, and what the table calls it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """A mark of a case. kind: `phone`, `party` or `address`."""

    kind: str
    mark: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Similar:
    """Another case with a mark of this one. kinds: what is the same; marked_at: microseconds."""

    case_id: UUID
    case_code: str
    kinds: tuple[str, ...]
    marked_at: int


def marks_of(
    secret: bytes, marked: Mapping[str, str], values: Mapping[str, Any], place: str
) -> Iterator[Mark]:
    """The marks of what was entered in a form.

    marked: field path to mark. values: as entered, before they are sealed. place: the unit where the case is.
    """
    seen: set[bytes] = set()
    for path, called in sorted(marked.items()):
        for text in _texts(values, path.split(".")):
            normal = _normal(called, text, place)
            if normal is None:
                continue
            made = hmac.digest(secret, f"{called}\0{normal}".encode(), sha256)
            if made not in seen:
                seen.add(made)
                yield Mark(kind=_KINDS[called], mark=made)


def keep(tx: Transaction, case_id: UUID, marks: Iterable[Mark], at: int) -> None:
    """Write the marks of a case; those it has are dated anew."""
    for mark in marks:
        row = {"case_id": case_id, "mark": mark.mark, "kind": mark.kind, "secret": SECRET, "marked_at": at}
        tx.write(sql.insert_mark, row)


def similar(
    tx: Reading,
    case_id: UUID,
    since: int,
    *,
    until: int,
    new: Iterable[Mark] = (),
    below: Confidentiality | None = None,
    visible: Callable[[sa.ColumnElement[Any]], sa.ColumnElement[bool]] | None = None,
    most: int = MOST,
) -> list[Similar]:
    """Other cases marked from `since` to `until` (microseconds) with a mark of this one, latest first.

    new: marks the case gets in the command at hand. below: leave out cases as confidential as that. visible: a
    condition on case ids, as of who asks.
    """
    own = [row[0] for row in tx.execute(sa.select(_MARKS.c.mark).where(_MARKS.c.case_id == case_id))]
    wanted = sorted({bytes(mark) for mark in own} | {mark.mark for mark in new})
    if not wanted:
        return []
    query = (
        sa.select(_MARKS.c.case_id, _HEADERS.c.case_code, _MARKS.c.kind, _MARKS.c.marked_at)
        .join(_HEADERS, _HEADERS.c.case_id == _MARKS.c.case_id)
        .where(_MARKS.c.mark.in_(wanted), _MARKS.c.marked_at.between(since, until))
        .where(_MARKS.c.case_id != case_id)
        .order_by(_MARKS.c.marked_at.desc(), _MARKS.c.case_id.desc(), _MARKS.c.kind)
    )
    if below is not None:
        query = query.where(_HEADERS.c.confidentiality < below.rank)
    if visible is not None:
        query = query.where(visible(_MARKS.c.case_id))
    found: dict[UUID, Similar] = {}
    for other, code, kind, at in tx.execute(query.limit(most * len(_KINDS) * 4)):
        before = found.get(other)
        kinds = (kind,) if before is None else tuple(sorted({*before.kinds, kind}))
        first = at if before is None else before.marked_at
        found[other] = Similar(case_id=other, case_code=code, kinds=kinds, marked_at=first)
    return list(found.values())[:most]


def provider(tx: Transaction, case_id: UUID, new: Iterable[Mark]) -> Callable[[Any], Any]:
    """Answers what a case asks while a command runs; confidential cases are not told of."""
    fresh = tuple(new)

    def provide(key: Any) -> Any:
        window, now = key
        found = similar(tx, case_id, now - window, until=now, new=fresh, below=Confidentiality.CONFIDENTIAL)
        return [
            {"case_code": one.case_code, "kinds": list(one.kinds), "marked_at": one.marked_at}
            for one in found
        ]

    return provide


def functions(session: Session) -> Mapping[str, Callable[..., Any]]:
    """The FEEL function `similar cases(since)`: other cases about the same people or place, latest first.

    since: a duration back from now, 90 days unless given. Each entry is a context of `value` (the case code) and
    `label` (code and what is the same), as choices of forms are.
    """

    def similar_cases(since: Any = None) -> Any:
        window = since // timedelta(microseconds=1) if isinstance(since, timedelta) else WINDOW
        found = session.reads.read(SIMILAR, [window, session.now]) or []
        return [
            {
                "value": one["case_code"],
                "label": f"{one['case_code']}（{'、'.join(_SAID[kind] for kind in one['kinds'])}）",
            }
            for one in found
        ]

    return {"similar cases": similar_cases}


_MARKS: Final = case_blind_index
_HEADERS: Final = case_headers
_SAID: Final = {"phone": "同一电话", "party": "同名同地", "address": "同一地址", "name": "同名"}


def _texts(value: Any, path: list[str]) -> Iterator[str]:
    """The texts at a path, in every entry of the lists on the way."""
    if isinstance(value, list):
        for entry in value:
            yield from _texts(entry, path)
    elif not path:
        if isinstance(value, str):
            yield value
    elif isinstance(value, Mapping):
        yield from _texts(value.get(path[0]), path[1:])


def _normal(called: str, text: str, place: str) -> str | None:
    """One writing of what people write differently; None for what tells nothing."""
    plain = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    if called == "phone":
        digits = "".join(_DIGITS.findall(plain)).removeprefix("0086")
        digits = digits.removeprefix("86") if len(digits) == 13 else digits
        return digits if len(digits) >= 7 else None
    bare = "".join(char for char in plain if char.isalnum())
    return f"{bare}\0{place}" if len(bare) >= 2 else None
