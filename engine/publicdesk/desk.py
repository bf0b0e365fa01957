"""Taking requests from the public, and telling each sender how theirs stands.

A request is a case of the flow `intake`: it is started here and its first step, the form the sender filled in, is
completed here. Everything told back is chosen here word by word; no name of a step, a person or a unit's remark
gets out, and of the texts only what was written to the sender.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine import canonical
from engine.canonical import VaultRef
from engine.cases.submitted import check_submission
from engine.content.attachments import Attachments
from engine.errors import Conflict, InvalidInput, LimitExceeded, Message, NotFound
from engine.facade import Engine
from engine.feel import Environment
from engine.privacy import Reader
from engine.publicdesk.phone_code import PhoneCodes, normal
from engine.runtime.session import EPOCH
from engine.state import CaseState
from engine.state.case import CANCELLED, COMPLETED
from engine.store.tables import case_headers, vault_entries
from engine.vault import Damaged, Erased

FLOW: Final = "intake"
FORM: Final = "submit_request"
FIRST_STEP: Final = "submit_request"
RATED: Final = "intake.rated"
WITHDRAWN: Final = "intake.withdrawn"
ACTOR: Final = "resident"
"""Who does it, as the log has it: a sender has no account."""

SOURCE: Final = "resident"
_AREAS: Final = ("county", "town", "village")
"""Levels of places that are offered: who answers for a grid is nobody's business outside."""

_STATES: Final = ("handling", "shelved", "told", "answered", "closed", "withdrawn")
_OPEN: Final = ("received", "accepted", "handling", "shelved")
"""States in which a sender may still withdraw."""

PHOTOS: Final = frozenset({"jpg", "jpeg", "png", "webp"})
"""Endings of pictures a sender may hand in."""

MOST_PHOTOS: Final = 6
"""Of one request."""

_ANSWERS: Final = ("answer_text", "enquiry_answer", "told_text")
"""Fields of the flow's forms that are written to the sender."""

_ANSWERED: Final = ("told", "answered", "closed")


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """What a sender is given. repeated: it was given before, for the same request."""

    case_code: str
    phone_code: str
    received_at: int
    repeated: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """How a request stands, as its sender may know it. Times in microseconds since 1970 UTC.

    state: received, accepted, handling, shelved (挂账), told (another channel, progress, reason), answered, closed,
    withdrawn. answer: what was written to the sender. public_answer: what was published, without personal data.
    may_rate, may_withdraw: what the sender may do now.
    """

    case_code: str
    state: str
    received_at: int
    settled_at: int | None
    closed_at: int | None
    answer: str | None
    public_answer: str | None
    rated: bool
    may_rate: bool
    may_withdraw: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Area:
    """A place a request may be sent to: id and name of its unit, and of the one above."""

    id: str
    name: str
    level: str
    parent: str | None


