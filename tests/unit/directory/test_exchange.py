"""Importing and exporting the directory: by row, all or the good ones, again without change."""

from __future__ import annotations

import io
from datetime import datetime
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import sqlalchemy as sa

from engine.directory import Directory
from engine.directory.changes import EndRole, MoveUnit, RenameUnit
from engine.directory.exchange import (
    DirectoryReport,
    export_csv,
    export_tables,
    export_workbook,
    import_directory,
    read_files,
)
from engine.directory.exchange.moments import read_moment, write_moment
from engine.intake.problem import FileRefused
from engine.store import Database
from engine.store.tables import directory_changes, memberships, people, units
from tests.unit.directory.office import DAY, NOW, STAFF, UNITS, VOCABULARY, away

ZONE = ZoneInfo("Asia/Shanghai")
UNITS_CSV = """单位编码,上级编码,级别,部门类别,名称
V1,T1,村,,柳溪村
T1,K,镇,,青石镇
K,,县,,青禾县
T1-med,T1,,调委会,青石镇调委会
"""
PEOPLE_CSV = """人员编号,姓名,登录名,电话
li,李明,li,13812345678
wang,王秋,wang,
"""
ROLES_CSV = """person,unit,role,valid_from
li,V1,网格长,
wang,T1-med,mediator,2030/1/2
"""
GOOD = {"单位.csv": UNITS_CSV, "people.csv": PEOPLE_CSV, "任职.csv": ROLES_CSV}
AT = 1_800_000_000_000_000


@pytest.fixture
def directory() -> Directory:
    return Directory(Database.open("sqlite://", create=True), VOCABULARY)


def bring(
    directory: Directory, files: dict[str, str], *, at: int = AT, partial: bool = False, dry_run: bool = False
) -> DirectoryReport:
    tables = read_files({name: text.encode() for name, text in files.items()})
    return import_directory(
        directory, tables, actor="root", at=at, reason="导入", partial=partial, dry_run=dry_run
    )


def counts(report: DirectoryReport) -> dict[str, tuple[int, int, int, int]]:
    return {
        name: (table.added, table.changed, table.unchanged, table.refused)
        for name, table in report.tables.items()
    }


def problems(report: DirectoryReport) -> list[tuple[str, int, str, str | None, str | None]]:
    return [
        (name, problem.row, problem.code, problem.column, problem.excerpt)
        for name, table in report.tables.items()
        for problem in table.problems
    ]


def rows(directory: Directory) -> list[int]:
    tables = (units, people, memberships, directory_changes)
    with directory._database.reading() as tx:
        return [tx.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() for table in tables]


def test_tables_in_any_order_with_chinese_or_english_words_come_in(directory: Directory) -> None:
    report = bring(directory, GOOD)
    assert counts(report) == {"units": (4, 0, 0, 0), "people": (2, 0, 0, 0), "memberships": (2, 0, 0, 0)}
    assert (report.written, report.version) == (True, 8)
    index = directory.index
    assert [unit.id for unit in index.ancestors("V1", AT)] == ["V1", "T1", "K"]
    assert index.members("unit:V1/village_lead", AT) == ["li"]
    begin = read_moment("2030-01-02", ZONE)
    assert begin is not None
    assert index.members("unit:T1-med/*", begin - 1) == []
    assert index.members("unit:T1-med/*", begin) == ["wang"]
    person = index.person("li", AT)
    assert person is not None
    assert person.phone == "138****5678"


def test_the_same_files_again_change_nothing(directory: Directory) -> None:
    bring(directory, GOOD)
    before = rows(directory)
    report = bring(directory, GOOD, at=AT + DAY)
    assert counts(report) == {"units": (0, 0, 4, 0), "people": (0, 0, 2, 0), "memberships": (0, 0, 2, 0)}
    assert rows(directory) == before


def test_what_differs_is_changed_from_the_import_on(directory: Directory) -> None:
    bring(directory, GOOD)
    changed = {
        "units.csv": UNITS_CSV.replace("柳溪村", "柳溪社区") + "T2,K,镇,,白马镇\n",
        "people.csv": PEOPLE_CSV.replace("13812345678", "13900001111"),
        "memberships.csv": "person,unit,role,valid_until\nli,V1,网格长,2031-01-01\n",
    }
    report = bring(directory, changed, at=AT + DAY)
    assert counts(report) == {"units": (1, 1, 3, 0), "people": (0, 1, 1, 0), "memberships": (0, 1, 0, 0)}
    names = [row.name for at in (AT + DAY - 1, AT + DAY) if (row := directory.index.unit("V1", at))]
    assert names == ["柳溪村", "柳溪社区"]
    end = read_moment("2031-01-01", ZONE)
    assert end is not None
    assert [directory.index.members("unit:V1/*", at) for at in (end - 1, end)] == [["li"], []]


