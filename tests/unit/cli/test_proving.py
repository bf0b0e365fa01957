"""verify, replay, export, db."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from lxml import etree

from tests.unit.cli.conftest import Bihuan


@pytest.fixture
def handled(deployed: Bihuan) -> Bihuan:
    """Two cases, one of them with a completed task."""
    deployed("start", "visit", "--business-key", "ZF-1")
    deployed("start", "visit", "--business-key", "ZF-2")
    deployed("complete", "ZF-1", "go", "--var", "people=1", "--var", 'note="x"')
    return deployed


@pytest.mark.parametrize("command", ["verify", "replay"])
def test_a_sound_history_passes(handled: Bihuan, command: str) -> None:
    said = handled(command, "--all", "--format", "json")
    assert (said.code, said.json["cases"], said.json["events"], said.json["sound"]) == (0, 2, 3, True)
    assert handled(command, "ZF-2", "ZF-1").code == 0


def test_a_replay_may_rebuild_after_every_event(handled: Bihuan) -> None:
    assert handled("replay", "--all", "--rebuild").code == 0


@pytest.mark.parametrize("command", ["verify", "replay"])
def test_some_cases_or_all_must_be_named(handled: Bihuan, command: str) -> None:
    assert handled(command).code == 2
    assert handled(command, "ZF-1", "--all").code == 2
    assert handled(command, "ZF-9").code == 3


def test_a_changed_row_is_named(handled: Bihuan, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "bihuan.db") as database:
        database.execute("UPDATE tasks SET assignee = 'mallory'")
    database.close()
    said = handled("verify", "--all", "--format", "json")
    assert (said.code, said.json["sound"]) == (1, False)
    assert {finding["rule"] for finding in said.json["findings"]} == {"row.tasks"}
    text = handled("verify", "ZF-1")
    assert text.code == 1
    assert "row.tasks" in text.out
    assert "发现" in text.out


def test_a_lost_keyring_is_not_taken_for_erasure(handled: Bihuan, tmp_path: Path) -> None:
    (tmp_path / "bihuan.db.keys").unlink()
    said = handled("verify", "--all", "--format", "json")
    assert (said.code, said.error["code"]) == (3, "keyring.missing")
    assert not (tmp_path / "bihuan.db.keys").exists()


def test_the_keyring_of_a_server_must_be_named(handled: Bihuan) -> None:
    said = handled("tasks", "--database", "postgresql://nobody@localhost:1/none", "--format", "json")
    assert (said.code, said.error["code"]) == (6, "keyring.unnamed")


def test_an_export_holds_the_chosen_cases(handled: Bihuan, tmp_path: Path) -> None:
    assert handled("export", "xes", "all.xes", "--all").code == 0
    assert handled("export", "xes", "one.xes", "--case", "ZF-2", "--format", "json").json["cases"] == 1
    names = etree.parse(tmp_path / "all.xes").xpath("//*[local-name()='trace']/*[@key='concept:name']/@value")
    assert names == ["ZF-1", "ZF-2"]


def test_an_exported_log_is_one_event_a_line_with_what_was_entered(handled: Bihuan, tmp_path: Path) -> None:
    said = handled("export", "log", "all.jsonl", "--all", "--format", "json").json
    lines = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text("utf-8").splitlines()]
    assert (said["cases"], said["events"]) == (2, len(lines))
    told = handled("history", "ZF-2", "--format", "json").json
    mine = [line for line in lines if line["case"] == told["case"]]
    assert [
        {name: line[name] for name in event} for line, event in zip(mine, told["events"], strict=True)
    ] == (told["events"])
    assert {line["business_key"] for line in mine} == {"ZF-2"}
    opened = [effect for effect in mine[0]["effects"] if effect[0] == "scope+"]
    assert mine[0]["processes"] == {effect[6]: told["process"] for effect in opened}
    assert handled("export", "log", "one.jsonl", "--case", "ZF-2").code == 0
    assert (tmp_path / "one.jsonl").read_text("utf-8").count("\n") == len(mine)


def test_an_export_that_cannot_be_written_leaves_nothing(handled: Bihuan, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    assert handled("export", "xes", "taken", "--all").code == 6
    assert handled("export", "xes", "nowhere/x.xes", "--all").code == 6
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []


def test_a_database_is_set_up(bihuan: Bihuan, package: Path) -> None:
    assert bihuan("tasks").code == 3
    assert bihuan("db", "upgrade", "--format", "json").code == 0
    assert bihuan("db", "upgrade", "--phase", "pre").code == 0
    assert bihuan("tasks", "--format", "json").json == {"tasks": [], "more": False}


def test_derived_rows_are_compared_and_made_again(handled: Bihuan, tmp_path: Path) -> None:
    check = ("db", "rebuild-projections", "--check", "--format", "json")
    assert handled(*check).json["differences"] == {}
    with sqlite3.connect(tmp_path / "bihuan.db") as connection:
        connection.execute("UPDATE case_headers SET title = 'forged'")
    said = handled(*check)
    assert said.code == 1
    assert set(map(tuple, said.json["differences"].values())) == {("case_headers",)}
    assert handled("db", "rebuild-projections").code == 0
    assert handled(*check).json == {"cases": said.json["cases"], "differences": {}}


def test_a_file_that_is_no_database_is_named(bihuan: Bihuan, tmp_path: Path) -> None:
    (tmp_path / "bihuan.db").write_bytes(b"something else " * 1000)
    said = bihuan("tasks", "--format", "json")
    assert (said.code, said.error["code"]) == (69, "database.unavailable")
    (tmp_path / "empty.db").touch()
    assert bihuan("tasks", "--database", "sqlite:///empty.db").code == 4


@pytest.mark.parametrize("command", [("tasks",), ("db", "upgrade")])
@pytest.mark.parametrize("url", ["mysql://u:secret@h/d", "nonsense", "sqlite:/x", "://"])
def test_an_address_of_no_database_is_refused_without_repeating_it(
    bihuan: Bihuan, command: tuple[str, ...], url: str
) -> None:
    said = bihuan(*command, "--database", url, "--keyring", "sqlite:///k")
    assert said.code in (3, 6)
    assert "secret" not in said.err


def test_roots_are_signed_handed_out_and_checked_offline(handled: Bihuan, tmp_path: Path) -> None:
    assert handled("proof", "append").code == 3
    assert handled("proof", "root").code == 3
    made = handled("proof", "create-key", "--format", "json").json
    assert (tmp_path / "bihuan.db.signing-key").stat().st_mode & 0o777 == 0o600
    assert handled("proof", "create-key").code == 4
    assert handled("proof", "append", "--format", "json").json["root"]["size"] == 2
    assert handled("proof", "append", "--format", "json").json["root"] is None
    assert handled("proof", "publish", "first.json").code == 0
    handled("start", "visit", "--business-key", "ZF-3")
    said = handled("verify", "--all", "--root", "first.json", "--format", "json").json["proof"]
    assert (said["size"], said["anchored"], said["unproven_events"], said["key"]) == (2, True, 1, made["key"])
    assert "尚未证明" in handled("verify", "--all").out
    handled("proof", "append")
    assert handled("proof", "rotate-key").code == 0
    handled("proof", "publish", "second.json", "--since", "first.json")
    handled("proof", "inclusion", "ZF-3", "--output", "case.json")
    handled("proof", "consistency", "first.json", "--output", "grown.json")
    for name in ("bihuan.db", "bihuan.db.keys", "bihuan.db.signing-key"):
        (tmp_path / name).rename(tmp_path / f"{name}.away")
    for name in ("second.json", "grown.json"):
        assert handled("proof", "check", name, "--trusted", "first.json").code == 0
    checked = handled("proof", "check", "case.json", "--format", "json")
    assert (checked.code, checked.json["says"]["events"]) == (0, 1)
    altered = (tmp_path / "case.json").read_text().replace('\\"events\\":1', '\\"events\\":2')
    (tmp_path / "case.json").write_text(altered)
    assert handled("proof", "check", "case.json").code == 1
    (tmp_path / "case.json").write_text("{}")
    assert handled("proof", "check", "case.json").code == 6


def test_a_lost_signing_key_is_not_made_anew(handled: Bihuan, tmp_path: Path) -> None:
    handled("proof", "create-key")
    handled("proof", "append")
    (tmp_path / "bihuan.db.signing-key").unlink()
    said = handled("proof", "create-key", "--format", "json")
    assert (said.code, said.error["code"]) == (4, "proof.other_key")
    assert not (tmp_path / "bihuan.db.signing-key").exists()
    assert handled("verify", "--all", "--format", "json").json["proof"]["anchored"] is False


def test_what_is_not_due_is_not_destroyed(handled: Bihuan) -> None:
    handled("proof", "create-key")
    assert handled("destruction", "due", "--format", "json").json == {"due": [], "count": 0}
    assert handled("destruction", "propose", "ZF-1", "--reason", "x").code == 5
    assert handled("destruction", "approve", "7").code == 3
    assert handled("destruction", "hold", "ZF-1", "--reason", "诉讼").code == 0
    assert handled("destruction", "lift", "ZF-1").code == 0
    assert handled("destruction", "lift", "ZF-1").code == 3
    assert handled("destruction", "list", "--format", "json").json == {"destructions": []}
