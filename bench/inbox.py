"""Inboxes at size: pages, deep pages, counts and every sort and filter at a million open tasks.

    python -m bench.inbox [--tasks 1000000] [--events 10] [--rounds 21] [--json FILE]

A fictional county (`engine.samples.county`) with as many open cases as asked for, each with one open task, is written
straight into a PostgreSQL server of its own, with `--events` log events a case. Then people of each role read their
boxes through `engine.inbox` in process, the server on the same machine. It takes the time by the clock, and the
processor time of both processes, which others on the machine change less (`--processor` judges by it).
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import sqlalchemy as sa

from engine.cases.grams import grams
from engine.directory import Confidentiality, Directory, Index, read_vocabulary
from engine.directory.exchange import import_directory, read_files
from engine.directory.exchange.exporting import csv_bytes
from engine.directory.exchange.moments import read_moment
from engine.directory.identity import parse_group
from engine.inbox import Box, CaseFilters, Cases, CaseSort, Filters, Inbox, Sort, Viewer, viewer_of
from engine.inbox.boxes import OPEN
from engine.samples.county import county_tables, size
from engine.store import NEVER, Database, new_case_id
from engine.store.probe import Counter
from engine.store.tables import (
    UNGRADED,
    case_headers,
    case_parties_units,
    case_people,
    case_places,
    cases,
    done_tasks,
    task_candidates,
    tasks,
)
from tests.infrastructure.postgres_server import PostgresServer

SERVER = {"shared_buffers": "2GB", "maintenance_work_mem": "512MB", "max_wal_size": "4GB", "work_mem": "16MB"}
"""As for a database of this size; PostgreSQL's own defaults are for a machine with little memory."""

HOUR = 3_600 * 1_000_000
DAY = 24 * HOUR
HASH = b"h" * 32
GOAL = 20.0

PEOPLE = {
    "county platform": "unit:qh-command/county_centre",
    "town centre": "unit:qh07-centre/town_centre",
    "village lead": "unit:qh07003/village_lead",
    "grid worker": "unit:qh0700301/grid_worker",
    "county department": "unit:qh-labour/official",
    "town mediator": "unit:qh07-mediation/mediator",
}
MATTERS = [
    "邻里纠纷",
    "家庭矛盾",
    "欠薪讨薪",
    "土地承包",
    "宅基地",
    "物业服务",
    "噪声扰民",
    "违章搭建",
    "占道经营",
    "医患纠纷",
    "消费维权",
    "路灯损坏",
]
STREETS = ["柳溪", "青石", "河东", "西关", "东门", "南山", "北桥", "金水", "白云", "紫竹", "长安", "永宁"]
STEPS = ("register", "assess", "assign", "mediate", "check_in", "handle", "confirm", "follow_up")
CATEGORIES = ("民生/住房/物业", "民生/劳动/欠薪", "治安/邻里/噪声", "城管/市容/占道", "婚姻家庭/离婚/抚养")


@dataclass(frozen=True, kw_only=True)
class County:
    """Where the cases are put: units that tasks wait for, with the people who may take them."""

    index: Index
    now: int
    grids: list[str]
    groups: dict[str, list[str]]
    members: dict[str, list[str]]


