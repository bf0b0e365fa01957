"""Everybody sees what came to them and their posts; three limits run out in a quarter bring an interview."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from engine import ManualClock, canonical
from engine.calendars.case_clock import LADDER
from engine.canonical import Wire
from engine.cases.notices import INTERVIEW, KINDS, WINDOW, sentence
from engine.directory.changes import AddUnit, AssignRole, Hire
from engine.directory.told import WORDS, addressees
from engine.errors import NotFound
from engine.facade import Engine
from engine.i18n import Language, catalogue
from engine.installation import open_engine
from engine.reports import issuing
from engine.store.tables import notices

BEGIN = 1_600_000_000_000_000
NOON = 1_700_000_000_000_000
HEAD = "group:unit:T1/leader"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def engine(clock: ManualClock) -> Iterator[Engine]:
    with open_engine("sqlite://", Path("config"), clock=clock, create=True) as opened:
        assert opened.directory is not None
        opened.directory.change(
            AddUnit(unit="K", name="青禾县", parent=None, level="county", at=BEGIN),
            AddUnit(unit="KC", name="指挥平台", parent="K", department="command", at=BEGIN),
            AddUnit(unit="T1", name="青石镇", parent="K", level="town", at=BEGIN),
            AddUnit(unit="T1-med", name="调委会", parent="T1", department="mediation", at=BEGIN),
            Hire(person="he", name="he", login="he", at=BEGIN),
            Hire(person="li", name="li", login="li", at=BEGIN),
            AssignRole(person="he", unit="T1", role="leader", at=BEGIN),
            AssignRole(person="li", unit="T1-med", role="mediator", at=BEGIN),
            actor="t",
            recorded_at=BEGIN,
            reason="r",
        )
        yield opened


def tell(
    engine: Engine, number: int, addressee: str = HEAD, *, kind: str = "yellow_card", step: int = 1
) -> str:
    facts: dict[str, Wire] = {"task": 7, "limit": "handle.daily", "step": step}
    with engine.database.transaction() as tx:
        tx.execute(
            notices.insert().values(
                case_id=UUID(int=number + 1),
                notice_id=f"n{number}/{step}",
                kind=kind,
                addressee=addressee,
                content=canonical.dumps(facts),
                sent_at=engine.clock() + number,
                read_at=None,
            )
        )
    return f"n{number}/{step}"


def test_words_of_limits_mean_groups_of_the_directory(engine: Engine) -> None:
    assert engine.directory is not None
    index = engine.directory.index
    assert addressees(index, "group:unit:T1-med/unit_head", NOON) == [HEAD]
    assert addressees(index, "user:li", NOON) == ["user:li"]
    assert addressees(index, "group:unit:T1-med/nobody", NOON) == ["group:unit:T1-med/nobody"]
    for word in WORDS:
        # Each is an expression the directory understands.
        assert addressees(index, f"group:unit:T1-med/{word}", NOON)


def test_one_sees_ones_own_and_those_of_ones_posts(engine: Engine) -> None:
    mine = tell(engine, 1, "user:he", kind="reminder")
    post = tell(engine, 2)
    tell(engine, 3, "user:li")
    assert [notice.id for notice in engine.notices.of("he")] == [post, mine]
    latest = engine.notices.of("he")[0]
    assert [notice.id for notice in engine.notices.of("he", after=(latest.sent_at, latest.id))] == [mine]


def test_notices_of_one_moment_are_all_come_by(engine: Engine) -> None:
    told = {tell(engine, 1, step=step) for step in range(1, 6)}
    found: list[str] = []
    after: tuple[int, str] | None = None
    while page := engine.notices.of("he", after=after, limit=2):
        found += [each.id for each in page]
        after = (page[-1].sent_at, page[-1].id)
    assert len(found) == 5
    assert set(found) == told


def test_what_was_read_is_no_longer_unread(engine: Engine, clock: ManualClock) -> None:
    first, second = tell(engine, 1), tell(engine, 2)
    clock.advance(5)
    assert engine.notices.read(first, person="he")[0].read_at == NOON + 5
    clock.advance(5)
    assert engine.notices.read(first, person="he")[0].read_at == NOON + 5
    assert [notice.id for notice in engine.notices.of("he", unread=True)] == [second]
    assert engine.notices.unread("he") == 1
    with pytest.raises(NotFound):
        engine.notices.read(second, person="li")


def test_all_are_read_up_to_what_was_seen(engine: Engine) -> None:
    tell(engine, 1)
    tell(engine, 2)
    unseen = tell(engine, 3)
    foreign = tell(engine, 1, "user:li", step=2)
    assert engine.notices.read_all("he", until=engine.clock() + 2) == 2
    assert [notice.id for notice in engine.notices.of("he", unread=True)] == [unseen]
    assert [notice.id for notice in engine.notices.of("li", unread=True)] == [foreign]


def test_three_in_a_quarter_bring_an_interview_once(engine: Engine, clock: ManualClock) -> None:
    tell(engine, 1)
    tell(engine, 2)
    tell(engine, 2, step=2)
    assert engine.notices.interviews_due() == []
    tell(engine, 3)
    (call,) = engine.notices.interviews_due()
    assert (call.kind, call.addressee, call.facts["breaches"]) == (INTERVIEW, HEAD, 3)
    assert engine.notices.interviews_due() == []
    assert engine.notices.of("he")[0].kind in (INTERVIEW, "yellow_card")
    clock.advance(WINDOW + 10)
    assert engine.notices.interviews_due() == []


def test_who_is_mentioned_finds_the_notice(engine: Engine) -> None:
    assert engine.directory is not None
    # Comments name people by their bare ids.
    (addressee,) = addressees(engine.directory.index, "li", NOON)
    mine = tell(engine, 1, addressee, kind="mentioned")
    assert [notice.id for notice in engine.notices.of("li")] == [mine]


def written_kinds() -> set[str]:
    """The kinds that stand in the engine's source where notices leave a case or are written."""
    found = {INTERVIEW, issuing.INTERVIEW, *LADDER}
    for path in Path("engine").rglob("*.py"):
        text = path.read_text("utf-8")
        found |= set(re.findall(r'"notice", \{"kind": "([\w.]+)"', text))
        found |= set(re.findall(r'_tell\(session, "([\w.]+)"', text))
    return found


def test_every_kind_of_notice_has_its_words_in_both_languages() -> None:
    assert {"reminder", "mentioned"} <= written_kinds()
    assert written_kinds() == KINDS
    for language in Language:
        say = catalogue(language)
        assert [kind for kind in sorted(KINDS) if not say.knows(f"notice.{kind}")] == []


@pytest.mark.parametrize(
    ("kind", "facts", "told"),
    [
        (
            "weekly.interview",
            {"unit": "白马镇", "weeks": ["2026-W09", "2026-W08"]},
            "周通报约谈：白马镇连续 2 周受批评（2026-W09、2026-W08）",
        ),
        ("supervise.interview", {"breaches": 3}, "约谈：一个季度内 3 次超期"),
        ("yellow_card", {"limit": "whistle.arrive", "due": 5}, "黄牌：whistle.arrive，5 到期"),
        ("mentioned", {"by": "he", "task": 7}, "提到了你，来自 he"),
    ],
)
def test_a_notice_says_what_it_is_about(kind: str, facts: dict[str, Wire], told: str) -> None:
    assert sentence(kind, facts, catalogue(Language.ZH), str) == told
