"""What is no part of a case is removed when its time is over, and nothing else."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from engine.errors import InvalidInput
from engine.retention import DAY, Retention, clear
from engine.store import NEVER, Database
from engine.store.tables import idempotency_keys, notices, stuck_work

NOW = 1_700_000_000_000_000


def left(database: Database, table: sa.Table) -> int:
    with database.reading() as tx:
        return int(tx.execute(sa.select(sa.func.count()).select_from(table)).scalar() or 0)


def key(name: str, days: int) -> dict[str, object]:
    return {
        "owner": "li",
        "key": name,
        "case_id": UUID(int=1),
        "seq": 1,
        "result": b"{}",
        "created_at": NOW - days * DAY,
    }


def notice(name: str, days: int, *, read: bool) -> dict[str, object]:
    return {
        "case_id": UUID(int=1),
        "notice_id": name,
        "kind": "reminder",
        "addressee": "user:li",
        "content": b"{}",
        "sent_at": NOW - days * DAY,
        "read_at": NOW if read else None,
    }


def failure(name: str, kind: str, retry_at: int) -> dict[str, object]:
    return {
        "case_id": UUID(int=0),
        "work": name,
        "kind": kind,
        "attempts": 1,
        "message_zh": "无",
        "message_en": "none",
        "first_at": 0,
        "last_at": NOW - 400 * DAY,
        "retry_at": retry_at,
    }


def test_what_was_kept_long_enough_goes_and_nothing_else(database: Database) -> None:
    with database.transaction() as tx:
        tx.execute(idempotency_keys.insert(), [key("old", 91), key("new", 89)])
        tx.execute(
            notices.insert(),
            [notice("a", 401, read=True), notice("b", 401, read=False), notice("c", 399, read=True)],
        )
        tx.execute(
            stuck_work.insert(),
            [failure("message/1", "message", NEVER), failure("timers/1", "timers", NEVER)],
        )
    gone = clear(database, Retention(), NOW)
    assert gone == {"idempotency_keys": 1, "notices": 1, "reported_messages": 1, "sessions": 0, "sign_ins": 0}
    assert (left(database, idempotency_keys), left(database, notices), left(database, stuck_work)) == (
        1,
        2,
        1,
    )
    assert sum(clear(database, Retention(), NOW).values()) == 0


def test_the_shipped_policy_is_read(tmp_path: Path) -> None:
    assert Retention.load(Path("config")) == Retention()
    assert Retention.load(tmp_path) == Retention()
    (tmp_path / "retention.toml").write_text("[days]\nnotices = 30\n")
    assert Retention.load(tmp_path).notices == 30


@pytest.mark.parametrize(
    "text", ["[days]\ncases = 3\n", "[days]\nnotices = 0\n", "[days]\nnotices = true\n", "["]
)
def test_a_policy_that_is_not_sound_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "retention.toml").write_text(text)
    with pytest.raises(InvalidInput):
        Retention.load(tmp_path)
