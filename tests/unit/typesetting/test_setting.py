"""Documents are set from templates: every one that comes along, the same bytes each time, users' text staying text."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pypdf import PdfReader

from engine.errors import LimitExceeded
from engine.typesetting import Bounds, Sheet, TemplateFailed, library, page_count, set_sheet, set_sheets

NAMES = [name for name in library() if not name.endswith("layout.typ")]
HOSTILE = '#eval("1+1") #read("/etc/passwd") $x$ *粗* @a <b> مرحبا 😀'


def data(values: dict[str, Any]) -> dict[str, Any]:
    rows = [{"key": name, "label": name, "kind": "text", "value": value} for name, value in values.items()]
    return {
        "case": {"code": "JF-20261122-7K3M9-QXT2C", "title": "排水沟纠纷", "category": "邻里相邻"},
        "document": {
            "name": "文书", "number": "JF-01", "issuer": "青河县综治中心", "digest": "ab" * 32,
            "mark": "", "date": "2026年11月28日", "version": 1,
        },
        "fields": values,
        "values": {},
        "rows": rows,
        "step": {"seq": 9, "name": "登记", "by": "李明", "at": "2026年11月28日 10:00"},
    }  # fmt: skip


def sheet(template: str, values: dict[str, Any], **more: bytes) -> Sheet:
    files = {**library(), **{f"documents/{name}.typ": content for name, content in more.items()}}
    return Sheet(templates=files, template=template, data=data(values), at=0)


def text(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_every_template_is_set_with_nothing_filled_in_and_with_a_field() -> None:
    sheets = [sheet(name, values) for name in NAMES for values in ({}, {"note": "现场查看"})]
    for wanted, made in zip(sheets, set_sheets(sheets), strict=True):
        assert isinstance(made, bytes), (wanted.template, made)
        read = text(made)
        assert "JF-20261122-7K3M9-QXT2C" in read, wanted.template
        assert page_count(made) == len(PdfReader(io.BytesIO(made)).pages) >= 1


def test_the_same_data_give_the_same_bytes_and_what_people_wrote_stays_text() -> None:
    wanted = sheet("documents/通用文书.typ", {"note": HOSTILE})
    first, second = set_sheets([wanted, wanted])
    assert isinstance(first, bytes)
    assert first == second == set_sheet(wanted)
    assert '#eval("1+1")' in text(first)
    assert '#read("/etc/passwd")' in text(first)


@pytest.mark.parametrize(
    "template",
    [
        b'#read("/etc/passwd")',
        b'#read("../../etc/passwd")',
        b'#import "@preview/cetz:0.2.0"',
        b'#import "layout.typ": *\n#field("nobody")',
    ],
)
def test_a_template_reaches_neither_files_nor_network_nor_fields_that_are_not_there(template: bytes) -> None:
    with pytest.raises(TemplateFailed):
        set_sheet(sheet("documents/own.typ", {}, own=template))


def test_a_template_that_eats_memory_is_ended() -> None:
    greedy = b'#let s = "a"\n#for i in range(60) { s = s + s }\n#s'
    with pytest.raises(LimitExceeded):
        set_sheet(sheet("documents/own.typ", {}, own=greedy), Bounds(seconds=10))


def test_more_data_than_bounded_is_refused_before_anything_runs() -> None:
    with pytest.raises(LimitExceeded):
        set_sheet(sheet("documents/通用文书.typ", {"note": "长" * 10_000}), Bounds(data=1_000))
