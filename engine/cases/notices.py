"""What people were told: reminders, cards, orders, listings; each of them sees what came to them and their groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine import canonical
from engine.calendars.case_clock import LADDER
from engine.canonical import Wire
from engine.cases.clock import Clock
from engine.cases.stuck import NO_CASE
from engine.errors import NotFound
from engine.i18n import Catalogue
from engine.store import Database
from engine.store.tables import notices

INTERVIEW: Final = "supervise.interview"
BREACHES: Final = 3
"""So many limits run out in a quarter bring an interview (DOMAIN, flow F)."""
WINDOW: Final = 92 * 86_400_000_000
"""The quarter: the last 92 days."""

KINDS: Final = frozenset({"reminder", "mentioned", "weekly.interview", *LADDER})
"""Every kind of notice that is written; each has its words in the catalogues (`notice.<kind>`)."""

_C = notices.c


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """One notice. kind: `reminder` or what the ladder did; facts: limit, task, due, …; times in microseconds.

    What came to a group counts as read as soon as one of them has read it.
    """

    id: str
    case_id: UUID | None
    kind: str
    addressee: str
    facts: Mapping[str, Any]
    sent_at: int
    read_at: int | None


class Notices:
    """Lists and marks notices. whom: to whom somebody's word is addressed, see `engine.directory.told`."""

    def __init__(self, database: Database, clock: Clock, groups: Callable[[str], Collection[str]]) -> None:
        self._database = database
        self._clock = clock
        self._groups = groups

    def of(
        self, person: str, *, unread: bool = False, after: tuple[int, str] | None = None, limit: int = 100
    ) -> list[Notice]:
        """Notices of a person and their groups, the latest first.

        after: `sent_at` and `id` of a notice; only those that follow it in this order.
        """
        query = sa.select(notices).where(self._theirs(person)).order_by(_C.sent_at.desc(), _C.notice_id)
        if unread:
            query = query.where(_C.read_at.is_(None))
        if after is not None:
            sent, notice = after
            query = query.where(sa.or_(_C.sent_at < sent, sa.and_(_C.sent_at == sent, _C.notice_id > notice)))
        with self._database.reading() as tx:
            return [_notice(row) for row in tx.execute(query.limit(limit))]

    def unread(self, person: str) -> int:
        """How many they have not read."""
        query = (
            sa.select(sa.func.count()).select_from(notices).where(self._theirs(person), _C.read_at.is_(None))
        )
        with self._database.reading() as tx:
            return int(tx.execute(query).scalar() or 0)

    def read(self, *ids: str, person: str) -> list[Notice]:
        """Mark some as read; the first time counts. Raises NotFound, marking none, for one that did not come to this person."""
        mine = sa.and_(_C.notice_id.in_(ids), self._theirs(person))
        with self._database.transaction() as tx:
            tx.execute(notices.update().where(mine, _C.read_at.is_(None)).values(read_at=self._clock()))
            found = {row.notice_id: _notice(row) for row in tx.execute(sa.select(notices).where(mine))}
            if not found.keys() >= set(ids):
                raise NotFound(
                    code="notice.unknown", message_zh="没有这条通知", message_en="there is no such notice"
                )
        return [found[each] for each in dict.fromkeys(ids)]

    def read_all(self, person: str, *, until: int) -> int:
        """Mark all as read that were sent up to a moment: what somebody saw, not what came since. Returns how many."""
        theirs = sa.and_(self._theirs(person), _C.read_at.is_(None), _C.sent_at <= until)
        with self._database.transaction() as tx:
            return int(tx.execute(notices.update().where(theirs).values(read_at=self._clock())).rowcount)

    def interviews_due(self) -> list[Notice]:
        """Call heads for an interview whose unit let three limits run out within a quarter; what was sent now.

        Counted are first steps of ladders, each task once. Nobody is called twice within a quarter.
        """
        now = self._clock()
        since = now - WINDOW
        heads: dict[str, set[tuple[UUID, int]]] = defaultdict(set)
        called: set[str] = set()
        query = sa.select(notices).where(_C.sent_at > since, _C.kind != "reminder").order_by(_C.sent_at)
        with self._database.reading() as tx:
            for row in tx.execute(query):
                facts = canonical.loads(bytes(row.content))
                if row.kind == INTERVIEW:
                    called.add(row.addressee)
                if facts.get("step") == 1:
                    heads[row.addressee].add((row.case_id, facts["task"]))
        due = [each for each, tasks in sorted(heads.items()) if len(tasks) >= BREACHES and each not in called]
        return [self._call(addressee, heads[addressee], now) for addressee in due]

    def _call(self, addressee: str, tasks: Collection[tuple[UUID, int]], now: int) -> Notice:
        facts: dict[str, Wire] = {
            "action": INTERVIEW,
            "breaches": len(tasks),
            "cases": [*sorted({str(case_id) for case_id, _ in tasks})],
        }
        notice = f"interview/{addressee}/{now}"
        row = {
            "case_id": NO_CASE,
            "notice_id": notice,
            "kind": INTERVIEW,
            "addressee": addressee,
            "content": canonical.dumps(facts),
            "sent_at": now,
            "read_at": None,
        }
        with self._database.transaction() as tx:
            tx.execute(notices.insert().values(row))
        return Notice(
            id=notice,
            case_id=None,
            kind=INTERVIEW,
            addressee=addressee,
            facts=facts,
            sent_at=now,
            read_at=None,
        )

    def _theirs(self, person: str) -> sa.ColumnElement[bool]:
        groups = [f"group:{group}" for group in self._groups(person)]
        return _C.addressee.in_([f"user:{person}", *groups])


def word_of(kind: str, say: Catalogue) -> str:
    """A kind in words; as it is where a later version wrote it."""
    key = f"notice.{kind}"
    return say(key) if say.knows(key) else kind


def sentence(kind: str, facts: Mapping[str, Any], say: Catalogue, moment: Callable[[int], str]) -> str:
    """What a notice says. moment: how times are told."""
    word = word_of(kind, say)
    if "weeks" in facts:
        weeks = list(facts["weeks"])
        return say("notice.of_unit", word=word, unit=facts["unit"], count=len(weeks), weeks="、".join(weeks))
    if "breaches" in facts:
        return say("notice.of_breaches", word=word, count=facts["breaches"])
    if "limit" in facts:
        return say("notice.of_limit", word=word, limit=facts["limit"], due=moment(facts["due"]))
    return say("notice.of_case", word=word, by=facts.get("by", ""))


def _notice(row: Any) -> Notice:
    return Notice(
        id=row.notice_id,
        case_id=None if row.case_id == NO_CASE else row.case_id,
        kind=row.kind,
        addressee=row.addressee,
        facts=canonical.loads(bytes(row.content)),
        sent_at=row.sent_at,
        read_at=row.read_at,
    )
