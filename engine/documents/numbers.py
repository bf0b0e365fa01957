"""The numbers of documents: one after the other for each unit, year and kind, without gaps.

The number is printed on the document, which is set before the transaction that records it: whoever makes one prints
the next number and takes it in that transaction, under the lock of its row. When somebody else was first, nothing is
written, and the document is set again with the number after it.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from engine.store import Reading, Transaction
from engine.store.tables import document_numbers

_N = document_numbers.c


class NumberTaken(Exception):
    """Somebody else's document has the number by now."""


def next_number(tx: Reading, unit: str, year: int, kind: str) -> int:
    """The number that is next."""
    query = sa.select(_N.last).where(_N.unit == unit, _N.year == year, _N.kind == kind)
    return 1 + int(tx.execute(query).scalar() or 0)


def take_number(tx: Transaction, unit: str, year: int, kind: str, number: int) -> None:
    """Take a number. Raises NumberTaken unless it is the next one."""
    insert: Any = postgresql.insert if tx.dialect == "postgresql" else sqlite.insert
    taking = insert(document_numbers).values(unit=unit, year=year, kind=kind, last=1)
    taking = taking.on_conflict_do_update(
        index_elements=[_N.unit, _N.year, _N.kind], set_={"last": _N.last + 1}
    ).returning(_N.last)
    if int(tx.execute(taking).scalar_one()) != number:
        raise NumberTaken


def printed(issuer: str, year: int, kind: str, number: int) -> str:
    """A number as it stands on the document."""
    return f"{issuer}〔{year}〕{kind}第{number}号"