def test_a_file_may_close_a_whole_branch(directory: Directory) -> None:
    bring(directory, GOOD)
    end = "2029-06-01"
    closing = {
        "units.csv": "unit,parent,level,department,name,valid_until\n"
        f"T1,K,town,,青石镇,{end}\nT1-med,T1,,mediation,青石镇调委会,{end}\nV1,T1,village,,柳溪村,{end}\n",
        "people.csv": f"person,name,login,valid_until\nli,李明,li,{end}\n",
        "memberships.csv": f"person,unit,role,valid_from,valid_until\nwang,T1-med,mediator,2030-01-02,{end}\n",
    }
    refused = bring(directory, closing)
    assert counts(refused)["memberships"] == (0, 0, 0, 1)
    closing["memberships.csv"] = "person,unit,role\n"
    report = bring(directory, closing)
    assert problems(report) == [
        ("units", 2, "directory.unit.children", "单位编码", "T1"),
        ("units", 3, "directory.unit.people", "单位编码", "T1-med"),
    ]
    directory.change(
        EndRole(person="wang", unit="T1-med", role="mediator", at=read_moment("2030-01-02", ZONE) or 0),
        actor="root",
        recorded_at=AT,
        reason="撤销",
    )
    report = bring(directory, closing)
    assert counts(report) == {"units": (0, 3, 0, 0), "people": (0, 1, 0, 0), "memberships": (0, 0, 0, 0)}
    moment = read_moment(end, ZONE)
    assert moment is not None
    assert directory.index.unit("T1", moment) is None
    assert directory.index.unit("T1", moment - 1) is not None
    assert counts(bring(directory, closing)) == {
        "units": (0, 0, 3, 0),
        "people": (0, 0, 1, 0),
        "memberships": (0, 0, 0, 0),
    }


BAD = {
    "units.csv": UNITS_CSV
    + "V2,T9,村,,甲\nV 3,T1,村,,乙\nV4,T1,州,,丙\nC1,C2,村,,丁\nC2,C1,镇,,戊\nV5,V1,村,,己\nT1,,镇,,又\nV6,T1,村,外星办,庚\n",
    "people.csv": "人员编号,姓名,登录名,生效时间\nli,李明,li,昨天\nwang,,wang,\nzhao,赵,zhao,\n",
    "memberships.csv": "person,unit,role\nli,V1,网格长\nzhao,V1,村长\nzhao,V9,网格长\nzhao,V1,网格长\n",
    "substitutions.csv": "absent,stand_in,role,reason,valid_until\nzhao,wang,,病假,2031-01-01\nzhao,zhao,,病假,2031-01-01\n",
}


def test_every_refused_row_is_named_with_column_and_value(directory: Directory) -> None:
    report = bring(directory, BAD)
    assert not report.written
    assert rows(directory) == [0, 0, 0, 0]
    assert problems(report) == [
        ("units", 6, "directory.unit.unknown", "上级编码", "T9"),
        ("units", 7, "directory.code", "单位编码", "V 3"),
        ("units", 8, "directory.level.unknown", "级别", "州"),
        ("units", 9, "directory.unit.cycle", "上级编码", "C2"),
        ("units", 10, "directory.unit.cycle", "上级编码", "C1"),
        ("units", 11, "directory.level.order", "级别", "村"),
        ("units", 13, "directory.department.unknown", "部门类别", "外星办"),
        ("people", 2, "bad_date", "生效时间", "昨天"),
        ("people", 3, "directory.text", "姓名", None),
        ("memberships", 2, "directory.person.unknown", "人员编号", "li"),
        ("memberships", 3, "directory.role.unknown", "角色", "村长"),
        ("memberships", 4, "directory.unit.unknown", "单位编码", "V9"),
        ("substitutions", 2, "directory.person.unknown", "代理人编号", "wang"),
        ("substitutions", 3, "directory.self", "代理人编号", "zhao"),
    ]
    for table in report.tables.values():
        for problem in table.problems:
            assert problem.message_zh
            assert "“" not in problem.message_en


def test_the_good_rows_are_kept_when_asked(directory: Directory) -> None:
    report = bring(directory, BAD, partial=True)
    assert report.written
    assert counts(report) == {
        "units": (4, 1, 0, 7),
        "people": (1, 0, 0, 2),
        "memberships": (1, 0, 0, 3),
        "substitutions": (0, 0, 0, 2),
    }
    assert directory.index.members("unit:V1/*", AT) == ["zhao"]


def test_of_a_row_that_is_refused_nothing_is_kept(directory: Directory) -> None:
    bring(directory, GOOD)
    report = bring(
        directory, {"units.csv": "unit,parent,level,department,name\nT1,V1,town,,改名\n"}, partial=True
    )
    assert problems(report) == [("units", 2, "directory.unit.cycle", "上级编码", "V1")]
    row = directory.refresh().unit("T1", AT)
    assert row is not None
    assert row.name == "青石镇"
    assert report.version == 8


