"""Making a file of a case: set outside any transaction, sealed, then recorded with its number in one.

Whatever the file says of the outside (its number, what the log was) is looked at again under the case's lock; when it
is so no more, nothing was written, and the file is made again from what is so now.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine.blobs import BlobStore
from engine.cases import Outcome
from engine.cases.command import CLOSED
from engine.cases.headers import moment_of
from engine.cases.log import DOSSIER, MADE
from engine.content.file import case_variables
from engine.documents.numbers import NumberTaken, take_number
from engine.errors import Conflict, LimitExceeded, Refusal
from engine.facade import Engine
from engine.runtime.dossier import CLOSED as CLOSED_AT
from engine.store import Reading, Transaction
from engine.store.tables import case_attachments, case_headers, cases
from engine.typesetting import Sheet, page_count, set_sheet
from engine.vault import Damaged

KEY_BYTES: Final = 16
TRIES: Final = 8
MOST: Final = 1_000
"""Files made of one case."""

_A = case_attachments.c


class Moved(Exception):
    """What a file was made from is so no more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A file to be made. kind: of its event. given: what is recorded beside the file itself. seq: of the last event
    it takes account of. taking: unit, year, kind and number to be taken; None where the number was taken before.
    """

    kind: str
    sheet: Sheet
    given: dict[str, Any]
    seq: int
    taking: tuple[str, int, str, int] | None


def make_file(
    engine: Engine,
    blobs: BlobStore,
    case_id: UUID,
    planned: Callable[[], Plan],
    *,
    actor: str,
    **options: Any,
) -> Outcome:
    """Make what is planned. planned: asked again when something changed meanwhile.

    Raises TemplateFailed, LimitExceeded, Refusal (`dossier.sealed`), Conflict when others were first every time.
    """
    used = options.get("idempotency_key")
    repeated = None if used is None else engine.executor.answered(case_id, actor, used)
    if repeated is not None:
        return repeated
    for _ in range(TRIES):
        plan = planned()
        pdf = set_sheet(plan.sheet)
        key = engine.config.random(KEY_BYTES).hex()
        blobs.put(key, engine.vault.seal_file(case_id, key, None, iter([pdf])))
        given = {**plan.given, **_file(plan, pdf, key)}
        try:
            outcome = engine.record(
                case_id, plan.kind, given, actor=actor, check=_check(case_id, plan), **options
            )
        except (Moved, NumberTaken):
            blobs.delete(key)
            continue
        if outcome.repeated:
            blobs.delete(key)
        return outcome
    raise Conflict(
        code="document.busy",
        message_zh="同时有很多文书在编号，请稍后再试",
        message_en="many documents are being numbered; try again",
    )


def stored(engine: Engine, blobs: BlobStore, case_id: UUID, told: dict[str, Any]) -> bytes:
    """The bytes of a file, which are what the log says. Raises Erased, Damaged."""
    pdf = b"".join(engine.vault.open_file(case_id, told["blob"], None, blobs.open(told["blob"])))
    if hashlib.sha256(pdf).hexdigest() != told["sha256"]:
        raise Damaged(
            message_zh="文书内容与记录不符",
            message_en="the document is not what the log says",
            place={"number": told["number"]},
        )
    return pdf


def closed_since(tx: Reading, case_id: UUID) -> int | None:
    """Since when a case is closed or has ended, microseconds of its own time; None while it is open."""
    row = tx.execute(
        sa.select(cases.c.status, cases.c.ended_at, case_headers.c.closed_at)
        .outerjoin(case_headers, case_headers.c.case_id == cases.c.case_id)
        .where(cases.c.case_id == case_id)
    ).one()
    if row.status not in CLOSED:
        return moment_of(case_variables(tx, case_id), CLOSED_AT)
    found: int | None = row.ended_at if row.closed_at is None else row.closed_at
    return found


def sealed_now(tx: Reading, case_id: UUID) -> bool:
    """Whether a case's dossier is sealed and holds: until the case is reopened, or ends with a file in it that came
    after.
    """
    query = sa.select(_A.seq, _A.made_at).where(_A.case_id == case_id, _A.kind == DOSSIER)
    sealed = tx.execute(query.order_by(_A.seq.desc()).limit(1)).first()
    since = None if sealed is None else closed_since(tx, case_id)
    if sealed is None or since is None or sealed.made_at < since:
        return False
    later = sa.select(_A.seq).join(cases, cases.c.case_id == _A.case_id)
    later = later.where(_A.case_id == case_id, _A.seq > sealed.seq, cases.c.status.in_(CLOSED))
    return tx.execute(later.limit(1)).first() is None


def check_unsealed(tx: Reading, case_id: UUID) -> None:
    """Raise Refusal when the case's dossier is sealed: nothing is added to it any more."""
    if sealed_now(tx, case_id):
        raise Refusal(
            rule="dossier.sealed",
            message_zh="卷宗已经封卷，不能再增加文书或签名",
            message_en="the dossier is sealed: no document or signature can be added",
        )


def _file(plan: Plan, pdf: bytes, key: str) -> dict[str, Any]:
    return {
        "filename": f"{plan.given['number']}.pdf",
        "kind": MADE[plan.kind],
        "content_type": "application/pdf",
        "size": len(pdf),
        "pages": page_count(pdf),
        "sha256": hashlib.sha256(pdf).hexdigest(),
        "blob": key,
        "audience": "case",
        "unit": None,
    }


def _check(case_id: UUID, plan: Plan) -> Callable[[Transaction], None]:
    def check(tx: Transaction) -> None:
        check_unsealed(tx, case_id)
        made = sa.select(sa.func.count()).where(_A.case_id == case_id, _A.kind.in_(MADE.values()))
        if int(tx.execute(made).scalar_one()) >= MOST:
            raise LimitExceeded(
                code="document.most",
                message_zh=f"一个案件最多生成 {MOST} 份文书",
                message_en=f"at most {MOST} documents are made of a case",
            )
        if tx.execute(sa.select(cases.c.seq).where(cases.c.case_id == case_id)).scalar_one() != plan.seq:
            raise Moved
        if plan.taking is not None:
            take_number(tx, *plan.taking)

    return check
