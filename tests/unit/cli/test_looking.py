"""cases, case, retry, message."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.cli.clocks import lasting
from tests.support.bpmn import diagram, end, event_sub, message, start, user, xor
from tests.unit.cli.conftest import Bihuan
from tests.verbs.acting import props
from tests.verbs.test_duties import CLOSING


@pytest.fixture
def visits(bihuan: Bihuan, tmp_path: Path) -> Bihuan:
    """A process with a limit, a closing condition, a message, and a way into an incident."""
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "visits.bpmn").write_bytes(
        diagram(
            start("s"),
            user("go", extension=props(limit="dispute.first_contact.red")),
            xor("fit"),
            user("end", extension=props(condition="closing", milestone="closed")),
            end("e"),
            event_sub("told", start("heard", message("answer", "=code"), interrupting=False), end("noted"),
                      "heard -> noted", outputs={"ok": "=ok"}),
            "s -> go -> fit; fit -> end if ok; end -> e",
            key="visits",
        )
    )  # fmt: skip
    (folder / "closing.dmn").write_text(CLOSING, encoding="utf-8")
    assert bihuan("deploy", folder, "--quiet").code == 0
    return bihuan


@pytest.fixture
def case(visits: Bihuan) -> str:
    """A started case."""
    words = ("--business-key", "ZF-1", "--var", 'code="k"', "--var", 'grade="red"', "--var", "reached=false")
    return str(visits("start", "visits", *words, "--format", "json").json["case"])


def listed(bihuan: Bihuan, *words: object) -> list[str]:
    return [row["case"] for row in bihuan("cases", *words, "--format", "json").json["cases"]]


def test_cases_are_listed_newest_first_and_narrowed(visits: Bihuan, case: str) -> None:
    other = str(visits("start", "visits", "--format", "json").json["case"])
    assert sorted(listed(visits)) == sorted([case, other])
    assert listed(visits, "--business-key", "ZF-1") == [case]
    assert listed(visits, "--grade", "red") == [case]
    assert listed(visits, "--process", "visits", "--status", "suspended") == []
    assert listed(visits, "--process", "dispute") == []
    assert len(listed(visits, "--lifecycle", "open")) == 2
    assert visits("cases", "--grade", "purple").code == 6


def test_more_cases_than_asked_for_are_announced(visits: Bihuan, case: str) -> None:
    visits("start", "visits")
    said = visits("cases", "--limit", 1, "--format", "json").json
    assert (len(said["cases"]), said["more"]) == (1, True)
    assert "还有更多" in visits("cases", "--limit", 1).out
    assert "共 2 个案件" in visits("cases").out


def test_a_case_goes_by_its_code_too(visits: Bihuan, case: str) -> None:
    code = visits("cases", "--business-key", "ZF-1", "--format", "json").json["cases"][0]["case_code"]
    assert visits("case", code, "--format", "json").json["case"] == case


def test_a_case_shows_its_header_tasks_and_clocks(visits: Bihuan, case: str) -> None:
    said = visits("case", case, "--format", "json").json
    assert (said["business_key"], said["status"], said["grade"]) == ("ZF-1", "active", "red")
    assert [task["element"] for task in said["tasks"]] == ["go"]
    (clock,) = said["clocks"]
    assert (clock["limit"], clock["element"], clock["stopped_at"]) == (
        "dispute.first_contact.red",
        "go",
        None,
    )
    shown = visits("case", case).out
    assert "红" in shown
    assert "dispute.first_contact.red" in shown
    assert "合计" in shown


def test_the_intervals_of_a_clock_follow_one_another_and_add_up(visits: Bihuan, case: str) -> None:
    until = "2099-01-01T00:00"
    (clock,) = visits("case", case, "--until", until, "--format", "json").json["clocks"]
    intervals = clock["intervals"]
    assert [each["to"] for each in intervals[:-1]] == [each["from"] for each in intervals[1:]]
    assert intervals[-1]["to"].startswith(until)
    assert sum(each["seconds"] for each in intervals) == clock["seconds"]
    assert clock["counted"] == 7200
    assert {each["late"] for each in intervals} == {False, True}


def test_closing_conditions_are_listed_as_met_or_not(visits: Bihuan, case: str) -> None:
    visits("complete", case, "go", "--var", "ok=true")
    (task,) = visits("case", case, "--format", "json").json["conditions"]
    assert (task["element"], task["is_met"]) == ("end", False)
    assert "回访未完成" in task["unmet"][0]["message_zh"]
    assert "回访未完成" in visits("case", case).out
    assert visits("complete", case, "end", "--var", "delivered=true", "--var", "reached=true").code == 0
    done = visits("case", case, "--format", "json").json
    assert (done["status"], done["tasks"], done["conditions"]) == ("completed", [], [])


def test_an_incident_is_shown_and_goes_on_once_its_cause_is_gone(visits: Bihuan, case: str) -> None:
    visits("complete", case, "go")
    (incident,) = visits("case", case, "--format", "json").json["incidents"]
    assert incident["element_id"] == "fit"
    assert visits("retry", case, "fit", "--format", "json").json["incidents"]
    told = visits("message", "answer", "--key", "k", "--var", "ok=true", "--format", "json").json
    assert [outcome["case"] for outcome in told["delivered"]] == [case]
    said = visits("retry", case, "fit", "--format", "json").json
    assert ([task["element"] for task in said["tasks"]], said["incidents"]) == (["end"], [])
    assert visits("retry", case, "fit").code == 3


def test_a_message_nobody_waits_for_is_kept(visits: Bihuan) -> None:
    assert visits("message", "answer", "--key", "nobody", "--format", "json").json == {"delivered": []}
    assert "保留" in visits("message", "answer", "--key", "nobody").out


def test_a_message_with_the_same_id_is_one_message(visits: Bihuan, case: str) -> None:
    words = ("message", "answer", "--key", "k", "--id", "m-1", "--format", "json")
    assert [len(visits(*words).json["delivered"]) for _ in range(2)] == [1, 0]


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00:00"), (59, "0:00:59"), (3_661, "1:01:01"), (100_000, "1 天 3:46:40")]
)
def test_lengths_are_told_to_the_second(seconds: int, text: str) -> None:
    from engine.i18n import Language, catalogue

    assert lasting(catalogue(Language.ZH), seconds) == text


def test_a_case_goes_by_a_code_in_small_letters_as_it_is_listed(visits: Bihuan) -> None:
    visits("start", "visits", "--var", 'case_code="sim-g-2"')
    assert visits("history", "sim-g-2").code == 0
