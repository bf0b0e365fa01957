"""周通报: who is praised and criticised, what is issued and when, and who is called to an interview."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.errors import InvalidInput
from engine.i18n import Language, catalogue
from engine.inbox import viewer_of
from engine.reports import Asked, issue_due
from engine.reports.facts import CaseFacts
from engine.reports.rate import Rate
from engine.reports.rules import Weekly, read_rules
from engine.reports.weekly import judged, places
from engine.samples.small_county import load_small_county
from engine.store.tables import interviews_called, issued_weeks, notices
from tests.unit.reports.shelf import CONFIG, DAY, NOW, Shelf, at, shelf

TOWN = "qh01"
WEEK = 7 * DAY
MONDAY = at("2026-07-06T00:00")
"""Of the week 2026-W28."""


def switched_on(folder: Path) -> Path:
    text = (CONFIG / "reports.toml").read_text(encoding="utf-8")
    text = text.replace("enabled = false", "enabled = true").replace(
        'legal_basis = ""', 'legal_basis = "县委政法委〔2026〕3号"'
    )
    (folder / "reports.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def county(tmp_path: Path, sqlite_url: str) -> Iterator[Shelf]:
    """The small county, with weekly reports switched on."""
    with shelf(sqlite_url, switched_on(tmp_path)) as filled:
        assert filled.engine.directory is not None
        load_small_county(filled.engine.directory, actor="admin", at=at("2026-01-01T00:00"), reason="sample")
        yield filled


def villages(county: Shelf) -> list[str]:
    assert county.engine.directory is not None
    rows = county.engine.directory.index.children(TOWN, NOW)
    return [row.id for row in rows if row.department is None]


def week(county: Shelf, start: int, late: dict[str, int]) -> None:
    """Ten cases of each village due in a week, so many of them settled late."""
    for village in villages(county):
        for number in range(10):
            due = start + 2 * DAY
            settled = due + DAY if number < late.get(village, 0) else due - DAY
            case = CaseFacts(
                definition_key="intake", received_at=start + 1, due_at=due, original_due_at=due,
                settled_at=settled, first_settled_at=settled,
            )  # fmt: skip
            county.put(case, place=village)


def pass_to(county: Shelf, moment: int) -> list[str]:
    """What the worker issues at a moment, the facts being up to it."""
    county.reports.rollup._mark(moment)
    assert county.engine.directory is not None
    return issue_due(county.reports, county.engine.directory.index, moment)


def rows(county: Shelf, table: sa.Table) -> list[sa.Row[tuple[object, ...]]]:
    with county.engine.database.reading() as tx:
        return list(tx.execute(sa.select(table)))


def test_places_are_shared_and_the_best_comes_first() -> None:
    scores = {"a": Rate(9, 10), "b": Rate(18, 20), "c": Rate(1, 3)}
    assert places(scores) == {"a": 1, "b": 1, "c": 3}
    assert judged(scores, Weekly()) == {"a": "praised", "b": "praised", "c": "criticised"}


def test_nobody_is_judged_where_all_are_equal_or_too_few_or_nothing_was_left_undone() -> None:
    assert judged({name: Rate(1, 2) for name in "abc"}, Weekly()) == {}
    assert judged({"a": Rate(1, 1), "b": Rate(0, 1)}, Weekly()) == {}
    assert judged({}, Weekly()) == {}


def test_nothing_is_issued_unless_it_is_switched_on(sqlite_url: str) -> None:
    with shelf(sqlite_url) as filled:
        assert filled.engine.directory is not None
        load_small_county(filled.engine.directory, actor="admin", at=at("2026-01-01T00:00"), reason="sample")
        week(filled, MONDAY, {})
        assert pass_to(filled, MONDAY + WEEK + DAY) == []


def test_switching_it_on_needs_a_basis() -> None:
    text = (CONFIG / "reports.toml").read_text(encoding="utf-8").replace("enabled = false", "enabled = true")
    with pytest.raises(InvalidInput, match="legal_basis"):
        read_rules(text.encode())


def test_a_week_is_issued_once_when_it_is_over_and_the_facts_are_there(county: Shelf) -> None:
    week(county, MONDAY, {villages(county)[0]: 4})
    assert (
        not {TOWN} & set(pass_to(county, MONDAY + WEEK - 1))
        or rows(county, issued_weeks)[0].week != "2026-W28"
    )
    assert TOWN in pass_to(county, MONDAY + WEEK)
    assert pass_to(county, MONDAY + WEEK + DAY) == []
    weeks = [row.week for row in rows(county, issued_weeks) if row.unit == TOWN]
    assert weeks.count("2026-W28") == 1


def test_what_was_issued_stays_as_it_was(county: Shelf) -> None:
    worst = villages(county)[0]
    week(county, MONDAY, {worst: 4})
    pass_to(county, MONDAY + WEEK)
    before = county.write("weekly", "2026-W28", unit=TOWN)
    week(county, MONDAY, {worst: 10})
    after = county.write("weekly", "2026-W28", unit=TOWN)
    assert before == after
    assert "拟稿：没有签发。" not in "".join(after.notes)
    found = {row["key"]: row["verdict"] for row in after.table("weekly_ranking").rows}
    assert found[worst] == "批评"
    assert "表扬" in found.values()


def test_who_does_not_see_all_of_the_unit_reads_a_draft_of_what_they_see(county: Shelf) -> None:
    week(county, MONDAY, {villages(county)[0]: 4})
    pass_to(county, MONDAY + WEEK)
    assert county.engine.directory is not None
    nobody = viewer_of(county.engine.directory.index, "nobody", NOW)
    asked = Asked(period="2026-W28", unit=TOWN)
    report = county.reports.write("weekly", nobody, asked, catalogue(Language.ZH))
    assert report.table("weekly_ranking").rows == []
    assert any(note.startswith("拟稿") for note in report.notes)


def test_three_criticisms_in_a_row_call_for_one_interview(county: Shelf) -> None:
    worst = villages(county)[0]
    for number in range(5):
        week(county, MONDAY + number * WEEK, {worst: 4})
        pass_to(county, MONDAY + (number + 1) * WEEK)
        called = [row for row in rows(county, interviews_called) if row.subject == worst]
        assert len(called) == (number >= 2), number
    told = [row for row in rows(county, notices) if row.kind == "weekly.interview"]
    assert told
    assert all(row.addressee.startswith("group:") for row in told)


def test_a_week_without_criticism_ends_the_row(county: Shelf) -> None:
    worst, other = villages(county)[:2]
    for number, late in enumerate((worst, worst, other, worst, worst)):
        week(county, MONDAY + number * WEEK, {late: 4})
        pass_to(county, MONDAY + (number + 1) * WEEK)
    assert rows(county, interviews_called) == []


def test_only_weeks_are_reported(county: Shelf) -> None:
    for period in ("2026-07", "2026-07-06", "2026-07-07..2026-07-13"):
        with pytest.raises(InvalidInput, match="周通报按周"):
            county.write("weekly", period, unit=TOWN)
