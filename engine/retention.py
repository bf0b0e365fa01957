"""How long what is no part of any case is kept, and removing it when its time is over.

The policy is an operator's file, `retention.toml`. Cases, their logs, the log of the directory and the security log
are never touched.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from engine.errors import InvalidInput
from engine.misreading import reason
from engine.store import NEVER, Database
from engine.store.tables import idempotency_keys, notices, sessions, sign_in_requests, stuck_work

DAY: Final = 86_400_000_000
FILE: Final = "retention.toml"
BATCH: Final = 1_000
MOST_BATCHES: Final = 200
"""So that one round ends; the next one goes on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Retention:
    """Days for which each kind is kept: after it was made or, for sessions, after it ended."""

    idempotency_keys: int = 90
    notices: int = 400
    reported_messages: int = 180
    sessions: int = 1

    @classmethod
    def load(cls, config: Path) -> Retention:
        """Read it from a folder; the defaults when the file is not there. Raises InvalidInput naming what is wrong."""
        path = config / FILE
        if not path.exists():
            return cls()
        try:
            given = tomllib.loads(path.read_text("utf-8")).get("days", {})
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise InvalidInput.at(
                FILE,
                message_zh=f"不是有效的 TOML：{reason(error).zh}",
                message_en=f"not valid TOML: {reason(error).en}",
            ) from error
        known = {each.name for each in fields(cls)}
        for name, days in given.items():
            sound = name in known and isinstance(days, int) and not isinstance(days, bool) and days >= 1
            if not sound:
                raise InvalidInput.at(
                    f"{FILE}: {name}",
                    message_zh="没有这一项，或不是 1 以上的整数",
                    message_en="is no entry, or no whole number from 1",
                )
        return cls(**given)


def clear(database: Database, policy: Retention, now: int) -> dict[str, int]:
    """Remove what was kept long enough, in batches; how many rows of each kind."""

    def before(days: int) -> int:
        return now - days * DAY

    stuck = stuck_work.c
    over = {
        "idempotency_keys": (
            idempotency_keys,
            idempotency_keys.c.created_at < before(policy.idempotency_keys),
        ),
        "notices": (
            notices,
            sa.and_(notices.c.read_at.is_not(None), notices.c.sent_at < before(policy.notices)),
        ),
        "reported_messages": (
            stuck_work,
            sa.and_(
                stuck.kind == "message",
                stuck.retry_at == NEVER,
                stuck.last_at < before(policy.reported_messages),
            ),
        ),
        "sessions": (sessions, sessions.c.expires_at < before(policy.sessions)),
        "sign_ins": (sign_in_requests, sign_in_requests.c.expires_at < before(policy.sessions)),
    }
    return {name: _delete(database, table, condition) for name, (table, condition) in over.items()}


def _delete(database: Database, table: sa.Table, condition: sa.ColumnElement[bool]) -> int:
    keys = list(table.primary_key.columns)
    found = sa.select(*keys).where(condition).limit(BATCH)
    gone = 0
    for _ in range(MOST_BATCHES):
        with database.transaction() as tx:
            count = tx.execute(table.delete().where(sa.tuple_(*keys).in_(found))).rowcount
        gone += count
        if count < BATCH:
            break
    return gone
