"""A whole service-request file becomes cases, once; the figures from those cases are those of the file."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest

from engine import Engine
from engine.history import Replayer, Verifier
from engine.installation import open_engine
from engine.intake.drive import Action, plan
from engine.intake.figures import figures
from engine.intake.importing import import_requests
from engine.intake.layout import Layout, read_layout
from engine.intake.player import Case
from engine.intake.report import ImportReport
from engine.intake.rows import ImportedRequest
from engine.samples.package import read_folder
from tests.acceptance import independent_figures
from tests.acceptance.corrupt import corrupt
from tests.acceptance.files import request_files
from tests.acceptance.sample_requests import sample
from tests.acceptance.whistle import CONFIG, FOLDER

FILES = request_files(count=150)
LAYOUT = read_layout(Path("config/imports/baltimore-311.toml").read_bytes())


def opened(url: str = "sqlite://") -> Engine:
    engine = open_engine(url, CONFIG)
    engine.deploy(read_folder(FOLDER), actor="designer", package="whistle")
    return engine


def run(engine: Engine, data: bytes) -> ImportReport:
    return import_requests(engine, io.BytesIO(data), LAYOUT)


@dataclass(frozen=True, kw_only=True)
class Imported:
    """A file that was imported twice."""

    engine: Engine
    data: bytes
    first: ImportReport
    second: ImportReport

    @property
    def rows(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.data.decode("utf-8"), newline="")))


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=[pytest.mark.slow] if name == "public" else []) for name in sorted(FILES)
    ],
)
def imported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imported]:
    data = FILES[request.param]
    path = tmp_path_factory.mktemp("import") / "bihuan.sqlite"
    with opened(f"sqlite:///{path}") as engine:
        yield Imported(engine=engine, data=data, first=run(engine, data), second=run(engine, data))


def test_every_row_becomes_a_case(imported: Imported) -> None:
    report = imported.first
    assert (report.imported, report.refused, report.problems) == (len(imported.rows), 0, [])
    assert len(imported.engine.queries.cases(key="whistle")) == len(imported.rows)


def test_a_second_run_imports_nothing_twice(imported: Imported) -> None:
    report = imported.second
    assert (report.already_there, report.imported, report.continued) == (len(imported.rows), 0, 0)
    assert report.steps == 0


def test_the_figures_from_the_cases_are_those_of_the_file(imported: Imported) -> None:
    assert imported.first.snapshot is not None
    table = figures(imported.engine, layout=LAYOUT.name, snapshot=imported.first.snapshot)
    assert {agency: counts.to_json() for agency, counts in table.items()} == independent_figures.figures(
        imported.data
    )


def test_every_case_is_marked_imported_and_ends_as_its_row_says(imported: Imported) -> None:
    closed = {row["ServiceRequestNum"]: bool(row["CloseDate"]) for row in imported.rows}
    for case in imported.engine.queries.cases(key="whistle"):
        assert case.provenance == "imported"
        assert case.business_key is not None
        assert (case.status == "completed") == closed[case.business_key]


def test_an_open_request_waits_for_its_handling_until_its_own_due_date(imported: Imported) -> None:
    due = {row["ServiceRequestNum"]: row["DueDate"] for row in imported.rows if not row["CloseDate"]}
    tasks = imported.engine.tasks(element="handle")
    assert len(tasks) == len(due) == len(imported.engine.tasks())
    for task in tasks:
        code = imported.engine.case(task.case_id).business_key
        assert code is not None
        assert (task.due_at is not None) == bool(due[code])


def test_steps_the_file_does_not_record_are_marked_and_their_limits_not_assessed(imported: Imported) -> None:
    assert imported.engine.queries.timers() == []
    for case_id in list(imported.engine.case_ids())[:200]:
        events = list(imported.engine.queries.events(case_id))
        assert "fire-timer" not in {event.head.kind for event in events}
        marks = [event.open().input.get("simulated", False) for event in events]
        assert marks in ([False] * 3 + [True] * 2, [False] * 3 + [True] * 2 + [False] + [True] * 4)


def test_imported_histories_verify_and_replay(imported: Imported) -> None:
    verifier, replayer = Verifier(imported.engine), Replayer(imported.engine)
    for case_id in list(imported.engine.case_ids())[:100]:
        assert verifier.verify(case_id).is_sound
        assert replayer.replay(case_id).is_sound


@pytest.mark.parametrize("name", sorted(FILES))
def test_spoilt_rows_are_reported_and_the_others_imported_once(name: str) -> None:
    spoilt = corrupt(FILES[name], rows=110)
    with opened() as engine:
        first, second = run(engine, spoilt.data), run(engine, spoilt.data)
        for report in (first, second):
            found = Counter(problem.row for problem in report.problems)
            assert found == Counter(spoilt.spoilt.keys())
            assert {p.row: (p.code, p.column) for p in report.problems} == spoilt.spoilt
            assert {p.row: p.column for p in report.warnings} == spoilt.flagged
        assert (first.imported, first.refused) == (len(spoilt.good_keys), len(spoilt.spoilt))
        assert (second.imported, second.already_there) == (0, len(spoilt.good_keys))
        assert len(engine.queries.cases(key="whistle")) == len(spoilt.good_keys)


def test_a_run_that_was_interrupted_inside_a_row_is_continued(monkeypatch: pytest.MonkeyPatch) -> None:
    data = sample(12)
    steps = 0
    do = Case.do

    def die(case: Case, action: Action) -> None:
        nonlocal steps
        steps += 1
        if steps == 30:
            raise KeyboardInterrupt
        do(case, action)

    with opened() as engine:
        with monkeypatch.context() as patch:
            patch.setattr(Case, "do", die)
            with pytest.raises(KeyboardInterrupt):
                run(engine, data)
        report = run(engine, data)
        assert (report.already_there, report.continued, report.rows) == (3, 1, 12)
        assert report.imported == 8
        assert report.snapshot is not None
        table = figures(engine, layout=LAYOUT.name, snapshot=report.snapshot)
        assert table[""].to_json() == independent_figures.figures(data)[""]


def test_a_newer_file_brings_open_cases_on() -> None:
    rows = list(csv.reader(io.StringIO(sample(8).decode(), newline="")))
    header = rows[0]
    close, status = header.index("CloseDate"), header.index("SRStatus")
    older = [[*row[:status], "Open", *row[status + 1 :]] for row in rows[1:]]
    older = [[*row[:close], "", *row[close + 1 :]] for row in older]
    with opened() as engine:
        assert run(engine, _file([header, *older])).imported == 8
        assert len(engine.tasks(element="handle")) == 8
        assert run(engine, _file(rows)).continued == 8
        assert engine.tasks() == []


def test_what_the_engine_refuses_is_reported_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    def elsewhere(request: ImportedRequest, layout: Layout, snapshot: datetime) -> tuple[Action, ...]:
        start, order, *rest = plan(request, layout, snapshot)
        return start, replace(order, variables={**order.variables, "lead_unit": "elsewhere"}), *rest

    monkeypatch.setattr("engine.intake.importing.plan", elsewhere)
    with opened() as engine:
        report = run(engine, sample(2))
    assert (report.imported, report.refused) == (0, 2)
    assert [(problem.row, problem.code) for problem in report.problems] == [(2, "form"), (3, "form")]


def test_importing_twice_and_counting_on_every_database(database_url: str) -> None:
    data = sample(15)
    with opened(database_url) as engine:
        first, second = run(engine, data), run(engine, data)
        assert (first.imported, second.already_there) == (15, 15)
        assert first.snapshot is not None
        table = figures(engine, layout=LAYOUT.name, snapshot=first.snapshot)
        assert {name: counts.to_json() for name, counts in table.items()} == independent_figures.figures(data)


def test_the_report_is_json() -> None:
    seen: list[tuple[int, int]] = []
    with opened() as engine:
        report = import_requests(
            engine,
            io.BytesIO(corrupt(sample(20)).data),
            LAYOUT,
            progress=lambda done, total: seen.append((done, total)),
        )
    read = json.loads(json.dumps(report.to_json(), ensure_ascii=False))
    assert (read["rows"], read["imported"], read["refused"]) == (20, 18, 2)
    assert read["problems"][0]["message_zh"]
    assert seen == [(done, 20) for done in range(1, 21)]


def _file(rows: list[list[str]]) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()
