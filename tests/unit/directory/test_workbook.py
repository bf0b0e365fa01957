"""Workbooks that mean harm are refused before they are read."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress

import pytest

from engine.directory.exchange import workbook
from engine.directory.exchange.workbook import read_workbook, write_workbook
from engine.intake.problem import FileRefused

GOOD = write_workbook({"人员": [["人员编号", "姓名"], ["li", "=1+1"]]})
SHEET = "xl/worksheets/sheet1.xml"


def changed(part: str, old: bytes, new: bytes) -> bytes:
    """The good workbook with something replaced in one part."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(GOOD)) as source,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name == part:
                assert old in content
                content = content.replace(old, new, 1)
            target.writestr(name, content)
    return stream.getvalue()


def refused(content: bytes) -> str:
    with pytest.raises(FileRefused) as caught:
        list(read_workbook(content))
    return caught.value.code


def test_what_was_written_is_read_and_stays_text() -> None:
    assert list(read_workbook(GOOD)) == [("人员", [(1, ["人员编号", "姓名"]), (2, ["li", "=1+1"])])]


@pytest.mark.parametrize(
    "attack",
    [
        b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet',
        b"<!-- " + b"x" * 2_000_000 + b"--><!DOCTYPE x><worksheet",
        b"<!-- \0 --><worksheet",
        b'<?x encoding="cp037"?><worksheet',
    ],
)
def test_xml_that_is_not_plain_is_refused(attack: bytes) -> None:
    assert refused(changed(SHEET, b"<worksheet", attack)) == "workbook"


def test_a_mark_on_the_border_of_two_reads_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    for shift in range(12):
        attack = b"<!--" + b"x" * (300 + shift) + b"--><!DOCTYPE x><worksheet"
        monkeypatch.setattr(workbook, "_CHUNK", 7)
        assert refused(changed(SHEET, b"<worksheet", attack)) == "workbook"


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        (SHEET, b"</worksheet>", b""),
        ("xl/workbook.xml", b"sheetId", b"sheetld"),
        ("[Content_Types].xml", b"workbook.xml", b"warkbook.xml"),
        ("xl/_rels/workbook.xml.rels", b"sheet1.xml", b"sheet9.xml"),
        (SHEET, b'r="1"', b'r="x"'),
        (SHEET, b"sheetData", b"sheetdata"),
    ],
)
def test_a_damaged_workbook_is_refused_or_empty_but_never_an_error(part: str, old: bytes, new: bytes) -> None:
    found: list[str] = []
    with suppress(FileRefused):
        found = [name for name, _ in read_workbook(changed(part, old, new))]
    assert found in ([], ["人员"])


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", GOOD[:-100], b"name,age\n"])
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    assert refused(content) == "workbook"


@pytest.mark.parametrize(("name", "value"), [("MAX_BYTES", 100), ("MAX_UNPACKED", 100), ("MAX_PARTS", 3)])
def test_what_is_too_large_is_refused(name: str, value: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, name, value)
    assert refused(GOOD) == "too_large"


def test_a_bomb_is_refused_without_unpacking_it() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            with archive.open(f"{number}.xml", "w") as part:
                for _ in range(70):
                    part.write(b" " * 1024 * 1024)
    assert len(stream.getvalue()) < workbook.MAX_BYTES
    assert refused(stream.getvalue()) == "too_large"


@pytest.mark.parametrize("row", [1048576, 999_999_999])
def test_rows_far_out_are_refused(row: int) -> None:
    far = f'<row r="{row}"><c r="A{row}" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    assert refused(changed(SHEET, b"</sheetData>", far.encode())) == "too_large"


def test_columns_far_out_are_not_read() -> None:
    far = b'<row r="3"><c r="XFD3" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    ((_, rows),) = read_workbook(changed(SHEET, b"</sheetData>", far))
    assert len(rows) == 2