def main() -> None:
    """Fill, measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tasks", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=10, help="log events of each case")
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--url", help="a PostgreSQL database filled before, instead of one of its own")
    parser.add_argument("--processor", action="store_true", help="print processor time: the machine is busy")
    parser.add_argument("--keep", action="store_true", help="fill a database, print its address and wait")
    options = parser.parse_args()
    if options.url is not None:
        found = _measured(options.url, options.rounds)
    else:
        with PostgresServer(SERVER) as server:
            database = Database.open(server.url(), create=True)
            county = directory(database)
            filling = _time(lambda: fill(server.conninfo(), county, options.tasks, options.events))
            print(f"filled in {filling:.0f} s: {sizes(database)}", flush=True)
            database.close()
            if options.keep:
                print(server.url(), flush=True)
                time.sleep(7 * 24 * 3600)
            found = _measured(server.url(), options.rounds)
    report(found, "cpu" if options.processor else "wall")
    if options.json is not None:
        options.json.write_text(json.dumps(found, ensure_ascii=False, indent=1))


def _measured(url: str, rounds: int) -> list[dict[str, Any]]:
    database = Database.open(url)
    county = directory(database)
    # As API processes do once the directory is loaded: it is not looked through for garbage again.
    gc.collect()
    gc.freeze()
    found = list(measure(database, county, rounds))
    database.close()
    return found


def directory(database: Database) -> County:
    """Import the county and find who works where."""
    vocabulary = read_vocabulary(Path("config/directory.toml").read_bytes())
    now = read_moment("2026-11-02T08:30", ZoneInfo("Asia/Shanghai"))
    assert now is not None
    tables = county_tables()
    service = Directory(database, vocabulary)
    files = {f"{name}.csv": csv_bytes(rows) for name, rows in tables.items()}
    import_directory(service, read_files(files), actor="bench", at=now - 400 * DAY, reason="bench")
    index = service.index
    print(f"county: {size(tables)}", flush=True)
    groups: dict[str, list[str]] = {"grid": [], "village": [], "town": [], "department": [], "county": []}
    members: dict[str, list[str]] = {}
    for person in sorted(index.register.people):
        for group in index.groups_of(person, now):
            members.setdefault(group, []).append(person)
    for group in sorted(members):
        parsed = parse_group(group)
        unit = None if parsed is None else index.unit(parsed.unit, now)
        if parsed is None or unit is None or parsed.role == "*":
            continue
        kind = {"grid_worker": "grid", "village_lead": "village", "county_centre": "county"}.get(parsed.role)
        kind = kind or ("town" if unit.level == "town" else "department" if unit.level == "county" else None)
        if kind is not None:
            groups[kind].append(group)
    grids = sorted(unit for unit, rows in index.register.units.items() if rows[0].level == "grid")
    return County(index=index, now=now, grids=grids, groups=groups, members=members)


def fill(conninfo: str, county: County, number: int, events: int) -> None:
    """Write the rows of `number` open cases, and their logs."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        tables = (
            cases, tasks, task_candidates, case_headers, case_places, case_people, case_parties_units, done_tasks,
        )  # fmt: skip
        for chunk in _chunks(_cases(county, number), 20_000):
            for table in tables:
                _copy(connection, table, [row for rows in chunk for row in rows.get(table.name, ())])
        for number_of_event in range(1, events + 1):
            connection.execute(
                "INSERT INTO events SELECT case_id, %s, started_at, started_at, 'complete', 'li', NULL,"
                " state_hash || state_hash || head, head FROM cases",
                [number_of_event],
            )
        connection.execute("VACUUM ANALYZE")


def _chunks(rows: Iterator[Any], length: int) -> Iterator[list[Any]]:
    while chunk := list(itertools.islice(rows, length)):
        yield chunk


def _copy(connection: psycopg.Connection, table: sa.Table, rows: list[tuple[Any, ...]]) -> None:
    columns = ", ".join(column.name for column in table.columns)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN".encode()) as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _cases(county: County, number: int) -> Iterator[dict[str, list[tuple[Any, ...]]]]:
    random = Random(1)
    kinds = random.choices(
        ("grid", "village", "town", "department", "county"), (54, 20, 16, 8, 2), k=min(number, 1_000_000)
    )
    span = 60 * DAY // number
    paths = {
        unit: row.path for unit in county.index.register.units if (row := county.index.unit(unit, county.now))
    }
    for place in range(number):
        grid = random.choice(county.grids)
        group = _waits_for(county, random, kinds[place % len(kinds)], grid)
        yield _case(county, random, place, grid, group, paths, county.now - 60 * DAY + place * span)


def _waits_for(county: County, random: Random, kind: str, grid: str) -> str:
    """The group of a task about a grid: the grid's own, its village's, one of its town's, or one of the county."""
    if kind == "grid":
        return f"unit:{grid}/grid_worker"
    if kind == "village":
        return f"unit:{grid[:-2]}/village_lead"
    if kind == "town":
        return random.choice(
            [group for group in county.groups["town"] if group.startswith(f"unit:{grid[:4]}-")]
        )
    return random.choice(county.groups[kind])


