"""The way of a clerk and of a machine through the gate on PostgreSQL, and a log that only grows on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.accounts.security_log import Origin, SecurityLog
from engine.cases.clock import wall_clock
from engine.store import Database
from engine.store.tables import security_events
from tests.api.auth.house import CLI, build


def test_signing_in_working_and_leaving(postgres_url: str, tmp_path: Path) -> None:
    house = build(tmp_path / "config", postgres_url)
    browser = house.signed_in("wang", person="wang")
    assert browser.send("POST", "/api/v1/tests/work").json == {"actor": "wang"}
    assert browser.get("/api/v1/tests/work", **{"Bihuan-On-Behalf-Of": "qian"}).status_code == 200
    _, secret = house.office.tokens.make("gateway", ["jobs:work"], 1, CLI)
    sent = {"Authorization": f"Bearer {secret}"}
    assert house.browser().send("POST", "/api/v1/tests/jobs", headers=sent).status_code == 200
    assert browser.sign_in("wang", "wrong").status_code == 401
    assert browser.send("POST", "/api/v1/auth/logout").status_code == 204
    assert [kind for kind, _ in house.kinds()] == [
        "account-opened",
        "sign-in",
        "token-made",
        "sign-in-refused",
        "sign-out",
    ]
    house.engine.close()


@pytest.mark.parametrize(
    "attack", ["UPDATE security_events SET actor = 'nobody'", "DELETE FROM security_events"]
)
def test_the_security_log_only_grows(database: Database, attack: str) -> None:
    log = SecurityLog(database, wall_clock, lambda size: bytes(size))
    with database.transaction() as tx:
        log.note(tx, "sign-in", Origin(actor="wang"))
    with pytest.raises(sa.exc.DBAPIError, match="append only"), database.transaction() as tx:
        tx.execute(sa.text(attack))
    assert len(log.read()) == 1


def test_lines_kept_for_three_years_may_go(database: Database) -> None:
    log = SecurityLog(database, lambda: wall_clock() - 1_097 * 86_400_000_000, lambda size: bytes(size))
    with database.transaction() as tx:
        log.note(tx, "sign-in", Origin(actor="wang"))
    with database.transaction() as tx:
        tx.execute(security_events.delete())
    assert log.read() == []
