"""accounts: the first administrator, passwords and tokens told once."""

from __future__ import annotations

import csv
import io
import stat
from pathlib import Path

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


def test_everybody_without_an_account_gets_one(installed: Bihuan, tmp_path: Path) -> None:
    folder = tmp_path / "staff"
    folder.mkdir()
    (folder / "单位.csv").write_text("单位编码,上级编码,级别,部门类别,名称\nk,,区县,,青禾县\n", "utf-8")
    people = "人员编号,姓名,登录名\np1,=1+1,zhang\np2,李青,li\np3,吴岚,wu\n"
    (folder / "人员.csv").write_text(people, "utf-8")
    (folder / "任职.csv").write_text("人员编号,单位编码,角色\np1,k,领导\n", "utf-8")
    assert installed("directory", "import", str(folder)).code == 0
    # One has an account already; the login of another is taken by somebody else.
    installed("accounts", "add", "chief", "--person", "p2")
    installed("accounts", "add", "wu", "--role", "auditor")
    file = tmp_path / "passwords.csv"
    told = installed("accounts", "add-all", str(file)).out
    assert told.startswith("没有给 p3 建立：")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    rows = list(csv.reader(io.StringIO(file.read_text("utf-8-sig"))))
    assert [row[:3] for row in rows] == [["登录名", "姓名", "单位"], ["zhang", "'=1+1", "青禾县"]]
    assert rows[1][3] not in told
    # A file that is there, with passwords perhaps not handed out yet, is left alone.
    assert installed("accounts", "add-all", str(file)).code == 6


def test_tokens_are_made_listed_and_revoked(installed: Bihuan) -> None:
    made = installed("accounts", "tokens", "add", "SMS", "--scope", "jobs:work", "--format", "json").json
    assert made["secret"].startswith(made["prefix"])
    listed = installed("accounts", "tokens", "list", "--format", "json")
    assert made["secret"] not in listed.out
    revoked = installed("accounts", "tokens", "revoke", made["id"], "--format", "json").json
    assert revoked["revoked_at"] is not None
    assert installed("accounts", "tokens", "add", "x", "--scope", "everything").code != 0
    assert "SMS" in installed("accounts", "tokens", "list").out
