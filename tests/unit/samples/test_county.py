"""The fictional county: its published size, the same on every machine, and sound."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from engine.directory import Directory, read_vocabulary, resolve, staffing_gaps
from engine.directory.exchange import import_directory, read_files
from engine.directory.exchange.exporting import csv_bytes
from engine.directory.exchange.moments import read_moment
from engine.samples.county import county_tables, size
from engine.store import Database

ZONE = ZoneInfo("Asia/Shanghai")


def test_the_county_has_the_published_size() -> None:
    assert size(county_tables()) == {
        "county": 1, "town": 18, "village": 300, "grid": 1223, "departments": 448, "people": 3700,
    }  # fmt: skip


def test_the_county_is_the_same_everywhere() -> None:
    content = b"".join(csv_bytes(rows) for rows in county_tables().values())
    assert sha256(content).hexdigest().startswith("61033b8d189b2efe")
    assert county_tables("another") != county_tables()


def test_every_place_of_the_county_finds_its_people() -> None:
    vocabulary = read_vocabulary(Path("config/directory.toml").read_bytes())
    directory = Directory(Database.open("sqlite://", create=True), vocabulary)
    now = read_moment("2026-10-02", ZONE)
    assert now is not None
    tables = read_files({f"{name}.csv": csv_bytes(rows) for name, rows in county_tables().items()})
    report = import_directory(directory, tables, actor="root", at=now, reason="示例")
    assert report.refused == 0
    assert report.written
    expressions = (
        "网格/网格员",
        "村/网格长",
        "村/调委会",
        "镇/综治中心",
        "镇/派出所",
        "县/指挥平台",
        "县/人社",
    )
    assert staffing_gaps(directory.index, expressions, now) == []
    centre = resolve(directory.index, "镇/综治中心", "qh0700101", now)
    assert centre.groups == ("unit:qh07-centre/*",)
    assert len(centre.people) == 7