def _case(
    county: County, random: Random, place: int, grid: str, group: str, paths: dict[str, str], at: int
) -> dict[str, list[tuple[Any, ...]]]:
    case_id = new_case_id(at, random.randbytes(8))
    flow = random.choice(("dispute", "dispute", "whistle", "grid_event"))
    grade = random.choices((0, 1, 2, UNGRADED), (2, 8, 60, 30))[0]
    secrecy = random.choices((0, 1, 2), (90, 8, 2))[0]
    step, created = random.choice(STEPS), at + random.randrange(5 * DAY)
    due = NEVER if random.random() < 0.1 else county.now + random.randrange(-3 * DAY, 40 * DAY)
    soon = NEVER if due == NEVER else due - random.randrange(HOUR, 3 * DAY)
    priority = random.choice((50, 50, 50, 70, 90))
    members = county.members.get(group, [])
    taken = random.choice(members) if members and random.random() < 0.3 else None
    title = f"{random.choice(STREETS)}{random.choice(MATTERS)}{random.choice(MATTERS)}"
    parsed = parse_group(group)
    unit = parsed.unit if parsed else grid
    submitter = random.choice(county.members.get(f"unit:{grid}/grid_worker", ["li"]))
    handler = taken or random.choice(members or ["li"])
    word = tuple(Confidentiality)[secrecy].value
    code = f"JF-20261102-{place:09d}"
    people = {(submitter, "submitter"), (handler, "handler"), (random.choice(members or ["li"]), "copied")}
    status, kind = ("claimed" if taken else "open"), "group"
    return {
        "cases": [(case_id, HASH, flow, 1, None, "active", "live", 1, at, None, at, 10, HASH, HASH, HASH)],
        "tasks": [
            (case_id, 5, 4, flow, step, "办理", None, status, taken, due, priority, created, soon, 0, 0)
        ],
        "task_candidates": [
            (case_id, 5, kind, group, due, created, int(not taken), soon, priority, grade, secrecy, flow, step)
        ],
        "case_headers": [
            (
                case_id, flow, "矛盾纠纷调处", code, title, random.choice(CATEGORIES), grade, secrecy, "open",
                random.choice(("grid", "hotline")), at, due, None, None, grams(title),
            )
        ],
        "case_places": [(case_id, grid, paths[grid], unit, paths[unit], word)],
        "case_people": [(case_id, *part) for part in sorted(people)],
        "case_parties_units": [(case_id, unit)],
        "done_tasks": [(case_id, 3, handler, created, random.choice(STEPS), "登记")],
    }  # fmt: skip


def sizes(database: Database) -> dict[str, Any]:
    """Rows and bytes of what was written."""
    query = sa.text(
        "SELECT c.relname, c.reltuples::bigint, pg_total_relation_size(c.oid) / 1000000 FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind = 'r'"
        " AND c.reltuples > 10000 ORDER BY 3 DESC"
    )
    with database.engine.connect() as connection:
        return {name: f"{rows} rows, {size} MB" for name, rows, size in connection.execute(query)}


def measure(database: Database, county: County, rounds: int) -> Iterator[dict[str, Any]]:
    """A row for each person and each thing they may ask."""
    inbox, listed = Inbox(database), Cases(database)
    for role, group in PEOPLE.items():
        person = county.index.members(group, county.now)[-1]
        viewer = viewer_of(county.index, person, county.now)
        asked = {
            **_boxes(inbox, viewer),
            **_filtered(inbox, viewer, county),
            **_lists(listed, viewer, county),
        }
        for name, ask in asked.items():
            yield {"role": role, "asked": name, **_spread(database, ask, rounds)}


def _boxes(inbox: Inbox, viewer: Viewer) -> dict[str, Callable[[], Any]]:
    asked: dict[str, Callable[[], Any]] = {}
    for box in Box:
        for sort in Sort if box in OPEN else (Sort.CREATED,):
            asked[f"{box} by {sort}"] = partial(inbox.page, viewer, box, sort=sort)
    for box, sort in ((Box.TODO, Sort.DUE), (Box.TODO, Sort.CREATED), (Box.DONE, Sort.CREATED)):
        cursor = _deep(inbox, viewer, box, sort)
        asked[f"{box} by {sort}, page {100 if cursor else 'last'}"] = partial(
            inbox.page, viewer, box, sort=sort, cursor=cursor
        )
    asked["counts of all boxes"] = lambda: inbox.counts(viewer)
    asked["next task"] = lambda: inbox.next_task(viewer)
    return asked


def _deep(inbox: Inbox, viewer: Viewer, box: Box, sort: Sort) -> str | None:
    cursor = None
    for _ in range(25):
        cursor = inbox.page(viewer, box, sort=sort, cursor=cursor, limit=200).next
        if cursor is None:
            return None
    return cursor


def _filtered(inbox: Inbox, viewer: Viewer, county: County) -> dict[str, Callable[[], Any]]:
    now = county.now
    filters = {
        "flow": Filters(flow="whistle"),
        "step": Filters(step="mediate"),
        "grade": Filters(grade="red"),
        "category": Filters(category="民生/劳动"),
        "confidentiality": Filters(confidentiality=Confidentiality.CONFIDENTIAL),
        "unit": Filters(unit="qh07"),
        "unit, one village": Filters(unit="qh07003"),
        "grid, a town": Filters(grid="qh07"),
        "grid, one grid": Filters(grid="qh0700301"),
        "created": Filters(created_from=now - 10 * DAY, created_until=now - 9 * DAY),
        "due": Filters(due_from=now + 30 * DAY, due_until=now + 31 * DAY),
        "text": Filters(text="噪声"),
        "text, nothing": Filters(text="没有这样的标题"),
        "code": Filters(text="JF-20261102-000123"),
    }
    asked: dict[str, Callable[[], Any]] = {}
    for name, narrowed in filters.items():
        for sort in Sort:
            asked[f"todo, {name}, by {sort}"] = partial(inbox.page, viewer, Box.TODO, narrowed, sort=sort)
        asked[f"done, {name}"] = partial(inbox.page, viewer, Box.DONE, narrowed)
    return asked


