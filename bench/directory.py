"""The directory's figures: loading a county, its index, who may take a task, who may see a case.

    python -m bench.directory [--cases N] [--json]

The fictional county of `engine.samples.county` (1,223 grids, 3,700 staff) is imported from CSV into a PostgreSQL
server of its own with fsync on; then cases are placed at random grids and each role's list is read.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bench.floor import case_row
from engine.directory import Confidentiality, Directory, Index, read_vocabulary, resolve, staffing_gaps
from engine.directory.exchange import import_directory, read_files
from engine.directory.exchange.exporting import csv_bytes
from engine.directory.exchange.moments import read_moment
from engine.directory.scope import visible_cases
from engine.samples.county import county_tables, size
from engine.store import Database, insert
from engine.store.tables import case_parties_units, case_people, case_places, cases
from tests.infrastructure.postgres_server import PostgresServer

EXPRESSIONS = ("网格/网格员", "村/调委会|镇/调委会", "镇/调委会", "镇/综治中心/综治专员", "县/人社")
EVERYBODY = {
    "county platform": "unit:qh-command/county_centre",
    "town centre": "unit:qh07-centre/town_centre",
    "village lead": "unit:qh07003/village_lead",
    "grid worker": "unit:qh0700301/grid_worker",
    "county department": "unit:qh-labour/official",
    "town mediator": "unit:qh07-mediation/mediator",
}
CAP = 1_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with PostgresServer() as server:
        figures = measure(server.url(), options.cases)
    print(json.dumps(figures, ensure_ascii=False, indent=None if options.json else 2))


def measure(url: str, number: int) -> dict[str, Any]:
    """All figures on the database at `url`, which is set up and filled."""
    database = Database.open(url, create=True)
    vocabulary = read_vocabulary(Path("config/directory.toml").read_bytes())
    now = read_moment("2026-11-02T08:30", ZoneInfo("Asia/Shanghai"))
    assert now is not None
    tables = county_tables()
    files = {f"{name}.csv": csv_bytes(rows) for name, rows in tables.items()}
    directory = Directory(database, vocabulary)

    def load() -> None:
        report = import_directory(directory, read_files(files), actor="bench", at=now, reason="bench")
        assert report.written, report.to_json()

    loading, again = _time(load), _time(load)
    building = _time(lambda: Directory(database, vocabulary).refresh())
    refreshing = statistics.median(_times(directory.refresh, 50))
    index = directory.index
    found = {
        "county": size(tables),
        "load_s": round(loading, 2),
        "load_again_unchanged_s": round(again, 2),
        "index_s": round(building, 3),
        "refresh_unchanged_ms": round(refreshing * 1000, 3),
        "candidates_us": _candidates(index, now),
        "gaps_of_the_county_s": round(_time(lambda: staffing_gaps(index, EXPRESSIONS, now)), 3),
    }
    _fill(database, index, number, now)
    found["cases"] = number
    found["scope_ms"] = {
        name: _scope(database, index, index.members(group, now)[-1], now) for name, group in EVERYBODY.items()
    }
    database.close()
    return found


def _candidates(index: Index, now: int) -> dict[str, Any]:
    grids = sorted(unit for unit, rows in index.register.units.items() if rows[0].level == "grid")
    people = sorted(index.register.people)
    resolving = list(_each(lambda grid, text: resolve(index, text, grid, now), grids, EXPRESSIONS))
    grouping = list(_each(lambda person, _: index.groups_of(person, now), people, ("",)))
    return {"resolve": _spread(resolving), "groups_of": _spread(grouping)}


def _each(action: Callable[[str, str], object], items: list[str], texts: tuple[str, ...]) -> Iterator[float]:
    for item in items:
        for text in texts:
            began = time.perf_counter()
            action(item, text)
            yield time.perf_counter() - began


def _spread(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    shares = {"p50": 0.5, "p99": 0.99, "max": 1.0}
    last = len(ordered) - 1
    return {name: round(ordered[int(share * last)] * 1e6, 1) for name, share in shares.items()}


def _scope(database: Database, index: Index, person: str, now: int) -> dict[str, Any]:
    building = statistics.median(_times(lambda: visible_cases(index, person, now), 20))
    condition = visible_cases(index, person, now)
    listed = sa.select(cases.c.case_id).where(condition)
    page = listed.order_by(cases.c.case_id.desc()).limit(50)
    capped = sa.select(sa.func.count()).select_from(listed.limit(CAP).subquery())
    count = sa.select(sa.func.count()).select_from(cases).where(condition)

    def read(query: sa.Select[Any]) -> Any:
        with database.reading() as tx:
            return tx.execute(query).all()

    figures = {"visible": read(count)[0][0], "condition": round(building * 1000, 2)}
    for name, query in (("page", page), ("capped_count", capped), ("count", count)):
        figures[name] = round(statistics.median(_times(partial(read, query), 5)) * 1000, 1)
    return figures


def _fill(database: Database, index: Index, number: int, now: int) -> None:
    random = Random(1)
    grids = sorted(unit for unit, rows in index.register.units.items() if rows[0].level == "grid")
    people = sorted(index.register.people)
    rows: dict[sa.Table, list[dict[str, Any]]] = {
        table: [] for table in (cases, case_places, case_parties_units, case_people)
    }
    levels = ["normal"] * 8 + [Confidentiality.SENSITIVE.value, Confidentiality.CONFIDENTIAL.value]
    for place in range(number):
        case = UUID(int=((0x0189_0000_0000 + place) << 80) + (7 << 76) + (8 << 60) + place)
        grid = random.choice(grids)
        owner = f"{grid[:4]}-{random.choice(['centre', 'mediation', 'police'])}"
        paths = [unit.path for code in (grid, owner) if (unit := index.unit(code, now)) is not None]
        rows[cases].append({**case_row(0), "case_id": case, "state": None})
        rows[case_places].append(
            {
                "case_id": case, "place": grid, "place_path": paths[0], "owner_unit": owner,
                "owner_path": paths[1], "confidentiality": random.choice(levels),
            }
        )  # fmt: skip
        helper = f"qh-{random.choice(['labour', 'housing', 'urban', 'police', 'women', 'water'])}"
        units = {owner, helper} if place % 3 == 0 else {owner}
        rows[case_parties_units] += [{"case_id": case, "unit_id": unit} for unit in sorted(units)]
        rows[case_people].append({"case_id": case, "person_id": random.choice(people), "part": "handler"})
    with database.transaction() as tx:
        for table, found in rows.items():
            tx.write_many(insert(table), found)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")


def _time(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def _times(action: Callable[[], object], number: int) -> list[float]:
    action()
    return [_time(action) for _ in range(number)]


if __name__ == "__main__":
    main()