def test_a_dry_run_says_what_would_be_and_writes_nothing(directory: Directory) -> None:
    report = bring(directory, GOOD, dry_run=True)
    assert counts(report)["units"] == (4, 0, 0, 0)
    assert (report.written, report.version) == (False, 0)
    assert rows(directory) == [0, 0, 0, 0]
    assert directory.index.version == 0


def test_what_is_exported_comes_back_the_same(database: Database) -> None:
    directory = Directory(database, VOCABULARY)
    changes = (
        RenameUnit(unit="V1", name="=柳溪社区", at=NOW),
        MoveUnit(unit="T1-centre", parent="K", at=NOW),
        away("wang", "sun", role="mediator"),
        EndRole(person="li", unit="G1", role="grid_worker", at=NOW),
    )
    directory.change(*UNITS, *STAFF, *changes, actor="root", recorded_at=NOW, reason="建档")
    tables = export_tables(directory.index, NOW, zone=ZONE)
    # In CSV an apostrophe keeps the formula from running, so nobody need be warned.
    for files, warned in (
        (export_csv(directory.index, NOW, zone=ZONE), 0),
        ({"通讯录.xlsx": export_workbook(directory.index, NOW, zone=ZONE)}, 1),
    ):
        same = import_directory(directory, read_files(files), actor="x", at=NOW + 1, reason="x")
        assert {(table.added, table.changed, table.refused) for table in same.tables.values()} == {(0, 0, 0)}
        other = Directory(Database.open("sqlite://", create=True), VOCABULARY)
        report = import_directory(other, read_files(files), actor="x", at=NOW, reason="x")
        assert problems(report) == []
        assert export_tables(other.index, NOW, zone=ZONE) == tables
        assert sum(table.added for table in report.tables.values()) == sum(map(len, tables.values())) - 4
        assert [len(table.warnings) for table in report.tables.values()] == [warned, 0, 0, 0]


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("units.csv", "单位编码,上级编码,级别,部门类别\nV1,,,\n", "missing_columns"),
        ("units.csv", "单位编码,unit,上级编码,级别,部门类别,名称\nV1,V1,,,,\n", "doubled_columns"),
        ("towns.csv", UNITS_CSV, "no_table"),
        ("units.txt", UNITS_CSV, "no_table"),
        ("units.xlsx", UNITS_CSV, "workbook"),
    ],
)
def test_a_file_that_is_no_table_is_refused(name: str, text: str, code: str) -> None:
    with pytest.raises(FileRefused) as caught:
        read_files({name: text.encode()})
    assert caught.value.code == code


def test_a_table_comes_once() -> None:
    with pytest.raises(FileRefused) as caught:
        read_files({"units.csv": UNITS_CSV.encode(), "单位.csv": UNITS_CSV.encode()})
    assert caught.value.code == "doubled_table"


def test_cells_of_a_workbook_without_a_plain_value_are_named() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "人员"
    for row in (
        ["人员编号", "姓名", "登录名", "备注", "生效时间"],
        [1001, "李明", 1001.0, "=1+1", datetime(2026, 3, 1)],
        [110101199001011234, "王", "wang", "", None],
        [None, None, None, None, None],
        ["zhao", "=A1", "zhao"],
        ["qian", "#REF!", True],
    ):
        sheet.append(row)
    book.create_sheet("说明").append(["随便"])
    stream = io.BytesIO()
    book.save(stream)
    (table,) = read_files({"员工.xlsx": stream.getvalue()}).items()
    name, found = table
    assert name == "people"
    assert [(row.number, [problem.code for problem in row.problems]) for row in found] == [
        (2, []),
        (3, ["long_number"]),
        (5, ["formula"]),
        (6, ["cell_error"]),
    ]
    assert found[0].values == {"person": "1001", "name": "李明", "login": "1001", "valid_from": "2026-03-01"}
    assert found[2].problems[0].column == "姓名"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2026-03-01", "2026-03-01"),
        ("2026/3/1", "2026-03-01"),
        ("2026.3.1 08:30", "2026-03-01T08:30:00+08:00"),
        ("2026-03-01T00:30:00+00:00", "2026-03-01T08:30:00+08:00"),
        ("2026-02-28T16:00:00Z", "2026-03-01"),
    ],
)
def test_moments_are_read_and_written(text: str, written: str) -> None:
    micros = read_moment(text, ZONE)
    assert micros is not None
    assert write_moment(micros, ZONE) == written
    assert read_moment(written, ZONE) == micros


@pytest.mark.parametrize("text", ["", "昨天", "2026-13-01", "2026-02-30", "1969-01-01", "3/1/2026"])
def test_what_is_no_moment_is_none(text: str) -> None:
    assert read_moment(text, ZONE) is None