def _lists(listed: Cases, viewer: Viewer, county: County) -> dict[str, Callable[[], Any]]:
    now = county.now
    filters = {
        "all": CaseFilters(),
        "flow": CaseFilters(flow="whistle"),
        "grade": CaseFilters(grade="red"),
        "category": CaseFilters(category="民生/劳动"),
        "confidentiality": CaseFilters(confidentiality=Confidentiality.CONFIDENTIAL),
        "lifecycle": CaseFilters(lifecycle="open"),
        "unit": CaseFilters(unit="qh07"),
        "grid": CaseFilters(grid="qh0700301"),
        "received": CaseFilters(received_from=now - 10 * DAY, received_until=now - 9 * DAY),
        "due": CaseFilters(due_from=now + 30 * DAY, due_until=now + 31 * DAY),
        "text": CaseFilters(text="噪声"),
        "text, two words": CaseFilters(text="柳溪 噪声"),
        "text, nothing": CaseFilters(text="没有这样的标题"),
        "code": CaseFilters(code="JF-20261102-000123456"),
    }
    asked: dict[str, Callable[[], Any]] = {}
    for name, narrowed in filters.items():
        for sort in CaseSort:
            asked[f"cases, {name}, by {sort}"] = partial(listed.page, viewer, narrowed, sort=sort)
        asked[f"cases, {name}, count"] = partial(listed.count, viewer, narrowed)
    asked["cases, by grade, counts"] = lambda: listed.by_grade(viewer)
    return asked


def _spread(database: Database, ask: Callable[[], Any], rounds: int) -> dict[str, Any]:
    counter = Counter()
    with database.probed(counter):
        ask()
    found = ask()
    number = len(found.rows) if hasattr(found, "rows") else found
    with database.engine.connect() as connection:
        server = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    wall, work = [], []
    for _ in range(rounds):
        began, busy = time.perf_counter(), _busy(server)
        ask()
        wall.append((time.perf_counter() - began) * 1000)
        work.append(_busy(server) - busy)
        # What takes seconds is known to be too slow after a few.
        if sum(wall) > 3_000 and len(wall) > 2:
            break
    return {
        **{
            f"{name}_{share}_ms": _share(times, share)
            for name, times in (("cpu", work), ("wall", wall))
            for share in (50, 95)
        },
        "found": number if isinstance(number, int) else str(number),
        "statements": len(counter.statements),
    }


def _busy(server: int) -> float:
    """Milliseconds of processor time this process and the server's have used: what others on the machine do not change."""
    nanoseconds = int(Path(f"/proc/{server}/schedstat").read_text().split()[0])
    return nanoseconds / 1e6 + time.process_time() * 1000


def _share(times: list[float], share: int) -> float:
    ordered = sorted(times)
    return round(ordered[min(len(ordered) - 1, share * len(ordered) // 100)], 2)


def report(found: list[dict[str, Any]], time: str) -> None:
    """Print a line for each thing asked, with the figures of each role side by side. time: "wall" or "cpu"."""
    roles = list(PEOPLE)
    by_question: dict[str, dict[str, dict[str, Any]]] = {}
    for row in found:
        by_question.setdefault(row["asked"], {})[row["role"]] = row
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    print(f"ms {'by the clock' if time == 'wall' else 'of processor time'}, p50/p95 | " + " | ".join(roles))
    for name, rows in by_question.items():
        cells = [_cell(rows[role], time) if role in rows else "-" for role in roles]
        print(f"{name} | " + " | ".join(cells))
    slow = [row for row in found if row[f"{time}_95_ms"] > GOAL]
    print(f"{len(found)} combinations, {len(slow)} above {GOAL:.0f} ms")
    for row in sorted(slow, key=lambda row: -row[f"{time}_95_ms"]):
        print(f"  {row['role']}: {row['asked']}: {_cell(row, time)} ms, {row['found']} found")


def _cell(row: dict[str, Any], time: str) -> str:
    return f"{row[f'{time}_50_ms']:.1f}/{row[f'{time}_95_ms']:.1f}"


def _time(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
