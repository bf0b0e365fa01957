"""start, tasks, claim, complete, history, run-due."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Bihuan


@pytest.fixture
def case(deployed: Bihuan) -> str:
    """A started case."""
    started = deployed("start", "visit", "--business-key", "ZF-1", "--var", "street=3", "--format", "json")
    return str(started.json["case"])


def test_a_started_case_shows_its_open_tasks(deployed: Bihuan) -> None:
    said = deployed("start", "visit", "--format", "json")
    assert (said.code, said.json["status"], [task["element"] for task in said.json["tasks"]]) == (
        0,
        "active",
        ["go"],
    )
    assert "上门走访" in deployed("start", "visit").out


def test_variables_are_json_and_keep_their_digits(bihuan: Bihuan, deployed: Bihuan, tmp_path: Path) -> None:
    (tmp_path / "given.json").write_text('{"a": 1, "b": "文"}', encoding="utf-8")
    started = deployed(
        "start", "visit", "--json", "given.json", "--var", "a=[0.10000000000000000001]", "--format", "json"
    )
    history = deployed("history", started.json["case"], "--format", "json").json
    assert history["events"][0]["input"]["variables"] == {"a": ["@dec:0.10000000000000000001"], "b": "文"}


@pytest.mark.parametrize(
    "pair", ["a=文", "a", "=1", "a={", "a=NaN", 'a={"b": 1, "b": 2}', "a=" + "[" * 100_000]
)
def test_a_variable_that_is_no_json_is_refused(deployed: Bihuan, pair: str) -> None:
    said = deployed("start", "visit", "--var", pair)
    assert said.code == 6
    assert "Traceback" not in said.err


def test_the_same_idempotency_key_starts_one_case(deployed: Bihuan) -> None:
    words = ("start", "visit", "--idempotency-key", "k", "--format", "json")
    first, second = deployed(*words).json, deployed(*words).json
    assert (first["case"], first["repeated"], second["repeated"]) == (second["case"], False, True)


def test_a_case_goes_by_its_id_its_beginning_or_its_business_key(deployed: Bihuan, case: str) -> None:
    for name in (case, case[:23], case.replace("-", ""), "ZF-1"):
        said = deployed("tasks", name, "--format", "json")
        assert [task["case"] for task in said.json["tasks"]] == [case]


def test_a_name_of_several_cases_is_refused(deployed: Bihuan, case: str) -> None:
    deployed("start", "visit", "--business-key", "ZF-1")
    said = deployed("history", "ZF-1")
    assert said.code == 6
    assert case in said.err


def test_tasks_are_found_by_group_and_person(deployed: Bihuan, case: str) -> None:
    deployed("claim", case, "go", "--actor", "li")
    for words, count in (
        (("--group", "grid"), 1),
        (("--group", "police"), 0),
        (("--assignee", "li"), 1),
        (("--user", "li"), 0),
        (("--element", "go"), 1),
    ):
        assert len(deployed("tasks", *words, "--format", "json").json["tasks"]) == count


def test_more_tasks_than_asked_for_are_announced(deployed: Bihuan, case: str) -> None:
    deployed("start", "visit")
    said = deployed("tasks", "--limit", 1, "--format", "json")
    assert (len(said.json["tasks"]), said.json["more"]) == (1, True)
    assert "还有更多" in deployed("tasks", "--limit", 1).out
    assert "共 2 个任务" in deployed("tasks").out


def test_a_claimed_task_is_a_conflict_for_somebody_else(deployed: Bihuan, case: str) -> None:
    assert deployed("claim", case, "上门走访").code == 0
    said = deployed("claim", case, "go", "--actor", "li", "--format", "json")
    assert (said.code, said.error["code"]) == (4, "task.taken")


def test_a_submission_that_breaks_the_form_is_told_by_field(deployed: Bihuan, case: str) -> None:
    said = deployed("complete", case, "go", "--var", "people=100", "--var", "extra=1")
    assert said.code == 6
    assert [f"  {name}: " in said.err for name in ("people", "extra")] == [True, True]
    fields = deployed("complete", case, "go", "--format", "json").error["fields"]
    assert list(fields) == ["people"]
    assert set(fields["people"][0]) == {"message_zh", "message_en"}


def test_a_case_is_handled_to_its_end(deployed: Bihuan, case: str, tmp_path: Path) -> None:
    (tmp_path / "form.json").write_text(json.dumps({"people": 3, "note": "王家"}), encoding="utf-8")
    assert deployed("complete", case, "go", "--json", "form.json").code == 0
    done = deployed("complete", case, "report", "--format", "json").json
    assert (done["status"], done["tasks"]) == ("completed", [])
    assert deployed("complete", case, "report").code == 3


def test_completing_twice_with_one_key_is_done_once(deployed: Bihuan, case: str) -> None:
    task = deployed("tasks", case, "--format", "json").json["tasks"][0]["task"]
    words = ("complete", case, task, "--var", "people=1", "--idempotency-key", "k", "--format", "json")
    first, second = deployed(*words).json, deployed(*words).json
    assert (first["seq"], second["seq"], second["repeated"]) == (2, 2, True)


def test_the_story_of_a_case_hides_what_is_sealed(deployed: Bihuan, case: str) -> None:
    deployed("complete", case, "go", "--var", "people=3", "--var", 'note="王家的事"')
    said = deployed("history", case, "--values")
    assert "王家" not in said.out
    assert "note=（保密）" in said.out
    lines = said.out.splitlines()
    assert lines[0] == "案件 ZF-1，流程 visit 第 1 版，办理中"
    assert lines[1].endswith("wang  启动案件  → 上门走访")
    assert lines[3].endswith("wang  办结“上门走访”  → 回报")


def test_times_are_shown_in_the_chosen_zone(deployed: Bihuan, case: str) -> None:
    shanghai = deployed("history", case, "--format", "json").json["started_at"]
    tokyo = deployed("history", case, "--zone", "Asia/Tokyo", "--format", "json").json["started_at"]
    assert (shanghai[-6:], tokyo[-6:]) == ("+08:00", "+09:00")


def test_what_is_due_is_done(deployed: Bihuan, case: str) -> None:
    assert deployed("run-due", "--until", "2020-01-01T08:30", "--format", "json").json == {"done": 0}
    assert deployed("run-due", "--format", "json").json == {"done": 1}
    assert "计时器  计时到：“该提醒了”" in deployed("history", case).out
    assert deployed("run-due", "--until", "soon").code == 6


@pytest.mark.parametrize(
    "words",
    [
        ("start", "unknown"),
        ("start", "visit", "--version", "7"),
        ("tasks", "nobody"),
        ("claim", "01a1f866-0d00-7000-8e0f-00148594bed5", "1"),
        ("history", "01a1f866"),
    ],
)
def test_what_does_not_exist_is_not_found(deployed: Bihuan, words: tuple[str, ...]) -> None:
    assert deployed(*words).code == 3
