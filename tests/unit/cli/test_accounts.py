"""accounts: the first administrator, passwords and tokens told once."""

from __future__ import annotations

import pytest

from tests.unit.cli.conftest import Bihuan


@pytest.fixture
def installed(bihuan: Bihuan, monkeypatch: pytest.MonkeyPatch) -> Bihuan:
    """On an empty database, acting as one certain user of the machine."""
    monkeypatch.setenv("BIHUAN_ACTOR", "ops")
    bihuan("db", "upgrade")
    return bihuan


def test_the_first_administrator_gets_a_password_that_is_told_once(installed: Bihuan) -> None:
    made = installed("accounts", "create-admin", "Root", "--format", "json").json
    assert (made["login"], made["roles"], made["must_change_password"]) == ("root", ["admin"], True)
    listed = installed("accounts", "list", "--format", "json")
    assert [account["login"] for account in listed.json["accounts"]] == ["root"]
    assert made["password"] not in listed.out


def test_a_taken_name_an_unknown_person_and_an_unknown_account_fail(installed: Bihuan) -> None:
    installed("accounts", "create-admin", "root")
    assert installed("accounts", "create-admin", "root").code != 0
    assert installed("accounts", "add", "wang", "--person", "ghost").code != 0
    assert installed("accounts", "add", "wang").code != 0
    assert installed("accounts", "disable", "ghost").code != 0


def test_accounts_are_disabled_enabled_and_reset(installed: Bihuan) -> None:
    first = installed("accounts", "add", "eye", "--role", "auditor", "--format", "json").json
    assert installed("accounts", "disable", "EYE", "--format", "json").json["active"] is False
    assert installed("accounts", "enable", "eye", "--format", "json").json["active"] is True
    again = installed("accounts", "reset-password", "eye", "--format", "json").json
    assert again["password"] != first["password"]
    assert "eye" in installed("accounts", "list").out


def test_tokens_are_made_listed_and_revoked(installed: Bihuan) -> None:
    made = installed("accounts", "tokens", "add", "SMS", "--scope", "jobs:work", "--format", "json").json
    assert made["secret"].startswith(made["prefix"])
    listed = installed("accounts", "tokens", "list", "--format", "json")
    assert made["secret"] not in listed.out
    revoked = installed("accounts", "tokens", "revoke", made["id"], "--format", "json").json
    assert revoked["revoked_at"] is not None
    assert installed("accounts", "tokens", "add", "x", "--scope", "everything").code != 0
    assert "SMS" in installed("accounts", "tokens", "list").out
