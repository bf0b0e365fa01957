"""Hostile CSV files: what is refused, with which place, and what is read all the same."""

from __future__ import annotations

import io

import pytest

from engine.intake.csvfile import Row, RowErrors, read
from engine.intake.problem import FileRefused, Problem


def rows(data: bytes, encoding: str = "auto", columns: tuple[str, ...] = ("a", "b")) -> list[Row | RowErrors]:
    return list(read(io.BytesIO(data), columns=columns, encoding_name=encoding))


def only_problem(row: Row | RowErrors) -> Problem:
    assert isinstance(row, RowErrors)
    (problem,) = row.problems
    return problem


def values(row: Row | RowErrors) -> dict[str, str]:
    assert isinstance(row, Row), row
    return row.values


def test_a_byte_order_mark_is_no_part_of_the_first_column() -> None:
    assert values(rows("\ufeffa,b\n村,镇\n".encode())[0]) == {"a": "村", "b": "镇"}


def test_a_chinese_file_in_gb18030_is_recognised() -> None:
    assert values(rows("a,b\n村社,部门\n".encode("gb18030"))[0]) == {"a": "村社", "b": "部门"}


def test_one_spoilt_row_does_not_make_a_utf8_file_gb18030() -> None:
    data = "a,b\n村社,部门\n".encode() + b"x,\xb4\xe5\n" + "镇,县\n".encode()
    good, bad, last = rows(data)
    assert values(good)["a"] == "村社"
    assert values(last)["b"] == "县"
    problem = only_problem(bad)
    assert (problem.row, problem.column, problem.code) == (3, "b", "encoding")
    at = data.index(b"\xb4")
    assert f"{at} 字节" in problem.message_zh
    assert f"byte {at} " in problem.message_en


def test_the_byte_position_counts_the_byte_order_mark() -> None:
    data = b"\xef\xbb\xbfa,b\nx,\xff\n"
    at = data.index(b"\xff")
    assert f"byte {at} " in only_problem(rows(data)[0]).message_en


def test_utf16_is_refused_by_name() -> None:
    with pytest.raises(FileRefused, match="UTF-16"):
        rows("a,b\n1,2\n".encode("utf-16"))


def test_a_ten_megabyte_cell_is_refused_and_its_neighbours_are_read() -> None:
    data = b"a,b\n1,2\n3," + b"x" * 10_000_000 + b"\n5,6\n"
    first, bad, last = rows(data)
    assert (values(first), values(last)) == ({"a": "1", "b": "2"}, {"a": "5", "b": "6"})
    problem = only_problem(bad)
    assert (problem.row, problem.column, problem.code) == (3, "b", "too_long")
    assert len(str(problem)) < 200


def test_nul_bytes_refuse_their_row() -> None:
    bad, good = rows(b"a,b\n1,\x00\n3,4\n")
    assert (only_problem(bad).column, only_problem(bad).code) == ("b", "nul")
    assert values(good)["a"] == "3"


@pytest.mark.parametrize("line", [b"1", b"1,2,3"])
def test_a_row_with_too_few_or_too_many_cells_is_refused(line: bytes) -> None:
    bad, good = rows(b"a,b\n" + line + b"\n4,5\n")
    assert only_problem(bad).code == "ragged"
    assert values(good)["a"] == "4"


@pytest.mark.parametrize(
    ("data", "code", "said"),
    [
        (b"", "empty_file", "空"),
        (b"a,c\n1,2\n", "missing_columns", "b"),
        (b"a,b,a\n1,2,3\n", "doubled_columns", "a"),
        (b'a,"b\n1,2\n', "header", "引号"),
        (b"a,b,\xff\n", "encoding", "utf-8"),
    ],
)
def test_a_file_without_a_usable_header_is_refused(data: bytes, code: str, said: str) -> None:
    with pytest.raises(FileRefused) as refused:
        rows(data)
    assert refused.value.code == code
    assert said in refused.value.message_zh


def test_an_unknown_encoding_is_refused() -> None:
    with pytest.raises(FileRefused):
        rows(b"a,b\n", encoding="utf-7")


@pytest.mark.parametrize("cell", ["=1+1", "+1 day", "-x", "@cmd", "=HYPERLINK(0)"])
def test_formulas_stay_text_and_are_named(cell: str) -> None:
    (row,) = rows(f"a,b\n{cell},2\n".encode())
    assert isinstance(row, Row)
    assert row.values["a"] == cell
    assert row.formulas == ("a",)


@pytest.mark.parametrize("cell", ["-76.669", "+5", "-1e3", "村=镇", ""])
def test_plain_numbers_and_text_are_no_formulas(cell: str) -> None:
    (row,) = rows(f"a,b\n{cell},2\n".encode())
    assert isinstance(row, Row)
    assert row.formulas == ()
