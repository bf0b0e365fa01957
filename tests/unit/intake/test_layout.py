"""Layouts: what an operator may write, and what is refused with the entry named."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.intake.layout import LayoutRefused, read_layout

SHIPPED = sorted(Path("config/imports").glob("*.toml"))
GOOD = Path("config/imports/baltimore-311.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_every_shipped_layout_is_readable_and_named_like_its_file(path: Path) -> None:
    assert read_layout(path.read_bytes()).name == path.stem


@pytest.mark.parametrize(
    ("old", "new", "entry"),
    [
        ('key = "SRRecordID"\n', "", "columns.key"),
        ('key = "SRRecordID"', 'key = ""', "key"),
        ('key = "SRRecordID"', "key = 5", "key"),
        ("[columns]", '[columns]\ncolour = "x"', "columns.colour"),
        ('timezone = "America/New_York"', 'timezone = "Mars/Olympus"', "timezone"),
        ('timezone = "America/New_York"', 'timezone = "../etc"', "timezone"),
        ('delimiter = ","', 'delimiter = "|"', "delimiter"),
        ('name = "baltimore-311"', 'name = "Baltimore 311"', "name"),
        ("%I:%M:%S", "%I:%Q:%S", "date_formats"),
        ("%m/%d/%Y", "%m/%d", "date_formats"),
        ('channel = "MethodReceived"', 'agency = "MethodReceived"', "fields.agency"),
        ('channel = "MethodReceived"', '"a b" = "MethodReceived"', "fields.a b"),
        ('closed = ["Closed",', 'closed = ["New", "Closed",', "status"),
        ("[status]", "[statuses]", "statuses"),
        ('name = "baltimore-311"', "name = ", "toml"),
    ],
)
def test_a_wrong_entry_is_refused_by_name(old: str, new: str, entry: str) -> None:
    assert old in GOOD
    with pytest.raises(LayoutRefused) as refused:
        read_layout(GOOD.replace(old, new).encode())
    assert f"布局 {entry}：" in refused.value.message_zh
    assert f"layout {entry}:" in refused.value.message_en
