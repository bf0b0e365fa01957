"""Writing down whom a case concerns: its place, its owner, its confidentiality, units and staff involved.

A projection like the inbox: it follows from the case's variables and tasks, is written in the transaction of the
command, and counts for nothing in the case's history.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from engine.directory.index import Index
from engine.directory.vocabulary import Confidentiality
from engine.store import Transaction, delete, upsert
from engine.store.tables import case_parties_units, case_people, case_places

PARTS: Final = ("owner", "submitter", "handler", "copied")

_PLACE: Final = upsert(case_places)
_ADDRESS: Final = upsert(case_parties_units)
_WITHDRAW: Final = delete(case_parties_units)
_INVOLVE: Final = upsert(case_people)
_RELEASE: Final = delete(case_people)


def place_case(
    tx: Transaction,
    index: Index,
    case_id: UUID,
    *,
    at: int,
    place: str | None,
    owner: str | None,
    confidentiality: Confidentiality,
) -> None:
    """Say where a case is, which unit answers for it and how confidential it is; replaces what was said before.

    A unit that does not exist at the moment is written without a path: then nobody sees the case by it.
    """
    place_unit = None if place is None else index.unit(place, at)
    owner_unit = None if owner is None else index.unit(owner, at)
    row = {
        "case_id": case_id,
        "place": place,
        "place_path": None if place_unit is None else place_unit.path,
        "owner_unit": owner,
        "owner_path": None if owner_unit is None else owner_unit.path,
        "confidentiality": confidentiality.value,
    }
    tx.write(_PLACE, row)


def address_case(tx: Transaction, case_id: UUID, unit: str) -> None:
    """A case is sent to a unit: those who act there may see it."""
    tx.write(_ADDRESS, {"case_id": case_id, "unit_id": unit})


def withdraw_case(tx: Transaction, case_id: UUID, unit: str) -> None:
    """A case is no longer a unit's matter, as when consent to share it is withdrawn."""
    tx.write(_WITHDRAW, {"key_case_id": case_id, "key_unit_id": unit})


def involve(tx: Transaction, case_id: UUID, person: str, part: str) -> None:
    """Somebody of the staff has a part in a case: one of `PARTS`."""
    tx.write(_INVOLVE, {"case_id": case_id, "person_id": person, "part": part})


def release(tx: Transaction, case_id: UUID, person: str, part: str) -> None:
    """Somebody has that part no longer."""
    tx.write(_RELEASE, {"key_case_id": case_id, "key_person_id": person, "key_part": part})
