"""Cutting bytes into records: equal to the csv module where a file is well formed, bounded where it is not."""

from __future__ import annotations

import csv
import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.intake import records as module
from engine.intake.records import OPEN_QUOTE, STRAY_QUOTE, TOO_LONG, Record, records


def cut(data: bytes, delimiter: bytes = b",") -> list[Record]:
    return list(records(io.BytesIO(data), delimiter=delimiter))


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@given(st.lists(st.lists(cells, min_size=2, max_size=5), max_size=6), st.sampled_from([",", ";", "\t"]))
def test_what_the_csv_module_writes_is_read_back(table: list[list[str]], delimiter: str) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter).writerows(table)
    read = cut(written.getvalue().encode(), delimiter.encode())
    assert [[cell.decode() for cell in record.cells] for record in read] == table
    assert all(record.fault is None for record in read)


def test_numbers_count_records_and_lines_count_lines() -> None:
    read = cut(b'a,b\n"1\n2",x\n\ny,z\n')
    assert [(record.number, record.line, record.offset) for record in read] == [
        (1, 1, 0),
        (2, 2, 4),
        (4, 5, 13),
    ]


def test_the_last_line_needs_no_line_break() -> None:
    assert [record.cells for record in cut(b"a,b\r\nc,d")] == [[b"a", b"b"], [b"c", b"d"]]


def test_text_after_a_closing_quote_is_named_and_the_next_row_survives() -> None:
    bad, good = cut(b'x,"a"b,y\nc,d,e\n')
    assert (bad.fault, bad.fault_cell) == (STRAY_QUOTE, 1)
    assert good.cells == [b"c", b"d", b"e"]


def test_a_quote_inside_an_unquoted_cell_is_text() -> None:
    assert cut(b'5" pipe,x\n')[0].cells == [b'5" pipe', b"x"]


def test_a_quote_that_never_closes_is_named() -> None:
    good, bad = cut(b'a,b\nc,"d\ne,f\n')
    assert good.fault is None
    assert (bad.number, bad.fault, bad.fault_cell) == (2, OPEN_QUOTE, 1)


@pytest.mark.parametrize("quoted", [False, True])
def test_a_record_beyond_every_bound_is_skipped_in_bounded_memory(
    quoted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LONGEST_RECORD", 1000)
    line = b"x" * 90 + b"\n"
    huge = b'"' + line * 50_000 + b'"' if quoted else b"x" * len(line) * 50_000
    stream = io.BytesIO(b"a,b\n1," + huge + b"\n2,3\n")
    tracemalloc.start()
    read = list(records(stream))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (read[1].fault, read[1].fault_cell) == (TOO_LONG, 1 if quoted else 2)
    assert read[2].cells == [b"2", b"3"]
    assert peak < 100_000