class PublicDesk:
    """The desk of an engine. codes: of the installation."""

    def __init__(self, engine: Engine, codes: PhoneCodes) -> None:
        self._engine = engine
        self._codes = codes

    def areas(self) -> list[Area]:
        """Counties, towns and villages a request may be sent to, each after the one it lies in."""
        directory = self._engine.directory
        if directory is None:
            return []
        index, now = directory.index, self._engine.clock()
        units = [unit for root in index.children("", now) for unit in index.descendants(root.id, now)]
        return [
            Area(id=unit.id, name=unit.name, level=unit.level, parent=unit.parent)
            for unit in units
            if unit.department is None and unit.level in _AREAS
        ]

    def submit(self, given: Mapping[str, Any], *, nonce: str, area: str) -> Receipt:
        """Take a request. given: the values of the form. nonce: solved; each is good for one request.

        The same request with the same nonce again gets the same receipt. Raises InvalidInput with errors by field,
        Conflict `challenge.used` when the nonce was used for another request, NotFound where the flow is not deployed.
        """
        digest, _ = self._engine.definitions.find(FLOW, None)
        form = self._engine.definitions.programs.get(digest).definition.forms[FORM]
        wire = canonical.to_wire(dict(given))
        assert isinstance(wire, dict)
        environment = Environment(now=_moment(self._engine.clock()))
        check_submission(form, wire, {}, environment)
        self._check_area(area)
        variables = {"grid": area, "source": SOURCE, "confidentiality": "sensitive"}
        key = f"{FLOW}:{nonce}"
        case = self._engine.start(FLOW, variables, actor=ACTOR, idempotency_key=key).case_id
        # Keyed: what somebody sent could be guessed and confirmed by a plain digest of it.
        secret = self._engine.vault.secret("public requests")
        said = hmac.digest(secret, canonical.dumps([wire, area]), hashlib.sha256).hex()
        try:
            outcome = self._engine.complete(
                case, self._first_step(case), given, actor=ACTOR, idempotency_key=f"{key}:{said}"
            )
        except (NotFound, Conflict):
            raise Conflict(
                code="challenge.used",
                message_zh="这次验证已经用过，请重新提交",
                message_en="this challenge was used for another request; ask for a new one",
            ) from None
        code = self._key(case)
        return Receipt(
            case_code=code,
            phone_code=self._codes.code(code),
            received_at=self._engine.case(case).started_at,
            repeated=outcome.repeated,
        )

    def status(self, case_code: str, phone_code: str) -> Status:
        """How a request stands. Raises NotFound, for a wrong code as for a request there is not."""
        return self._status(self._find(case_code, phone_code))

    def rate(self, case_code: str, phone_code: str, *, solved: bool, satisfied: str) -> Status:
        """What its sender says of a closed request; unsolved ones are opened again, within bounds.

        Raises NotFound, and Conflict when it is not (or no longer) time for it.
        """
        case = self._find(case_code, phone_code)
        if not self._status(case).may_rate:
            raise _not_now("现在不能评价", "it cannot be rated now")
        given = {"rated_solved": "yes" if solved else "no", "rated_satisfied": satisfied}
        self._engine.send_message(
            RATED, self._key(case), given, message_id=f"{RATED}:{case}:{self._engine.case(case).seq}"
        )
        return self._status(case)

    def withdraw(self, case_code: str, phone_code: str) -> Status:
        """Take a request back before it was answered. Raises NotFound, and Conflict when it was answered."""
        case = self._find(case_code, phone_code)
        if not self._status(case).may_withdraw:
            raise _not_now(
                "已经答复或者结束，不能撤回", "it was answered or has ended and cannot be withdrawn"
            )
        self._engine.send_message(WITHDRAWN, self._key(case), {}, message_id=f"{WITHDRAWN}:{case}")
        return self._status(case)

    def attach(
        self,
        attachments: Attachments,
        codes: tuple[str, str],
        filename: str,
        chunks: Iterable[bytes],
        *,
        idempotency_key: str | None = None,
    ) -> int:
        """Add a picture to a request that is not answered yet; how many it has now. codes: case code, phone code.

        Raises NotFound, Conflict when it was answered, InvalidInput (field `file`) for what is no picture,
        LimitExceeded for one too many.
        """
        case = self._find(*codes)
        if not self._status(case).may_withdraw:
            raise _not_now("已经答复或者结束，不能再加照片", "it was answered or has ended")
        if filename.rpartition(".")[2].lower() not in PHOTOS:
            raise InvalidInput.at(
                "file",
                message_zh="只收 jpg、png、webp 照片",
                message_en="only jpg, png and webp pictures are taken",
            )
        # Whoever holds both codes may add to this one case; nothing is read by this reader.
        sender = Reader(person=ACTOR, at=self._engine.clock())
        known = sum(1 for each in attachments.of(sender, case) if each.author == ACTOR)
        key = None if idempotency_key is None else f"{FLOW}:{case}:{idempotency_key}"
        if known >= MOST_PHOTOS:
            raise LimitExceeded(
                code="request.photos",
                message_zh=f"最多{MOST_PHOTOS}张照片",
                message_en=f"a request has at most {MOST_PHOTOS} pictures",
            )
        outcome = attachments.add(sender, case, filename, chunks, idempotency_key=key)
        return known if outcome.repeated else known + 1

    def _check_area(self, area: str) -> None:
        if not any(each.id == area for each in self.areas()):
            wrong = Message(zh="没有这个地方", en="there is no such place")
            raise InvalidInput(
                message_zh="没有这个地方", message_en="there is no such place", fields={"area": [wrong]}
            )

    def _first_step(self, case: UUID) -> int:
        """The number of the task the sender's form belongs to, also when it is done."""
        for task in self._engine.tasks(case_id=case, element=FIRST_STEP):
            return task.id
        for event in self._engine.queries.events(case):
            if event.head.kind == "complete":
                return int(event.open().input["task"])
        raise NotFound(message_zh="没有这项任务", message_en="there is no such task")

    def _find(self, case_code: str, phone_code: str) -> UUID:
        """The case of two codes that belong together. The codes are compared before anything is looked up."""
        code = normal(case_code)
        if not self._codes.fits(code, phone_code):
            raise _nothing()
        query = sa.select(case_headers.c.case_id).where(
            case_headers.c.case_code == code, case_headers.c.definition_key == FLOW
        )
        with self._engine.database.reading() as tx:
            row = tx.execute(query).first()
        if row is None:
            raise _nothing()
        found: UUID = row[0]
        return found

    def _key(self, case: UUID) -> str:
        query = sa.select(case_headers.c.case_code).where(case_headers.c.case_id == case)
        with self._engine.database.reading() as tx:
            return str(tx.execute(query).scalar_one())

    def _status(self, case: UUID) -> Status:
        state = self._engine.queries.state(case)
        seen = {name: canonical.from_wire(value) for name, value in state.root.variables.items()}
        word = _word(state)
        awaits_rating = any(
            item.name == RATED for scope in state.scopes.values() for item in scope.subscriptions.values()
        )
        return Status(
            case_code=self._key(case),
            state=word,
            received_at=self._engine.case(case).started_at,
            settled_at=_micros(seen.get("settled_at")),
            closed_at=_micros(seen.get("closed_at")),
            answer=self._answer(case) if word in _ANSWERED else None,
            public_answer=_text(seen.get("public_answer")) if word == "closed" else None,
            rated=bool(seen.get("ratings")),
            may_rate=awaits_rating and state.status != COMPLETED,
            may_withdraw=word in _OPEN and state.status not in (COMPLETED, CANCELLED),
        )

    def _answer(self, case: UUID) -> str | None:
        """The last thing that was written to the sender; None also when it was erased."""
        refs = [
            found
            for event in self._engine.queries.events(case)
            if event.head.kind == "complete"
            for name in _ANSWERS
            if isinstance(
                found := canonical.from_wire((event.open().input.get("variables") or {}).get(name)), VaultRef
            )
        ]
        return self._opened(case, refs[-1]) if refs else None

    def _opened(self, case: UUID, ref: VaultRef) -> str | None:
        columns = vault_entries.c.party, vault_entries.c.ciphertext, vault_entries.c.kind
        query = sa.select(*columns).where(
            vault_entries.c.case_id == case, vault_entries.c.entry_id == ref.entry
        )
        with self._engine.database.reading() as tx:
            row = tx.execute(query).first()
        if row is None:
            return None
        try:
            party, ciphertext, kind = row
            wire = self._engine.vault.open(
                case, ref.entry, party, bytes(ciphertext), commitment=ref.commitment, kind=kind
            )
        except (Erased, Damaged):
            return None
        return _text(canonical.from_wire(wire))


def _word(state: CaseState) -> str:
    """The state in a word: what the innermost part under way says, else what the process itself says."""
    for number in sorted(state.scopes, reverse=True):
        said = state.scopes[number].variables.get("public_state")
        if said in _STATES:
            return str(said)
    return "accepted" if "screening" in state.root.variables else "received"


def _moment(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)


def _micros(value: Any) -> int | None:
    return (value - EPOCH) // timedelta(microseconds=1) if isinstance(value, datetime) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _nothing() -> NotFound:
    return NotFound(
        code="request.unknown",
        message_zh="没有这件诉求，或者编码不对",
        message_en="there is no such request, or the codes do not belong together",
    )


def _not_now(zh: str, en: str) -> Conflict:
    return Conflict(code="request.state", message_zh=zh, message_en=en)
