"""A whole service-request file is read whole; a spoilt copy loses exactly its spoilt rows, each by name."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from engine.intake.csvfile import RowErrors
from engine.intake.layout import read_layout
from engine.intake.problem import FileRefused
from engine.intake.rows import ImportedRequest, read_requests
from tests.acceptance.corrupt import corrupt, without_column
from tests.acceptance.files import request_files

FILES = request_files()
LAYOUT = read_layout(Path("config/imports/baltimore-311.toml").read_bytes())


@pytest.fixture(params=sorted(FILES))
def file(request: pytest.FixtureRequest) -> bytes:
    return FILES[request.param]


def read(data: bytes) -> tuple[list[ImportedRequest], list[RowErrors]]:
    taken: list[ImportedRequest] = []
    refused: list[RowErrors] = []
    for row in read_requests(io.BytesIO(data), LAYOUT):
        if isinstance(row, RowErrors):
            refused.append(row)
        else:
            taken.append(row)
    return taken, refused


def test_every_row_is_taken(file: bytes) -> None:
    taken, refused = read(file)
    assert refused == []
    assert len(taken) == file.count(b"\r\n") - 1


def test_exactly_the_spoilt_rows_are_refused_each_with_its_reason(file: bytes) -> None:
    spoilt = corrupt(file)
    taken, refused = read(spoilt.data)
    found = {row.number: [(problem.code, problem.column) for problem in row.problems] for row in refused}
    assert found == {number: [expected] for number, expected in spoilt.spoilt.items()}
    assert len({code for code, _ in spoilt.spoilt.values()}) == 10
    assert {request.key for request in taken} == spoilt.good_keys


def test_formulas_are_read_as_text_and_flagged(file: bytes) -> None:
    spoilt = corrupt(file)
    taken, _ = read(spoilt.data)
    flagged = {
        request.row: [warning.column for warning in request.warnings] for request in taken if request.warnings
    }
    assert flagged == {row: [column] for row, column in spoilt.flagged.items()}


@pytest.mark.parametrize("column", LAYOUT.headers())
def test_a_missing_column_refuses_the_file_by_its_name(file: bytes, column: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read(without_column(file, column))
    assert column in refused.value.message_zh
