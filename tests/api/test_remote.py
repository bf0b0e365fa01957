"""`bihuan --server URL`: the command line's words, carried out by a server for whoever the token stands for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.remote.connection import TRANSPORTS, VARIABLE
from api.service import service
from engine.cli.application import run
from engine.cli.exits import Exit
from tests.api.place import US, Place

SERVER = "http://bihuan.test"
SCOPES = ("tasks:read", "tasks:act", "cases:read", "cases:start", "messages:send", "reports:read")
Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Say]:
    """Give a command line to the server as somebody of the staff, by default the grid worker."""

    def given(*words: str, person: str = "grid") -> tuple[int, str, str]:
        _, secret = place.office.tokens.make(f"machine {uuid4()}", SCOPES, 30, US, person=person)
        monkeypatch.setenv(VARIABLE, secret)
        code = run(["--server", SERVER, "--lang", "zh", *words])
        out, err = capsys.readouterr()
        return code, out, err

    TRANSPORTS[SERVER] = httpx.WSGITransport(app=place.app)
    yield given
    TRANSPORTS.clear()


def document(said: tuple[int, str, str]) -> Any:
    code, out, err = said
    assert code == Exit.OK, err
    return json.loads(out)


def test_a_case_is_started_found_and_worked_on(say: Say) -> None:
    begun = document(
        say("start", "matter", "--var", 'grid="G1"', "--business-key", "R-1", "--format", "json")
    )
    assert [task["element"] for task in begun["tasks"]] == ["register"]
    assert say("claim", "R-1", "register")[0] == Exit.OK
    listed = document(say("tasks", "R-1", "--format", "json"))
    assert [row["step"] for row in listed["tasks"]] == ["register"]
    done = document(say("complete", "R-1", "register", "--var", 'title="积水"', "--format", "json"))
    assert [task["element"] for task in done["tasks"]] == ["handle"]
    found = document(say("cases", "--business-key", "R-1", "--format", "json"))
    assert [row["title"] for row in found["cases"]] == ["积水"]
    told = document(say("history", found["cases"][0]["case_code"], "--format", "json"))
    assert [event["kind"] for event in told["events"]] == ["start", "claim", "complete"]


def test_people_read_tables_and_sentences(say: Say) -> None:
    code, out, _ = say("start", "matter", "--var", 'grid="G1"', "--business-key", "R-2")
    assert code == Exit.OK
    assert "register" in out
    assert "register" in say("tasks")[1]
    assert (
        "R-2" in say("cases", "--business-key", "R-2")[1]
        or say("cases", "--business-key", "R-2")[0] == Exit.OK
    )
    assert say("history", "R-2", "--values")[1].count("\n") >= 1


def test_a_repeated_completion_has_the_first_outcome(say: Say) -> None:
    begun = document(say("start", "matter", "--var", 'grid="G1"', "--format", "json"))
    line = (
        "complete", begun["case"], str(begun["tasks"][0]["task"]), "--var", 'title="积水"',
        "--idempotency-key", "K1", "--format", "json",
    )  # fmt: skip
    first, second = document(say(*line)), document(say(*line))
    assert (first["repeated"], second["repeated"]) == (False, True)
    assert first["seq"] == second["seq"]


def test_what_is_not_ones_own_does_not_exist(say: Say) -> None:
    begun = document(
        say("start", "matter", "--var", 'grid="G1"', "--business-key", "R-3", "--format", "json")
    )
    for name in ("R-3", begun["case"]):
        code, _, err = say("history", name, person="grid2")
        assert code == Exit.NOT_FOUND
        assert "不存在" in err


def test_forms_with_errors_name_the_field(say: Say) -> None:
    begun = document(say("start", "matter", "--var", 'grid="G1"', "--format", "json"))
    code, _, err = say("complete", begun["case"], "register", "--var", "title=7", "--format", "json")
    assert code == Exit.INVALID
    assert list(json.loads(err)["error"]["fields"]) == ["title"]


@pytest.mark.parametrize("line", [("verify", "--all"), ("stuck", "retry", "1"), ("db", "upgrade")])
def test_commands_that_need_the_database_say_so(say: Say, line: tuple[str, ...]) -> None:
    code, _, err = say(*line)
    assert code == Exit.USAGE
    assert "--server" in err


def test_a_server_knows_who_acts(say: Say) -> None:
    code, _, err = say("claim", "R-1", "register", "--actor", "mayor")
    assert code == Exit.USAGE
    assert "--actor" in err


def test_without_a_token_or_a_server_the_reason_is_said(
    say: Say, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert run(["--server", SERVER, "tasks"]) == Exit.INVALID
    assert VARIABLE in capsys.readouterr().err
    monkeypatch.setenv(VARIABLE, "bihuan_wrong")
    assert run(["--server", SERVER, "tasks"]) == Exit.REFUSED
    assert run(["--server", "http://127.0.0.1:9", "tasks"]) == Exit.UNAVAILABLE
    assert "127.0.0.1:9" in capsys.readouterr().err


def test_what_works_without_a_database_works_beside_a_server(say: Say) -> None:
    assert say("feel", "-e", "1 + 1")[0] == Exit.OK


def test_reports_are_those_of_whom_the_token_stands_for(say: Say, place: Place, tmp_path: Path) -> None:
    place.start("G1", category=["neighbour"])
    service(place.app).reports.rollup.sweep(whole=True)
    shown = document(say("report", "show", "overview", "--period", "2025", "--format", "json", person="town"))
    direct = place.sign_in("town").get("/reports/overview", period="2025").get_json()
    assert shown == direct
    code, out, err = say("report", "show", "overview", "--period", "2025", person="town")
    assert code == Exit.OK, err
    assert direct["title"] in out
    file = tmp_path / "overview.pdf"
    words = ("report", "show", "overview", "--period", "2025", "--format", "pdf", "--output", str(file))
    assert say(*words, person="town")[0] == Exit.OK
    assert file.read_bytes().startswith(b"%PDF")
    assert say("report", "show", "nothing", "--period", "2025", person="town")[0] == Exit.NOT_FOUND
